/* A buffer that is used without the lock, as long as no G has to park: core/chan/ring.h. A channel
 * without a buffer, or with more than RING_SLOTS_MAX elements, uses the plain one. */
/* SPDX-License-Identifier: MIT */
#ifndef BUFFER_RING_H
#define BUFFER_RING_H

#include "core/chan/ring.h"
#include "variants/buffer/plain.h"

enum { buffer_ring_lockless = 1 };

static inline size_t buffer_ring_size(size_t elemsize, size_t capacity)
{
    return ring_fits(capacity) ? ring_size(elemsize, capacity)
                               : buffer_plain_size(elemsize, capacity);
}

static inline void buffer_ring_init(struct hchan *c)
{
    if (ring_fits(c->dataqsiz))
        ring_make(c);
}

static inline enum fast_end buffer_ring_send(struct hchan *c, const void *elem)
{
    return ring_is(c) ? ring_send(c, elem) : FAST_LOCK;
}

static inline enum fast_end buffer_ring_recv(struct hchan *c, void *elem)
{
    return ring_is(c) ? ring_recv(c, elem) : FAST_LOCK;
}

/* False for a ring: its send and receive have already checked. */
static inline bool buffer_ring_full(const struct hchan *c)
{
    return !ring_is(c) && buffer_plain_full(c);
}

static inline bool buffer_ring_empty(const struct hchan *c)
{
    return !ring_is(c) && buffer_plain_empty(c);
}

static inline uint64_t buffer_ring_count(const struct hchan *c)
{
    return ring_is(c) ? ring_count(c) : buffer_plain_count(c);
}

static inline void buffer_ring_freeze(struct hchan *c)
{
    if (ring_is(c))
        ring_freeze(c);
}

static inline void buffer_ring_thaw(struct hchan *c)
{
    if (ring_is(c))
        ring_thaw(c);
}

static inline void buffer_ring_close(struct hchan *c)
{
    if (ring_is(c))
        ring_close(c);
}

static inline void buffer_ring_put(struct hchan *c, const void *elem, uint64_t qcount)
{
    if (ring_is(c))
        ring_put(c, elem);
    else
        buffer_plain_put(c, elem, qcount);
}

static inline void buffer_ring_take(struct hchan *c, void *elem, uint64_t qcount)
{
    if (ring_is(c))
        ring_take(c, elem);
    else
        buffer_plain_take(c, elem, qcount);
}

/* Apart: with it in line, the compiler would keep the whole of a receive's step 5 out of line. */
static __attribute__((noinline)) void buffer_ring_promote(struct hchan *c, void *elem,
                                                          const void *sent)
{
    if (ring_is(c))
        ring_promote(c, elem, sent);
    else
        buffer_plain_promote(c, elem, sent);
}

static inline const char *buffer_ring_broken(const struct hchan *c, uint64_t qcount)
{
    return ring_is(c) ? NULL : buffer_plain_broken(c, qcount);
}

#endif
