/* Go's mutex since 1.24: one of the waiters spins, and the others sleep, each in a word of its own.
 * A release wakes one sleeper, and none while a waiter spins.
 *
 * The word: bit 0, held; bit 1, a waiter spins; above them the address of the waiter that went to
 * sleep last, from which the sleepers form a list: a stack. A waiter's node is on its own stack, on
 * a line of its own, so the address has room for the bits.
 *
 *     held      set by the acquirer, which may overtake the waiters; cleared by the holder
 *
 *     spins     set by a waiter if no other spins; cleared by it, in the swap in which it
 *               acquires, or in which it goes to sleep
 *
 *     sleepers  pushed by a waiter, in a swap that sees the lock held; taken off only by the
 *               holder
 *
 * The holder takes a sleeper off in the swap that frees the lock, or before it, and wakes it
 * afterwards. So no sleeper is lost: a waiter that pushes itself sees a holder, and the holder's
 * last swap sees it. That holder may leave it to the spinning waiter, which either acquires and
 * then releases, or goes to sleep itself under another holder, which sees nobody spin. A woken
 * waiter may find the lock taken again, and starts over.
 *
 * The stack wakes the latest sleeper first, which is still warm. So that none starves, one release
 * in 16 that finds sleepers wakes the one at the other end, whether or not a waiter spins, and that
 * one spins too before it sleeps again.
 *
 * Source: Go 1.24, runtime/lock_spinbit.go. There a release is an exchange of the low byte, and the
 * sleepers are examined after it, under a bit that locks the stack, which works because an M is
 * never freed. Here the lock may be gone by then, so it is all one swap; and every 16th release is
 * counted, not drawn at random. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_SPINBIT_H
#define LOCK_SPINBIT_H

#include "core/base/atomic.h"
#include "core/base/futex.h"
#include "core/g/g.h"
#include <stdalign.h>

#define lock_spinbit_summary "Go 1.24's mutex: one waiter spins, the others sleep in a stack"

enum { lock_spinbit_traits = 0 };

struct spinbit_waiter {
    alignas(CACHE_LINE) _Atomic uint32_t asleep; /* 1 from before the push until it is woken */
    struct spinbit_waiter *next; /* went to sleep before it; the owner's until the push, then the
                                    holder's */
};

enum { SPINBIT_HELD = 1, SPINBIT_SPINS = 2, SPINBIT_BITS = SPINBIT_HELD | SPINBIT_SPINS };

struct lock_spinbit {
    _Atomic uintptr_t word;
    uint32_t wakes; /* releases that found sleepers, since one woke the last; the holder's */
};

static inline struct spinbit_waiter *spinbit_sleepers(uintptr_t word)
{
    return (struct spinbit_waiter *)(word & ~(uintptr_t)SPINBIT_BITS);
}

static inline bool lock_spinbit_init(struct lock_spinbit *l)
{
    store_rlx(&l->word, 0);
    l->wakes = 0;
    return true;
}

static inline void lock_spinbit_fini(struct lock_spinbit *l)
{
    (void)l;
}

/* Goes to sleep if the word is still `*word`, in which the lock is held; otherwise *word becomes
 * the word that was found. True if it has slept and was woken. */
static inline bool spinbit_sleep(struct lock_spinbit *l, struct spinbit_waiter *me, uintptr_t *word,
                                 bool spinning)
{
    uintptr_t bits = *word & SPINBIT_BITS & ~(uintptr_t)(spinning ? SPINBIT_SPINS : 0);
    me->next = spinbit_sleepers(*word);
    store_rlx(&me->asleep, 1); /* relaxed: the swap publishes it */
    /* Pairs with load_acq and cas_acqrel in release_waited: a holder that finds us finds our node
     * initialized. Every change of the word is a swap, so that holds however many waiters come
     * after us. */
    if (!cas_rel(&l->word, word, (uintptr_t)me | bits))
        return false;
    while (load_acq(&me->asleep)) /* pairs with store_rel in release_waited; `next` is ours again */
        futex_wait(&me->asleep, 1, FUTEX_FOREVER);
    return true;
}

static __attribute__((noinline)) uint32_t lock_spinbit_wait(struct lock_spinbit *l)
{
    /* Go's budget, as in lock/futex.h: four bursts of thirty pauses, then one yield. */
    enum { BURSTS = SPIN_BUDGET(4), PAUSES = 30 };
    struct spinbit_waiter me;
    bool spinning = false, was_last = false;
    int burst = 0;
    uintptr_t word = load_rlx(&l->word); /* relaxed: each swap below checks that it still holds */
    for (uint32_t spins = 1;; spins++) {
        uintptr_t mine = spinning ? SPINBIT_SPINS : 0;
        if (!(word & SPINBIT_HELD)) {
            if (cas_acq(&l->word, &word, (word & ~mine) | SPINBIT_HELD)) /* pairs with release */
                return spins;
        } else if (!(word & SPINBIT_SPINS)) {
            /* Relaxed: the bit only says that a waiter is awake. */
            spinning = cas_rlx(&l->word, &word, word | SPINBIT_SPINS);
            word |= spinning ? SPINBIT_SPINS : 0;
        } else if ((spinning || was_last) && burst <= BURSTS) {
            if (burst++ < BURSTS)
                procyield(PAUSES);
            else
                osyield();
            word = load_rlx(&l->word); /* as above */
        } else if (spinbit_sleep(l, &me, &word, spinning)) {
            spinning = false;
            was_last = !me.next;
            burst = 0;
            word = load_rlx(&l->word); /* as above */
        }
    }
}

static inline uint32_t lock_spinbit_acquire(struct lock_spinbit *l)
{
    uintptr_t free = 0;
    if (__builtin_expect(cas_acq(&l->word, &free, SPINBIT_HELD), 1)) /* pairs with release */
        return 0;
    return lock_spinbit_wait(l);
}

/* Takes off the waiter that has slept longest. There is one before it: the first cannot be taken
 * off this way, since others push themselves there. */
static inline struct spinbit_waiter *spinbit_unlink_last(struct spinbit_waiter *first)
{
    while (first->next->next)
        first = first->next;
    struct spinbit_waiter *last = first->next;
    first->next = NULL;
    return last;
}

/* Frees the lock if there are waiters, or were a moment ago, and wakes one. */
static __attribute__((noinline)) void lock_spinbit_release_waited(struct lock_spinbit *l)
{
    enum { TAIL_WAKE_PERIOD = SPIN_BUDGET(15) + 1 };
    uintptr_t word = load_acq(&l->word); /* pairs with cas_rel in sleep */
    bool fair = spinbit_sleepers(word) && ++l->wakes == TAIL_WAKE_PERIOD;
    struct spinbit_waiter *last = NULL, *woken;
    if (fair) {
        l->wakes = 0;
        if (spinbit_sleepers(word)->next)
            last = spinbit_unlink_last(spinbit_sleepers(word));
    }
    uintptr_t freed;
    do {
        woken = last;
        freed = word & ~(uintptr_t)SPINBIT_HELD;
        if (!woken && (fair || !(word & SPINBIT_SPINS)) && spinbit_sleepers(word)) {
            woken = spinbit_sleepers(word);
            freed = (uintptr_t)woken->next | (freed & SPINBIT_BITS);
        }
        /* Release: pairs with cas_acq in wait. Acquire if it fails: as above. */
    } while (!cas_acqrel(&l->word, &word, freed));
    if (!woken)
        return;
    _Atomic uint32_t *asleep = &woken->asleep;
    store_rel(asleep, 0); /* pairs with load_acq in sleep; after it the node is gone */
    futex_wake(asleep, 1);
}

static inline void lock_spinbit_release(struct lock_spinbit *l)
{
    uintptr_t held = SPINBIT_HELD;
    if (__builtin_expect(!cas_rel(&l->word, &held, 0), 0)) /* pairs with cas_acq in acquire, wait */
        lock_spinbit_release_waited(l);
}

#endif
