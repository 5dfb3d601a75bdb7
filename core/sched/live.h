/* How many goroutines have not ended, and whether another may be made. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_LIVE_H
#define CORE_SCHED_LIVE_H

#include <stdbool.h>
#include <stdint.h>

/* Counts a goroutine that is about to be made, by another one or by a thread. False if a thread
 * must not make it, since no scheduler runs. */
bool live_begin(bool by_goroutine);

/* A goroutine has ended, or was not made after all. */
void live_end(void);

/* From here on threads make no goroutines. Returns 0 when all have ended; ETIMEDOUT if the deadline
 * comes first, and then threads make goroutines again; or ESRCH at once if no scheduler runs, or
 * another thread stops it already. */
int live_stop(int64_t deadline);

#endif
