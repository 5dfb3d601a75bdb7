/* Spin for as long as a wake has cost lately, if spinning has paid; give the PU away once; then
 * sleep in the kernel.
 *
 * The protocol is that of park/futex.h; the spin only reads. The waker of a sleeper leaves the time
 * in the G after it has read that the G's thread sleeps, and before the swap that makes the G
 * ready. The word stays ASLEEP in between, since there is one waker per park. See
 * core/chan/spin.h. */
/* SPDX-License-Identifier: MIT */
#ifndef PARK_COMPETITIVE_H
#define PARK_COMPETITIVE_H

#include "core/chan/spin.h"
#include "variants/park/futex.h"

#define park_competitive_summary \
    "spins up to the cost of a wake if that has paid off, yields, then sleeps in the kernel"

#define park_competitive_switches 0

enum {
    park_competitive_ready_under_lock = 0,
    park_competitive_spins = 1,
    park_competitive_barges = 0
};

static inline bool park_competitive_sleep(struct g *gp, int64_t deadline)
{
    struct spin s;
    spin_begin(gp, &s);
    bool ready = load_acq(&gp->park) == GPARK_READY; /* pairs with xchg_rel in park_futex_ready */
    while (!ready && spin_on(&s))
        ready = load_acq(&gp->park) == GPARK_READY; /* as above */
    spin_end(gp, &s, ready);
    if (!ready)
        osyield(); /* to a peer that waits for this PU: see park/yield.h */
    bool slept = !ready && park_futex_sleep(gp, deadline);
    if (load_acq(&gp->park) == GPARK_READY) /* as above; else the deadline has passed */
        spin_learn(gp, slept);
    return slept;
}

static inline void park_competitive_ready(struct g *gp)
{
    if (load_rlx(&gp->park) == GPARK_ASLEEP) /* relaxed: a hint; ready decides */
        spin_wakes(gp);
    park_futex_ready(gp);
}

#endif
