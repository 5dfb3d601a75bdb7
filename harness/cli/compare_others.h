/* `hchanlab compare` of two runs or two files of Google Benchmark, choice->a and choice->b. They
 * were not side by side, so that there is no verdict: EXIT_CANT_TELL, or another exit status after
 * one complaint line. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_COMPARE_OTHERS_H
#define HARNESS_CLI_COMPARE_OTHERS_H

#include "harness/cli/compare_output.h"

/* What stands before a run's number or name. */
#define COMPARE_RUN "run:"

/* Of the store `db`, or the user's where it is NULL. */
int compare_runs(const struct compare_choice *choice, const char *db);
int compare_files(const struct compare_choice *choice);

#endif
