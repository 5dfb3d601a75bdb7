/* What a G waits for, as others may see it (hchan/parked.h): the words that it writes when it
 * parks.
 */
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
    WAIT_REASONS,
};

/* A parked G as others may see it. Written by the owner, without a lock: `parks` counts up when it
 * parks and when it goes on, so it is odd while it is parked; who finds the same odd count before
 * and after reading the rest has read one park. Every store is a release and every load an acquire:
 * who reads a word of a later park then sees the later count as well. */
struct wait {
    _Atomic uint32_t parks;
    _Atomic uint32_t what; /* enum wait_reason, and WAIT_BOUNDED */
    _Atomic int64_t since; /* nanotime() of its going to sleep, to some milliseconds; 0 before */
    _Atomic(const void *) callerpc; /* who called the operation; NULL where that is not known */
};

enum { WAIT_REASON_MASK = 0xff, WAIT_BOUNDED = 0x100 };

/* The owner, about to park: says on what. */
static inline void wait_begin(struct wait *w, uint32_t what, const void *callerpc)
{
    store_rel(&w->what, what);
    store_rel(&w->callerpc, callerpc);
    store_rel(&w->since, 0);
    store_rel(&w->parks, load_rlx(&w->parks) + 1); /* the owner alone writes it */
}

/* The owner goes on. */
static inline void wait_end(struct wait *w)
{
    store_rel(&w->parks, load_rlx(&w->parks) + 1); /* as above */
}

/* A park policy, right before it gives the thread to the kernel. */
void wait_sleeps(struct wait *w);

/* "chan receive"; static. */
const char *wait_reason_name(enum wait_reason reason);

#endif
