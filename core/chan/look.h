/* What can be known of a channel without its lock. */
#ifndef CORE_CHAN_LOOK_H
#define CORE_CHAN_LOOK_H

#include "core/chan/layout.h"

/* What an operation came to without the lock. */
enum fast_end {
    FAST_LOCK,    /* nothing is known: take the lock */
    FAST_DONE,    /* the value went into the buffer, or came out of it */
    FAST_BLOCKED, /* at one moment the channel was open, with no room, or no value */
    FAST_DRAINED, /* a receive: closed, and nothing is left */
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
