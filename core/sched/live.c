/* How many goroutines have not ended, and who waits for that. */
#include "core/sched/live.h"
#include "core/base/futex.h"
#include "core/g/panic.h"
#include "core/sched/sched_state.h"
#include <hchan/sched.h>

void count_end(void)
{
    if (fadd_sc(&sched.live, -1U) > 1)
        return;
    struct g *waiter = load_sc(&sched.waiter);
    if (waiter)
        store_rlx(&waiter->registered, true);
    futex_wake(&sched.live, INT32_MAX);
}

void schedwait(void)
{
    struct g *me = runningg(), *nobody = NULL;
    if (me && me->goroutine)
        gothrow("schedwait: by a goroutine");
    /* While we wait we wake nobody; see count_end(). A second one who waits stays registered. */
    bool waits = me && load_rlx(&me->registered) && cas_sc(&sched.waiter, &nobody, me);
    if (waits)
        store_rel(&me->registered, false); /* as in gfput() */
    for (uint32_t n; (n = load_sc(&sched.live)) != 0;)
        futex_wait(&sched.live, n, FUTEX_FOREVER);
    if (waits) {
        store_rlx(&me->registered, true);
        store_rel(&sched.waiter, NULL);
    }
}
