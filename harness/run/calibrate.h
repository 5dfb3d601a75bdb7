/* How long a turn of bench_work() takes, so that times can be asked for in nanoseconds. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_RUN_CALIBRATE_H
#define HARNESS_RUN_CALIBRATE_H

#include "harness/base/cell.h"
#include <stdint.h>
#include <stdio.h>

/* Turns of bench_work() that take `ns` nanoseconds: by the speed that this process measured when it
 * first asked. Not thread-safe. */
uint64_t calibrate_turns(uint64_t ns);

/* What so many turns take now, in nanoseconds: the least of several trials. */
double calibrate_time(uint64_t turns);

/* Writes a record for each time that the cell asks for, work, held and away: a counter of the
 * domain `lab` that says how long as many turns take now. 0, or a negative errno. */
int calibrate_tell(const struct cell_params *params, FILE *out);

#endif
