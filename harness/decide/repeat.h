/* Whether a plan that was measured twice gave the same ratios, cell by cell. Within a run two
 * variants are side by side, so their ratio should come again, however fast the machine was. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_REPEAT_H
#define HARNESS_DECIDE_REPEAT_H

#include "harness/decide/arms.h"

/* A variant over the first one of its cell that both runs have. */
struct repeated {
    const char *label, *base, *variant; /* the arms' */
    struct ratio_interval first, second;
    double change; /* the log of the second ratio over the first */
    bool apart;    /* the two intervals have no ratio in common */
};

struct repeats {
    struct repeated *items; /* the greatest change first */
    size_t count, apart;
    double median_change; /* of the absolute values; NaN if there are none */
};

/* Compares the runs, each over all of its rounds. Cells with too few rounds for an interval are
 * left out. Returns 0; -ENODATA if nothing is left; -E2BIG if a cell has more rounds than
 * SIGNED_RANK_MAX; -ENOMEM. The names are those of `first`, which is to live longer; repeats_free()
 * releases what a success has left in *repeats. */
int repeats_make(struct repeats *repeats, const struct arms *first, const struct arms *second);
void repeats_free(struct repeats *repeats);

#endif
