/* A mutant of lock/futex.h: a woken waiter takes the lock as if no other waiter slept. The next
 * release then wakes nobody. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_CARELESS_H
#define LOCK_CARELESS_H

#include "core/base/atomic.h"
#include "core/base/futex.h"

#define lock_careless_summary "mutant"

enum { lock_careless_traits = 0 };

enum { LOCK_CARELESS_FREE, LOCK_CARELESS_HELD, LOCK_CARELESS_SLEEPERS };

struct lock_careless {
    _Atomic uint32_t word;
};

static inline bool lock_careless_init(struct lock_careless *l)
{
    store_rlx(&l->word, LOCK_CARELESS_FREE);
    return true;
}

static inline void lock_careless_fini(struct lock_careless *l)
{
    (void)l;
}

static inline uint32_t lock_careless_acquire(struct lock_careless *l)
{
    for (uint32_t spins = 0;; spins++) {
        uint32_t free = LOCK_CARELESS_FREE;
        if (cas_acq(&l->word, &free, LOCK_CARELESS_HELD)) /* the bug, from the second turn on */
            return spins;
        if (xchg_acq(&l->word, LOCK_CARELESS_SLEEPERS) == LOCK_CARELESS_FREE)
            return spins;
        futex_wait(&l->word, LOCK_CARELESS_SLEEPERS, FUTEX_FOREVER);
    }
}

static inline void lock_careless_release(struct lock_careless *l)
{
    if (xchg_rel(&l->word, LOCK_CARELESS_FREE) == LOCK_CARELESS_SLEEPERS)
        futex_wake(&l->word, 1);
}

#endif
