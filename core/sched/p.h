/* P: a thread that runs goroutines, and its queue. For core/sched, and for the park policy `go`. */
#ifndef CORE_SCHED_P_H
#define CORE_SCHED_P_H

#include "core/g/g.h"
#include "core/sched/runq.h"
#include <pthread.h>

/* Why a sleeping P is woken: to check what it watches, or because it is no longer idle. */
enum note { NOTE_NONE, NOTE_LOOK, NOTE_RUN };

struct p {
    struct runq runq;
    alignas(CACHE_LINE) struct g g0; /* the thread's own stack, on which it looks for work */
    uint32_t id;
    _Atomic uint32_t schedtick; /* picks by goroutines that left it; written by itself */
    uint32_t seentick;          /* schedtick as the watcher saw it; under sched.lock */
    bool spinning;              /* counted in sched.spinning; while it is idle, under sched.lock */
    struct g *gfree;            /* dead goroutines, by next_free */
    uint32_t gfrees;            /* how many those are */
    pthread_t thread;
    int error; /* of its start */

    alignas(CACHE_LINE) _Atomic uint32_t note; /* enum note; a futex */
    bool idle;       /* in the list of idle Ps. This and link are under sched.lock */
    struct p *link;  /* the P that went idle before it */
    struct p *older; /* the array that a bigger one has replaced; in the first P of an array */
};

#endif
