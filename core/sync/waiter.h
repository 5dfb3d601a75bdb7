/* Those that wait for an object of hchan/sync.h: how one parks and is made ready, and the queue of
 * an object.
 *
 * A queue is guarded by a bit of its object's word, which is held for a few instructions, while
 * nothing parks and nothing is allocated. A waiter lies on its G's stack. It belongs to that G
 * before it is queued and after the G is READY, and in between to the holder of the bit or, once it
 * is unlinked, to the G that is about to make it ready.
 *
 * The park word's protocol is that of g.h: a waiter and its waker change one word, so exactly one
 * of them sees to it that the waiter goes on. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SYNC_WAITER_H
#define CORE_SYNC_WAITER_H

#include "core/g/g.h"
#include <hchan/sync.h>

struct hchan_waiter {
    struct g *g;
    struct hchan_waiter *next;
    int64_t since; /* nanotime() when it was queued first; for a mutex */
    bool owns;     /* the mutex was handed to it */
};

/* w->g, which calls, is about to be queued and to park. The bit is held. */
void waiter_begin(struct hchan_waiter *w, enum wait_reason reason, const void *callerpc);

/* Returns when w->g has been made ready. No bit is held. */
void waiter_park(struct hchan_waiter *w);

/* gp, whose waiter was unlinked, goes on. The last access to its waiter. No bit is held. */
void waiter_ready(struct g *gp);

/* hchan_mutex_lock() and hchan_waitgroup_wait() for others here: callerpc is where their caller's
 * call returns to. */
void mutex_lock_from(struct hchan_mutex *m, const void *callerpc);
void waitgroup_wait_from(struct hchan_waitgroup *wg, const void *callerpc);

/* A mutex of which the race build is not told (core/base/race.h): what happens under it orders no
 * goroutines that the program could not see in order. */
void mutex_lock_unordered(struct hchan_mutex *m);
void mutex_unlock_unordered(struct hchan_mutex *m);

/* A turn of a loop that waits for the bit of a queue. */
void waiter_spin(uint32_t *turns);

static inline void waiters_append(struct hchan_waiters *q, struct hchan_waiter *w)
{
    w->next = NULL;
    if (q->last_)
        q->last_->next = w;
    else
        q->first_ = w;
    q->last_ = w;
}

static inline void waiters_prepend(struct hchan_waiters *q, struct hchan_waiter *w)
{
    w->next = q->first_;
    q->first_ = w;
    if (!q->last_)
        q->last_ = w;
}

/* There is one. */
static inline struct hchan_waiter *waiters_take(struct hchan_waiters *q)
{
    struct hchan_waiter *w = q->first_;
    q->first_ = w->next;
    if (!q->first_)
        q->last_ = NULL;
    return w;
}

#endif
