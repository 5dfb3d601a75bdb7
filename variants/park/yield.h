/* Give the PU away once, then sleep in the kernel.
 *
 * The protocol is that of park/futex.h; the yield comes before P1. A peer that waits for this PU
 * runs now, and makes the G ready before it sleeps: neither side needs the kernel's wake, and no
 * wake preempts its waker. If the peer is on another PU, the yield costs a system call. Go's futex
 * mutex yields in the same way before it sleeps (lock_futex.go). */
/* SPDX-License-Identifier: MIT */
#ifndef PARK_YIELD_H
#define PARK_YIELD_H

#include "variants/park/futex.h"

#define park_yield_summary "yields once, then sleeps in the kernel"

#define park_yield_switches 0

enum { park_yield_ready_under_lock = 0, park_yield_spins = 0, park_yield_barges = 0 };

static inline bool park_yield_sleep(struct g *gp, int64_t deadline)
{
    osyield();
    return park_futex_sleep(gp, deadline);
}

static inline void park_yield_ready(struct g *gp)
{
    park_futex_ready(gp);
}

#endif
