/* Whether --producers and --consumers can be had. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_SIDES_CHECK_H
#define HARNESS_SWEEP_SIDES_CHECK_H

#include "harness/sweep/choices.h"

/* Refuses a scenario that never has so many producers and consumers, 0 for any number: EXIT_OK, or
 * EXIT_USAGE after one complaint line that begins with `where` and names a scenario that would do.
 */
int sides_refuse(const char *where, const struct scenario *s, uint64_t producers,
                 uint64_t consumers);

/* EXIT_OK, or EXIT_USAGE after one complaint line: a scenario that is named has no such sides, or
 * no chosen one has. The line names a scenario that would do. */
int sides_check(const struct choices *choices);

#endif
