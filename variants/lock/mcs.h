/* MCS queue lock: waiters form a list, and each spins on a word of its own. This is the K42
 * variant, in which the holder needs no node. So no node has to be passed to the release or kept
 * meanwhile, and a select may hold any number of these locks.
 *
 * `next` is a link: the lock's points to the first waiter, a waiter's to the one that arrived after
 * it. `tail` points to the last waiter's link, to the lock's own if the lock is held and nobody
 * waits, and is NULL if it is free.
 *
 *     free:     tail = NULL
 *     held:     tail = &lock.next, lock.next = NULL
 *     waited:   lock.next -> first waiter.next -> ... -> last waiter, tail = &last.next
 *
 * An arriving G swaps tail, then sets the link that was there. In between the list has a gap, which
 * a release waits for. Once the first waiter holds the lock, it moves what comes after it into the
 * lock's link and leaves: nothing refers to its node any more, which is on its stack.
 *
 * Who writes what: `tail`, any arriving G and the holder, and only by exchanges, so that an acquire
 * of it has seen everything that came before any release of it; a link, the G that arrives after
 * it, and the lock's link also the holder; a waiter's `waits`, the G that hands it the lock.
 *
 * Fair, as the ticket lock is, and as brittle with more threads than PUs; but a release takes a
 * line from one waiter only. Source: Mellor-Crummey and Scott 1991; the K42 variant: Auslander,
 * Edelsohn, Krieger, Rosenburg and Wisniewski 2003, as in Scott, Shared-Memory Synchronization
 * (2013), 4.3.1. There a waiter retries its swap of tail; here it is one exchange, which keeps the
 * order of arrival. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_MCS_H
#define LOCK_MCS_H

#include "core/base/atomic.h"
#include "core/chan/lock.h"
#include "core/g/g.h"
#include <stdalign.h>

#define lock_mcs_summary "MCS queue lock (K42), each waiter spins on its own line"

enum { lock_mcs_traits = LOCK_CONVOYS };

typedef _Atomic(struct mcs_waiter *) mcs_link;

struct mcs_waiter {
    alignas(CACHE_LINE) mcs_link next;
    _Atomic uint32_t waits; /* 1 until the lock is handed over */
};

struct lock_mcs {
    _Atomic(mcs_link *) tail;
    mcs_link next;
};

static inline bool lock_mcs_init(struct lock_mcs *l)
{
    store_rlx(&l->tail, NULL);
    store_rlx(&l->next, NULL);
    return true;
}

static inline void lock_mcs_fini(struct lock_mcs *l)
{
    (void)l;
}

/* Waits until the link is set: a waiter has swapped tail and is about to set it. */
static inline struct mcs_waiter *lock_mcs_follow(mcs_link *link)
{
    struct mcs_waiter *next;
    while (!(next = load_acq(link))) /* pairs with store_rel in wait */
        spin_wait(1);
    return next;
}

/* We hold the lock: what comes after `me` in the list is now to come after the lock. */
static inline void lock_mcs_leave_list(struct lock_mcs *l, struct mcs_waiter *me)
{
    mcs_link *mine = &me->next;
    store_rlx(&l->next, NULL); /* relaxed: the swap publishes it before anyone can set it */
    if (!cas_rel(&l->tail, &mine, &l->next))             /* pairs with xchg_acqrel in wait */
        store_rlx(&l->next, lock_mcs_follow(&me->next)); /* relaxed: only our release reads it */
}

static __attribute__((noinline)) uint32_t lock_mcs_wait(struct lock_mcs *l)
{
    struct mcs_waiter me = {.waits = 1};
    uint32_t spins = 1;
    /* Acquire: pairs with cas_rel in release, if the lock was free, and in leave_list: the NULL in
     * the link comes before the value that we set. Release: the next G sets our link, initialized
     * above. */
    mcs_link *last = xchg_acqrel(&l->tail, &me.next);
    if (last) {
        store_rel(last, &me); /* pairs with load_acq in follow and release: `waits` is 1 before */
        for (; load_acq(&me.waits); spins++) /* pairs with store_rel in release */
            spin_wait(1);
    }
    lock_mcs_leave_list(l, &me);
    return spins;
}

static inline uint32_t lock_mcs_acquire(struct lock_mcs *l)
{
    mcs_link *free = NULL;
    if (__builtin_expect(cas_acq(&l->tail, &free, &l->next), 1)) /* pairs with release */
        return 0;
    return lock_mcs_wait(l);
}

static inline void lock_mcs_release(struct lock_mcs *l)
{
    struct mcs_waiter *next = load_acq(&l->next); /* pairs with store_rel in wait */
    if (__builtin_expect(!next, 1)) {
        mcs_link *mine = &l->next;
        if (cas_rel(&l->tail, &mine, NULL)) /* pairs with acquire, and xchg_acqrel in wait */
            return;
        next = lock_mcs_follow(&l->next);
    }
    store_rel(&next->waits, 0); /* pairs with load_acq in wait */
}

#endif
