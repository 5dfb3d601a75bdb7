/* A mutant of park/futex.h: lets the kernel compare the word with what it has just read, which may
 * be the wake that it is about to miss. */
/* SPDX-License-Identifier: MIT */
#ifndef PARK_REREAD_H
#define PARK_REREAD_H

#include "park/futex.h"

#define park_reread_summary "mutant"

#define park_reread_switches 0

enum { park_reread_ready_under_lock = 0, park_reread_spins = 0, park_reread_barges = 0 };

static inline bool park_reread_sleep(struct g *gp, int64_t deadline)
{
    uint32_t word = GPARK_WAITING;
    if (!cas_acq_acq(&gp->park, &word, GPARK_ASLEEP) && word == GPARK_READY)
        return false;
    while (load_acq(&gp->park) != GPARK_READY)
        if (futex_wait(&gp->park, load_acq(&gp->park), deadline) == FUTEX_TIMEDOUT) /* the bug */
            break;
    return true;
}

static inline void park_reread_ready(struct g *gp)
{
    park_futex_ready(gp);
}

#endif
