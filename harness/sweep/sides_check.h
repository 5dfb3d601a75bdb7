/* Whether --producers and --consumers can be had. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_SIDES_CHECK_H
#define HARNESS_SWEEP_SIDES_CHECK_H

#include "harness/sweep/choices.h"

/* EXIT_OK, or EXIT_USAGE after one complaint line: a scenario that is named has no such sides, or
 * no chosen one has. The line names a scenario that would do. */
int sides_check(const struct choices *choices);

#endif
