/* How a goroutine leaves its stack, and another one resumes: inline, for what it costs is what a
 * park costs. Private to core, and to the park policy `go`. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_PROC_H
#define CORE_SCHED_PROC_H

#include "core/base/futex.h"
#include "core/g/g.h"
#include "core/sched/idle.h"
#include "core/sched/p.h"
#include "core/sched/queues.h"
#include "core/sched/timer.h"

/* What is left to do for gp, which has left its stack for another reason than a park, or was made
 * ready before it had left it. By the goroutine, or the g0, that runs next on its P. */
void finish_other(struct p *pp, struct g *gp);

static inline void finish(struct p *pp, struct g *gp)
{
    uint32_t word = GPARK_WAITING;
    /* Release: pairs with the waker's exchange, and with expire(), after which gp is resumed from
     * what the switch has written to gp->sched. Acquire if it fails: it is READY already, and
     * goes on to read what its waker wrote. */
    if (__builtin_expect(gp->leaving == LEAVING_PARKED, 1) &&
        cas_acqrel(&gp->park, &word, GPARK_ASLEEP))
        return;
    finish_other(pp, gp);
}

/* switch_to() without the exceptions of C++. */
static inline void switch_stacks(struct g *gp, struct g *to)
{
    to->p = gp->p;
    setg(to);
    fiber_leave(&gp->fiber, &to->fiber, gp->leaving == LEAVING_DEAD);
    struct g *left = context_switch(&gp->sched, &to->sched, gp);
    fiber_arrive(&gp->fiber, &left->fiber);
    finish(gp->p, left);
}

/* switch_to(), of a goroutine that handles an exception. */
void switch_handling(struct g *gp, struct g *to);

/* One test for both words, since every switch of a C++ program asks. */
static inline bool handles_exception(const struct p *pp)
{
    const struct cxx_exceptions *e = pp->exceptions;
    return __builtin_expect(((uintptr_t)e->caught | e->uncaught) != 0, 0);
}

/* Leaves gp, which calls, for `to`: its P's g0, or a goroutine that was taken from a queue. Returns
 * when something switches back to gp, perhaps in another thread: what was known of thread-local
 * variables before does not hold any more. */
static inline void switch_to(struct g *gp, struct g *to)
{
    if (__builtin_expect(handles_exception(gp->p), 0))
        switch_handling(gp, to);
    else
        switch_stacks(gp, to);
}

/* Counts a pick. True if it is the turn of others than those next in line: g0 decides. */
static inline bool look_around(struct p *pp)
{
    uint32_t turns = load_rlx(&pp->turns) - 1;
    store_rlx(&pp->turns, turns); /* over a 1 of sysmon's, perhaps, which then repeats it */
    return turns == 0;
}

/* The goroutine that runs next on pp; or g0, which searches further. */
static inline struct g *pick(struct p *pp)
{
    if (look_around(pp))
        return &pp->g0;
    struct g *gp = runq_take_next(&pp->runq);
    if (!gp)
        gp = runq_take(&pp->runq);
    return gp ? gp : &pp->g0;
}

/* gp, the calling goroutine, leaves its stack until its park word is READY, or `deadline` has
 * passed. Inlined, and the rare part is a call: a function that returns on another stack is a wrong
 * guess of the processor's (core/base/context.h). */
static inline __attribute__((always_inline)) void gopark(struct g *gp, int64_t deadline)
{
    bool bounded = deadline != FUTEX_FOREVER;
    if (__builtin_expect(bounded, 0))
        wake_at(gp, deadline);
    gp->leaving = LEAVING_PARKED;
    switch_to(gp, pick(gp->p));
    if (__builtin_expect(bounded, 0))
        timer_del(gp);
}

#endif
