/* Times bench_work() (calibrate.h). The state is the speed that was measured first. */
/* SPDX-License-Identifier: MIT */
#include "harness/run/calibrate.h"
#include "harness/base/clock.h"
#include "harness/base/record.h"
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

int calibrate_tell(const struct cell_params *params, FILE *out)
{
    static const int times[] = {PARAM_work, PARAM_held, PARAM_away};
    struct cell_params copy = *params;
    int status = 0;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]) && !status; i++) {
        uint64_t ns = *param_of(&copy, times[i]);
        if (ns == 0 || ns == PARAM_ABSENT)
            continue;
        struct record r = {.kind = RECORD_COUNTER, .counter = {.domain = "lab", .available = true}};
        snprintf(r.counter.name, sizeof(r.counter.name), "%s", param_key(times[i]));
        r.counter.per_op = calibrate_time(calibrate_turns(ns));
        status = record_write(out, &r);
    }
    return status;
}
