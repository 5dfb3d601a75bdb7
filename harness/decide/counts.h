/* What cells of two runs counted for each operation: outcomes, context switches, events of PAPI.
 * Counts do not depend on how fast a machine was, so they can be compared across runs and machines
 * where costs can't. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_COUNTS_H
#define HARNESS_DECIDE_COUNTS_H

#include "harness/store/store.h"

/* A count of a cell: the least, the middle and the greatest of its processes in each run. */
struct changed_count {
    char cell[CELL_NAME_MAX], name[LABEL_MAX + 16];
    struct count_range {
        double least, middle, most;
        size_t processes;
    } a, b;
};

struct changed_counts {
    struct changed_count *items; /* in the order of the run's cells */
    size_t count;
    size_t compared; /* counts of cells that both runs have */
};

/* Finds the counts that changed: all processes of one run counted more than all of the other. If
 * nothing changed, that happens to one of `compared` counts with a chance of 0.05 at most, or it is
 * not said (Wilcoxon's rank sums, at their extreme, with Bonferroni's correction). Returns 0, or a
 * negative errno with the sentence in store_error(). counts_free() releases what a success has left
 * in *counts. */
int counts_compare(struct store *s, int64_t run_a, int64_t run_b, struct changed_counts *counts);
void counts_free(struct changed_counts *counts);

#endif
