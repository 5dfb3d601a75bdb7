/* The plan of a run that is in the store: its cells, and how they were sampled. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_STORED_PLAN_H
#define HARNESS_SWEEP_STORED_PLAN_H

#include "harness/store/store.h"
#include "harness/sweep/plan.h"

/* Makes the plan of a run as it was, and loads the peers that it has; plan->mode is the run's.
 * Returns EXIT_OK, or the exit status after one complaint line: the store failed, or is older than
 * what it would have to keep, or this program does not have one of the cells. plan_free() releases
 * it. */
int stored_plan_make(struct plan *plan, struct store *store, const struct run *run);

#endif
