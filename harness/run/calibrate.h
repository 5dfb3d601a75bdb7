/* How long a turn of bench_work() takes, so that times can be asked for in nanoseconds. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_RUN_CALIBRATE_H
#define HARNESS_RUN_CALIBRATE_H

#include <stdint.h>

/* Turns of bench_work() that take `ns` nanoseconds: by the speed that this process measured when it
 * first asked. Not thread-safe. */
uint64_t calibrate_turns(uint64_t ns);

/* What so many turns take now, in nanoseconds: the least of several trials. */
double calibrate_time(uint64_t turns);

#endif
