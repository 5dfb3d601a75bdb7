/* What can be read of a channel without its lock. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_LOOK_H
#define CORE_CHAN_LOOK_H

#include "core/chan/layout.h"

/* How an operation ended without the lock. */
enum fast_end {
    FAST_LOCK,    /* undecided: take the lock */
    FAST_DONE,    /* the value went into the buffer, or came out of it */
    FAST_BLOCKED, /* at some moment the channel was open, with no room or no value */
    FAST_DRAINED, /* a receive: the channel is closed and empty */
};

/* Whether a non-blocking send would fail, or a receive find nothing. Each function reads one word,
 * so its answer was true at one moment. The acquires pair with the releases named beside them, so
 * that whatever the caller reads next, `closed` above all, is at least as new. */
static inline bool chan_full(const struct hchan *c)
{
    if (c->dataqsiz == 0)
        return load_acq(&c->recvq.first) == NULL; /* pairs with waitq_enqueue(), waitq_dequeue() */
    return load_acq(&c->qcount) == c->dataqsiz;   /* pairs with buffer_plain_put() and _take() */
}

static inline bool chan_empty(const struct hchan *c)
{
    if (c->dataqsiz == 0)
        return load_acq(&c->sendq.first) == NULL; /* as in chan_full() */
    return load_acq(&c->qcount) == 0;
}

#endif
