/* What a lock says of itself, for those who have to treat it by its kind. The locks are in
 * variants/lock, their contract in variants/README.md. */
#ifndef CORE_CHAN_LOCK_H
#define CORE_CHAN_LOCK_H

enum lock_traits {
    /* Waiters spin, and get it as they came: one that is preempted holds up all behind it. With
     * more threads than PUs it is handed on by the scheduler's rotation, some milliseconds a turn.
     */
    LOCK_CONVOYS = 1,
    /* Waits in code that is not ours, past core/base/atomic.h and core/base/futex.h: explored
     * schedules cannot run somebody else where it waits. */
    LOCK_OPAQUE = 2,
};

#endif
