/* What a P runs next: a goroutine of its own queues, or of the global one, or of another P's ring.
 * It goes idle if there is none. After Go's findRunnable. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/find.h"
#include "core/base/futex.h"
#include "core/sched/idle.h"
#include "core/sched/proc.h"
#include "core/sched/queues.h"
#include "core/sched/sched_state.h"
#include "core/sched/sysmon.h"
#include "core/sched/timer.h"

/* For how long a P searches the others before it goes idle: some 15 us in all, if a pause takes
 * 24 ns. (Go searches four times and does not pause.) */
enum { SEARCH_TURNS = 64, SEARCH_PAUSES = 10 };

/* Takes the goroutines whose deadlines have passed: returns the first of them, or NULL. The others
 * go to the end of pp's ring. */
static struct g *take_due(struct p *pp)
{
    int64_t due = timer_next();
    if (due == FUTEX_FOREVER)
        return NULL;
    int64_t now = nanotime();
    struct g *first = due <= now ? timers_due(now) : NULL, *gp = first ? first->schedlink : NULL;
    while (gp) {
        struct g *next = gp->schedlink; /* before it may run */
        queue_put(pp, gp);
        gp = next;
    }
    return first;
}

/* look_around() has sent us here: it is the turn of the ring and of the global queue, one after the
 * other. Returns a goroutine of theirs; then runnext's goes to the end of the ring, or else it
 * would win again as soon as this one parks. NULL if they are empty, or if `due`: a goroutine that
 * was due takes the turn, but not twice running. */
static struct g *others_turn(struct p *pp, bool due)
{
    bool owed = pp->owed;
    pp->owed = due && !owed;
    store_rlx(&pp->rounds, load_rlx(&pp->rounds) + 1); /* a hint */
    store_rlx(&pp->turns, pp->owed ? 1 : FAIR_TICK);   /* over a 1 of sysmon's, which repeats it */
    if (pp->owed)
        return NULL;
    pp->global_first = !pp->global_first;
    struct g *gp = pp->global_first ? global_take(pp) : runq_take(&pp->runq);
    if (!gp)
        gp = pp->global_first ? runq_take(&pp->runq) : global_take(pp);
    struct g *peer = gp ? runq_take_next(&pp->runq) : NULL;
    if (peer)
        queue_put(pp, peer);
    return gp;
}

/* Takes from pp's own queues, or from the global one. */
static struct g *find_own(struct p *pp)
{
    struct g *due = take_due(pp), *gp = NULL;
    if (load_rlx(&pp->turns) == 0) /* ours, unless sysmon asks for another turn */
        gp = others_turn(pp, due);
    if (gp && due)
        queue_put_next(pp, due);
    else if (due)
        gp = due;
    if (!gp)
        gp = runq_take_next(&pp->runq);
    if (!gp)
        gp = runq_take(&pp->runq);
    return gp ? gp : global_take(pp);
}

/* Half of another P's ring. Returns one of them. */
static struct g *steal_from(struct p *pp, struct p *victim)
{
    uint32_t moved;
    struct g *gp = runq_steal(&pp->runq, &victim->runq, &moved);
    if (moved)
        wake_another();
    return gp;
}

static struct g *steal(struct p *pp)
{
    struct g *gp = NULL;
    uint32_t others = sched.procs - 1, from = cheaprandn(&pp->g0, others);
    for (uint32_t i = 0; i < others && !gp; i++) {
        uint32_t victim = pp->id + 1 + (from + i) % others;
        gp = steal_from(pp, &sched.ps[victim % sched.procs]);
    }
    return gp ? gp : global_take(pp);
}

/* Searches the other Ps' rings for a while. At most half as many Ps as are busy do so, as in Go,
 * since each is in the others' way. */
static struct g *spin(struct p *pp)
{
    if (!pp->spinning &&
        2 * load_rlx(&sched.spinning) < sched.procs - load_rlx(&sched.idles)) /* estimates */
        start_spinning(pp);
    struct g *gp = NULL;
    for (int i = 0; i < SPIN_BUDGET(SEARCH_TURNS); i++) {
        gp = steal(pp);
        if (gp || !pp->spinning || load_rlx(&sched.state) == SCHED_ENDING) /* a hint */
            break;
        procyield(SEARCH_PAUSES);
    }
    return gp;
}

/* The next goroutine to run, whenever there is one. NULL: the scheduler ends. */
static struct g *find_runnable(struct p *pp)
{
    for (;;) {
        struct g *gp = find_own(pp);
        if (!gp)
            gp = spin(pp);
        if (gp) {
            found_work(pp);
            sysmon_cover();
            return gp;
        }
        if (load_acq(&sched.state) == SCHED_ENDING) { /* pairs with store_sc in end_procs() */
            stop_spinning(pp);
            return NULL;
        }
        go_idle(pp);
    }
}

void schedule(struct p *pp)
{
    struct g *gp;
    while ((gp = find_runnable(pp)) != NULL)
        switch_to(&pp->g0, gp);
}
