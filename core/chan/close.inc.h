/* The part of core/chan/chan.inc.h that closes a channel. */

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
            if (receivers)
                elem_zero(c, sudog_elem(c, sg));
        }
        *end = sg;
        end = &sg->next;
    }
    return end;
}

static inline void CHAN(closechan)(struct hchan *c)
{
    CHAN(lock)(c);
    if (load_rlx(&c->closed)) { /* under the lock */
        CHAN(unlock)(c);
        gopanic("close of closed channel");
    }
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
}
