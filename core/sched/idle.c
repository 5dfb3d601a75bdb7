/* How Ps go idle, and are woken: the protocol that the head of sched_state.h argues for.
 *
 * Owns the list of idle Ps, the watcher among them, the counts of idle and of spinning Ps, and each
 * P's note. variants/tests/models/sched.pml is a model of it. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/idle.h"
#include "core/base/futex.h"
#include "core/sched/sched_state.h"
#include "core/sched/timer.h"

/* How long the watcher sleeps between two checks, as Go's sysmon does: 20 us; after 50 checks in
 * vain, twice as long each time, up to some 10 ms. */
enum { WATCH_NS_MIN = 20000, WATCH_LOOKS = 50, WATCH_NS_MAX = 10000000 };

static void wake(struct p *pp, enum note note)
{
    uint32_t none = NOTE_NONE;
    if (note == NOTE_RUN)
        store_rel(&pp->note, NOTE_RUN);             /* pairs with load_acq in idle_sleep() */
    else if (!cas_rel(&pp->note, &none, NOTE_LOOK)) /* likewise; fails if there is a note */
        return;
    futex_wake(&pp->note, 1);
}

/* Takes pp from the idle Ps. Returns a P that must be woken to check, since it is the watcher now,
 * or has something to watch now; or NULL. The lock is held. */
static struct p *idle_remove(struct p *pp)
{
    struct p **at = &sched.idle;
    while (*at != pp)
        at = &(*at)->link;
    *at = pp->link;
    pp->idle = false;
    bool all_were = fadd_sc(&sched.idles, -1U) == sched.procs; /* seq_cst: as in go_idle() */
    if (sched.watcher == pp) {
        sched.watcher = sched.idle;
        return sched.watcher;
    }
    return all_were ? sched.watcher : NULL; /* while all are idle the watcher sleeps for good */
}

void wake_another(void)
{
    uint32_t none = 0;
    /* All seq_cst. The caller has written a queue before; go_idle() writes idles, stop_spinning()
     * spinning, before they read the queues. */
    if (load_sc(&sched.idles) == 0 || load_sc(&sched.spinning) != 0 ||
        !cas_sc(&sched.spinning, &none, 1))
        return;
    pthread_mutex_lock(&sched.lock);
    struct p *pp = sched.idle, *look = NULL;
    if (pp) {
        look = idle_remove(pp);
        pp->spinning = true;
    } else {
        /* No P becomes idle while we hold the lock. Later this count would keep others from waking
         * a P that has gone idle meanwhile, although no P looks for work. seq_cst: as above. */
        fadd_sc(&sched.spinning, -1U);
    }
    pthread_mutex_unlock(&sched.lock);
    if (pp)
        wake(pp, NOTE_RUN);
    if (look)
        wake(look, NOTE_LOOK);
}

void start_spinning(struct p *pp)
{
    pp->spinning = true;
    fadd_sc(&sched.spinning, 1); /* seq_cst: as in stop_spinning() */
}

void stop_spinning(struct p *pp)
{
    if (pp->spinning) {
        pp->spinning = false;
        fadd_sc(&sched.spinning, -1U); /* before a check of the queues; pairs with wake_another() */
    }
}

/* Whether a P that is about to sleep has something to do. seq_cst, with runq_some(): they pair with
 * the stores in global_put(), runq_push() and end_procs(). */
static bool some_work(void)
{
    if (load_sc(&sched.state) == SCHED_ENDING || load_sc(&sched.size))
        return true;
    for (uint32_t i = 0; i < sched.procs; i++)
        if (runq_some(&sched.ps[i].runq))
            return true;
    return false;
}

void found_work(struct p *pp)
{
    if (pp->spinning) {
        stop_spinning(pp);
        if (some_work())
            wake_another();
    }
}

/* Takes pp from the idle Ps. False if that is done already, and pp is about to be woken. */
static bool come_back(struct p *pp)
{
    struct p *look = NULL;
    pthread_mutex_lock(&sched.lock);
    bool idle = pp->idle;
    if (idle)
        look = idle_remove(pp);
    pthread_mutex_unlock(&sched.lock);
    if (look)
        wake(look, NOTE_LOOK);
    return idle;
}

void wake_all(void)
{
    for (uint32_t i = 0; i < sched.procs; i++)
        if (come_back(&sched.ps[i]))
            wake(&sched.ps[i], NOTE_RUN);
}

/* A P that has a goroutine in its runnext, and whose goroutines have not switched since the last
 * check; or NULL. (A goroutine that its g0 picked does not count.) The lock is held. */
static struct p *stale_next(struct p *watcher)
{
    struct p *stale = NULL;
    for (uint32_t i = 0; i < sched.procs; i++) {
        struct p *pp = &sched.ps[i];
        uint32_t tick = p_tick(pp);
        if (pp != watcher && tick == pp->seentick && load_rlx(&pp->runq.next)) /* a hint */
            stale = pp;
        pp->seentick = tick;
    }
    return stale;
}

/* If pp is the watcher, it takes over what has stayed in a runnext. Returns whether it did, and so
 * is no longer idle. */
static bool watch(struct p *pp)
{
    struct p *look = NULL, *stale = NULL;
    pthread_mutex_lock(&sched.lock);
    if (sched.watcher == pp)
        stale = stale_next(pp);
    if (stale)
        look = idle_remove(pp);
    pthread_mutex_unlock(&sched.lock);
    if (look)
        wake(look, NOTE_LOOK);
    struct g *gp = stale ? runq_take_next(&stale->runq) : NULL;
    if (gp)
        (void)runq_set_next(&pp->runq, gp); /* which was empty: pp has run what it had */
    return stale;
}

/* Until when pp may sleep: for ever, unless it is the watcher. Kept for watch_for(). */
static int64_t sleep_until(struct p *pp, int64_t watch_ns)
{
    int64_t until = FUTEX_FOREVER;
    pthread_mutex_lock(&sched.lock);
    if (sched.watcher == pp) {
        if (load_rlx(&sched.idles) < sched.procs) /* written under the lock, which we have */
            until = nanotime() + watch_ns;
        if (timer_next() < until)
            until = timer_next();
        sched.watch_until = until;
    }
    pthread_mutex_unlock(&sched.lock);
    return until;
}

/* A goroutine of pp, which is about to leave its stack, has added the timer that is due before all
 * others. The watcher must not sleep past it; nor must sysmon, unless pp goes idle: so pp's g0
 * picks next, and decides that. */
static void watch_for(struct p *pp, int64_t when)
{
    pthread_mutex_lock(&sched.lock);
    struct p *look = when < sched.watch_until ? sched.watcher : NULL;
    if (when < load_rlx(&sched.sysmon_until)) /* written under the lock */
        store_rlx(&pp->turns, 1);             /* ours, as in look_around() */
    pthread_mutex_unlock(&sched.lock);
    if (look)
        wake(look, NOTE_LOOK);
}

void wake_at(struct g *gp, int64_t when)
{
    if (timer_add(gp, when))
        watch_for(gp->p, when);
}

/* Sleeps until pp is no longer idle. */
static void idle_sleep(struct p *pp)
{
    int64_t watch_ns = WATCH_NS_MIN;
    for (int looks = 0;; looks++) {
        if (looks >= WATCH_LOOKS && watch_ns < WATCH_NS_MAX)
            watch_ns *= 2;
        futex_wait(&pp->note, NOTE_NONE, sleep_until(pp, watch_ns));
        uint32_t note = load_acq(&pp->note); /* pairs with the stores in wake() */
        if (note == NOTE_RUN)
            break;
        if (note == NOTE_LOOK)
            cas_rlx(&pp->note, &note, NOTE_NONE); /* fails if it is NOTE_RUN by now */
        if (timer_next() <= nanotime() && come_back(pp))
            return;
        if (watch(pp))
            return;
    }
    store_rlx(&pp->note, NOTE_NONE); /* the next wake comes after pp has gone idle again */
}

void go_idle(struct p *pp)
{
    pthread_mutex_lock(&sched.lock);
    bool spun = pp->spinning;
    pp->spinning = false; /* from here on a waker may set it */
    pp->link = sched.idle;
    sched.idle = pp;
    pp->idle = true;
    if (!sched.watcher)
        sched.watcher = pp;
    fadd_sc(&sched.idles, 1); /* before the check of the queues; pairs with wake_another() */
    pthread_mutex_unlock(&sched.lock);
    if (spun)
        fadd_sc(&sched.spinning, -1U); /* likewise */
    if (!some_work() || !come_back(pp))
        idle_sleep(pp);
    else /* whoever put it there may rely on us: found_work() wakes another P for what we leave */
        start_spinning(pp);
}
