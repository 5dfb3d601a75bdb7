/* Counts the goroutines that have not ended; waits for their end; decides whether a thread may make
 * another one. Owns sched.live and sched.waiter, and takes the state from RUNNING to STOPPING.
 *
 * A thread that makes a goroutine counts it, and then looks whether the scheduler runs. A thread
 * that stops the scheduler says so, and then looks at the count. All four are seq_cst, so one of
 * the two sees the other: either the goroutine is waited for, or its maker takes the count back. A
 * goroutine that makes another need not look: it is counted itself, so the scheduler runs on. */
#include "core/sched/live.h"
#include "core/base/futex.h"
#include "core/base/throw.h"
#include "core/sched/sched_state.h"
#include <hchan/sched.h>

bool live_begin(bool by_goroutine)
{
    if (by_goroutine) {
        fadd_rlx(&sched.live, 1); /* before its end can be counted; publishes nothing */
        return true;
    }
    fadd_sc(&sched.live, 1); /* before the look at the state; pairs with live_stop() */
    if (load_sc(&sched.state) == SCHED_RUNNING)
        return true;
    live_end();
    return false;
}

/* Where it was the last one, the thread that waits in schedwait() is registered again, before the
 * goroutine is unregistered (gfput()): at no moment does everybody seem stuck. */
void live_end(void)
{
    /* Both seq_cst, with the swap and the load in schedwait(): it sees that live is 0, or we see
     * that it waits. */
    if (fadd_sc(&sched.live, -1U) > 1)
        return;
    struct g *waiter = load_sc(&sched.waiter);
    if (waiter)
        store_rlx(&waiter->registered, true); /* only its unregistering publishes anything */
    futex_wake(&sched.live, INT32_MAX);
}

void schedwait(void)
{
    struct g *me = runningg(), *nobody = NULL;
    if (me && me->goroutine)
        gothrow("schedwait: by a goroutine");
    /* A thread that waits here wakes no other: it is unregistered meanwhile. A second one that
     * waits stays registered. seq_cst, the swap and the loads of live: see live_end(). */
    bool waits = me && load_rlx(&me->registered) && cas_sc(&sched.waiter, &nobody, me);
    if (waits)
        store_rel(&me->registered, false); /* as in gfput() */
    for (uint32_t n; (n = load_sc(&sched.live)) != 0;)
        futex_wait(&sched.live, n, FUTEX_FOREVER);
    if (waits) {
        store_rlx(&me->registered, true); /* as in live_end() */
        /* Release: the next thread that waits, and whose swap finds NULL, comes after all this. */
        store_rel(&sched.waiter, NULL);
    }
}

bool live_stop(void)
{
    uint32_t state = SCHED_RUNNING;
    if (!cas_sc(&sched.state, &state, SCHED_STOPPING)) /* pairs with live_begin() */
        return false;
    schedwait(); /* its look at live comes after the swap */
    return true;
}
