/* A cost that is known before it is measured: each operation waits for `work` nanoseconds by the
 * clock that the harness times with. It is the only scenario of its row, and of no sweep; the lab
 * measures it to test itself. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/scenarios/known.h"
#include "harness/base/clock.h"

static void wait_lead(struct worker *w, uint64_t ops)
{
    uint64_t ns = w->bench->params.work;
    for (uint64_t i = 0; i < ops; i++) {
        uint64_t start = clock_ns();
        while (clock_ns() - start < ns)
            ;
    }
}

static const struct scenario busy_wait = {
    .name = "busy-wait",
    .summary = "waits for a known time by the clock",
    .op = "wait",
    .threads = {1, 1, 1},
    .work = {1000, 1, 100000000},
    .lead = wait_lead,
};

const struct scenario *const known_scenarios[] = {&busy_wait, NULL};
