/* `hchanlab compare ./A ./B`: two programs of Google Benchmark, or two builds of hchanlab, side by
 * side. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_COMPARE_PROGRAMS_H
#define HARNESS_CLI_COMPARE_PROGRAMS_H

#include "harness/cli/compare_output.h"
#include "harness/sweep/contender.h"

/* How they are run. */
struct compare_programs {
    uint64_t rounds; /* 0: VERDICT_ROUNDS */
    struct contender_choice choice;
};

/* Whether a word names a program: a path of a file that can be executed. */
bool compare_is_program(const char *word);

/* Runs each benchmark that both have, in each round one after the other, the order drawn by chance,
 * and prints the verdicts. Returns the status of `judge`, or another exit status after one
 * complaint line. */
int compare_programs(const struct compare_choice *choice, const struct compare_programs *how,
                     int (*judge)(const struct table *table));

#endif
