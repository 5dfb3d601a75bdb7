/* The queues of waiters: sudogs, first in, first out. */
#ifndef CORE_CHAN_WAITQ_H
#define CORE_CHAN_WAITQ_H

#include "core/chan/layout.h"

/* The lock of channel c is held in both. */
static inline void waitq_enqueue(struct waitq *q, struct sudog *sg)
{
    sg->next = NULL;
    sg->prev = q->last;
    if (q->last)
        q->last->next = sg;
    else
        store_rel(&q->first, sg); /* pairs with load_acq in a fast path's look at the queue */
    q->last = sg;
}

/* For who was woken to compete, and lost: it has waited longest. */
static inline void waitq_enqueue_first(struct waitq *q, struct sudog *sg)
{
    struct sudog *first = load_rlx(&q->first); /* under the lock: nobody else writes it */
    sg->next = first;
    sg->prev = NULL;
    if (first)
        first->prev = sg;
    else
        q->last = sg;
    store_rel(&q->first, sg); /* as above */
}

/* Unlinks sg where it is in the queue; where a waker has done so already, nothing. */
static inline void dequeueSudoG(struct waitq *q, struct sudog *sg)
{
    if (!sg->prev && load_rlx(&q->first) != sg) /* under the lock: nobody else writes it */
        return;
    if (sg->next)
        sg->next->prev = sg->prev;
    else
        q->last = sg->prev;
    if (sg->prev)
        sg->prev->next = sg->next;
    else
        store_rel(&q->first, sg->next); /* as in waitq_enqueue */
    sg->next = sg->prev = NULL;
}

/* Claims a select's sudog for the caller, who has just unlinked it: true for one case alone, and
 * not after the select's deadline. Relaxed: the swap decides who goes on, and publishes nothing;
 * what the claimer writes gets to the owner with goready(). */
static inline bool sudog_claim(struct sudog *sg)
{
    uint32_t open = SELECT_OPEN;
    return cas_rlx(&sg->g->selectDone, &open, sg->casi + 1U);
}

/* The first waiter that is still to be had, unlinked; NULL where there is none. */
static inline struct sudog *waitq_dequeue(struct waitq *q)
{
    for (;;) {
        struct sudog *sg = load_rlx(&q->first); /* under the lock: nobody else writes it */
        if (__builtin_expect(!sg, 1))
            return NULL; /* so that a buffer hop runs straight on */
        if (sg->next)
            sg->next->prev = NULL;
        else
            q->last = NULL;
        store_rel(&q->first, sg->next); /* as in waitq_enqueue */
        sg->next = NULL;                /* and prev is NULL: dequeueSudoG() sees that it is out */
        if (__builtin_expect(!sg->isSelect, 1) || sudog_claim(sg))
            return sg;
    }
}

#endif
