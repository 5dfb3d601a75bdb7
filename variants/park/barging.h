/* As park/futex.h, but who is woken competes again with those who run: core/chan/barge.inc.h. Go
 * hands over to who waits longest, so a woken G need not look again and nobody starves; but each
 * value then waits for the wake of the one that it is for. To compare the two. */
#ifndef PARK_BARGING_H
#define PARK_BARGING_H

#include "variants/park/futex.h"

#define park_barging_summary "sleeps in the kernel; once woken, competes again"

#define park_barging_switches 0

enum { park_barging_ready_under_lock = 0, park_barging_spins = 0, park_barging_barges = 1 };

static inline bool park_barging_sleep(struct g *gp, int64_t deadline)
{
    return park_futex_sleep(gp, deadline);
}

static inline void park_barging_ready(struct g *gp)
{
    park_futex_ready(gp);
}

#endif
