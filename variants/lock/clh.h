/* CLH queue lock: waiters form a queue, and each spins on the node of the one before it.
 *
 * A node has one word: 1 while its G waits for the lock or holds it, then 0. `tail` is the node of
 * the G that arrived last. In a free lock that is the node of its last holder, or the one that the
 * lock was made with. An arriving G swaps its own node into tail, spins on the node that was there,
 * and keeps that one: the release leaves its node to the next G, which may read it later. So nodes
 * change hands, and there are as many as there are Gs and locks. A G needs one spare node, however
 * many locks it holds, and gets it at its first acquire. A lock is made with one node, and ends
 * with one, seldom the same.
 *
 * `tail` is changed by every arriving G. A node's word is set by its G before that, and cleared by
 * the holder. `head` is the holder's node, for its release.
 *
 * Fair, as the ticket lock is, and as brittle with more threads than PUs; but a release takes a
 * line from one waiter only, by a plain store, and there is no gap to wait for as in MCS. Source:
 * Craig 1993; Magnusson, Landin and Hagersten 1994. The lock keeps the holder's node, so that none
 * is passed to the release: Scott, Shared-Memory Synchronization (2013), 4.3.2. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_CLH_H
#define LOCK_CLH_H

#include "core/base/atomic.h"
#include "core/base/throw.h"
#include "core/chan/lock.h"
#include "core/g/g.h"
#include <stdlib.h>

#define lock_clh_summary "CLH queue lock, each waiter spins on the line of the one before it"

enum { lock_clh_traits = LOCK_CONVOYS };

struct clh_node {
    _Atomic uint32_t held;
};

struct lock_clh {
    _Atomic(struct clh_node *) tail;
    struct clh_node *head; /* the holder's */
};

static inline bool lock_clh_init(struct lock_clh *l)
{
    struct clh_node *node = newqnode(); /* zeroed: as a holder leaves it */
    store_rlx(&l->tail, node);
    return node;
}

static inline void lock_clh_fini(struct lock_clh *l)
{
    free(load_rlx(&l->tail)); /* relaxed: no other thread uses the lock any more */
}

/* A G's first acquire. */
static __attribute__((noinline)) struct clh_node *lock_clh_first_node(void)
{
    struct clh_node *node = newqnode();
    if (!node)
        gothrow("out of memory");
    return node;
}

static inline uint32_t lock_clh_acquire(struct lock_clh *l)
{
    struct g *gp = getg();
    struct clh_node *me = gp->qnode;
    if (__builtin_expect(!me, 0))
        me = lock_clh_first_node();
    store_rlx(&me->held, 1); /* relaxed: the swap publishes it */
    /* Acquire and release for the same reason: the G that arrives next must see that our node is
     * held, unless it sees our release, just as we must of the node before ours. */
    struct clh_node *before = xchg_acqrel(&l->tail, me);
    uint32_t spins = 0;
    for (; load_acq(&before->held); spins++) /* pairs with store_rel in release */
        spin_wait(1);
    gp->qnode = before; /* only its G and we knew it, and its G is done with it */
    l->head = me;
    return spins;
}

static inline void lock_clh_release(struct lock_clh *l)
{
    store_rel(&l->head->held, 0); /* pairs with load_acq in acquire */
}

#endif
