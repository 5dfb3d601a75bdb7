/* What of a wait is not on a channel's path: when a G went to sleep, and Go's words for its reason.
 * The words of the wait are the G's; there is no state here. */
/* SPDX-License-Identifier: MIT */
#include "core/g/wait.h"
#include <time.h>

static const char *const reasons[WAIT_REASONS] = {
    [WAIT_CHAN_RECEIVE] = "chan receive",
    [WAIT_CHAN_SEND] = "chan send",
    [WAIT_SELECT] = "select",
    [WAIT_CHAN_RECEIVE_NIL] = "chan receive (nil chan)",
    [WAIT_CHAN_SEND_NIL] = "chan send (nil chan)",
    [WAIT_SELECT_NO_CASES] = "select (no cases)",
    [WAIT_SLEEP] = "sleep",
    [WAIT_WAITGROUP] = "sync.WaitGroup.Wait",
    [WAIT_MUTEX] = "sync.Mutex.Lock",
    [WAIT_GOROUTINES] = "sync.WaitGroup.Wait",
};

const char *wait_reason_name(enum wait_reason reason)
{
    return reasons[reason];
}

void wait_sleeps(struct wait *w)
{
    struct timespec now; /* to a tick of the kernel, at a quarter of the cost of the exact clock */
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    /* Release, as struct wait demands; pairs with the load in parked.c. */
    store_rel(&w->since, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}
