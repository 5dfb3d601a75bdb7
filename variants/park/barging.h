/* park/futex.h, but a woken waiter competes again with running threads: core/chan/barge.inc.h. To
 * compare with Go, which hands over to the longest waiter: there a woken G need not retry and
 * nobody starves, but each value waits until the G that it is for has been woken. */
/* SPDX-License-Identifier: MIT */
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
