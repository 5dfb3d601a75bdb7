/* Plans as files: YAML that says which cells to measure and how. A plan has a name, if it is
 * installed with the lab, or is any file:
 *
 *     summary: two locks, held longer and longer
 *     include: quick            # a name, a file beside this one, or a list of them
 *     rounds: 20
 *     samples: 3
 *     window: 8ms
 *     crosses:                  # each is every combination of its values
 *       - scenarios: lock
 *         variants: [ticket, 'futex*']
 *         threads: [2, 4, 8]
 *         held: [0, 200ns, 2us]
 *         places: [same-pu, l3]
 *     exclude:                  # cells that match every key of one of these
 *       - threads: 8
 *         held: 2us
 *
 * A cross names scenarios or groups. It may name variants or locks, of which all are taken
 * otherwise; values of each parameter, or the scenario's own are taken; producers and consumers
 * instead of threads; and places: relations of PUs, `nearest`, which is taken otherwise, or
 * `every`. An exclusion may also have `cell`, a regular expression over names of cells. Where a
 * file includes another, the other's crosses come first, and its own settings win. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PLAN_FILE_H
#define HARNESS_SWEEP_PLAN_FILE_H

#include "harness/sweep/plan_keys.h"

/* Reads the plan of that name, or in that file if the word has a slash in it or ends in .yaml or
 * .yml, and checks it. EXIT_OK, and plan_file_free() releases it; or a complaint's status. */
int plan_file_load(struct plan_file *plan, const char *name_or_path);
void plan_file_free(struct plan_file *plan);

/* Whether the word is a file's path, and no name of a plan that is installed. */
bool plan_file_is_path(const char *name_or_path);

/* Calls `with` with the name of each plan that is installed, in their order. 0, or -ENOPKG with a
 * sentence in `error` (size bytes) if the lab's resources are not there. */
int plan_file_names(void (*with)(const char *name), char *error, size_t size);

#endif
