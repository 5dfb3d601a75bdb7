/* P: a thread that runs goroutines, and its queue. For core/sched, and for the park policy `go`. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_P_H
#define CORE_SCHED_P_H

#include "core/g/g.h"
#include "core/sched/runq.h"
#include <pthread.h>

/* Why a sleeping P is woken: to check what it watches, or because it is no longer idle. */
enum note { NOTE_NONE, NOTE_LOOK, NOTE_RUN };

/* What C++ knows of the exceptions that a thread has thrown and still handles
 * (__cxa_get_globals()). */
struct cxx_exceptions {
    void *caught;
    unsigned uncaught;
};

struct p {
    struct runq runq;
    alignas(CACHE_LINE) struct g g0; /* the thread's own stack, on which it looks for work */
    uint32_t id;
    _Atomic uint32_t turns;  /* picks until it is the turn of others; sysmon sets it, too */
    _Atomic uint32_t rounds; /* how many such turns there were; written by itself */
    uint32_t seentick;       /* p_tick() as the watcher saw it; under sched.lock */
    bool owed;               /* a deadline has taken the turn of others: they get the next one */
    bool global_first;       /* it was the global queue's turn, and not the ring's */
    bool spinning;           /* counted in sched.spinning; while it is idle, under sched.lock */
    struct g *gfree;         /* dead goroutines, by next_free */
    uint32_t gfrees;         /* how many those are */
    struct cxx_exceptions *exceptions; /* of its thread; &none without C++ */
    struct cxx_exceptions none;
    pthread_t thread;
    int error; /* of its start */

    alignas(CACHE_LINE) _Atomic uint32_t note; /* enum note; a futex */
    bool idle;       /* in the list of idle Ps. This and link are under sched.lock */
    struct p *link;  /* the P that went idle before it */
    struct p *older; /* the array that a bigger one has replaced; in the first P of an array */
};

/* Once in so many picks others come before runnext, as in Go. A prime number, so that it does not
 * keep step with what a program does. And in so many the ring and the global queue each have a turn
 * (sched_state.h says why). */
enum { FAIR_TICK = REACHABLE(61, 5), FAIR_BOUND = 2 * (FAIR_TICK + 1) };

/* A number that changes with each pick on pp: a hint, for others. */
static inline uint32_t p_tick(struct p *pp)
{
    return load_rlx(&pp->rounds) * (FAIR_TICK + 1) + FAIR_TICK - load_rlx(&pp->turns);
}

#endif
