/* A buffer that sends and receives share without the lock, as long as nobody has to park.
 *
 * Slots carry the position that they wait for, so that the value and the word which says that it is
 * there are on one line. A sender claims the tail by a swap, writes its value, and publishes the
 * slot; a receiver claims the head, reads, and gives the slot to the sender of the next lap. One
 * atomic read-modify-write an operation, as with a lock whose release is a store; but senders and
 * receivers have a word each, and nobody waits for who is in the middle, unless it is in that slot.
 *
 * Whoever holds the channel's lock may freeze the ring: a bit in both words, which no claim gets
 * past. Frozen, head and tail are the holder's alone, and the channel is Go's, queue and all; it
 * stays frozen while somebody is parked, so that nobody gets past who waits, and thaws with the
 * last one. So a park needs no fence and no second look: who claims a slot has done so before the
 * ring was frozen, where the parker counts it, or after it thawed, when nobody waits.
 *
 * Words, by who changes them: `tail` by a sender's swap, `head` by a receiver's, where they are not
 * frozen; else by the holder of the lock. A slot's `seq` is `pos` while it waits for the value of
 * that position, and `pos | RING_VALUE` while it holds it: changed by who claimed the position.
 *
 * Orders. Values are ordered by `seq` alone: each release of it pairs with the acquire of who
 * claims the slot next. The swaps of head and tail decide who, and publish nothing. Positions never
 * come again (62 bits), so an old word is never taken for a new one.
 *
 * Source: the slots, Vyukov's bounded queue (2010); a position as lap and index, so that a capacity
 * need not be a power of two, crossbeam-channel. The freeze is ours. */
#ifndef CORE_CHAN_RING_H
#define CORE_CHAN_RING_H

#include "core/base/futex.h"
#include "core/chan/elem.h"
#include "core/chan/look.h"

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

/* Whether c has a ring: it has a buffer, and not one of too many elements. */
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

/* How many values there are, those on their way included. A moment's, where the lock is not held;
 * while a parked sender's value is promoted it may be one more than there is room for. */
static inline uint64_t ring_count(const struct hchan *c)
{
    uint64_t head, tail;
    do { /* a head that stood still while the tail was read was there with it */
        head = load_acq(&ring_of(c)->head) & ~(uint64_t)RING_BITS;
        tail = load_acq(&ring_of(c)->tail) & ~(uint64_t)RING_BITS;
    } while (head != (load_rlx(&ring_of(c)->head) & ~(uint64_t)RING_BITS));
    uint64_t laps = (tail & ~(c->lap - 1)) - (head & ~(c->lap - 1));
    return laps / c->lap * c->dataqsiz + ring_index(c, tail) - ring_index(c, head);
}

/* A ring has 1 to RING_SLOTS_MAX elements: larger ones would cost memory even where an element
 * takes none. */
enum { RING_SLOTS_MAX = 1 << 16 };

static inline bool ring_fits(size_t capacity)
{
    return capacity > 0 && capacity <= RING_SLOTS_MAX;
}

/* Its bytes, in buf. */
size_t ring_size(size_t elemsize, size_t capacity);

/* Makes buf a ring, whose sizes are set. Nobody else knows the channel. */
void ring_make(struct hchan *c);

static inline enum fast_end ring_send(struct hchan *c, const void *elem)
{
    struct ring *r = ring_of(c);
    uint64_t tail = load_acq(&r->tail); /* before head, below */
    while (!(tail & RING_BITS)) {
        struct slot *slot = ring_slot(c, tail);
        bool vacant = load_acq(&slot->seq) == tail; /* pairs with the release in ring_recv */
        if (__builtin_expect(vacant, 1)) {
            if (__builtin_expect(!cas_rlx(&r->tail, &tail, ring_next(c, tail)), 0))
                continue;
            elem_copy(c, slot->elem, elem);
            store_rel(&slot->seq, tail | RING_VALUE); /* pairs with load_acq in ring_recv */
            return FAST_DONE;
        }
        /* Full, if so at the moment of this load: the tail is nowhere but where it was, since it is
         * never further from the head than this. It was open when the tail was read, and full then,
         * too, if it has been closed since. */
        if ((load_acq(&r->head) & ~(uint64_t)RING_BITS) + c->lap == tail)
            return FAST_BLOCKED;
        uint64_t seen = tail;
        tail = load_acq(&r->tail);
        if (tail == seen)
            return FAST_LOCK; /* the slot's receiver has not done reading: no time to be lost here
                               */
    }
    return FAST_LOCK;
}

static inline enum fast_end ring_recv(struct hchan *c, void *elem)
{
    struct ring *r = ring_of(c);
    uint64_t head = load_acq(&r->head); /* before tail, below */
    while (!(head & RING_FROZEN)) {
        struct slot *slot = ring_slot(c, head);
        uint64_t filled = head | RING_VALUE;
        if (__builtin_expect(load_acq(&slot->seq) == filled, 1)) { /* the release in ring_send */
            if (__builtin_expect(!cas_rlx(&r->head, &head, ring_next(c, head)), 0))
                continue;
            if (elem)
                elem_copy(c, elem, slot->elem);
            store_rel(&slot->seq, head + c->lap); /* pairs with load_acq in ring_send */
            return FAST_DONE;
        }
        /* Empty, if so at the moment of this load: a tail that has not left the head behind has
         * never been further, nor has the head. Acquire: what came before the close is seen. */
        uint64_t tail = load_acq(&r->tail);
        if ((tail & ~(uint64_t)RING_BITS) == head)
            return tail & RING_CLOSED ? FAST_DRAINED : FAST_BLOCKED;
        uint64_t seen = head;
        head = load_acq(&r->head);
        if (head == seen)
            return FAST_LOCK; /* the slot's sender has not done writing */
    }
    return FAST_LOCK;
}

/* What follows is for the holder of the lock. */

/* Nobody else moves head or tail until the thaw. Those who have claimed a slot may still be in it:
 * ring_put() and ring_take() wait for them, which are about to copy one value. */
static inline void ring_freeze(struct hchan *c)
{
    struct ring *r = ring_of(c);
    if (load_rlx(&r->tail) & RING_FROZEN) /* set and cleared under the lock only */
        return;
    /* Relaxed would do: that no slot is claimed any more is in the order of each word. */
    fadd_acqrel(&r->tail, RING_FROZEN);
    fadd_acqrel(&r->head, RING_FROZEN);
}

/* With the last one who is parked, the lock is not needed any more. */
static inline void ring_thaw(struct hchan *c)
{
    struct ring *r = ring_of(c);
    if (load_rlx(&c->recvq.first) || load_rlx(&c->sendq.first)) /* under the lock */
        return;
    /* Nobody else writes a frozen word. Release, as for each word that is read without the lock. */
    store_rel(&r->tail, load_rlx(&r->tail) & ~(uint64_t)RING_FROZEN);
    store_rel(&r->head, load_rlx(&r->head) & ~(uint64_t)RING_FROZEN);
}

/* From now on sends take the lock, to panic; receives drain what there is. */
static inline void ring_close(struct hchan *c)
{
    fadd_acqrel(&ring_of(c)->tail, RING_CLOSED); /* pairs with load_acq in ring_recv */
}

/* The slot at `pos`, once its word is `seq`: who claimed it before the freeze has left it. */
struct slot *ring_settled(struct hchan *c, uint64_t pos, uint64_t seq);

/* There is room, so a value goes to the tail. */
static inline void ring_put(struct hchan *c, const void *elem)
{
    struct ring *r = ring_of(c);
    uint64_t tail = load_rlx(&r->tail), pos = tail & ~(uint64_t)RING_BITS; /* frozen: ours */
    struct slot *slot = ring_settled(c, pos, pos);
    elem_copy(c, slot->elem, elem);
    store_rel(&slot->seq, pos | RING_VALUE); /* pairs with load_acq in ring_recv */
    store_rel(&r->tail, ring_next(c, pos) | (tail & RING_BITS));
}

/* There is a value, so the head goes to `elem`, which may be NULL. */
static inline void ring_take(struct hchan *c, void *elem)
{
    struct ring *r = ring_of(c);
    uint64_t head = load_rlx(&r->head), pos = head & ~(uint64_t)RING_BITS; /* frozen: ours */
    struct slot *slot = ring_settled(c, pos, pos | RING_VALUE);
    if (elem)
        elem_copy(c, elem, slot->elem);
    store_rel(&slot->seq, pos + c->lap); /* pairs with load_acq in ring_send */
    store_rel(&r->head, ring_next(c, pos) | (head & RING_BITS));
}

/* It is full: the head goes to `elem`, and a parked sender's value to the tail, which is the same
 * slot. Tail first: who looks without the lock never sees an empty ring, or one with room. */
static inline void ring_promote(struct hchan *c, void *elem, const void *sent)
{
    struct ring *r = ring_of(c);
    uint64_t head = load_rlx(&r->head), tail = load_rlx(&r->tail); /* frozen: ours */
    uint64_t from = head & ~(uint64_t)RING_BITS, to = tail & ~(uint64_t)RING_BITS;
    struct slot *slot = ring_settled(c, from, from | RING_VALUE);
    if (elem)
        elem_copy(c, elem, slot->elem);
    elem_copy(c, slot->elem, sent);
    store_rel(&slot->seq, to | RING_VALUE); /* pairs with load_acq in ring_recv */
    store_rel(&r->tail, ring_next(c, to) | (tail & RING_BITS));
    store_rel(&r->head, ring_next(c, from) | (head & RING_BITS));
}

#endif
