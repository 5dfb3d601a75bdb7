/* Go's three-state futex mutex: spin a little, yield once, then sleep in the kernel.
 *
 * The word: 0 free; 1 held, and no waiter sleeps, or a woken one is about to set 2; 2 held, and
 * waiters may sleep.
 *
 *     free --acquire--> 1        1 or 2 --release--> free (and a wake, if it was 2)
 *     any --about to sleep--> 2  (legal to set it if nobody sleeps: costs a needless wake;
 *                                 illegal to leave 1 if somebody sleeps and
 *                                 nobody is about to set 2: a lost wake-up)
 *
 * Once a waiter has set 2 it also acquires with 2, since it cannot know that it was the only one.
 *
 *     waiter                            holder
 *     W1: xchg(word, 2) sees held       H1: xchg(word, 0)
 *     W2: futex_wait(word, 2)           H2: if it was 2, futex_wake
 *
 * W1 and H1 are exchanges of one word, so they have an order. W1 first: H1 sees 2 and wakes. H1
 * first: W1 sees 0 and has the lock. And the kernel compares the word with 2 before it sleeps, so a
 * release between W1 and W2 makes the wait return at once. Source: Go, lock_futex.go; Drepper,
 * Futexes Are Tricky, mutex 2. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_FUTEX_H
#define LOCK_FUTEX_H

#include "core/base/atomic.h"
#include "core/base/futex.h"

#define lock_futex_summary "three-state futex mutex that spins, yields, then sleeps"

enum { lock_futex_traits = 0 };

enum { LOCK_FUTEX_FREE, LOCK_FUTEX_HELD, LOCK_FUTEX_SLEEPERS };

struct lock_futex {
    _Atomic uint32_t word;
};

static inline bool lock_futex_init(struct lock_futex *l)
{
    store_rlx(&l->word, LOCK_FUTEX_FREE);
    return true;
}

static inline void lock_futex_fini(struct lock_futex *l)
{
    (void)l;
}

static __attribute__((noinline)) uint32_t lock_futex_wait(struct lock_futex *l)
{
    /* Go's budget: four bursts of thirty pauses, then one yield. */
    enum { BURSTS = SPIN_BUDGET(4), PAUSES = 30 };
    uint32_t spins = 1;
    for (int burst = 0; burst <= BURSTS; burst++, spins++) {
        uint32_t free = LOCK_FUTEX_FREE;
        /* The swap pairs with xchg_rel in release; the load only saves it in vain. */
        if (load_rlx(&l->word) == free && cas_acq(&l->word, &free, LOCK_FUTEX_HELD))
            return spins;
        if (burst < BURSTS)
            procyield(PAUSES);
        else
            osyield();
    }
    while (xchg_acq(&l->word, LOCK_FUTEX_SLEEPERS) != LOCK_FUTEX_FREE) { /* pairs as above */
        futex_wait(&l->word, LOCK_FUTEX_SLEEPERS, FUTEX_FOREVER);
        spins++;
    }
    return spins;
}

static inline uint32_t lock_futex_acquire(struct lock_futex *l)
{
    uint32_t free = LOCK_FUTEX_FREE;
    if (__builtin_expect(cas_acq(&l->word, &free, LOCK_FUTEX_HELD), 1)) /* pairs with release */
        return 0;
    return lock_futex_wait(l);
}

static inline void lock_futex_release(struct lock_futex *l)
{
    /* An exchange, not a store, because it must find out whether a waiter sleeps. Pairs with the
     * acquires. */
    if (__builtin_expect(xchg_rel(&l->word, LOCK_FUTEX_FREE) == LOCK_FUTEX_SLEEPERS, 0))
        futex_wake(&l->word, 1);
}

#endif
