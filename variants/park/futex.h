/* Sleep in the kernel at once.
 *
 *     parked G                              waker
 *     P1: cas(park, WAITING -> ASLEEP)      K1: old = xchg(park, READY)
 *     P2: futex_wait(park, ASLEEP)          K2: if old was ASLEEP, futex_wake
 *
 * P1 and K1 change one word atomically, so they have an order. P1 first: K1 sees ASLEEP and wakes;
 * if P2 has not slept yet, the kernel finds READY and does not sleep. K1 first: P1 fails, and the G
 * does not sleep. "Asleep and nobody wakes" cannot happen. K1 is the waker's last access to the G,
 * except for the address that K2 passes to the kernel (see core/base/futex.h). */
/* SPDX-License-Identifier: MIT */
#ifndef PARK_FUTEX_H
#define PARK_FUTEX_H

#include "core/base/futex.h"
#include "core/g/g.h"

#define park_futex_summary "sleeps in the kernel"

#define park_futex_switches 0

enum { park_futex_ready_under_lock = 0, park_futex_spins = 0, park_futex_barges = 0 };

static inline bool park_futex_sleep(struct g *gp, int64_t deadline)
{
    uint32_t word = GPARK_WAITING;
    bool slept = false;
    /* Acquire on both outcomes: READY means that we go on to read what the waker wrote. Pairs with
     * xchg_rel in park_futex_ready. ASLEEP is left from an earlier call, which timed out. */
    if (!cas_acq_acq(&gp->park, &word, GPARK_ASLEEP) && word == GPARK_READY)
        return false;
    for (bool told = false; load_acq(&gp->park) != GPARK_READY; told = true) { /* pairs as above */
        if (!told)
            wait_sleeps(&gp->wait);
        enum futex_end end = futex_wait(&gp->park, GPARK_ASLEEP, deadline);
        if (end == FUTEX_TIMEDOUT)
            break;
        slept |= end == FUTEX_WOKEN; /* or woken for no reason */
    }
    return slept;
}

static inline void park_futex_ready(struct g *gp)
{
    _Atomic uint32_t *word = &gp->park;
    /* Release: the value, sg->woken and the dequeue come before it. Pairs with the acquires. */
    if (xchg_rel(word, GPARK_READY) == GPARK_ASLEEP)
        futex_wake(word, 1);
}

#endif
