/* What a sweep shows when it has ended. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_SWEEP_RESULTS_H
#define HARNESS_CLI_SWEEP_RESULTS_H

#include "harness/store/store.h"
#include "harness/sweep/sweep.h"

/* Prints the run's cells on standard output, one a line; the store holds all of it. */
void sweep_results_print(struct store *store, int64_t run);

/* Reports what went wrong in one line, and returns the exit status. Cells that ran out of time in
 * some processes are results like others, but marked. */
int sweep_results_judge(const struct sweep_result *result);

#endif
