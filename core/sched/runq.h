/* A P's queue of runnable goroutines, after Go's (runtime/proc.go, runqput and what follows it): a
 * ring, into which the P puts them and from which any P takes them; and one place, runnext, for the
 * one that was made ready last. Its data is still in this P's cache, and its peer is about to park.
 *
 * Only the owner, the P itself, writes `tail`, and runnext if it is NULL. `head` moves by a
 * swap. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_RUNQ_H
#define CORE_SCHED_RUNQ_H

#include "core/g/g.h"

enum { RUNQ_SIZE = REACHABLE(256, 4) }; /* Go's */

struct runq {
    alignas(CACHE_LINE) _Atomic(struct g *) next; /* runnext */
    _Atomic uint32_t head, tail;
    _Atomic(struct g *) ring[RUNQ_SIZE];
};

/* Puts gp at the end; false if the ring is full. By the owner. The store of tail is seq_cst:
 * either a P that goes idle sees gp (runq_some()), or the caller sees that it is idle
 * (wake_another()). It is a release, too: the P that takes gp sees everything that gp was made
 * ready with. */
static inline bool runq_push(struct runq *q, struct g *gp)
{
    uint32_t tail = load_rlx(&q->tail); /* ours */
    /* Pairs with the release in runq_take(): what was read from the slot was read before this. */
    if (tail - load_acq(&q->head) == RUNQ_SIZE)
        return false;
    store_rlx(&q->ring[tail % RUNQ_SIZE], gp); /* published by the next line */
    store_sc(&q->tail, tail + 1);
    return true;
}

/* Takes the oldest, or NULL. By any P. */
static inline struct g *runq_take(struct runq *q)
{
    uint32_t head = load_acq(&q->head); /* pairs with the swap of the P that took before us */
    for (;;) {
        if (head == load_acq(&q->tail)) /* pairs with store_sc in runq_push() */
            return NULL;
        struct g *gp = load_rlx(&q->ring[head % RUNQ_SIZE]); /* ours if the swap succeeds */
        /* Release: the owner pushes into the slot after our read of it. Acquire: the P that takes
         * next sees at least the tail that we saw. */
        if (cas_acqrel(&q->head, &head, head + 1))
            return gp;
    }
}

/* Takes the older half of another P's ring at once (Go's runqgrab): returns the oldest goroutine,
 * or NULL, and puts the others, *moved of them, into q. By the owner of q, which is empty. The
 * caller then looks for an idle P: one that checked in between has seen them in neither ring. */
static inline struct g *runq_steal(struct runq *q, struct runq *from, uint32_t *moved)
{
    uint32_t tail = load_rlx(&q->tail);    /* ours */
    uint32_t head = load_acq(&from->head); /* pairs with the swap of the P that took before us */
    *moved = 0;
    for (;;) {
        uint32_t length = load_acq(&from->tail) - head; /* pairs with store_sc in runq_push() */
        if (length == 0)
            return NULL;
        if (length > RUNQ_SIZE) {         /* both have moved on since we read the head */
            head = load_acq(&from->head); /* as above */
            continue;
        }
        uint32_t n = length - length / 2;
        struct g *gp = load_rlx(&from->ring[head % RUNQ_SIZE]); /* ours if the swap succeeds */
        for (uint32_t i = 1; i < n; i++) {
            struct g *more = load_rlx(&from->ring[(head + i) % RUNQ_SIZE]); /* likewise */
            store_rlx(&q->ring[(tail + i - 1) % RUNQ_SIZE], more); /* published by the tail */
        }
        if (cas_acqrel(&from->head, &head, head + n)) { /* both: as in runq_take() */
            *moved = n - 1;
            if (n > 1)
                store_sc(&q->tail, tail + n - 1); /* as in runq_push() */
            return gp;
        }
    }
}

/* Takes the newer half out of q, which was full: the older half keeps its places. Returns them as a
 * list by schedlink, in their order, and the last one; or NULL if q is not full, since others have
 * taken from it. By the owner, which then looks for an idle P: one that checked in between has seen
 * an empty ring. */
static inline struct g *runq_halve(struct runq *q, struct g **last)
{
    uint32_t tail = load_rlx(&q->tail), head = tail - RUNQ_SIZE; /* ours; and if it is full */
    /* All of it, so that nobody else changes it: both orders as in runq_take(). */
    if (!cas_acqrel(&q->head, &head, tail))
        return NULL;
    struct g *first = NULL, **end = &first;
    for (uint32_t i = RUNQ_SIZE / 2; i < RUNQ_SIZE; i++) {
        *last = *end = load_rlx(&q->ring[(tail + i) % RUNQ_SIZE]); /* ours by now */
        end = &(*last)->schedlink;
    }
    *end = NULL;
    /* The older half was at the places that come after the tail, and so is there again. As in
     * runq_push(). */
    store_sc(&q->tail, tail + RUNQ_SIZE / 2);
    return first;
}

/* How many goroutines wait in the ring: at most as many, since others take some. By the owner. */
static inline uint32_t runq_length(const struct runq *q)
{
    return load_rlx(&q->tail) - load_rlx(&q->head); /* ours; an old head makes it longer */
}

/* Makes gp the next to run. Returns the one that was that before, to be put elsewhere; or NULL. By
 * the owner. */
static inline struct g *runq_set_next(struct runq *q, struct g *gp)
{
    if (load_rlx(&q->next) == NULL) { /* others only ever make it NULL */
        store_rel(&q->next, gp);      /* pairs with runq_take_next() */
        return NULL;
    }
    /* A swap, since another P may take it meanwhile. Release: as above. The one that comes back
     * needs no acquire: we have put it there. */
    return xchg_rel(&q->next, gp);
}

/* Takes the next to run, or NULL. By any P. */
static inline struct g *runq_take_next(struct runq *q)
{
    struct g *gp = load_rlx(&q->next);
    /* Acquire: pairs with the releases in runq_set_next(). */
    return gp && cas_acq(&q->next, &gp, NULL) ? gp : NULL;
}

/* Whether a goroutine waits in the ring. seq_cst: see runq_push(). */
static inline bool runq_some(const struct runq *q)
{
    return load_sc(&q->tail) != load_sc(&q->head);
}

#endif
