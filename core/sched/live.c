/* Counts the goroutines that have not ended; waits for their end; decides whether a thread may make
 * another one. Owns sched.live, and takes the state from RUNNING to STOPPING, and back at a
 * deadline.
 *
 * A thread that makes a goroutine counts it, and then checks whether the scheduler runs. A thread
 * that stops the scheduler says so, and then reads the count. All four are seq_cst, so one of
 * the two sees the other: either the goroutine is waited for, or its maker takes the count back. A
 * goroutine that makes another is counted itself, so the scheduler runs on; only in the child of a
 * fork() there is none. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/live.h"
#include "core/base/futex.h"
#include "core/base/throw.h"
#include "core/g/checkdead.h"
#include "core/sched/sched_state.h"
#include <errno.h>
#include <hchan/sched.h>

bool live_begin(bool by_goroutine)
{
    if (by_goroutine) {
        /* Relaxed: only our own thread can have stopped it, in after_fork_in_child(). */
        if (load_rlx(&sched.state) == SCHED_STOPPED)
            return false;
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

/* How long schedwait() sleeps until it first checks whether the goroutines are asleep for good; the
 * times after that are twice as long each, up to a minute. 0: never, where schedules are explored,
 * and a hang is found by other means. */
enum { CHECK_MS = REACHABLE(100, 0), CHECK_MS_MAX = 60000, NS_PER_MS = 1000000 };

/* Sleeps until the number of goroutines is another than n. Without a deadline, looks now and then
 * whether they are deadlocked, and then ends the process. Returns false if the deadline has
 * passed. */
static bool wait_or_check(uint32_t n, int64_t *ms, int64_t deadline)
{
    static const struct report_to standard_error;
    if (deadline != FUTEX_FOREVER || !CHECK_MS)
        return futex_wait(&sched.live, n, deadline) != FUTEX_TIMEDOUT;
    if (futex_wait(&sched.live, n, nanotime() + *ms * NS_PER_MS) != FUTEX_TIMEDOUT)
        return true;
    *ms = *ms < CHECK_MS_MAX / 2 ? 2 * *ms : CHECK_MS_MAX;
    if (!load_rlx(&watches_deadlocks)) /* a hint: else a watcher checks */
        checkdead(&standard_error, true, false);
    return true;
}

/* Waits until every goroutine has ended; or until the deadline, and then returns false. A thread
 * that waits here wakes no other, and counts as parked: with a reason by which the check for
 * deadlocks knows that it goes on once no goroutine is left (core/g/deadlock.c). */
static bool wait_for_all(int64_t deadline)
{
    uint32_t n = load_sc(&sched.live); /* after the swap in live_stop(); pairs with live_begin() */
    if (n == 0)
        return true;
    struct g *me = getg();
    enum standing standing = standing_of(me);
    int64_t ms = CHECK_MS;
    declareg(REGISTERED);
    store_rel(&me->park, GPARK_WAITING); /* as in a park; no waker writes it */
    wait_begin(&me->wait, WAIT_GOROUTINES | (deadline != FUTEX_FOREVER ? WAIT_BOUNDED : 0U), NULL);
    while ((n = load_sc(&sched.live)) != 0 && wait_or_check(n, &ms, deadline)) /* as above */
        continue;
    wait_end(&me->wait);
    declareg(standing);
    return n == 0;
}

void schedwait(void)
{
    refuse_goroutine("schedwait: by a goroutine");
    wait_for_all(FUTEX_FOREVER);
    raceacquire(&sched.live); /* released by each goroutine at its end */
}

int live_stop(int64_t deadline)
{
    uint32_t state = SCHED_RUNNING;
    refuse_goroutine("schedstop: by a goroutine");
    if (!cas_sc(&sched.state, &state, SCHED_STOPPING)) /* pairs with live_begin() */
        return ESRCH;
    if (wait_for_all(deadline)) { /* it reads live after the swap */
        raceacquire(&sched.live); /* as in schedwait() */
        return 0;
    }
    store_rel(&sched.state, SCHED_RUNNING); /* for live_begin(), as in start_procs() */
    return ETIMEDOUT;
}
