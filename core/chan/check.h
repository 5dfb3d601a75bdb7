/* Checks the invariants of core/chan/layout.h. Traced instances call it before each unlock. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_CHECK_H
#define CORE_CHAN_CHECK_H

#include "core/chan/layout.h"

/* Returns a message that names the invariant that does not hold, or NULL. The lock is held.
 * `barges`: some waiters may have been woken to retry and not have retried yet
 * (core/chan/barge.inc.h). */
static inline const char *chan_broken(const struct hchan *c, uint64_t qcount, bool barges)
{
    /* relaxed: written only under the lock, which is held */
    bool receivers = load_rlx(&c->recvq.first) != NULL, senders = load_rlx(&c->sendq.first) != NULL;
    bool closed = load_rlx(&c->closed) != 0;
    if (receivers != (c->recvq.last != NULL) || senders != (c->sendq.last != NULL))
        return "hchan: a queue has one end only";
    if (qcount > 0 && receivers && !barges)
        return "hchan: a receiver waits before a value";
    if (qcount < c->dataqsiz && senders && !barges)
        return "hchan: a sender waits before a free slot";
    if (c->dataqsiz && receivers && senders)
        return "hchan: senders and receivers wait on one buffer";
    if (qcount > c->dataqsiz)
        return "hchan: there are more values than slots";
    if (closed && (receivers || senders))
        return "hchan: somebody waits on a closed channel";
    return NULL;
}

#endif
