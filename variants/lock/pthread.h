/* The C library's mutex, the reference: what a program uses that does not think about locks.
 *
 * Its words belong to the library. In glibc the first is Drepper's mutex 2 (see lock/futex.h)
 * without spinning; an owner and counts stand beside it, which make it too large for the line of
 * the fields that it guards. It orders memory as a lock does (POSIX, 4.12), and may be destroyed as
 * soon as it has been released (pthread_mutex_destroy), so nothing needs to be added. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_PTHREAD_H
#define LOCK_PTHREAD_H

#include "core/chan/lock.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define lock_pthread_summary "the C library's pthread_mutex_t"

enum { lock_pthread_traits = LOCK_OPAQUE };

struct lock_pthread {
    pthread_mutex_t mutex;
};

static inline bool lock_pthread_init(struct lock_pthread *l)
{
    return pthread_mutex_init(&l->mutex, NULL) == 0;
}

static inline void lock_pthread_fini(struct lock_pthread *l)
{
    pthread_mutex_destroy(&l->mutex);
}

static inline uint32_t lock_pthread_acquire(struct lock_pthread *l)
{
    pthread_mutex_lock(&l->mutex); /* a normal mutex, so it cannot fail */
    return 0;                      /* it does not tell */
}

/* Tries first, to find out whether it waits. */
#define LOCK_ACQUIRE_COUNTED lock_pthread_acquire_counted

static inline uint32_t lock_pthread_acquire_counted(struct lock_pthread *l)
{
    if (__builtin_expect(pthread_mutex_trylock(&l->mutex) == 0, 1))
        return 0;
    pthread_mutex_lock(&l->mutex);
    return 1; /* the library does not count its turns */
}

static inline void lock_pthread_release(struct lock_pthread *l)
{
    pthread_mutex_unlock(&l->mutex);
}

#endif
