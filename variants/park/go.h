/* A goroutine leaves its stack, and its P runs another one. A thread that parks on the same channel
 * spins for a while and sleeps in the kernel (park/adaptive.h).
 *
 *     parked goroutine                          waker
 *     P1: leave the stack for another one
 *     P2: on that: cas(park, WAITING -> ASLEEP) K1: old = xchg(park, READY)
 *     P3: if that fails, queue it as ready      K2: if old was ASLEEP, queue it as ready
 *
 * P2 and K1 change one word, so they have an order, and exactly one of the two sides queues the
 * goroutine: it is never forgotten, and never runs twice. P2 comes after P1, so whoever takes it
 * from the queue finds it off its stack. A deadline is a third party, which may change ASLEEP back
 * to WAITING and queue the goroutine: a waker that comes later finds WAITING, and does nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef PARK_GO_H
#define PARK_GO_H

#include "core/sched/proc.h"
#include "variants/park/adaptive.h"

#define park_go_summary "a goroutine leaves its P to another; a thread spins, then sleeps"

#define park_go_switches 1

enum { park_go_ready_under_lock = 0, park_go_spins = 0, park_go_barges = 0 };

static inline __attribute__((always_inline)) bool park_go_sleep(struct g *gp, int64_t deadline)
{
    if (__builtin_expect(!gp->goroutine, 0))
        return park_adaptive_sleep(gp, deadline);
    if (load_acq(&gp->park) == GPARK_READY) /* pairs with xchg_acqrel in ready */
        return false;
    gopark(gp, deadline);
    return true;
}

static inline void park_go_ready(struct g *gp)
{
    bool goroutine = gp->goroutine; /* read before the goroutine may run */
    /* Release: the value, sg->woken and the dequeue come before it. Acquire: if it was ASLEEP, the
     * thread that runs the goroutine needs what was written before P2: its stack and where it goes
     * on. */
    if (xchg_acqrel(&gp->park, GPARK_READY) != GPARK_ASLEEP)
        return;
    if (__builtin_expect(goroutine, 1))
        goready(gp);
    else
        futex_wake(&gp->park, 1);
}

#endif
