/* What a run answers: for each block the variants by cost, and which of them are tied. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_SWEEP_RANKING_H
#define HARNESS_CLI_SWEEP_RANKING_H

#include "harness/store/store.h"
#include "harness/tell/rows.h"
#include <stddef.h>
#include <stdio.h>

/* Prints it for each block in which two variants or more have a cost, in lines of up to `width`
 * columns where these hold the first three; `rows` are the run's. What no variant of a block has
 * is left out. Returns 0 or a negative errno. */
int sweep_ranking_print(struct store *store, const struct run *run, const struct row *rows,
                        size_t count, size_t width, FILE *out);

#endif
