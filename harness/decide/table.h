/* Two variants of a run, cell by cell: a verdict for each scenario and parameters that both have,
 * and marks that allow for how many cells were compared. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_TABLE_H
#define HARNESS_DECIDE_TABLE_H

#include "harness/base/verdict.h"
#include "harness/decide/arms.h"

/* A cell's q up to which its verdict is a mark: of all marks, one in twenty is expected to be
 * wrong. */
#define TABLE_MARK 0.05

/* What one arm's processes cost if they have two modes and the other's have not; in ns. */
struct modes {
    bool two;
    double low_ns, high_ns;
    size_t low_rounds, high_rounds;
};

struct compared {
    const char *label;
    double a_ns, b_ns; /* medians over the rounds that both have */
    size_t left_out;   /* rounds of the cell in which either arm has no process that ended well, or
                        * the two did not run side by side */
    struct verdict verdict; /* without rounds in common: can't tell, and all numbers NaN */
    double q;               /* p, adjusted for the cells of the table; NaN without rounds */
    struct speeds speeds;   /* if they differ, the verdict is none: can't tell */
    struct modes a_modes, b_modes;
};

/* Slower or faster, and marked. */
bool compared_moved(const struct compared *c);

/* Whether the whole interval lies above this share: 0.05 is 5% slower. */
bool compared_beyond(const struct compared *c, double share);

struct table {
    struct compared *items; /* what moved first, the slower the earlier */
    size_t count, moved, same, cant_tell;
    unsigned within; /* percent that the same ones differ by at most */
    enum looks looks;
};

/* Compares variant b with a in each cell that both have, at the level of when its rounds were
 * looked at. Returns 0; -ENODATA if they share no cell; -E2BIG if a cell has more rounds than
 * SIGNED_RANK_MAX; -ENOMEM. The labels are those of the arms, which are to live longer;
 * table_free() releases what a success has left in *table. */
int table_make(struct table *table, const struct arms *arms, const char *a, const char *b,
               unsigned margin);
void table_free(struct table *table);

#endif
