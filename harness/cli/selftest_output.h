/* What a self-test counted, for people and for programs. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_SELFTEST_OUTPUT_H
#define HARNESS_CLI_SELFTEST_OUTPUT_H

#include "harness/decide/selfcheck.h"
#include <stdbool.h>
#include <stdint.h>

/* Prints it on standard output. */
void selftest_print(const struct selfcheck *check, int64_t run, bool json);

#endif
