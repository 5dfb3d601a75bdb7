/* Scenarios whose cost is known, and their row's name among the variants. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SCENARIOS_KNOWN_H
#define HARNESS_SCENARIOS_KNOWN_H

#include "harness/scenarios/scenario.h"

#define KNOWN "known"

/* Ended by NULL. */
extern const struct scenario *const known_scenarios[];

#endif
