/* The Concurrency Kit's spin lock by fetch-and-store: the reference for lock/spin.h, which differs
 * in its backoff.
 *
 * The word is the library's: 0 free, 1 held. Its atomics are assembly, which ThreadSanitizer cannot
 * see, so its annotations below stand for them. Explored schedules have no such annotations, so the
 * lock is opaque to them. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_CK_FAS_H
#define LOCK_CK_FAS_H

#include "core/base/fiber.h"
#include "core/chan/lock.h"
#include <ck_spinlock.h>
#include <stdbool.h>
#include <stdint.h>

#define lock_ck_fas_summary "the Concurrency Kit's test-and-test-and-set spin lock"

enum { lock_ck_fas_traits = LOCK_OPAQUE };

struct lock_ck_fas {
    ck_spinlock_fas_t word;
};

static inline bool lock_ck_fas_init(struct lock_ck_fas *l)
{
    ck_spinlock_fas_init(&l->word);
    return true;
}

static inline void lock_ck_fas_fini(struct lock_ck_fas *l)
{
    (void)l;
}

static inline uint32_t lock_ck_fas_acquire(struct lock_ck_fas *l)
{
    ck_spinlock_fas_lock(&l->word);
#if FIBER_TSAN
    __tsan_acquire(l); /* pairs with the one in release */
#endif
    return 0; /* the library does not tell */
}

/* Tries first, to find out whether it waits. */
#define LOCK_ACQUIRE_COUNTED lock_ck_fas_acquire_counted

static inline uint32_t lock_ck_fas_acquire_counted(struct lock_ck_fas *l)
{
    bool waited = !ck_spinlock_fas_trylock(&l->word);
    if (__builtin_expect(waited, 0))
        ck_spinlock_fas_lock(&l->word);
#if FIBER_TSAN
    __tsan_acquire(l); /* pairs with the one in release */
#endif
    return waited; /* the library does not count its turns */
}

static inline void lock_ck_fas_release(struct lock_ck_fas *l)
{
#if FIBER_TSAN
    __tsan_release(l);
#endif
    ck_spinlock_fas_unlock(&l->word);
}

#endif
