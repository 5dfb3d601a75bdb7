/* The command that repeats a sweep, kept with its run. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_REPEAT_COMMAND_H
#define HARNESS_CLI_REPEAT_COMMAND_H

#include "harness/sweep/choices.h"
#include "harness/sweep/twins.h"
#include <stdint.h>

/* Makes the command from the choices as they were understood, for a POSIX shell in any folder of
 * this machine; the caller frees it. The store `db` exists. NULL if memory ran out. */
char *repeat_command(const struct choices *choices, uint64_t seed, const char *db);

/* The same for a self-test. */
char *selftest_command(const struct choices *choices, const struct twins *twins, uint64_t seed,
                       const char *db);

/* The same for a run of the plan of another run. */
char *rerun_command(int64_t run, uint64_t seed, bool shared, const char *db);

#endif
