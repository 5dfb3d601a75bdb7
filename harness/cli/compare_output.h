/* What `hchanlab compare` prints: verdicts of two variants of a run, or the costs of two runs or
 * files that were not side by side; for people, as Markdown, or as JSON. Its keys are documented in
 * the command's manual (cmd_compare.c). */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_COMPARE_OUTPUT_H
#define HARNESS_CLI_COMPARE_OUTPUT_H

#include "harness/decide/costs.h"
#include "harness/decide/counts.h"
#include "harness/decide/table.h"
#include "harness/decide/trends.h"

/* What a command line chose. */
struct compare_choice {
    const char *a, *b;
    bool all, json, markdown, history;
    double margin;     /* percent */
    double fail_above; /* percent; NaN if not given */
};

/* Whether this cell is what --fail-above is about. */
bool compare_fails(const struct compare_choice *choice, const struct compared *c);

/* Prints verdicts of a run's cells to standard output; run 0: of two programs. */
void compare_print_table(const struct compare_choice *choice, long long run,
                         const struct table *table);

/* Two runs or files, and the command that would measure both side by side. */
struct apart {
    const char *kind;      /* "run" or "file" */
    const char *a, *b;     /* their names */
    struct costs costs[2]; /* of a and b */
    const char *command;
    struct changed_counts counts; /* of two runs; all 0 for files */
};

/* Prints the costs of the cells that both have, and what they say differently of the machine and
 * the build. Returns how many cells both have; where it is 0, nothing is printed. */
size_t compare_print_apart(const struct compare_choice *choice, const struct apart *apart);

/* Prints the newest run's ratios beside what the runs before it lead one to expect. Returns whether
 * one of them is outside, or has too few runs before it. */
bool compare_print_history(const struct compare_choice *choice, long long run,
                           const struct trends *trends);

#endif
