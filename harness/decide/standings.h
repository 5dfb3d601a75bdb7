/* The variants of one block (a scenario with its parameters, at a place) in the order of their
 * costs, each with how it stands to the fastest (harness/base/standing.h). */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_STANDINGS_H
#define HARNESS_DECIDE_STANDINGS_H

#include "harness/base/standing.h"
#include "harness/base/stats.h"
#include "harness/decide/arms.h"
#include <stddef.h>

struct ranked {
    const struct arm *arm;
    struct interval cost; /* ns: the median of its processes and its interval */
    struct standing standing;
};

struct ranking {
    struct ranked *items; /* the cheapest first */
    size_t count;
};

/* Ranks the arms that have this label, a variant and a cost. Returns 0; -EINVAL if a cost is
 * infinite; -E2BIG if there are more rounds than SIGNED_RANK_MAX; -ENOMEM. standings_free()
 * releases what a success has left in *ranking, which refers to the arms. */
int standings_make(const struct arms *arms, const char *label, struct ranking *ranking);
void standings_free(struct ranking *ranking);

#endif
