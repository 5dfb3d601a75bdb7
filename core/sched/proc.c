/* The life of a goroutine: how it is made, leaves its stack and ends. Owns the lists of dead
 * goroutines, whose Gs and stacks are used again. A park is in proc.h. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/proc.h"
#include "core/base/throw.h"
#include "core/sched/live.h"
#include "core/sched/sched_state.h"
#include "core/sched/stack.h"
#include <errno.h>
#include <hchan/sched.h>
#include <stdalign.h>
#include <string.h>

/* So many dead goroutines a P keeps for itself, as in Go's gfput. */
enum { GFREE_MAX = REACHABLE(64, 2) };

/* The list of dead goroutines that have stacks like gp's. Under lock. */
static struct g **gfree_like(unsigned class)
{
    return class ? &sched.gsized[class] : &sched.gfree;
}

/* Gives gp, which is dead or was not used, to all Ps. */
static void gfgive(struct g *gp)
{
    struct g **list = gfree_like(gp->stack_class);
    pthread_mutex_lock(&sched.lock);
    gp->next_free = *list;
    *list = gp;
    pthread_mutex_unlock(&sched.lock);
}

static void gfput(struct p *pp, struct g *gp)
{
    /* Release: code that finds it unregistered sees what it has woken (core/g/deadlock.c). */
    store_rel(&gp->registered, false);
    if (gp->stack_class) {
        gfgive(gp);
        return;
    }
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

/* The thread's exceptions are those of the goroutine that runs there: they go with it, to wherever
 * it goes on. */
void switch_handling(struct g *gp, struct g *to)
{
    struct cxx_exceptions own = *gp->p->exceptions;
    *gp->p->exceptions = (struct cxx_exceptions){0};
    switch_stacks(gp, to);
    *gp->p->exceptions = own;
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
        racegoend(&gp->fiber);
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
    racereleasemerge(&sched.live); /* acquired by schedwait() */
    gp->leaving = LEAVING_DEAD;
    switch_to(gp, pick(gp->p)); /* for good */
}

/* A dead goroutine, or a new one, which may lack a stack, for one of the class; NULL if memory ran
 * out. */
static struct g *gfget(struct p *pp, unsigned class)
{
    struct g *gp = pp && !class ? pp->gfree : NULL;
    if (gp) {
        pp->gfree = gp->next_free;
        pp->gfrees--;
        return gp;
    }
    struct g **list = gfree_like(class);
    pthread_mutex_lock(&sched.lock);
    gp = *list;
    if (gp)
        *list = gp->next_free;
    pthread_mutex_unlock(&sched.lock);
    if (!gp)
        gp = newgoroutine();
    if (gp)
        gp->stack_class = (uint8_t) class;
    return gp;
}

/* gfget(), with a stack. Returns 0 or an error number. */
static int gfget_stack(struct p *pp, unsigned class, struct g **got)
{
    struct g *gp = *got = gfget(pp, class);
    if (!gp)
        return ENOMEM;
    if (gp->fiber.bottom) {
        fiber_reuse(&gp->fiber);
        return 0;
    }
    int error = stack_alloc(&gp->fiber, class ? stack_class_size(class) : sched.stack);
    if (error)
        gfgive(gp);
    return error;
}

/* gopark(), as a function to point to. */
static void gopark_apart(struct g *gp, int64_t deadline)
{
    gopark(gp, deadline);
}

/* The bytes of a stack that a copy of `size` bytes takes, at its top. */
static size_t copy_room(size_t size)
{
    enum { ALIGN = alignof(max_align_t) };
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

/* gp has a stack. It will call fn with arg, or with a copy of the `copy` bytes there. */
static void begin_life(struct g *gp, void (*fn)(void *), const void *arg, size_t copy)
{
    size_t size = gp->fiber.size - copy_room(copy);
    char *bottom = (char *)(uintptr_t)gp->fiber.bottom;
    gnew(gp, true);
    gp->gopark = gopark_apart;
    gp->startfn = fn;
    gp->startarg = copy ? memcpy(bottom + size, arg, copy) : (void *)(uintptr_t)arg;
    context_make(&gp->sched, bottom, size, goroutine_main);
}

static int start(void (*fn)(void *), const void *arg, size_t copy, unsigned class,
                 const void *callerpc)
{
    if (!fn)
        gothrow("go of nil func value");
    struct g *gp, *me = runningg();
    struct p *pp = me ? me->p : NULL;
    if (!live_begin(pp != NULL))
        return ESRCH;
    int error = gfget_stack(pp, class, &gp);
    if (!error && copy > gp->fiber.size / HCHAN_COPY_SHARE) {
        gfgive(gp);
        error = E2BIG;
    }
    if (error) {
        live_end();
        return error;
    }
    racegostart(&gp->fiber, arg, copy, callerpc);
    begin_life(gp, fn, arg, copy);
    goready(gp);
    return 0;
}

int newproc(void (*fn)(void *), void *arg)
{
    return start(fn, arg, 0, 0, __builtin_return_address(0));
}

int hchan_newproc_copy(void (*fn)(void *), const void *arg, size_t size)
{
    return start(fn, arg, size, 0, __builtin_return_address(0));
}

int hchan_newproc_with(void (*fn)(void *), const void *arg,
                       const struct hchan_newproc_options *options)
{
    static const struct hchan_newproc_options usual;
    const struct hchan_newproc_options *o = options ? options : &usual;
    unsigned class = o->stack_size ? stack_class(o->stack_size) : 0;
    if (o->stack_size && !class)
        return EINVAL;
    return start(fn, arg, o->copy, class, __builtin_return_address(0));
}

bool in_goroutine(void)
{
    return runningg() && runningg()->goroutine;
}
