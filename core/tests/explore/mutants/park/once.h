/* A mutant of park/futex.h: sleeps once, and takes any wake as its own. */
/* SPDX-License-Identifier: MIT */
#ifndef PARK_ONCE_H
#define PARK_ONCE_H

#include "park/futex.h"

#define park_once_summary "mutant"

#define park_once_switches 0

enum { park_once_ready_under_lock = 0, park_once_spins = 0, park_once_barges = 0 };

static inline bool park_once_sleep(struct g *gp, int64_t deadline)
{
    uint32_t word = GPARK_WAITING;
    if (!cas_acq_acq(&gp->park, &word, GPARK_ASLEEP) && word == GPARK_READY)
        return false;
    return futex_wait(&gp->park, GPARK_ASLEEP, deadline) == FUTEX_WOKEN; /* the bug: no loop */
}

static inline void park_once_ready(struct g *gp)
{
    park_futex_ready(gp);
}

#endif
