/* Whether a cross of a plan can be measured. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PLAN_CHECK_H
#define HARNESS_SWEEP_PLAN_CHECK_H

#include "harness/sweep/cross.h"

/* EXIT_OK, or EXIT_USAGE after one complaint line with the file and the line: it names no scenario,
 * a value that none of its scenarios takes, a scenario that takes none of the values, or has not
 * the producers and consumers. */
int plan_check_cross(const struct cross *cross);

/* The same: it says nothing. */
int plan_check_exclusion(const struct cross *cross);

#endif
