/* Send and receive for park policies whose woken waiters compete again (PARK_(barges)). Included by
 * core/chan/chan.inc.h, after the parts are named.
 *
 * On a buffered channel a sender does not hand its value to a parked receiver: it stores the value
 * and wakes the receiver to retry. Whoever arrives before the receiver runs takes the value without
 * waiting; the receiver then parks again, at the head of the queue. A receiver that frees a slot
 * while senders are parked does the same for a sender. Without a buffer nothing changes: there is
 * nothing to compete for.
 *
 * So there may be values or free slots while a G is parked, but no more than there are Gs that were
 * woken and have not retried yet:
 *   - receivers are parked: qcount <= receivers woken to retry;
 *   - senders are parked: dataqsiz - qcount <= senders woken to retry.
 * A receiver parks only if qcount is 0. After that, each stored value wakes one more parked
 * receiver, and each woken receiver takes a value or finds that another one took it. So once all
 * woken receivers have retried, none is parked while there is a value: no wake is lost. The same
 * holds for senders and free slots.
 *
 * Three kinds of waiters are served at once instead, because they cannot be relied on to retry or
 * need not: a select, which has been claimed for this case; a waiter on a channel that is being
 * closed; and a receiver when the buffer has no room for one more value, so that the sender need
 * not park. They get the oldest value, and the sender's value becomes the newest, so values keep
 * their order.
 *
 * Sources: Vyukov's "Go channels on steroids" (2014), in which a woken consumer competes again;
 * Go's sync.Mutex in its normal mode, for the place at the head of the queue. */
/* SPDX-License-Identifier: MIT */

/* Gives the head of the buffer, which is not empty, to a parked receiver. */
static inline void CHAN(barge_serve)(struct hchan *c, struct sudog *sg)
{
    racefor(c, sg);
    BUF_(take)(c, sudog_elem(c, sg), BUF_(count)(c));
    racefor(c, NULL);
}

/* Step 5 of a send. The lock is held and sg is dequeued; the caller makes its G ready. */
static inline void CHAN(barge_send)(struct hchan *c, struct sudog *sg, const void *elem)
{
    COUNT(SEND_BUFFER);
    bool full = BUF_(count)(c) == c->dataqsiz;
    if (full)
        CHAN(barge_serve)(c, sg);
    BUF_(put)(c, elem, BUF_(count)(c));
    if (sg->isSelect && !full)
        CHAN(barge_serve)(c, sg);
    else if (!full)
        sg->woken = WOKEN_TO_RETRY;
}

/* Step 5 of a receive. If the buffer is empty, all its slots are promised to senders that were
 * woken and have not retried yet, and the value of this sender is as old as theirs. */
static inline void CHAN(barge_recv)(struct hchan *c, struct sudog *sg, void *elem)
{
    uint64_t qcount = BUF_(count)(c);
    if (qcount == 0) {
        COUNT(RECV_HANDOFF);
        if (raceenabled)
            CHAN(race_through)(c, sg, sudog_elem(c, sg), NULL, elem);
        else if (elem)
            elem_copy(c, elem, sudog_elem(c, sg));
        return;
    }
    BUF_(take)(c, elem, qcount);
    COUNT_N(RECV_PROMOTE, sg->isSelect);
    COUNT_N(RECV_BUFFER, !sg->isSelect);
    if (sg->isSelect) {
        racefor(c, sg);
        BUF_(put)(c, sudog_elem(c, sg), qcount - 1);
        racefor(c, NULL);
    } else {
        sg->woken = WOKEN_TO_RETRY;
    }
}
