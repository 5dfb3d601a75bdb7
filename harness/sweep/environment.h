/* The environment of a run: the machine's, and what the plan adds to it. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_ENVIRONMENT_H
#define HARNESS_SWEEP_ENVIRONMENT_H

#include "harness/machine/env.h"
#include "harness/store/store.h"
#include "harness/sweep/plan.h"

/* Collects the machine's facts (env.h) and adds, as strings, peer_NAME, the version of each peer of
 * the plan, and goroutines, the names of its variants whose parties are goroutines, between spaces,
 * or "none"; and, if it is adaptive, looks: after how many rounds it looks. A new reference; NULL
 * if the facts could not be collected. */
json_t *environment_of(const struct plan *plan, const struct topo *topo);

/* Compares what was collected now with a run's environment, a JSON text. Returns EXIT_OK if what is
 * measured now may join what the run has, or the exit status after one complaint line that names
 * the fact that differs: another machine, another build of the program, another setting. Facts of
 * the moment may differ. */
int environment_check_same(const json_t *now, const struct run *run);

#endif
