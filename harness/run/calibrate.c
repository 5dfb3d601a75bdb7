/* Times bench_work() (calibrate.h). The state is the speed that was measured first. */
/* SPDX-License-Identifier: MIT */
#include "harness/run/calibrate.h"
#include "harness/base/clock.h"
#include "harness/scenarios/scenario.h"

double calibrate_time(uint64_t turns)
{
    enum {
        TRIALS = 9,
        AT_LEAST = 1 << 14
    }; /* so long that two readings of the clock don't count */
    uint64_t repeats = turns < AT_LEAST ? AT_LEAST / (turns ? turns : 1) : 1, least = UINT64_MAX;
    for (int i = 0; i < TRIALS; i++) {
        uint64_t start = clock_ns();
        for (uint64_t k = 0; k < repeats; k++)
            bench_work(turns);
        uint64_t took = clock_ns() - start;
        least = took < least ? took : least;
    }
    return (double)least / (double)repeats;
}

uint64_t calibrate_turns(uint64_t ns)
{
    enum { PROBE = 1 << 15 };
    static double turn_ns;
    if (turn_ns == 0)
        turn_ns = calibrate_time(PROBE) / PROBE;
    return (uint64_t)((double)ns / turn_ns + 0.5);
}
