/* A buffer that sends and receives share without the lock, as long as no G has to park.
 *
 * Each slot carries the position that it waits for, so the value and the word that says whether it
 * is there are on one line. A sender claims the tail by a swap, writes its value, and publishes the
 * slot. A receiver claims the head, reads, and gives the slot to the sender of the next lap. That
 * is one atomic read-modify-write per operation, as with a lock whose release is a store. But
 * senders and receivers have a word each, and no operation waits for another one that is in the
 * middle, unless both need the same slot.
 *
 * The holder of the channel's lock may freeze the ring, with a bit in both words that no claim gets
 * past. While the ring is frozen, head and tail belong to the holder, and the channel works as Go's
 * does, queues and all. It stays frozen while a G is parked, so that nobody overtakes it, and thaws
 * when the last one has been dequeued. So a park needs no fence and no second check: an operation
 * that claims a slot has done so either before the freeze, where the parker counts it, or after the
 * thaw, when no G waits.
 *
 * The words: `tail` is changed by a sender's swap and `head` by a receiver's, or by the holder of
 * the lock while they are frozen. A slot's `seq` is changed by the thread that claimed its
 * position: it is `pos` while the slot waits for the value of that position, and
 * `pos | RING_VALUE` while it holds that value.
 *
 * Memory orders: only `seq` orders values. Each release of it pairs with the acquire by the thread
 * that claims the slot next. The swaps of head and tail only decide who has a slot, and publish
 * nothing. Positions never repeat (62 bits), so an old word is never mistaken for a new one.
 *
 * Sources: Vyukov's bounded queue (2010), for the slots; crossbeam-channel, for a position made of
 * lap and index, so that a capacity need not be a power of two. The freeze is ours. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_RING_H
#define CORE_CHAN_RING_H

#include "core/base/futex.h"
#include "core/chan/elem.h"
#include "core/chan/look.h"
#include "core/chan/race.h"

enum {
    RING_FROZEN = 1, /* in head and tail: only the holder of the lock may move it */
    RING_CLOSED = 2, /* in tail */
    RING_BITS = RING_FROZEN | RING_CLOSED,
    RING_POS = RING_BITS + 1, /* from one position to the next */
    RING_VALUE = 1,           /* in seq */
};

struct slot {
    _Atomic uint64_t seq;
    unsigned char elem[];
};

struct ring {
    alignas(CACHE_LINE) _Atomic uint64_t tail;
    alignas(CACHE_LINE) _Atomic uint64_t head;
    alignas(CACHE_LINE) unsigned char slots[]; /* dataqsiz of them, each of hchan.stride bytes */
};

/* Whether c has a ring: it has a buffer of at most RING_SLOTS_MAX elements. */
static inline bool ring_is(const struct hchan *c)
{
    return c->lap != 0;
}

static inline struct ring *ring_of(const struct hchan *c)
{
    return (struct ring *)(void *)c->buf;
}

static inline uint64_t ring_index(const struct hchan *c, uint64_t pos)
{
    return (pos & (c->lap - 1)) / RING_POS;
}

static inline struct slot *ring_slot(const struct hchan *c, uint64_t pos)
{
    size_t stride =
        __builtin_expect(c->elemsize == sizeof(uint64_t), 1) ? 2 * sizeof(uint64_t) : c->stride;
    return (struct slot *)(void *)(ring_of(c)->slots + ring_index(c, pos) * stride);
}

static inline uint64_t ring_next(const struct hchan *c, uint64_t pos)
{
    uint64_t index = ring_index(c, pos);
    return index + 1 < c->dataqsiz ? pos + RING_POS : pos - index * RING_POS + c->lap;
}

/* How many values there are, including those that are being written or read. Without the lock this
 * is a snapshot; while a parked sender's value is promoted, it may be one more than the capacity.
 *
 * The acquires keep the loads in this order: head, tail, head. The first also pairs with the
 * store_rel of head in ring_promote(), which comes after that of tail. */
static inline uint64_t ring_count(const struct hchan *c)
{
    uint64_t head, tail;
    do { /* a head that did not move while the tail was read was there with it */
        head = load_acq(&ring_of(c)->head) & ~(uint64_t)RING_BITS;
        tail = load_acq(&ring_of(c)->tail) & ~(uint64_t)RING_BITS;
    } while (head != (load_rlx(&ring_of(c)->head) & ~(uint64_t)RING_BITS));
    uint64_t laps = (tail & ~(c->lap - 1)) - (head & ~(c->lap - 1));
    return laps / c->lap * c->dataqsiz + ring_index(c, tail) - ring_index(c, head);
}

/* A ring has 1 to RING_SLOTS_MAX elements: a larger one would cost memory even if its elements take
 * none. */
enum { RING_SLOTS_MAX = 1 << 16 };

static inline bool ring_fits(size_t capacity)
{
    return capacity > 0 && capacity <= RING_SLOTS_MAX;
}

/* The size of a ring, in bytes of buf. */
size_t ring_size(size_t elemsize, size_t capacity);

/* Makes buf a ring. The sizes in c are set, and no other thread knows the channel. */
void ring_make(struct hchan *c);

static inline enum fast_end ring_send(struct hchan *c, const void *elem)
{
    struct ring *r = ring_of(c);
    uint64_t tail = load_acq(&r->tail); /* acquire: head is read after it, below */
    while (!(tail & RING_BITS)) {
        struct slot *slot = ring_slot(c, tail);
        bool vacant = load_acq(&slot->seq) == tail; /* pairs with the release in ring_recv */
        if (__builtin_expect(vacant, 1)) {
            if (__builtin_expect(!cas_rlx(&r->tail, &tail, ring_next(c, tail)), 0))
                continue;
            racenotify(c, ring_index(c, tail), NULL);
            elem_copy(c, slot->elem, elem);
            store_rel(&slot->seq, tail | RING_VALUE); /* pairs with load_acq in ring_recv */
            return FAST_DONE;
        }
        /* Full at the moment of this load, if it says so: the tail is still where it was, since it
         * is never further from the head than this. The channel was open when the tail was read,
         * and already full then if it has been closed since. Acquire: the tail is read again after
         * it. */
        if ((load_acq(&r->head) & ~(uint64_t)RING_BITS) + c->lap == tail)
            return FAST_BLOCKED;
        uint64_t seen = tail;
        tail = load_acq(&r->tail); /* as above: for the next turn */
        if (tail == seen)
            return FAST_LOCK; /* the slot's receiver is still reading: no time to be lost here */
    }
    return FAST_LOCK;
}

static inline enum fast_end ring_recv(struct hchan *c, void *elem)
{
    struct ring *r = ring_of(c);
    uint64_t head = load_acq(&r->head); /* acquire: tail is read after it, below */
    while (!(head & RING_FROZEN)) {
        struct slot *slot = ring_slot(c, head);
        uint64_t filled = head | RING_VALUE;
        if (__builtin_expect(load_acq(&slot->seq) == filled, 1)) { /* pairs with ring_send */
            if (__builtin_expect(!cas_rlx(&r->head, &head, ring_next(c, head)), 0))
                continue;
            racenotify(c, ring_index(c, head), NULL);
            if (elem)
                elem_copy(c, elem, slot->elem);
            store_rel(&slot->seq, head + c->lap); /* pairs with load_acq in ring_send */
            return FAST_DONE;
        }
        /* Empty at the moment of this load, if it says so: a tail that is where the head is was
         * never further, and neither was the head. Acquire: pairs with ring_close() and
         * ring_thaw(), so that what came before a close is seen. */
        uint64_t tail = load_acq(&r->tail);
        if ((tail & ~(uint64_t)RING_BITS) == head)
            return tail & RING_CLOSED ? FAST_DRAINED : FAST_BLOCKED;
        uint64_t seen = head;
        head = load_acq(&r->head); /* as above: for the next turn */
        if (head == seen)
            return FAST_LOCK; /* the slot's sender is still writing */
    }
    return FAST_LOCK;
}

/* The functions below are for the holder of the lock. */

/* Stops all other threads from moving head or tail until the thaw. A thread that has claimed a slot
 * may still be in it: ring_put() and ring_take() wait for it, while it copies one value. */
static inline void ring_freeze(struct hchan *c)
{
    struct ring *r = ring_of(c);
    if (load_rlx(&r->tail) & RING_FROZEN) /* set and cleared only under the lock */
        return;
    /* Relaxed: a claim is a swap of the same word, so it came before and is counted, or it fails.
     * What the threads in the slots wrote is ordered by `seq`. */
    fadd_rlx(&r->tail, RING_FROZEN);
    fadd_rlx(&r->head, RING_FROZEN);
}

/* Thaws the ring unless a G is parked. */
static inline void ring_thaw(struct hchan *c)
{
    struct ring *r = ring_of(c);
    if (load_rlx(&c->recvq.first) || load_rlx(&c->sendq.first)) /* under the lock */
        return;
    /* No other thread writes a frozen word. Release: the tail's pairs with load_acq in ring_recv(),
     * which may see RING_CLOSED in it; the head's with load_acq in ring_count(). */
    store_rel(&r->tail, load_rlx(&r->tail) & ~(uint64_t)RING_FROZEN);
    store_rel(&r->head, load_rlx(&r->head) & ~(uint64_t)RING_FROZEN);
}

/* From now on sends take the lock, and panic; receives drain what is left. */
static inline void ring_close(struct hchan *c)
{
    /* Release: pairs with load_acq in ring_recv(). Nothing needs the acquire. */
    fadd_acqrel(&ring_of(c)->tail, RING_CLOSED);
}

/* Returns the slot at `pos` once its word is `seq`: the thread that claimed it before the freeze
 * has left it. */
struct slot *ring_settled(struct hchan *c, uint64_t pos, uint64_t seq);

/* Puts a value at the tail. There is room. */
static inline void ring_put(struct hchan *c, const void *elem)
{
    struct ring *r = ring_of(c);
    uint64_t tail = load_rlx(&r->tail), pos = tail & ~(uint64_t)RING_BITS; /* frozen: ours */
    struct slot *slot = ring_settled(c, pos, pos);
    racenotify(c, ring_index(c, pos), racepartner(c));
    elem_copy(c, slot->elem, elem);
    store_rel(&slot->seq, pos | RING_VALUE); /* pairs with load_acq in ring_recv */
    /* Release, for readers without the lock, as in ring_thaw(). */
    store_rel(&r->tail, ring_next(c, pos) | (tail & RING_BITS));
}

/* Moves the value at the head to `elem`, which may be NULL. There is one. */
static inline void ring_take(struct hchan *c, void *elem)
{
    struct ring *r = ring_of(c);
    uint64_t head = load_rlx(&r->head), pos = head & ~(uint64_t)RING_BITS; /* frozen: ours */
    struct slot *slot = ring_settled(c, pos, pos | RING_VALUE);
    racenotify(c, ring_index(c, pos), racepartner(c));
    if (elem)
        elem_copy(c, elem, slot->elem);
    store_rel(&slot->seq, pos + c->lap); /* pairs with load_acq in ring_send */
    /* Release, for readers without the lock, as in ring_thaw(). */
    store_rel(&r->head, ring_next(c, pos) | (head & RING_BITS));
}

/* The ring is full: moves the value at the head to `elem`, which may be NULL, and a parked sender's
 * value to the tail, which is the same slot. The tail moves first, so a reader without the lock
 * never sees an empty ring, or one with room: store_rel of head pairs with load_acq in
 * ring_count(). */
static inline void ring_promote(struct hchan *c, void *elem, const void *sent)
{
    struct ring *r = ring_of(c);
    uint64_t head = load_rlx(&r->head), tail = load_rlx(&r->tail); /* frozen: ours */
    uint64_t from = head & ~(uint64_t)RING_BITS, to = tail & ~(uint64_t)RING_BITS;
    struct slot *slot = ring_settled(c, from, from | RING_VALUE);
    racenotify(c, ring_index(c, from), NULL);
    racenotify(c, ring_index(c, from), racepartner(c));
    if (elem)
        elem_copy(c, elem, slot->elem);
    elem_copy(c, slot->elem, sent);
    store_rel(&slot->seq, to | RING_VALUE); /* pairs with load_acq in ring_recv */
    store_rel(&r->tail, ring_next(c, to) | (tail & RING_BITS));
    store_rel(&r->head, ring_next(c, from) | (head & RING_BITS));
}

#endif
