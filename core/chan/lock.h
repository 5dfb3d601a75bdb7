/* The traits of a lock, for code that must treat some kinds of locks differently. The locks are in
 * variants/lock, their contract is in variants/README.md. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_LOCK_H
#define CORE_CHAN_LOCK_H

#include "core/g/g.h"

enum lock_traits {
    /* Waiters spin and get the lock in the order of their arrival, so a preempted waiter holds up
     * all waiters behind it. With more threads than PUs the lock moves on only as the scheduler
     * rotates the threads, some milliseconds a turn. */
    LOCK_CONVOYS = 1,
    /* The lock waits in library code that does not go through core/base/atomic.h and
     * core/base/futex.h, so explored schedules cannot switch to another thread while it waits. */
    LOCK_OPAQUE = 2,
};

/* What moves the lock's line when it differs from the owner before: the thread, or of a goroutine
 * its P. */
static inline const void *lock_owner(const struct g *gp)
{
    return gp->goroutine ? (const void *)gp->p : gp;
}

#endif
