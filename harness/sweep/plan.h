/* What a sweep will run: cells, and how each is sampled. A plan is made from its file
 * (plan_file.h), the user's choices, and the machine's PUs. It is data, and making it runs nothing.
 */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PLAN_H
#define HARNESS_SWEEP_PLAN_H

#include "harness/sweep/choices.h"
#include "harness/sweep/plan_data.h"

struct topo;

/* Makes the plan, and says on standard error what of it is left out: places that this machine does
 * not have, scenarios that take none of the user's values. Returns EXIT_OK, or the exit status
 * after one complaint line: what is wrong with the plan's file, what choices_check() refuses, a
 * place of the user's that this machine does not have, or more cells than are allowed. plan_free()
 * releases it. */
int plan_make(struct plan *plan, const struct choices *choices, const struct topo *topo);
void plan_free(struct plan *plan);

/* An estimate of the time that the plan takes, in seconds. */
double plan_seconds(const struct plan *plan);

#endif
