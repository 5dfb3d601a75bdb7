/* What can be known of a channel without its lock. */
#ifndef CORE_CHAN_LOOK_H
#define CORE_CHAN_LOOK_H

#include "core/chan/layout.h"

/* What a fast path saw of a channel that a non-blocking receive was called on. */
enum fast_recv {
    FAST_RECV_UNKNOWN, /* take the lock and see */
    FAST_RECV_EMPTY,   /* nothing there, and not closed */
    FAST_RECV_CLOSED,  /* closed and drained */
};

/* Whether a non-blocking send would fail, or a receive find nothing, seen without the lock: one
 * word each, so that the answer was true at one moment. The acquires pair with the store_rel of
 * `first` in waitq_enqueue() and waitq_dequeue(), and of qcount in step 6 of send and receive: what
 * is read next is at least as new, `closed` above all. */
static inline bool chan_full(const struct hchan *c)
{
    if (c->dataqsiz == 0)
        return load_acq(&c->recvq.first) == NULL;
    return load_acq(&c->qcount) == c->dataqsiz;
}

static inline bool chan_empty(const struct hchan *c)
{
    if (c->dataqsiz == 0)
        return load_acq(&c->sendq.first) == NULL;
    return load_acq(&c->qcount) == 0;
}

#endif
