/* sysmon, after Go's: while all Ps are busy none of them watches the timers. This thread sleeps
 * until the next deadline, and then makes the Ps look, by the word that they count picks in anyway
 * (look_around()). It runs no goroutine. Owns sched.sysmon_until and sched.sysmon_note.
 *
 * A P that counts a pick may write over what sysmon has written. So sysmon repeats it until no
 * deadline has passed: the first P that looks takes all that are due.
 *
 * Sysmon does not learn when a deadline ends early, or when a P watches again: then it wakes for
 * nothing, once. variants/tests/models/sysmon.pml is a model of who watches when. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/sysmon.h"
#include "core/base/futex.h"
#include "core/base/signals.h"
#include "core/sched/sched_state.h"
#include "core/sched/timer.h"

/* How long it waits before it repeats: 20 us, and twice as long each time, up to some 10 ms. */
enum { REPEAT_NS_MIN = 20000, REPEAT_NS_MAX = 10000000 };

static pthread_t sysmon_thread;

/* Until when to sleep. What is asked from here on is a note. */
static int64_t sysmon_sleep(int64_t repeat_ns)
{
    pthread_mutex_lock(&sched.lock);
    int64_t until = timer_next(), now = nanotime();
    if (until <= now)
        until = now + repeat_ns;
    store_rlx(&sched.sysmon_until, until); /* under the lock, as the next line; hints outside */
    store_rlx(&sched.sysmon_note, 0);
    pthread_mutex_unlock(&sched.lock);
    return until;
}

/* Makes each P look for others at its next pick. */
static void make_look(void)
{
    for (uint32_t i = 0; i < sched.procs; i++)
        store_rlx(&sched.ps[i].turns, 1); /* repeated if it is lost: see above */
}

void *sysmon_main(void *unused)
{
    int64_t repeat_ns = REPEAT_NS_MIN;
    for (;;) {
        if (timer_next() > nanotime()) {
            repeat_ns = REPEAT_NS_MIN;
        } else {
            make_look();
            if (repeat_ns < REPEAT_NS_MAX)
                repeat_ns *= 2;
        }
        int64_t until = sysmon_sleep(repeat_ns);
        if (load_acq(&sched.state) == SCHED_ENDING) /* pairs with store_sc in end_procs() */
            return unused;
        futex_wait(&sched.sysmon_note, 0, until);
    }
}

/* The thread, which the check for deadlocks need not mind. */
static void *sysmon_serve(void *unused)
{
    static struct g own;
    begin_service(&own);
    sysmon_main(unused);
    end_service(&own, NULL);
    return unused;
}

static void sysmon_wake(void)
{
    pthread_mutex_lock(&sched.lock);
    store_rlx(&sched.sysmon_note, 1); /* under the lock; the futex checks it again */
    pthread_mutex_unlock(&sched.lock);
    futex_wake(&sched.sysmon_note, 1);
}

void sysmon_cover(void)
{
    /* Hints. A P whose goroutine has added the next timer has read sysmon_until under the lock
     * (watch_for()): if it is later by now, sysmon has seen the timer. */
    if (timer_next() < load_rlx(&sched.sysmon_until))
        sysmon_wake();
}

int sysmon_start(void)
{
    sigset_t before;
    store_rlx(&sched.sysmon_until, FUTEX_FOREVER); /* no goroutine runs yet */
    signals_block(&before);
    int error = pthread_create(&sysmon_thread, NULL, sysmon_serve, NULL);
    signals_restore(&before);
    if (error)
        sysmon_forget();
    else
        pthread_setname_np(sysmon_thread, "hchan-sysmon");
    return error;
}

void sysmon_stop(void)
{
    if (load_rlx(&sched.sysmon_until) == 0) /* ours: it was never started */
        return;
    sysmon_wake();
    pthread_join(sysmon_thread, NULL);
    sysmon_forget();
}

void sysmon_forget(void)
{
    store_rlx(&sched.sysmon_until, 0); /* the thread is gone, and no P runs */
}
