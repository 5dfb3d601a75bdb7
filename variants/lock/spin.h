/* Test-and-test-and-set spin lock with exponential backoff.
 *
 * The word: 0 free, 1 held. Set by the acquirer, cleared by the holder.
 *
 * A waiter reads until the word looks free, so that waiting causes no traffic, and doubles its
 * pauses, so that not all waiters react to a release at once. No waiter sleeps and there is no
 * order among them: a preempted holder makes all waiters burn their time slices. Source: Rudolph
 * and Segall 1984; backoff after Anderson 1990. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_SPIN_H
#define LOCK_SPIN_H

#include "core/base/atomic.h"

#define lock_spin_summary "test-and-test-and-set spin lock with backoff"

enum { lock_spin_traits = 0 };

struct lock_spin {
    _Atomic uint32_t held;
};

static inline bool lock_spin_init(struct lock_spin *l)
{
    store_rlx(&l->held, 0);
    return true;
}

static inline void lock_spin_fini(struct lock_spin *l)
{
    (void)l;
}

static __attribute__((noinline)) uint32_t lock_spin_wait(struct lock_spin *l)
{
    enum { PAUSES_MAX = 64 };
    uint32_t spins = 0, pauses = 1;
    do {
        while (load_rlx(&l->held)) { /* relaxed: the exchange below acquires */
            spin_wait(pauses);
            pauses = pauses < PAUSES_MAX ? 2 * pauses : PAUSES_MAX;
            spins++;
        }
        spins++;
    } while (xchg_acq(&l->held, 1)); /* pairs with store_rel in release */
    return spins;
}

static inline uint32_t lock_spin_acquire(struct lock_spin *l)
{
    if (__builtin_expect(xchg_acq(&l->held, 1) == 0, 1)) /* pairs with store_rel in release */
        return 0;
    return lock_spin_wait(l);
}

static inline void lock_spin_release(struct lock_spin *l)
{
    store_rel(&l->held, 0); /* pairs with xchg_acq in acquire */
}

#endif
