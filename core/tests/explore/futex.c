/* The kernel for explored code: core/base/futex.h on fibers. A sleeper wakes when another fiber
 * wakes it, or when the schedule says so: spuriously, or because its time is over. No state: the
 * sleepers are the engine's. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/tests/explore/engine.h"

enum futex_end futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline)
{
    /* One step: the kernel compares and queues without a gap. */
    uint32_t found = load_rlx(word);
    if (found != expected)
        return FUTEX_RETRY;
    if (deadline <= engine.now)
        return FUTEX_TIMEDOUT;
    return engine_sleep(word, deadline);
}

uint32_t futex_wake(_Atomic uint32_t *word, uint32_t count)
{
    explore_point(word); /* only the address is used */
    return engine_wake(word, count);
}

void osyield(void)
{
    engine_yield();
}

int64_t nanotime(void)
{
    return engine.now;
}
