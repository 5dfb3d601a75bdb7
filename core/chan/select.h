/* The two orders of a select: in which it looks at its cases, and in which it locks. */
#ifndef CORE_CHAN_SELECT_H
#define CORE_CHAN_SELECT_H

#include "core/chan/layout.h"

/* The order in which a select looks at its cases: at random, nil channels left out. Returns how
 * many are in. */
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

/* The order in which it locks: by the channels' addresses. lockorder holds pollorder before, so
 * that cases of one channel queue in a random order, too. */
void select_lockorder(const struct scase *cases, uint32_t live, uint16_t *lockorder);

#endif
