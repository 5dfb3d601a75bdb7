/* Spin for as long as a wake has cost lately, where spinning has paid; give the PU away once; then
 * sleep in the kernel.
 *
 * The protocol is park/futex.h's; the spin only looks. The waker of a sleeper leaves the time in
 * the G, between the swap that told the G's thread that it sleeps and the one that makes it ready:
 * the word stays ASLEEP until then, since there is one waker a park. See core/chan/spin.h. */
#ifndef PARK_COMPETITIVE_H
#define PARK_COMPETITIVE_H

#include "core/chan/spin.h"
#include "variants/park/futex.h"

#define park_competitive_summary \
    "spins for as long as a wake has cost, where that has paid, yields, then sleeps in the kernel"

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
    if (load_rlx(&gp->park) == GPARK_ASLEEP) /* a hint; the swap in ready decides, and publishes */
        spin_wakes(gp);
    park_futex_ready(gp);
}

#endif
