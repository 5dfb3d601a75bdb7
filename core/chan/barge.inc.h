/* The part of core/chan/chan.inc.h for park policies whose woken waiters compete again
 * (PARK_(barges)): included by it, with its parts named.
 *
 * With a buffer, a sender does not hand its value to a parked receiver: it stores it, and wakes the
 * receiver to look again. Who comes before that one has run takes the value, without a wait; the
 * woken one then parks once more, at the head of the queue. Likewise a receiver that frees a slot
 * while senders are parked. Without a buffer all is as ever: there is nothing to compete for.
 *
 * So values and free slots may be there while somebody is parked, one for each G that has been
 * woken and has not looked yet, at most:
 *   - receivers are parked: qcount <= receivers woken to retry;
 *   - senders are parked: dataqsiz - qcount <= senders woken to retry.
 * A receiver parks where qcount is 0 only. After that each value that is stored wakes one more of
 * the parked, and each that looks takes one, or finds that somebody did. So when all who were woken
 * have looked, nobody is parked before a value: no wake is lost.
 *
 * Three parked ones are served on the spot, since they can't be counted on to look again, or need
 * not: a select, which has been claimed for this case; whoever waits on a channel that is being
 * closed; and a receiver where there is no room for one more value, so that the sender need not
 * park. What they get is the oldest value, and the sender's becomes the last, so values keep their
 * order.
 *
 * Sources: Vyukov's "Go channels on steroids" (2014), where a woken consumer competes again; the
 * place at the head, Go's sync.Mutex in its normal mode. */

/* A parked receiver gets the head of the buffer, which is not empty. */
static inline void CHAN(barge_serve)(struct hchan *c, struct sudog *sg)
{
    BUF_(take)(c, sudog_elem(c, sg), BUF_(count)(c));
}

/* Step 5 of a send. The lock is held, sg is dequeued; its G is to be made ready. */
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

/* Step 5 of a receive. Where the buffer is empty, its slots are promised to senders that were woken
 * and have not looked yet, and this one's value is as old as theirs. */
static inline void CHAN(barge_recv)(struct hchan *c, struct sudog *sg, void *elem)
{
    uint64_t qcount = BUF_(count)(c);
    if (qcount == 0) {
        COUNT(RECV_HANDOFF);
        if (elem)
            elem_copy(c, elem, sudog_elem(c, sg));
        return;
    }
    BUF_(take)(c, elem, qcount);
    COUNT_N(RECV_PROMOTE, sg->isSelect);
    COUNT_N(RECV_BUFFER, !sg->isSelect);
    if (sg->isSelect)
        BUF_(put)(c, sudog_elem(c, sg), qcount - 1);
    else
        sg->woken = WOKEN_TO_RETRY;
}
