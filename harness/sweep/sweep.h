/* Running a plan: every cell in processes of its own, in a random order that interleaves them, with
 * each process's records stored as they arrive. What has been run already is known from the store,
 * so a run that was cut short is gone on with by calling sweep_run() again. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_SWEEP_H
#define HARNESS_SWEEP_SWEEP_H

#include "harness/machine/others.h"
#include "harness/store/store.h"
#include "harness/sweep/plan.h"
#include <stdint.h>

struct sweep_job {
    const struct plan *plan;
    struct store *store;
    int64_t run;   /* has the plan's cells (sweep_add_cells) */
    uint64_t seed; /* of the order (order.h) */
    enum {
        SWEEP_NEW,    /* the run has been begun just now */
        SWEEP_REST,   /* what the run lacks, and it says what it keeps */
        SWEEP_FAILED, /* only those that failed or ran out of time, once more */
    } what;
    unsigned pause_most_s; /* pause.h; 0: never */
};

struct sweep_result {
    uint64_t count[TRIAL_STATUSES];         /* processes, by how they ended */
    uint64_t variants_ok, variants_timeout; /* those of them that are not floors'; peers are in */
    struct others_shares others;            /* of the PUs' time, while the run's processes ran */
    /* The first of each kind: which cell, and why; "" if there is none. */
    char first[TRIAL_STATUSES][REASON_MAX + CELL_NAME_MAX];
};

/* Adds the plan's cells to a run, which has none. Returns 0 or a negative errno of the store. To
 * leave no run without its cells, whatever happens, call it within store_begin(). */
int sweep_add_cells(const struct plan *plan, struct store *store, int64_t run);

/* Runs the processes of the plan that the run lacks, and ends the run; or, for SWEEP_FAILED, those
 * that are to be run again. What processes left that were cut short is removed before. Progress
 * goes to standard error. Returns EXIT_OK if all were run, however single processes ended (see
 * *result, which is of these processes), or another exit status after one complaint line: the store
 * failed, or the user interrupted. What was measured until then is kept. */
int sweep_run(const struct sweep_job *job, struct sweep_result *result);

#endif
