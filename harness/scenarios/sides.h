/* Scenarios by their producers and consumers: how many threads give so many of each. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SCENARIOS_SIDES_H
#define HARNESS_SCENARIOS_SIDES_H

#include "harness/base/numbers.h"
#include "harness/scenarios/scenario.h"
#include <stdint.h>

/* How many threads the scenario has with so many producers and consumers, where 0 is any number. 0
 * if it is never so. */
uint64_t sides_threads(const struct scenario *s, uint64_t producers, uint64_t consumers);

/* What its sides are, after its name: "has one consumer". */
struct words sides_words(const struct scenario *s);

#endif
