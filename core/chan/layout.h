/* The types of a channel, after Go's hchan. Private to core, to the policies, and to loops that are
 * compiled together with a variant; users see hchan/hchan.h.
 *
 * Invariants, whenever the lock is free:
 *   - At least one of sendq and recvq is empty, unless a single select both sends and receives on
 *     one unbuffered channel.
 *   - qcount > 0 implies that recvq is empty. (*)
 *   - qcount < dataqsiz implies that sendq is empty. (*)
 *   - sendx == (recvx + qcount) % dataqsiz.
 *   - closed implies that both queues are empty.
 * (*) Or that some woken waiters have not retried yet: core/chan/barge.inc.h. Traced instances
 * check these before each unlock (core/chan/check.h). They check the first one on buffered channels
 * only, since the exception is legal on unbuffered ones.
 *
 * The lock guards `closed`, every field of the second line, and the queued sudogs. Fields that a
 * fast path reads without the lock are atomic. They are written under the lock, with release, so
 * that a reader that concludes something from one of them also sees what was written before it. A
 * ring (core/chan/ring.h) has counters and indexes of its own, which the lock's holder freezes.
 *
 * While the lock is held nothing blocks, except that the holder may wait for a ring's slot that
 * another thread is copying to or from; and no G is made ready, except by the park policies that
 * exist to measure what that costs. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_LAYOUT_H
#define CORE_CHAN_LAYOUT_H

#include "core/base/atomic.h"
#include "core/chan/lock.h"
#include "core/g/g.h"
#include <hchan/hchan.h>
#include <stdalign.h>
#include <stddef.h>

/* What hchan.magic says: that this is a channel, and whether it is still one (core/chan/life.h). */
#define CHAN_LIVE  UINT32_C(0x6e616863)
#define CHAN_FREED UINT32_C(0x64656566)

/* A queue of waiters, first in, first out. */
struct waitq {
    _Atomic(struct sudog *) first; /* atomic: fast paths read it without the lock */
    struct sudog *last;
};

struct hchan {
    /* Read-only after makechan(), except for the close, so every core can keep a copy of this
     * line. */
    alignas(CACHE_LINE) const struct hchan_variant *variant;
    unsigned char *buf; /* dataqsiz elements, stored after the lock */
    void *memory;       /* start of the allocation, for free() */
    size_t elemsize;
    uint32_t dataqsiz;
    /* Written once, under the lock. */
    _Atomic uint32_t closed;
    /* Used by a ring (core/chan/ring.h), whose slots are in buf: bytes from one slot to the next,
     * and the distance of positions from one lap to the next. */
    uint32_t stride;
    uint32_t magic; /* CHAN_LIVE, or CHAN_FREED */
    uint64_t lap;

    /* Guarded by the lock, and on the same line if the lock takes at most 16 bytes. */
    alignas(CACHE_LINE) _Atomic uint32_t qcount;
    uint32_t sendx, recvx; /* where the next send and receive go in buf */
    struct waitq recvq, sendq;
    /* The variant's lock, and what a traced instance stores beside it. */
    alignas(16) unsigned char lock[];
};

_Static_assert(offsetof(struct hchan, lock) <= 2 * CACHE_LINE - 16, "a small lock shares the line");

/* How a select ended, if no case happened. */
enum select_end {
    SELECT_NONE = -1,   /* none was ready, or the deadline passed */
    SELECT_CLOSED = -2, /* the channel of the chosen send is closed: a panic, in Go */
};

/* A variant's functions and the names of its parts. The template's only public product. */
struct hchan_variant {
    const char *name, *lock_name, *park_name, *fastpath_name, *buffer_name, *summary;
    unsigned lock_traits; /* enum lock_traits */
    bool traced;
    bool goroutines;                  /* a park switches stacks */
    bool barges;                      /* woken waiters compete again: core/chan/barge.inc.h */
    const struct hchan_variant *twin; /* the other instance */
    /* makechan() after the check of the sizes. */
    hchan *(*makechan)(const struct hchan_variant *variant, size_t elemsize, size_t capacity);
    void (*lock_fini)(hchan *c);
    void (*lock)(hchan *c); /* not counted: for code that looks at a channel from outside */
    void (*unlock)(hchan *c);
    bool (*chansend)(hchan *c, const void *elem, bool block, const void *callerpc);
    /* The same for chansend1(), whose name an error tells; so below. */
    bool (*chansend1)(hchan *c, const void *elem, bool block, const void *callerpc);
    /* The same with HCHAN_CLOSED for a panic; HCHAN_BLOCKED where chansend() returns false. */
    enum hchan_end (*send_end)(hchan *c, const void *elem, bool block, const void *callerpc);
    bool (*chanrecv)(hchan *c, void *elem, bool block, bool *received, const void *callerpc);
    bool (*chanrecv1)(hchan *c, void *elem, bool block, bool *received, const void *callerpc);
    bool (*chanrecv2)(hchan *c, void *elem, bool block, bool *received, const void *callerpc);
    bool (*close)(hchan *c); /* false if it was closed already */
    size_t (*chanlen)(const hchan *c);
    /* At least one case has a channel, and all the channels are of this instance. Returns the case,
     * or an enum select_end. */
    int (*selectgo)(const struct scase *cases, uint32_t ncases, bool block, int64_t deadline,
                    bool *received, const void *callerpc);
};

#endif
