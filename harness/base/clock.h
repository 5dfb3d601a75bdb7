/* The harness's one clock: CLOCK_MONOTONIC, in nanoseconds. It agrees between cores. What reading
 * it costs is reported (floor-timer) and never subtracted. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_CLOCK_H
#define HARNESS_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

#endif
