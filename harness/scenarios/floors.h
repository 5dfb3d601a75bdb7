/* The floors: what the machine costs before any channel comes in. Scenarios without a variant,
 * measured in every run, which the channels' results are given as multiples of. */
#ifndef HARNESS_SCENARIOS_FLOORS_H
#define HARNESS_SCENARIOS_FLOORS_H

#include "harness/scenarios/scenario.h"

/* Ends with NULL. */
extern const struct scenario *const floors[];

#endif
