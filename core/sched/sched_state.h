/* The scheduler runs goroutines on Ps. See hchan/sched.h for what users see, runq.h for a P's
 * queue, and variants/park/go.h for how a goroutine and its waker meet. After Go's runtime/proc.go.
 *
 * No runnable goroutine is forgotten. A P, or a thread, that puts one into a ring or into the
 * global queue then checks whether a P is idle, and wakes one unless another P is looking for work
 * already. A P that is about to sleep first becomes idle, and then checks all queues once more.
 * Both write first and read then, in seq_cst order, so one of them sees the other. A P that looks
 * for work (spinning) and stops checks the queues once more after it has stopped, for the same
 * reason.
 *
 * Runnext is exempt. Its goroutine is to run on the P that made it ready, a moment later, when the
 * one that runs there parks; to wake another P for it would cost more than it saves. If it does
 * not park, the watcher helps: one of the idle Ps checks the others now and then, and takes what
 * has stayed in a runnext. It watches the timers as well. If no P is idle there is no watcher, and
 * no P that could run the goroutine sooner; for the timers there is then a thread (sysmon.c).
 *
 * No runnable goroutine waits without a bound, in picks. A P counts its picks. Each FAIR_TICK-th,
 * and each after sysmon has asked for it, is the turn of others than runnext (find.c): of a
 * goroutine whose deadline has passed, but not twice running; of the ring and of the global queue,
 * one after the other. So each of these two gets a pick among FAIR_BOUND = 2 * (FAIR_TICK + 1) of
 * the P. A goroutine leaves a queue from its head, and comes nearer to it as long as it waits:
 *
 *   - In the older half of a ring it stays until it is taken, by the P or by a thief, in whose
 *     ring it has fewer before it: for at most FAIR_BOUND * RUNQ_SIZE / 2 picks.
 *   - In the newer half it stays for as many at most. If the ring is full it may be moved to the
 *     end of the global queue. From there it never comes back to a newer half: it runs at once, or
 *     goes to an older half (global_take()).
 *   - From the global queue one is taken in each FAIR_BOUND picks of any P.
 *   - In runnext it runs at the next pick, or goes to the end of the ring, and does not come back.
 *
 * So if no more than n are runnable at a time, each runs after FAIR_BOUND * (n + RUNQ_SIZE) picks:
 * by the P in whose ring it waits, or by any P while it is in the global queue.
 * variants/tests/models/fair.pml checks this with small numbers. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_SCHED_STATE_H
#define CORE_SCHED_SCHED_STATE_H

#include "core/g/g.h"
#include "core/sched/p.h"
#include "core/sched/stack.h"
#include <hchan/sched.h>
#include <pthread.h>

/* What the scheduler does. It goes through these states in turn; from STARTING to ENDING if a P
 * cannot be started. While it is STOPPING only goroutines make goroutines (live.c); when it is
 * ENDING no goroutine is left, and the Ps end. */
enum sched_does { SCHED_STOPPED, SCHED_STARTING, SCHED_RUNNING, SCHED_STOPPING, SCHED_ENDING };

struct sched {
    pthread_mutex_t lock;
    /* Under lock. */
    struct g *head, *tail; /* the global queue, by schedlink */
    struct p *idle;        /* idle Ps by link, the one that went idle last first */
    struct g *gfree;       /* dead goroutines by next_free; without lock while no P runs */
    struct g *gsized[STACK_CLASSES + 1]; /* likewise, by the class of their own stacks, from 1 */
    struct p *watcher;                   /* an idle P; NULL if none is idle */
    int64_t watch_until;                 /* when the watcher wakes by itself */

    alignas(CACHE_LINE) _Atomic uint32_t size; /* of the global queue; written under lock */
    _Atomic uint32_t idles, spinning;          /* numbers of Ps; idles is written under lock */
    _Atomic uint32_t state;                    /* enum sched_does */
    _Atomic uint32_t started;                  /* Ps whose thread has begun; a futex */
    _Atomic int64_t sysmon_until; /* when sysmon looks by itself; 0: there is none; under lock */
    _Atomic uint32_t sysmon_note; /* it is to look now; a futex; written under lock */
    alignas(CACHE_LINE) _Atomic uint32_t live; /* goroutines that have not ended; a futex */

    /* Written while no P runs. */
    struct p *ps;
    uint32_t procs; /* of ps, how many there are now; written under lock */
    uint32_t room;  /* of ps, how many there is memory for */
    size_t stack;   /* bytes of a stack, with its guard */
    struct sched_options options;
};
extern struct sched sched;

#endif
