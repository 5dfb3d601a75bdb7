/* The floors: what the machine costs without any channel. They are scenarios without a variant,
 * which every run measures, and channels' results are given as multiples of them. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SCENARIOS_FLOORS_H
#define HARNESS_SCENARIOS_FLOORS_H

#include "harness/scenarios/scenario.h"

/* Ends with NULL. */
extern const struct scenario *const floors[];

#endif
