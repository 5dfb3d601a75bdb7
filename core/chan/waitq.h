/* The operations on queues of waiters: sudogs, first in, first out. The caller holds the channel's
 * lock. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_WAITQ_H
#define CORE_CHAN_WAITQ_H

#include "core/chan/layout.h"

/* Appends sg. */
static inline void waitq_enqueue(struct waitq *q, struct sudog *sg)
{
    sg->next = NULL;
    sg->prev = q->last;
    if (q->last)
        q->last->next = sg;
    else
        store_rel(&q->first, sg); /* pairs with load_acq in chan_full(), chan_empty() */
    q->last = sg;
}

/* Puts sg first: it was woken to retry, found nothing, and has waited longest. */
static inline void waitq_enqueue_first(struct waitq *q, struct sudog *sg)
{
    struct sudog *first = load_rlx(&q->first); /* under the lock: nobody else writes it */
    sg->next = first;
    sg->prev = NULL;
    if (first)
        first->prev = sg;
    else
        q->last = sg;
    store_rel(&q->first, sg); /* release: as above */
}

/* Unlinks sg, unless a waker has already done so. */
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
        store_rel(&q->first, sg->next); /* release: as in waitq_enqueue */
    sg->next = sg->prev = NULL;
}

/* Claims a select's sudog for the caller, which has just unlinked it. True for one case of the
 * select only, and for none after its deadline. Relaxed: the swap only decides who goes on and
 * publishes nothing; what the claimer writes reaches the owner through goready(). */
static inline bool sudog_claim(struct sudog *sg)
{
    uint32_t open = SELECT_OPEN;
    return cas_rlx(&sg->g->selectDone, &open, sg->casi + 1U); /* relaxed: see above */
}

/* Unlinks and returns the first waiter that can still be claimed; NULL if there is none. */
static inline struct sudog *waitq_dequeue(struct waitq *q)
{
    for (;;) {
        struct sudog *sg = load_rlx(&q->first); /* under the lock: nobody else writes it */
        if (__builtin_expect(!sg, 1))
            return NULL; /* expected: a buffer hop runs straight through */
        if (sg->next)
            sg->next->prev = NULL;
        else
            q->last = NULL;
        store_rel(&q->first, sg->next); /* release: as in waitq_enqueue */
        sg->next = NULL;                /* prev is NULL, too: dequeueSudoG() sees that it is out */
        if (__builtin_expect(!sg->isSelect, 1) || sudog_claim(sg))
            return sg;
    }
}

#endif
