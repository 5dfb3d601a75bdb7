/* What a channel is made of, after Go's hchan. Private to core and to the policies; users see
 * hchan/hchan.h.
 *
 * Invariants, whenever the lock is free:
 *   - At least one of sendq and recvq is empty, except where one select both sends and receives on
 *     one unbuffered channel.
 *   - qcount > 0 implies that recvq is empty.      (Or that some of those who were woken have yet
 *   - qcount < dataqsiz implies that sendq is empty. to look: core/chan/barge.inc.h.)
 *   - sendx == (recvx + qcount) % dataqsiz.
 *   - closed implies that both queues are empty.
 * Traced instances check them before each unlock (core/chan/check.h); the first with a buffer
 * only, since without one the exception is legal.
 *
 * The lock guards `closed`, every field of the second line, and the sudogs that are queued. Fields
 * that a fast path reads without the lock are atomic; they are written under the lock with release,
 * so that what a reader without the lock concludes from one holds for what was written before it. A
 * ring (core/chan/ring.h) counts and indexes by words of its own, which its lock freezes. While the
 * lock is held nothing blocks, but on a slot of a ring that somebody is copying to or from, and
 * nobody is made ready (but see park policies that do, to measure what it costs). */
#ifndef CORE_CHAN_LAYOUT_H
#define CORE_CHAN_LAYOUT_H

#include "core/base/atomic.h"
#include "core/chan/lock.h"
#include "core/g/g.h"
#include <hchan/hchan.h>
#include <stdalign.h>
#include <stddef.h>

/* A queue of waiters, first in, first out. */
struct waitq {
    _Atomic(struct sudog *) first; /* atomic for fast paths */
    struct sudog *last;
};

struct hchan {
    /* Read-only after makechan(), but for the close: every core may keep its copy of this line. */
    alignas(CACHE_LINE) const struct hchan_variant *variant;
    unsigned char *buf; /* dataqsiz elements, behind the lock */
    void *memory;       /* where all of it begins, for free() */
    size_t elemsize;
    uint32_t dataqsiz;
    /* Written once, under the lock. */
    _Atomic uint32_t closed;
    /* Of a ring (core/chan/ring.h), whose slots are in buf: bytes from one to the next, and
     * positions from one lap to the next. */
    uint32_t stride;
    uint64_t lap;

    /* Guarded by the lock, and on one line with it where the lock is of at most 16 bytes. */
    alignas(CACHE_LINE) _Atomic uint32_t qcount;
    uint32_t sendx, recvx; /* where the next send and receive go in buf */
    struct waitq recvq, sendq;
    /* The variant's lock, and what a traced instance keeps by it. */
    alignas(16) unsigned char lock[];
};

_Static_assert(offsetof(struct hchan, lock) <= 2 * CACHE_LINE - 16, "a small lock shares the line");

/* A variant's functions and what it is made of: the last product of the template. */
struct hchan_variant {
    const char *name, *lock_name, *park_name, *fastpath_name, *buffer_name, *summary;
    unsigned lock_traits; /* enum lock_traits */
    bool traced;
    bool goroutines;                  /* a park is a switch of stacks */
    bool barges;                      /* woken waiters compete again: core/chan/barge.inc.h */
    const struct hchan_variant *twin; /* the other instance */
    /* As makechan(), after the check of the sizes. */
    hchan *(*makechan)(const struct hchan_variant *variant, size_t elemsize, size_t capacity);
    void (*lock_fini)(hchan *c);
    void (*lock)(hchan *c); /* not counted: for who looks at the channel from outside */
    void (*unlock)(hchan *c);
    bool (*chansend)(hchan *c, const void *elem, bool block, const void *callerpc);
    bool (*chanrecv)(hchan *c, void *elem, bool block, bool *received, const void *callerpc);
    void (*closechan)(hchan *c);
    size_t (*chanlen)(const hchan *c);
    /* At least one case is of a channel, and all of those are of this instance. */
    int (*selectgo)(const struct scase *cases, uint32_t ncases, bool block, int64_t deadline,
                    bool *received, const void *callerpc);
};

#endif
