/* The variants of one cell of a run, the cheapest first, and which of them may be the fastest. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_RANKING_H
#define HARNESS_DECIDE_RANKING_H

#include "harness/decide/arms.h"

struct ranked {
    const struct arm *arm;
    double ns;        /* the middle of its costs */
    bool may_be_best; /* not shown slower than any other; together they hold the fastest, 95% */
    /* Its cost over the first one's, the interval at 0.05 over the number of the others, so that
     * all of them hold at once. 1 and no interval for the first; NaN with too few rounds. */
    struct ratio_interval times;
};

struct ranking {
    struct ranked *items; /* the least ns first */
    size_t count;
    size_t best_count; /* of those that may be the fastest */
    size_t rounds;     /* in which any of them has a cost */
};

/* Ranks the variants that have costs in the cells of this label; rounds in which a variant did not
 * run beside the others are left out for it. The arms are to live longer. Returns 0; -ENODATA if no
 * variant has a cost; -E2BIG if there are more rounds than SIGNED_RANK_MAX; -ENOMEM.
 * ranking_free() releases what a success has left in *ranking. */
int ranking_make(struct ranking *ranking, const struct arms *arms, const char *label);
void ranking_free(struct ranking *ranking);

/* The variant's row, or NULL. */
const struct ranked *ranking_find(const struct ranking *ranking, const char *variant);

/* The first that is shown slower than another, or NULL: what the fastest are ahead of. */
const struct ranked *ranking_next(const struct ranking *ranking);

#endif
