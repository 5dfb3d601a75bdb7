/* Counts the goroutines that have not ended; waits for their end; decides whether a thread may make
 * another one. Owns sched.live, and takes the state from RUNNING to STOPPING.
 *
 * A thread that makes a goroutine counts it, and then checks whether the scheduler runs. A thread
 * that stops the scheduler says so, and then reads the count. All four are seq_cst, so one of
 * the two sees the other: either the goroutine is waited for, or its maker takes the count back. A
 * goroutine that makes another need not check: it is counted itself, so the scheduler runs on. */
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
    fadd_sc(&sched.live, 1); /* before the state is read; pairs with live_stop() */
    if (load_sc(&sched.state) == SCHED_RUNNING)
        return true;
    live_end();
    return false;
}

void live_end(void)
{
    if (fadd_sc(&sched.live, -1U) == 1) /* pairs with the loads in schedwait() */
        futex_wake(&sched.live, INT32_MAX);
}

/* Ends the process if a goroutine calls, with these words. */
static void refuse_goroutine(const char *words)
{
    const struct g *me = runningg();
    if (me && me->goroutine)
        gothrow(words);
}

/* A thread that waits here wakes no other, and counts as parked: with a reason by which the check
 * for deadlocks knows that it goes on once no goroutine is left (core/g/deadlock.c). */
void schedwait(void)
{
    struct g *me = runningg();
    refuse_goroutine("schedwait: by a goroutine");
    if (load_sc(&sched.live) == 0) /* after the swap in live_stop(); pairs with live_begin() */
        return;
    if (me) {
        store_rel(&me->park, GPARK_WAITING); /* as in a park; no waker writes it */
        wait_begin(&me->wait, WAIT_GOROUTINES, NULL);
    }
    for (uint32_t n; (n = load_sc(&sched.live)) != 0;) /* as above */
        futex_wait(&sched.live, n, FUTEX_FOREVER);
    if (me)
        wait_end(&me->wait);
}

bool live_stop(void)
{
    uint32_t state = SCHED_RUNNING;
    refuse_goroutine("schedstop: by a goroutine");
    if (!cas_sc(&sched.state, &state, SCHED_STOPPING)) /* pairs with live_begin() */
        return false;
    schedwait(); /* it reads live after the swap */
    return true;
}
