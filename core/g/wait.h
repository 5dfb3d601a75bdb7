/* What a G waits for, in words that other threads may read while it is parked (hchan/parked.h). */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_WAIT_H
#define CORE_G_WAIT_H

#include "core/base/atomic.h"
#include <stdint.h>

/* Why a G waits, in the words of Go's goroutine dumps. */
enum wait_reason {
    WAIT_CHAN_RECEIVE,
    WAIT_CHAN_SEND,
    WAIT_SELECT,
    WAIT_CHAN_RECEIVE_NIL,
    WAIT_CHAN_SEND_NIL,
    WAIT_SELECT_NO_CASES,
    WAIT_SLEEP,
    WAIT_WAITGROUP,
    WAIT_MUTEX,
    WAIT_GOROUTINES, /* for the end of all goroutines, not on a channel: in no list */
    WAIT_REASONS,
};

/* The owner writes these words without a lock. It adds 1 to `parks` when it parks and when it goes
 * on, so the count is odd while it is parked. A thread that reads the same odd count before and
 * after the other words has read the words of one park: every store is a release and every load an
 * acquire, so that a thread that reads a word of a later park sees the later count as well. The
 * same holds for the channels of sudogs and for a G's number, which lists read with these words. */
struct wait {
    _Atomic uint32_t parks;
    _Atomic uint32_t what; /* enum wait_reason, and WAIT_BOUNDED */
    _Atomic int64_t since; /* nanotime() when it went to sleep, to some ms; or 0 (parked.c) */
    _Atomic(const void *) callerpc; /* where the operation returns to; NULL if not known */
};

enum { WAIT_REASON_MASK = 0xff, WAIT_BOUNDED = 0x100 };

/* By the owner when it parks. `what`: an enum wait_reason, with WAIT_BOUNDED for a deadline. */
static inline void wait_begin(struct wait *w, uint32_t what, const void *callerpc)
{
    /* Release, all four, as struct wait demands; they pair with the loads in parked.c. */
    store_rel(&w->what, what);
    store_rel(&w->callerpc, callerpc);
    store_rel(&w->since, 0);
    store_rel(&w->parks, load_rlx(&w->parks) + 1); /* relaxed: the owner's own word */
}

/* By the owner when it goes on. */
static inline void wait_end(struct wait *w)
{
    store_rel(&w->parks, load_rlx(&w->parks) + 1); /* both as in wait_begin() */
}

/* By a park policy, right before it gives the thread to the kernel. */
void wait_sleeps(struct wait *w);

/* "chan receive"; static. */
const char *wait_reason_name(enum wait_reason reason);

#endif
