/* The scheduler: goroutines on Ps. See hchan/sched.h for what users see, core/sched/runq.h for a
 * P's queue, and variants/park/go.h for how a goroutine and its waker meet.
 *
 * No runnable goroutine is forgotten. Who puts one into a ring, or into the global queue, looks
 * after that whether a P is idle, and wakes one unless another is looking for work already. Who is
 * about to sleep first says so, and then looks at all queues once more. Both say first and look
 * then, in seq_cst order, so one of them sees the other. A P that stops looking (spinning) looks
 * once more after it has said so, for the same reason.
 *
 * One place is exempt: runnext. Its goroutine is to run on the P that made it ready, a moment
 * later, when that one parks; to wake another P for it would cost more than it saves. Where it does
 * not park, the watcher sees it: the idle P that sleeps longest looks at the others now and then,
 * and takes what has stayed in a runnext. No idle P, no watcher: then nobody could run it sooner.
 * It watches the timers as well. Source: Go's proc.go, whose sysmon the watcher replaces. */
#ifndef CORE_SCHED_SCHED_STATE_H
#define CORE_SCHED_SCHED_STATE_H

#include "core/g/g.h"
#include "core/sched/p.h"
#include <hchan/sched.h>
#include <pthread.h>

/* What the scheduler does: it goes through these states in turn, and from STARTING to ENDING where
 * a P cannot be started. Only goroutines make goroutines while it is STOPPING (live.c); when it is
 * ENDING none is left, and the Ps end. */
enum sched_does { SCHED_STOPPED, SCHED_STARTING, SCHED_RUNNING, SCHED_STOPPING, SCHED_ENDING };

struct sched {
    pthread_mutex_t lock;
    struct g *head, *tail;                     /* the global queue, by schedlink; under lock */
    struct p *idle;                            /* idle Ps, the last one to go first; under lock */
    struct g *gfree;                           /* dead goroutines; under lock */
    struct p *watcher;                         /* an idle P; under lock */
    int64_t watch_until;                       /* when the watcher wakes by itself; under lock */
    alignas(CACHE_LINE) _Atomic uint32_t size; /* of the global queue; written under lock */
    _Atomic uint32_t idles, spinning;          /* how many Ps. idles is written under lock */
    _Atomic uint32_t state;                    /* enum sched_does */
    _Atomic uint32_t started;                  /* Ps whose thread has begun; a futex */
    alignas(CACHE_LINE) _Atomic uint32_t live; /* goroutines that have not ended; a futex */
    struct p *ps;
    uint32_t procs; /* how many Ps there are; written under lock, while none of them runs */
    uint32_t room;  /* how many ps there are */
    size_t stack;
    _Atomic(struct g *) waiter; /* in schedwait(), and unregistered meanwhile */
    struct sched_options options;
};
extern struct sched sched;

#endif
