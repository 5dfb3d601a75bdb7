/* Running a plan: every cell in processes of its own, in a random order that interleaves them, with
 * each process's records stored as they arrive. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_SWEEP_H
#define HARNESS_SWEEP_SWEEP_H

#include "harness/machine/others.h"
#include "harness/store/store.h"
#include "harness/sweep/plan.h"
#include <stdint.h>

struct sweep_result {
    uint64_t count[TRIAL_STATUSES];         /* processes, by how they ended */
    uint64_t variants_ok, variants_timeout; /* those of them that are not floors'; peers are in */
    struct others_shares others;            /* of the PUs' time, while the sweep ran */
    /* The first of each kind: which cell, and why; "" if there is none. */
    char first[TRIAL_STATUSES][REASON_MAX + CELL_NAME_MAX];
};

/* Runs the plan into the store's run. Progress goes to standard error. Returns EXIT_OK if the plan
 * was run to its end, however single processes ended (see *result), or another exit status after
 * one complaint line: the store failed, or the user interrupted. What was measured until then is
 * kept. */
int sweep_run(const struct plan *plan, struct store *store, int64_t run, uint64_t seed,
              struct sweep_result *result);

#endif
