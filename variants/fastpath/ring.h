/* Operations on the buffer without the lock, as long as no G has to park: core/chan/ring.h.
 * Channels without a ring use Go's check. */
/* SPDX-License-Identifier: MIT */
#ifndef FASTPATH_RING_H
#define FASTPATH_RING_H

#include "variants/buffer/ring.h"
#include "variants/fastpath/check.h"

#define fast_ring_summary "buffered operations take no lock"

#define fast_ring_buffer ring

enum { fast_ring_counts = 1 };

static inline bool fast_ring_send_full(const struct hchan *c)
{
    return !ring_is(c) && fast_check_send_full(c);
}

static inline enum fast_end fast_ring_recv(const struct hchan *c)
{
    return !ring_is(c) ? fast_check_recv(c) : FAST_LOCK;
}

static inline bool fast_ring_drained(const struct hchan *c)
{
    return !ring_is(c) && fast_check_drained(c);
}

#endif
