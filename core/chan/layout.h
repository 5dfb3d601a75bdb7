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
 * Traced instances check them before each unlock (chan_broken() below); the first with a buffer
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
#include <string.h>

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
    const char *name, *lock_name, *park_name, *fastpath_name, *summary;
    unsigned lock_traits; /* enum lock_traits */
    bool traced;
    bool ring;                        /* its buffer is one of core/chan/ring.h */
    bool goroutines;                  /* a park is a switch of stacks */
    bool barges;                      /* woken waiters compete again: core/chan/barge.inc.h */
    const struct hchan_variant *twin; /* the other instance */
    size_t lock_size;                 /* bytes from hchan.lock on */
    bool (*lock_init)(hchan *c);      /* false where memory ran out */
    void (*lock_fini)(hchan *c);
    void (*lock)(hchan *c); /* not counted: for who looks at the channel from outside */
    void (*unlock)(hchan *c);
    bool (*chansend)(hchan *c, const void *elem, bool block, const void *callerpc);
    bool (*chanrecv)(hchan *c, void *elem, bool block, bool *received, const void *callerpc);
    void (*closechan)(hchan *c);
    /* At least one case is of a channel, and all of those are of this instance. */
    int (*selectgo)(const struct scase *cases, uint32_t ncases, bool block, int64_t deadline,
                    bool *received, const void *callerpc);
};

/* The lock of channel c is held in both. */
static inline void waitq_enqueue(struct waitq *q, struct sudog *sg)
{
    sg->next = NULL;
    sg->prev = q->last;
    if (q->last)
        q->last->next = sg;
    else
        store_rel(&q->first, sg); /* pairs with load_acq in a fast path's look at the queue */
    q->last = sg;
}

/* For who was woken to compete, and lost: it has waited longest. */
static inline void waitq_enqueue_first(struct waitq *q, struct sudog *sg)
{
    struct sudog *first = load_rlx(&q->first); /* under the lock: nobody else writes it */
    sg->next = first;
    sg->prev = NULL;
    if (first)
        first->prev = sg;
    else
        q->last = sg;
    store_rel(&q->first, sg); /* as above */
}

/* Unlinks sg where it is in the queue; where a waker has done so already, nothing. */
static inline void dequeueSudoG(struct waitq *q, struct sudog *sg)
{
    if (!sg->prev && load_rlx(&q->first) != sg) /* under the lock: nobody else writes it */
        return;
    if (sg->next)
        sg->next->prev = sg->prev;
    else
        q->last = sg->prev;
    if (sg->prev)
        sg->prev->next = sg->next;
    else
        store_rel(&q->first, sg->next); /* as in waitq_enqueue */
    sg->next = sg->prev = NULL;
}

/* Claims a select's sudog for the caller, who has just unlinked it: true for one case alone, and
 * not after the select's deadline. Relaxed: the swap decides who goes on, and publishes nothing;
 * what the claimer writes gets to the owner with goready(). */
static inline bool sudog_claim(struct sudog *sg)
{
    uint32_t open = SELECT_OPEN;
    return cas_rlx(&sg->g->selectDone, &open, sg->casi + 1U);
}

/* The first waiter that is still to be had, unlinked; NULL where there is none. */
static inline struct sudog *waitq_dequeue(struct waitq *q)
{
    for (;;) {
        struct sudog *sg = load_rlx(&q->first); /* under the lock: nobody else writes it */
        if (__builtin_expect(!sg, 1))
            return NULL; /* so that a buffer hop runs straight on */
        if (sg->next)
            sg->next->prev = NULL;
        else
            q->last = NULL;
        store_rel(&q->first, sg->next); /* as in waitq_enqueue */
        sg->next = NULL;                /* and prev is NULL: dequeueSudoG() sees that it is out */
        if (__builtin_expect(!sg->isSelect, 1) || sudog_claim(sg))
            return sg;
    }
}

static inline unsigned char *chanbuf(const struct hchan *c, uint32_t i)
{
    return c->buf + (size_t)i * c->elemsize;
}

/* Copies one element. Words are the common case, and a constant size is a plain move. */
static inline void elem_copy(const struct hchan *c, void *to, const void *from)
{
    if (__builtin_expect(c->elemsize == sizeof(uint64_t), 1))
        memcpy(to, from, sizeof(uint64_t));
    else if (c->elemsize)
        memcpy(to, from, c->elemsize);
}

static inline void elem_zero(const struct hchan *c, void *elem)
{
    if (elem && c->elemsize)
        memset(elem, 0, c->elemsize);
}

/* A value that a sudog has room for goes through it, on a line that both sides have anyway: the
 * other side's stack would be one more line on its way between their PUs. */
static inline bool elem_is_small(const struct hchan *c)
{
    return c->elemsize <= sizeof(uint64_t);
}

/* Where the waker reads or writes the value; NULL where nobody wants it. */
static inline void *sudog_elem(const struct hchan *c, struct sudog *sg)
{
    return elem_is_small(c) ? &sg->word : sg->elem;
}

/* The waiter, before it queues sg: a value to send, or where one is to go. */
static inline void sudog_bring(const struct hchan *c, struct sudog *sg, bool send, void *elem)
{
    if (!elem_is_small(c))
        sg->elem = elem;
    else if (send)
        elem_copy(c, &sg->word, elem);
}

/* The waiter, after its wake: what it received, if `elem` is not NULL. */
static inline void sudog_take(const struct hchan *c, const struct sudog *sg, void *elem)
{
    if (elem_is_small(c) && elem)
        elem_copy(c, elem, &sg->word);
}

/* The order in which a select looks at its cases: at random, nil channels left out. Returns how
 * many are in. */
static inline uint32_t select_pollorder(struct g *gp, const struct scase *cases, uint32_t ncases,
                                        uint16_t *pollorder)
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < ncases; i++) {
        if (!cases[i].c)
            continue;
        /* Fisher and Yates, inside out. */
        uint32_t at = live ? cheaprandn(gp, live + 1) : 0;
        pollorder[live] = pollorder[at];
        pollorder[at] = (uint16_t)i;
        live++;
    }
    return live;
}

/* The order in which it locks: by the channels' addresses. lockorder holds pollorder before, so
 * that cases of one channel queue in a random order, too. */
void select_lockorder(const struct scase *cases, uint32_t live, uint16_t *lockorder);

/* Waits without a channel: until the deadline, which may never come. No sudog, no waker. */
void gopark_nil(enum wait_reason reason, int64_t deadline, const void *callerpc);

/* The invariant above that does not hold, or NULL. The lock is held. `barges`: woken waiters may be
 * on their way to what the others wait for. */
static inline const char *chan_broken(const struct hchan *c, uint64_t qcount, bool barges)
{
    /* under the lock: nobody else writes them */
    bool receivers = load_rlx(&c->recvq.first) != NULL, senders = load_rlx(&c->sendq.first) != NULL;
    bool closed = load_rlx(&c->closed) != 0;
    if (receivers != (c->recvq.last != NULL) || senders != (c->sendq.last != NULL))
        return "hchan: a queue has one end only";
    if (qcount > 0 && receivers && !barges)
        return "hchan: a receiver waits before a value";
    if (qcount < c->dataqsiz && senders && !barges)
        return "hchan: a sender waits before a free slot";
    if (c->dataqsiz && receivers && senders)
        return "hchan: senders and receivers wait on one buffer";
    if (qcount > c->dataqsiz)
        return "hchan: there are more values than slots";
    if (c->dataqsiz && !c->lap /* not a ring */ && c->sendx != (c->recvx + qcount) % c->dataqsiz)
        return "hchan: sendx is not where the values end";
    if (closed && (receivers || senders))
        return "hchan: somebody waits on a closed channel";
    return NULL;
}

/* What a fast path saw of a channel that a non-blocking receive was called on. */
enum fast_recv {
    FAST_RECV_UNKNOWN, /* take the lock and see */
    FAST_RECV_EMPTY,   /* nothing there, and not closed */
    FAST_RECV_CLOSED,  /* closed and drained */
};

/* Whether a non-blocking send would fail, or a receive find nothing, seen without the lock: one
 * word each, so that the answer was true at one moment. The acquires pair with the store_rel of
 * `first` in waitq_enqueue() and waitq_dequeue(), and of qcount in step 6 of send and receive: what
 * is read next is at least as new, `closed` above all. */
static inline bool chan_full(const struct hchan *c)
{
    if (c->dataqsiz == 0)
        return load_acq(&c->recvq.first) == NULL;
    return load_acq(&c->qcount) == c->dataqsiz;
}

static inline bool chan_empty(const struct hchan *c)
{
    if (c->dataqsiz == 0)
        return load_acq(&c->sendq.first) == NULL;
    return load_acq(&c->qcount) == 0;
}

#endif
