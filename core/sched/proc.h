/* The scheduler's own: P, its queue, and how a goroutine leaves and resumes. Private to core, and
 * to the park policy `go`. */
#ifndef CORE_SCHED_PROC_H
#define CORE_SCHED_PROC_H

#include "core/base/futex.h"
#include "core/g/g.h"
#include "core/sched/runq.h"
#include <pthread.h>

/* What wakes a P that sleeps. */
enum note { NOTE_NONE, NOTE_LOOK, NOTE_RUN };

/* A P, and its thread. */
struct p {
    struct runq runq;
    alignas(CACHE_LINE) struct g g0; /* the thread's own stack, on which it looks for work */
    uint32_t id;
    _Atomic uint32_t schedtick; /* how many goroutines it has picked; written by itself */
    uint32_t seentick;          /* schedtick as the watcher saw it; under sched.lock */
    bool spinning;              /* counted in sched.spinning; while it is idle, under sched.lock */
    struct g *gfree;            /* dead goroutines, by next_free */
    uint32_t gfrees;
    pthread_t thread;
    int error; /* of its start */

    alignas(CACHE_LINE) _Atomic uint32_t note; /* enum note; a futex */
    bool idle;       /* in the list of idle Ps. This and the next under sched.lock */
    struct p *link;  /* the one that went idle before it */
    struct p *older; /* Ps that a greater number has replaced; of the first one */
};

/* Stacks (core/sched/stack.c). */

/* The bytes of a stack that is asked for with `size`, its guard included; 0: out of range. */
size_t stack_size(size_t size);
/* A stack of so many bytes. Returns 0 or an error number. */
int stack_alloc(struct fiber *f, size_t size);
/* From here on, an overflow in a goroutine of the calling thread is told as such. Returns what
 * stack_unguard() takes; NULL where there is no memory. */
void *stack_guard(void);
void stack_unguard(void *altstack);

/* Timers (core/sched/timer.c): the deadlines of parked goroutines. */

/* gp is about to park until `when`; has gone on. */
void timer_add(struct g *gp, int64_t when);
void timer_del(struct g *gp);
/* When the next one is due; FUTEX_FOREVER: none. Without a lock: an old answer is possible. */
int64_t timer_next(void);
/* Makes the goroutines ready that are due. By a P. */
void timers_run(int64_t now);

/* Leaving a stack, and resuming another. Inline, for what it costs is what a park costs. */

enum { FAIR_TICK = REACHABLE(64, 5) }; /* every so many picks, others come before runnext */

/* What is left to do for who has left its stack for another reason than a park; or had been made
 * ready before it was off. By who runs next on its P. */
void finish_other(struct p *pp, struct g *gp);

static inline void finish(struct p *pp, struct g *gp)
{
    uint32_t word = GPARK_WAITING;
    /* Release: who makes it READY, or finds its time over, resumes it with what the switch has
     * written to gp->sched. Acquire where it fails: it has been made READY already, and goes on to
     * read what its waker wrote. */
    if (__builtin_expect(gp->leaving == LEAVING_PARKED, 1) &&
        cas_acqrel(&gp->park, &word, GPARK_ASLEEP))
        return;
    finish_other(pp, gp);
}

/* Leaves gp, which runs on its P, for `to`, which is gp's own P's or was taken from a queue.
 * Returns when somebody switches back, perhaps in another thread: from here on nothing may be known
 * of thread-local variables. */
static inline void switch_to(struct g *gp, struct g *to)
{
    to->p = gp->p;
    store_rlx(&to->status, GRUNNING);
    setg(to);
    fiber_leave(&gp->fiber, &to->fiber, gp->leaving == LEAVING_DEAD);
    struct g *left = context_switch(&gp->sched, &to->sched, gp);
    fiber_arrive(&gp->fiber, &left->fiber);
    finish(gp->p, left);
}

/* Counts a pick. True, now and then: others than those next in line should have a chance. */
static inline bool look_around(struct p *pp)
{
    uint32_t tick = load_rlx(&pp->schedtick) + 1;
    store_rlx(&pp->schedtick, tick); /* for the watcher, a hint */
    return tick % FAIR_TICK == 0;
}

/* The next to run where nothing speaks for a look around; or the P's own stack, which looks. */
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
 * passed. */
static inline void gopark(struct g *gp, int64_t deadline)
{
    bool bounded = deadline != FUTEX_FOREVER;
    if (__builtin_expect(bounded, 0))
        timer_add(gp, deadline);
    gp->leaving = LEAVING_PARKED;
    store_rlx(&gp->status, GWAITING);
    switch_to(gp, pick(gp->p));
    if (__builtin_expect(bounded, 0))
        timer_del(gp);
}

/* The goroutine gp is runnable from now on. By whoever set its park word from ASLEEP to another
 * state. */
void goready(struct g *gp);

/* A timer that is due before any other was added: who watches must know. */
void sched_timer_added(int64_t when);

#endif
