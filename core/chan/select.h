/* The two orders of a select: the order in which it checks its cases, and the order in which it
 * locks. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_SELECT_H
#define CORE_CHAN_SELECT_H

#include "core/chan/layout.h"
#include "core/g/panic.h"

/* Fills pollorder with the order in which a select checks its cases: random, without nil channels.
 * Returns how many cases that are. */
static inline uint32_t select_pollorder(struct g *gp, const struct scase *cases, uint32_t ncases,
                                        uint16_t *pollorder)
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < ncases; i++) {
        if (!cases[i].c)
            continue;
        /* Fisher and Yates, inside out. */
        uint32_t at = live ? cheaprandn(gp, live + 1) : 0;
        pollorder[live] = pollorder[at];
        pollorder[at] = (uint16_t)i;
        live++;
    }
    return live;
}

/* The end of a select as Go has it: the case, or -1. */
static inline int select_chosen(int end)
{
    if (__builtin_expect(end == SELECT_CLOSED, 0))
        gopanic("send on closed channel");
    return end;
}

/* Sorts lockorder by the channels' addresses, the order in which a select locks. It holds pollorder
 * before, so that several cases of one channel are queued in a random order, too. */
void select_lockorder(const struct scase *cases, uint32_t live, uint16_t *lockorder);

#endif
