/* Select. Included by core/chan/chan.inc.h, after the parts are named.
 *
 * A select checks its cases in random order, so that none starves, and takes the first one that is
 * ready, holding only that channel's lock. To know that no case is ready at one moment, it must
 * lock all its channels. It locks them in the order of their addresses, so that two selects cannot
 * deadlock, checks all cases once more, then queues a sudog on each channel and parks.
 *
 * A waker that takes one of these sudogs off its queue must first claim the select (sudog_claim()
 * in core/chan/waitq.h). One waker wins; the others go on to the next waiter. The owner takes back
 * the sudogs of its other cases when it runs again. A deadline is one more contender: the owner
 * claims its own select, and either has timed out, with all its sudogs its own, or has been claimed
 * by a waker, and waits for the value that is on its way.
 *
 * Source: Go, select.go. There a waker leaves its sudog in gp.param; here the claim carries the
 * number of the case. */
/* SPDX-License-Identifier: MIT */

/* Lock, or unlock, each channel once. lockorder has `live` cases, sorted by channel. */
static inline void CHAN(sellock)(const struct scase *cases, const uint16_t *lockorder,
                                 uint32_t live)
{
    for (uint32_t i = 0; i < live; i++)
        if (i == 0 || cases[lockorder[i]].c != cases[lockorder[i - 1]].c)
            CHAN(lock)(cases[lockorder[i]].c);
}

static inline void CHAN(selunlock)(const struct scase *cases, const uint16_t *lockorder,
                                   uint32_t live)
{
    for (uint32_t i = live; i-- > 0;)
        if (i == 0 || cases[lockorder[i]].c != cases[lockorder[i - 1]].c)
            CHAN(unlock)(cases[lockorder[i]].c);
}

/* The result of checking a case. */
enum CHAN(look) {
    CHAN(LOOK_BLOCKED), /* it would block */
    CHAN(LOOK_DONE),    /* it happened; if *wake is not NULL, it is to be made ready */
    CHAN(LOOK_CLOSED),  /* a send on a closed channel */
};

/* Steps 4 to 6 for one case of a select. The locks are held; *received is false on entry. */
static CHAN_INLINE enum CHAN(look)
    CHAN(select_recv)(const struct scase *cas, bool *received, struct g **wake)
{
    struct hchan *c = cas->c;
    struct sudog *sg = waitq_dequeue(&c->sendq);
    uint64_t qcount = BUF_(count)(c);
    if (sg) {
        CHAN(recv)(c, sg, cas->elem);
        *wake = sg->g;
    } else if (qcount > 0) {
        COUNT(RECV_BUFFER);
        BUF_(take)(c, cas->elem, qcount);
    } else if (load_rlx(&c->closed)) { /* under the lock */
        COUNT(RECV_CLOSED);
        racedrained(c);
        elem_zero(c, cas->elem);
        return CHAN(LOOK_DONE);
    } else {
        return CHAN(LOOK_BLOCKED);
    }
    *received = true;
    return CHAN(LOOK_DONE);
}

static CHAN_INLINE enum CHAN(look) CHAN(select_send)(const struct scase *cas, struct g **wake)
{
    struct hchan *c = cas->c;
    if (load_rlx(&c->closed)) { /* under the lock */
        COUNT(SEND_PANIC);
        return CHAN(LOOK_CLOSED);
    }
    struct sudog *sg = waitq_dequeue(&c->recvq);
    uint64_t qcount = BUF_(count)(c);
    if (sg) {
        CHAN(send)(c, sg, cas->elem);
        *wake = sg->g;
    } else if (qcount < c->dataqsiz) {
        COUNT(SEND_BUFFER);
        BUF_(put)(c, cas->elem, qcount);
    } else {
        return CHAN(LOOK_BLOCKED);
    }
    return CHAN(LOOK_DONE);
}

/* Whether a case seems to have to wait: a hint, read without the lock. */
static inline bool CHAN(select_seems_blocked)(const struct scase *cas)
{
    const struct hchan *c = cas->c;
    bool blocked = cas->kind == SCASE_SEND ? BUF_(full)(c) : BUF_(empty)(c);
    return blocked && load_acq(&c->closed) == 0; /* only a hint: it pairs with nothing */
}

/* Tries one case: without a lock if the buffer can do it, or else with only its channel's lock. */
static inline enum CHAN(look) CHAN(select_alone)(const struct scase *cas, bool *received)
{
    struct hchan *c = cas->c;
    bool send = cas->kind == SCASE_SEND;
    enum fast_end end = send ? BUF_(send)(c, cas->elem) : BUF_(recv)(c, cas->elem);
    if (end == FAST_DRAINED) {
        racedrained(c);
        elem_zero(c, cas->elem);
    }
    COUNT_N(SEND_BUFFER, end == FAST_DONE && send);
    COUNT_N(RECV_BUFFER, end == FAST_DONE && !send);
    COUNT_N(RECV_CLOSED, end == FAST_DRAINED);
    if (end == FAST_DONE || end == FAST_DRAINED) {
        *received = end == FAST_DONE && !send;
        return CHAN(LOOK_DONE);
    }
    if (end == FAST_BLOCKED || CHAN(select_seems_blocked)(cas))
        return CHAN(LOOK_BLOCKED);
    struct g *wake = NULL;
    CHAN(lock)(c);
    enum CHAN(look) look =
        send ? CHAN(select_send)(cas, &wake) : CHAN(select_recv)(cas, received, &wake);
    if (wake)
        CHAN(unlock_and_ready)(c, wake);
    else
        CHAN(unlock)(c);
    return look;
}

/* Step 8: queues a sudog on every channel. The locks are held. */
static inline void CHAN(select_enqueue)(struct g *gp, const struct scase *cases,
                                        const uint16_t *lockorder, uint32_t live, bool bounded,
                                        const void *callerpc)
{
    store_rel(&gp->park, GPARK_WAITING);     /* release: as in park */
    store_rlx(&gp->selectDone, SELECT_OPEN); /* wakers come through the queues, under the locks */
    racepark(gp);
    for (uint32_t i = 0; i < live; i++) {
        const struct scase *cas = &cases[lockorder[i]];
        struct sudog *sg = &gp->sudogs[lockorder[i]];
        sudog_bring(cas->c, sg, cas->kind == SCASE_SEND, cas->elem);
        store_rel(&sg->c, cas->c); /* as in park */
        sg->woken = WOKEN_BY_PEER; /* as in park */
        waitq_enqueue(cas->kind == SCASE_SEND ? &cas->c->sendq : &cas->c->recvq, sg);
    }
    wait_begin(&gp->wait, WAIT_SELECT | (bounded ? WAIT_BOUNDED : 0U), callerpc);
    TRACE(gp, GRUNNING, GWAITING, NULL);
}

/* Parks until the select is claimed. Returns the case, or -1 if the deadline claimed it. */
static inline int CHAN(select_sleep)(struct g *gp, int64_t deadline)
{
    bool slept = PARK_(sleep)(gp, deadline);
    if (load_acq(&gp->park) != GPARK_READY) { /* pairs with the release in ready, as does sleep's */
        uint32_t open = SELECT_OPEN;
        /* Relaxed, as in sudog_claim(): if it fails, the acquire in sleep() orders the value. */
        if (cas_rlx(&gp->selectDone, &open, SELECT_TIMEDOUT)) {
            wait_end(&gp->wait);
            CHAN(count_sleep)(gp, slept);
            return -1;
        }
        slept |= PARK_(sleep)(gp, FUTEX_FOREVER);
    }
    wait_end(&gp->wait);
    CHAN(count_sleep)(gp, slept);
    return (int)load_rlx(&gp->selectDone) - 1; /* relaxed: ordered by the acquire of park */
}

/* Step 9: takes back the sudogs of all cases except `winner`, which its waker has dequeued. It
 * takes one lock at a time, where Go holds them all: a waker that finds one of these sudogs in
 * between cannot claim it, and goes on to the next waiter. No lock is held. */
static inline void CHAN(select_dequeue)(struct g *gp, const struct scase *cases,
                                        const uint16_t *lockorder, uint32_t live, int winner)
{
    for (uint32_t i = 0; i < live; i++) {
        const struct scase *cas = &cases[lockorder[i]];
        if (lockorder[i] == winner)
            continue;
        CHAN(lock)(cas->c);
        dequeueSudoG(cas->kind == SCASE_SEND ? &cas->c->sendq : &cas->c->recvq,
                     &gp->sudogs[lockorder[i]]);
        CHAN(unlock)(cas->c);
    }
    for (uint32_t i = 0; i < live; i++)
        releaseSudog(&gp->sudogs[lockorder[i]]);
}

static __attribute__((noinline)) int CHAN(select_park)(struct g *gp, const struct scase *cases,
                                                       const uint16_t *lockorder, uint32_t live,
                                                       int64_t deadline, bool *received,
                                                       const void *callerpc)
{
    CHAN(select_enqueue)(gp, cases, lockorder, live, deadline != HCHAN_FOREVER, callerpc);
    CHAN(selunlock)(cases, lockorder, live);
    int winner = CHAN(select_sleep)(gp, deadline);
    racewake(gp);
    TRACE(gp, winner < 0 ? GWAITING : GRUNNABLE, GRUNNING, winner < 0 ? NULL : cases[winner].c);
    bool success = winner >= 0 && gp->sudogs[winner].woken == WOKEN_BY_PEER;
    if (winner >= 0 && cases[winner].kind == SCASE_RECV)
        sudog_take(cases[winner].c, &gp->sudogs[winner], cases[winner].elem);
    CHAN(select_dequeue)(gp, cases, lockorder, live, winner);
    if (winner < 0) {
        COUNT_N(SELECT_TIMEDOUT, 1);
        return SELECT_NONE;
    }
    bool send = cases[winner].kind == SCASE_SEND;
    COUNT_N(SELECT_PARK, 1);
    COUNT_N(SEND_PARK, send);
    COUNT_N(RECV_PARK, !send);
    COUNT_N(WAKE_BY_PEER, success);
    COUNT_N(WAKE_BY_CLOSE, !success);
    if (send && !success)
        return SELECT_CLOSED;
    *received = success && !send;
    return winner;
}

/* Ends a select in which a case has happened. */
static inline int CHAN(select_ends)(enum CHAN(look) look, int casi)
{
    COUNT(SELECT_READY);
    return look == CHAN(LOOK_CLOSED) ? (int)SELECT_CLOSED : casi;
}

/* The select, as the variant's row has it: returns the case, or an enum select_end. */
static inline int CHAN(select)(const struct scase *cases, uint32_t ncases, bool block,
                               int64_t deadline, bool *received, const void *callerpc)
{
    struct g *gp = getg();
    if (gp->ncases < ncases)
        select_grow(gp, ncases);
    uint16_t *pollorder = gp->orders, *lockorder = pollorder + ncases;
    uint32_t live = select_pollorder(gp, cases, ncases, pollorder);
    for (uint32_t i = 0; i < live; i++) {
        enum CHAN(look) look = CHAN(select_alone)(&cases[pollorder[i]], received);
        if (look != CHAN(LOOK_BLOCKED))
            return CHAN(select_ends)(look, pollorder[i]);
    }
    memcpy(lockorder, pollorder, live * sizeof(*lockorder));
    select_lockorder(cases, live, lockorder);
    CHAN(sellock)(cases, lockorder, live);
    for (uint32_t i = 0; i < live; i++) {
        const struct scase *cas = &cases[pollorder[i]];
        struct g *wake = NULL;
        enum CHAN(look) look = cas->kind == SCASE_SEND ? CHAN(select_send)(cas, &wake)
                                                       : CHAN(select_recv)(cas, received, &wake);
        if (look == CHAN(LOOK_BLOCKED))
            continue;
        if (wake && PARK_(ready_under_lock))
            CHAN(ready)(cas->c, wake);
        CHAN(selunlock)(cases, lockorder, live);
        if (wake && !PARK_(ready_under_lock))
            CHAN(ready)(cas->c, wake);
        return CHAN(select_ends)(look, pollorder[i]);
    }
    if (!block) {
        CHAN(selunlock)(cases, lockorder, live);
        COUNT(SELECT_DEFAULT);
        return SELECT_NONE;
    }
    return CHAN(select_park)(gp, cases, lockorder, live, deadline, received, callerpc);
}

static inline int CHAN(selectgo)(const struct scase *cases, uint32_t ncases, bool block,
                                 int64_t deadline, bool *received, const void *callerpc)
{
    return select_chosen(CHAN(select)(cases, ncases, block, deadline, received, callerpc));
}
