/* A run's cells with all that is reported of them: summaries, purity, floors, and what the
 * accounting costs. They are read from the store once, and then written in one format or another.
 */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TELL_ROWS_H
#define HARNESS_TELL_ROWS_H

#include "harness/base/stats.h"
#include "harness/store/store.h"
#include <hchan/outcome.h>
#include <stddef.h>

/* Room for a cell's rows of outcomes: every outcome, TRACED_PURE and TRACED_WINDOW, and some of a
 * program with other outcomes. store_outcomes() fails if a cell has more. */
enum { OUTCOMES_MAX = 64 };
_Static_assert(HCHAN_OUTCOMES + 2 <= OUTCOMES_MAX, "a cell of this program has room");

/* One cell of a run with all that is reported of it. Missing numbers are NaN. */
struct row {
    struct cell cell;
    int64_t id;
    uint64_t parties; /* threads or goroutines; 0 if the run does not say */
    struct summary summary;
    enum trial_status status;
    char reason[REASON_MAX];
    double purity;
    char floor[CELL_NAME_MAX]; /* the name of the floor's cell, "" if the run has none for it */
    double floor_units;        /* how many of the floor's operations one operation needs */
    double floor_ns, floor_ratio;
    double traced_ns;             /* per operation, of the traced instance: median over processes */
    struct interval traced_ratio; /* traced over measured, paired by process */
    double cpu_ns_per_op, switches_per_op, overlap, fairness, handovers; /* medians over samples */
    /* The most that others used of the PUs while one of the cell's processes ran, and which one:
     * the first of several, PARAM_ABSENT if none is known. */
    struct others_shares others_max;
    uint64_t others_process, steal_process;
};

/* ok, timeout, failed, skipped or lacking. */
const char *row_status(const struct row *row);

/* Reads every cell of a run as rows; malloc'd, the caller frees them. Returns 0, or a negative
 * errno with the sentence in store_error(). */
int rows_read(struct store *s, const struct run *run, struct row **rows, size_t *count);

#endif
