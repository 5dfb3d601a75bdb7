/* `hchanlab selftest --run RUN --again RUN`: whether a plan that was measured twice gave the same
 * ratios. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_SELFTEST_REPEAT_H
#define HARNESS_CLI_SELFTEST_REPEAT_H

#include "harness/store/store.h"
#include <stdbool.h>

/* Prints it. Returns EXIT_OK, or another exit status after one complaint line. */
int selftest_repeat(struct store *store, const struct run *first, const struct run *second,
                    bool json);

#endif
