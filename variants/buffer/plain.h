/* Go's buffer: a circular array with an index each for send and receive (hchan.buf, qcount, sendx,
 * recvx). All of it is guarded by the channel's lock. */
/* SPDX-License-Identifier: MIT */
#ifndef BUFFER_PLAIN_H
#define BUFFER_PLAIN_H

#include "core/chan/elem.h"
#include "core/chan/look.h"
#include "core/chan/race.h"

enum { buffer_plain_lockless = 0 };

static inline size_t buffer_plain_size(size_t elemsize, size_t capacity)
{
    return elemsize * capacity;
}

static inline void buffer_plain_init(struct hchan *c)
{
    (void)c;
}

static inline enum fast_end buffer_plain_send(struct hchan *c, const void *elem)
{
    (void)c, (void)elem;
    return FAST_LOCK;
}

static inline enum fast_end buffer_plain_recv(struct hchan *c, void *elem)
{
    (void)c, (void)elem;
    return FAST_LOCK;
}

static inline bool buffer_plain_full(const struct hchan *c)
{
    return chan_full(c);
}

static inline bool buffer_plain_empty(const struct hchan *c)
{
    return chan_empty(c);
}

/* Relaxed: under the lock no other thread writes it, and without the lock it is only a snapshot. */
static inline uint64_t buffer_plain_count(const struct hchan *c)
{
    return load_rlx(&c->qcount);
}

static inline void buffer_plain_freeze(struct hchan *c)
{
    (void)c;
}

static inline void buffer_plain_thaw(struct hchan *c)
{
    (void)c;
}

static inline void buffer_plain_close(struct hchan *c)
{
    (void)c;
}

static inline unsigned char *buffer_plain_slot(const struct hchan *c, uint32_t i)
{
    return c->buf + (size_t)i * c->elemsize;
}

static inline void buffer_plain_put(struct hchan *c, const void *elem, uint64_t qcount)
{
    racenotify(c, c->sendx, racepartner(c));
    elem_copy(c, buffer_plain_slot(c, c->sendx), elem);
    if (++c->sendx == c->dataqsiz)
        c->sendx = 0;
    /* Release: pairs with load_acq in chan_full() and chan_empty(). Relaxed would do only on x86:
     * elsewhere a fast path could see this count, go on to read `closed`, and miss a close that
     * came before. */
    store_rel(&c->qcount, (uint32_t)qcount + 1);
}

static inline void buffer_plain_take(struct hchan *c, void *elem, uint64_t qcount)
{
    racenotify(c, c->recvx, racepartner(c));
    if (elem)
        elem_copy(c, elem, buffer_plain_slot(c, c->recvx));
    if (++c->recvx == c->dataqsiz)
        c->recvx = 0;
    store_rel(&c->qcount, (uint32_t)qcount - 1); /* release: as in put */
}

/* The head and the tail of a full buffer are one slot. */
static inline void buffer_plain_promote(struct hchan *c, void *elem, const void *sent)
{
    unsigned char *slot = buffer_plain_slot(c, c->recvx);
    racenotify(c, c->recvx, NULL);
    racenotify(c, c->recvx, racepartner(c));
    if (elem)
        elem_copy(c, elem, slot);
    elem_copy(c, slot, sent);
    if (++c->recvx == c->dataqsiz)
        c->recvx = 0;
    c->sendx = c->recvx;
}

static inline const char *buffer_plain_broken(const struct hchan *c, uint64_t qcount)
{
    if (c->dataqsiz && c->sendx != (c->recvx + qcount) % c->dataqsiz)
        return "hchan: sendx is not where the values end";
    return NULL;
}

#endif
