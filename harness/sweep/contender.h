/* Somebody's benchmark program, and what it can be asked: which benchmarks it has, and what one of
 * them costs, measured by a process of its own. It is one of Google Benchmark's, or a build of
 * hchanlab, whose benchmarks are cells. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_CONTENDER_H
#define HARNESS_SWEEP_CONTENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct contender {
    const char *program; /* a path */
    bool is_lab;         /* a build of hchanlab */
};

/* What a build of hchanlab is asked for; NULL leaves the choice to it. */
struct contender_choice {
    const char *plan, *scenario, *variant, *cell;
};

/* Finds out what kind of program it is, and its benchmarks' names, one a line, malloc'd. Returns
 * EXIT_OK, or EXIT_ENVIRONMENT after one complaint line: it can't be run, ends badly, hangs, or has
 * no benchmark. */
int contender_list(struct contender *contender, const struct contender_choice *choice,
                   char **names);

/* Runs one benchmark in a process. Gives the nanoseconds that an iteration takes, the median of
 * what it measured; NaN if it says of itself that it failed, or is wrong, which is told. `process`
 * is the number of the round. Returns EXIT_OK, or another status after a complaint. */
int contender_measure(const struct contender *contender, const char *name, uint32_t process,
                      double *ns);

#endif
