/* Go's lock-free check: a non-blocking operation that cannot go on fails without the lock, and a
 * receive on a closed and drained channel, blocking or not, ends without it. */
/* SPDX-License-Identifier: MIT */
#ifndef FASTPATH_CHECK_H
#define FASTPATH_CHECK_H

#include "core/chan/look.h"
#include "variants/buffer/plain.h"

#define fast_check_summary "non-blocking operations that fail take no lock"

#define fast_check_buffer plain

enum { fast_check_counts = 1 };

/* True if a non-blocking send fails. It reads full first and open second: `closed` never goes back
 * to 0, so a channel that is still open at the second read was open and full at the first. Both
 * reads are acquires to keep that order. */
static inline bool fast_check_send_full(const struct hchan *c)
{
    return chan_full(c) && load_acq(&c->closed) == 0; /* pairs with store_rel in closechan */
}

/* What a non-blocking receive can know without the lock. It is right because of the order of the
 * three reads, and each is an acquire to keep that order:
 *   - empty, then open: `closed` never goes back to 0, so at the first read the channel was empty
 *     and open: there was nothing to receive.
 *   - empty, then closed: values may have come in between, before the close. But none comes after
 *     it, so a third read that still finds the channel empty finds it drained.
 * Read the other way round (open, then empty), it could report "empty and open" for a channel that
 * was filled, closed and drained in between. */
static inline enum fast_end fast_check_recv(const struct hchan *c)
{
    if (!chan_empty(c))
        return FAST_LOCK;
    if (load_acq(&c->closed) == 0) /* pairs with store_rel in closechan */
        return FAST_BLOCKED;
    return chan_empty(c) ? FAST_DRAINED : FAST_LOCK;
}

/* Reads closed first: no value comes after the close, so a channel that is empty then is drained
 * for good. `closed` is on a line that an operation reads anyway. */
static inline bool fast_check_drained(const struct hchan *c)
{
    /* pairs with store_rel in closechan */
    return __builtin_expect(load_acq(&c->closed) != 0, 0) && chan_empty(c);
}

#endif
