/* Go's lock-free check: a non-blocking operation that cannot go on fails without the lock, and so
 * ends a receive on a channel that is closed and drained, blocking or not. */
#ifndef FASTPATH_CHECK_H
#define FASTPATH_CHECK_H

#include "core/chan/look.h"
#include "variants/buffer/plain.h"

#define fast_check_summary "a failing non-blocking operation takes no lock"

#define fast_check_buffer plain

enum { fast_check_counts = 1 };

/* True where a non-blocking send fails. Full is read first, open second: `closed` never goes back
 * to 0, so a channel that was still open at the second read was open and full at the moment of the
 * first. Both reads are acquires so that they stay in that order. */
static inline bool fast_check_send_full(const struct hchan *c)
{
    return chan_full(c) && load_acq(&c->closed) == 0; /* pairs with store_rel in closechan */
}

/* What a non-blocking receive can know without the lock. The order of the three reads is what makes
 * it right, and each is an acquire so that it stays:
 *   empty, then open: `closed` never goes back to 0, so at the moment of the first read the channel
 *     was empty and open: there was nothing to receive.
 *   empty, then closed: values may have come in between, before the close; but none comes after it,
 *     so a third read that still finds it empty finds it drained.
 * Read the other way round (open, then empty) it could report "empty and open" of a channel that
 * was filled, closed and drained in between. */
static inline enum fast_end fast_check_recv(const struct hchan *c)
{
    if (!chan_empty(c))
        return FAST_LOCK;
    if (load_acq(&c->closed) == 0) /* pairs with store_rel in closechan */
        return FAST_BLOCKED;
    return chan_empty(c) ? FAST_DRAINED : FAST_LOCK;
}

/* Closed first: no value comes after that, so a channel that is empty then is drained for good.
 * `closed` is on the line that an operation reads anyway. */
static inline bool fast_check_drained(const struct hchan *c)
{
    /* pairs with store_rel in closechan */
    return __builtin_expect(load_acq(&c->closed) != 0, 0) && chan_empty(c);
}

#endif
