/* The part of core/chan/chan.inc.h that closes a channel, and the send that tells its caller that
 * the channel is closed. */
/* SPDX-License-Identifier: MIT */

/* Empties the queue for closechan() and chains the waiters at `*end`, in the order in which they
 * are to be woken. Returns the new end of the chain. The lock is held. */
static inline struct sudog **CHAN(collect)(struct hchan *c, struct waitq *q, bool receivers,
                                           struct sudog **end)
{
    struct sudog *sg;
    while ((sg = waitq_dequeue(q)) != NULL) {
        if (PARK_(barges) && receivers && BUF_(count)(c) > 0) {
            CHAN(barge_serve)(c, sg);
        } else {
            sg->woken = WOKEN_BY_CLOSE;
            raceclosed(sg);
            if (receivers)
                elem_zero(c, sudog_elem(c, sg));
        }
        *end = sg;
        end = &sg->next;
    }
    return end;
}

/* Closes the channel. False if it was closed already. */
static inline bool CHAN(close)(struct hchan *c)
{
    CHAN(lock)(c);
    if (load_rlx(&c->closed)) { /* under the lock */
        CHAN(unlock)(c);
        return false;
    }
    raceclose(c);
    /* Release: pairs with load_acq of `closed` in a fast path, which then sees in qcount every
     * value that was sent before the close. */
    store_rel(&c->closed, 1);
    BUF_(close)(c);
    struct sudog *all = NULL;
    struct sudog **end = CHAN(collect)(c, &c->recvq, true, &all);
    CHAN(collect)(c, &c->sendq, false, end);
    CHAN(unlock)(c);
    while (all) {
        struct sudog *sg = all;
        all = sg->next; /* read before ready, which gives the sudog back to its owner */
        CHAN(ready)(c, sg->g);
    }
    return true;
}

static inline void CHAN(closechan)(struct hchan *c)
{
    if (!CHAN(close)(c))
        gopanic("close of closed channel");
}

/* Steps 2 to 9 of a send that ends with HCHAN_CLOSED instead of a panic. It has a copy of the steps
 * under the lock, so that the plain send, which panics, has no more to do for it. */
static inline enum hchan_end CHAN(send_end)(struct hchan *c, const void *elem, bool block,
                                            const void *callerpc)
{
    CHECK_SENT(c, elem, block ? "hchan_send" : "hchan_try_send");
    enum fast_end end = CHAN(send_fast)(c, elem, block); /* 2 */
    bool sent = end == FAST_DONE, closed = false;
    if (end == FAST_LOCK)
        sent = CHAN(send_locking)(c, elem, block, &closed, callerpc);
    return sent ? HCHAN_OK : closed ? HCHAN_CLOSED : HCHAN_BLOCKED;
}
