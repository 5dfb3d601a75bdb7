/* Spin for a bounded time, then sleep in the kernel.
 *
 * The protocol is that of park/futex.h; the spin only reads. The budget bounds what a wait can
 * waste. If a peer on another PU answers within it, both sides save their system calls. A peer on
 * the same PU cannot answer while we spin, and the budget is lost. */
/* SPDX-License-Identifier: MIT */
#ifndef PARK_ADAPTIVE_H
#define PARK_ADAPTIVE_H

#include "variants/park/futex.h"

#define park_adaptive_summary "spins for a while, then sleeps in the kernel"

#define park_adaptive_switches 0

enum {
    park_adaptive_ready_under_lock = 0,
    park_adaptive_spins = 0,
    park_adaptive_barges = 0,
    /* About 3 us if a pause takes 24 ns (AMD Zen, recent Intel): about as long as a futex wake. */
    park_adaptive_turns = 128,
};

static inline bool park_adaptive_sleep(struct g *gp, int64_t deadline)
{
    for (int i = 0; i < SPIN_BUDGET(park_adaptive_turns); i++) {
        if (load_acq(&gp->park) == GPARK_READY) /* pairs with xchg_rel in park_futex_ready */
            return false;
        procyield(1);
    }
    return park_futex_sleep(gp, deadline);
}

static inline void park_adaptive_ready(struct g *gp)
{
    park_futex_ready(gp);
}

#endif
