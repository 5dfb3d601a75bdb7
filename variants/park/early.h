/* park/futex.h, but a send, a receive or a select makes the waiter ready before it releases the
 * channel's lock: the order that the lesson's diagram shows, while its prose says the opposite. To
 * measure the difference: the woken G may run into the lock that its waker still holds. A close
 * unlocks first, as with every parker. */
/* SPDX-License-Identifier: MIT */
#ifndef PARK_EARLY_H
#define PARK_EARLY_H

#include "variants/park/futex.h"

#define park_early_summary "sleeps in the kernel; woken before the unlock"

#define park_early_switches 0

enum { park_early_ready_under_lock = 1, park_early_spins = 0, park_early_barges = 0 };

static inline bool park_early_sleep(struct g *gp, int64_t deadline)
{
    return park_futex_sleep(gp, deadline);
}

static inline void park_early_ready(struct g *gp)
{
    park_futex_ready(gp);
}

#endif
