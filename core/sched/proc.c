/* The life of a goroutine: how it is made, leaves its stack and ends. Owns the lists of dead
 * goroutines, whose Gs and stacks are used again. A park is in proc.h. */
#include "core/sched/proc.h"
#include "core/base/throw.h"
#include "core/sched/live.h"
#include "core/sched/sched_state.h"
#include "core/sched/stack.h"
#include <errno.h>
#include <hchan/sched.h>

/* So many dead goroutines a P keeps for itself, as in Go's gfput. */
enum { GFREE_MAX = REACHABLE(64, 2) };

static void gfput(struct p *pp, struct g *gp)
{
    /* Release: code that finds it unregistered sees what it has woken (core/g/deadlock.c). */
    store_rel(&gp->registered, false);
    gp->next_free = pp->gfree;
    pp->gfree = gp;
    if (++pp->gfrees > GFREE_MAX) {
        pthread_mutex_lock(&sched.lock);
        for (; pp->gfrees > GFREE_MAX / 2; pp->gfrees--) {
            struct g *given = pp->gfree;
            pp->gfree = given->next_free;
            given->next_free = sched.gfree;
            sched.gfree = given;
        }
        pthread_mutex_unlock(&sched.lock);
    }
}

void finish_other(struct p *pp, struct g *gp)
{
    switch (gp->leaving) {
    case LEAVING_NOT:
        break;
    case LEAVING_PARKED: /* and READY */
        queue_put_next(pp, gp);
        break;
    case LEAVING_YIELDED:
        queue_put(pp, gp);
        break;
    case LEAVING_DEAD:
        live_end();
        gfput(pp, gp);
        break;
    }
}

void gosched(void)
{
    struct g *gp = runningg();
    if (!gp || !gp->goroutine) {
        osyield();
        return;
    }
    /* The ring before runnext: a goroutine that yields means all others, and not just its own peer.
     * The peer goes to the ring's end; in runnext it would starve while others yield to each other.
     */
    struct p *pp = gp->p;
    struct g *next = look_around(pp) ? &pp->g0 : runq_take(&pp->runq);
    struct g *peer = runq_take_next(&pp->runq);
    if (!next)
        next = peer;
    else if (peer)
        queue_put(pp, peer);
    if (!next)
        return; /* no other goroutine is runnable here */
    gp->leaving = LEAVING_YIELDED;
    switch_to(gp, next);
}

/* What a goroutine's stack runs. data is the goroutine, or the g0, that was left for this one. */
static void goroutine_main(void *data)
{
    struct g *gp = runningg(), *left = data;
    fiber_arrive(&gp->fiber, &left->fiber);
    finish(gp->p, left);
    gp->startfn(gp->startarg);
    gp->leaving = LEAVING_DEAD;
    switch_to(gp, pick(gp->p)); /* for good */
}

/* A dead goroutine, or a new one, which may lack a stack; NULL if memory ran out. */
static struct g *gfget(struct p *pp)
{
    struct g *gp = pp ? pp->gfree : NULL;
    if (gp) {
        pp->gfree = gp->next_free;
        pp->gfrees--;
        return gp;
    }
    pthread_mutex_lock(&sched.lock);
    gp = sched.gfree;
    if (gp)
        sched.gfree = gp->next_free;
    pthread_mutex_unlock(&sched.lock);
    return gp ? gp : newgoroutine();
}

/* Gives back what gfget() returned. */
static void gfunget(struct g *gp)
{
    pthread_mutex_lock(&sched.lock);
    gp->next_free = sched.gfree;
    sched.gfree = gp;
    pthread_mutex_unlock(&sched.lock);
}

/* gopark(), as a function to point to. */
static void gopark_apart(struct g *gp, int64_t deadline)
{
    gopark(gp, deadline);
}

int newproc(void (*fn)(void *), void *arg)
{
    if (!fn)
        gothrow("go of nil func value");
    struct g *me = runningg();
    struct p *pp = me ? me->p : NULL;
    if (!live_begin(pp != NULL))
        return ESRCH;
    struct g *gp = gfget(pp);
    int error = !gp ? ENOMEM : gp->fiber.bottom ? 0 : stack_alloc(&gp->fiber, sched.stack);
    if (error) {
        if (gp)
            gfunget(gp);
        live_end();
        return error;
    }
    gnew(gp, true);
    gp->fiber.fake = NULL;
    gp->gopark = gopark_apart;
    gp->startfn = fn;
    gp->startarg = arg;
    context_make(&gp->sched, (void *)(uintptr_t)gp->fiber.bottom, gp->fiber.size, goroutine_main);
    goready(gp);
    return 0;
}

bool in_goroutine(void)
{
    return runningg() && runningg()->goroutine;
}
