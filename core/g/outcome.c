/* The outcomes of hchan/outcome.h: their names, and sums of the counts, which each G keeps for
 * itself (outcome_add() in core/g/g.h). */
/* SPDX-License-Identifier: MIT */
#include "core/g/g.h"
#include <hchan/outcome.h>
#include <string.h>

static const char *const names[] = {
#define HCHAN_OUTCOME(id, name, what) name,
#include <hchan/outcome.def>
#undef HCHAN_OUTCOME
};

static const char *const whats[] = {
#define HCHAN_OUTCOME(id, name, what) what,
#include <hchan/outcome.def>
#undef HCHAN_OUTCOME
};

const char *hchan_outcome_name(unsigned i)
{
    return i < HCHAN_OUTCOMES ? names[i] : NULL;
}

const char *hchan_outcome_what(unsigned i)
{
    return i < HCHAN_OUTCOMES ? whats[i] : NULL;
}

uint64_t hchan_outcomes_sum(const uint64_t counts[HCHAN_OUTCOMES], const char *prefix)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        if (strncmp(names[i], prefix, strlen(prefix)) == 0)
            sum += counts[i];
    return sum;
}

static void add_counts(uint64_t totals[HCHAN_OUTCOMES], struct g *gp)
{
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        totals[i] += load_rlx(&gp->outcomes[i]); /* relaxed: a count, which publishes nothing */
}

void hchan_outcomes_read(uint64_t totals[HCHAN_OUTCOMES])
{
    memset(totals, 0, HCHAN_OUTCOMES * sizeof(totals[0]));
    for (struct g *gp = allgs_lock(); gp; gp = gp->next_all)
        add_counts(totals, gp);
    allgs_unlock();
}

void hchan_outcomes_self(uint64_t totals[HCHAN_OUTCOMES])
{
    memset(totals, 0, HCHAN_OUTCOMES * sizeof(totals[0]));
    add_counts(totals, getg());
}
