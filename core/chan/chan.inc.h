/* The channel's algorithm, written once as a template. A variant includes this file after it has
 * named its parts:
 *
 *     CHAN_ID     prefix of every function that is made, e.g. ticket
 *     CHAN_LOCK   the lock policy, e.g. ticket:    struct lock_ticket, lock_ticket_acquire() ...
 *     CHAN_PARK   the park policy, e.g. futex:     park_futex_sleep(), park_futex_ready() ...
 *     CHAN_FAST   the fast path, e.g. none:        fast_none_send_full(), fast_none_recv() ...
 *                 It also names the buffer:        buffer_plain_put(), buffer_plain_take() ...
 *     CHAN_TRACED 1 to count outcomes and trace parks (hchan/trace.h), 0 to compile neither
 *     CHAN_UNCHECKED  if defined, a traced instance does not check its invariants; not undefined
 *                     at the end
 *
 * The result is a set of static functions: <id>_chansend, <id>_send_end, <id>_chanrecv,
 * <id>_closechan, <id>_selectgo and their wrappers, with no indirect call inside. The file may be
 * included several times in one translation unit; it undefines the names that it was given and
 * those that it defines. variants/README.md has the policies' contracts.
 *
 * Send and receive mirror each other. The numbers mark the same steps on both sides:
 *   1. a nil channel   (in the public functions, core/chan/chan.c)
 *   2. the fast path, without the lock
 *   3. lock
 *   4. closed?
 *   5. a parked peer: direct handoff, or promotion
 *   6. the buffer
 *   7. non-blocking: give up
 *   8. park
 *   9. woken: clean up, and see who woke us and why
 *
 * If the park policy lets woken waiters compete again, step 5 on a buffered channel is in
 * core/chan/barge.inc.h, and step 9 may go back to step 3. */
/* SPDX-License-Identifier: MIT */

#if !defined(CHAN_ID) || !defined(CHAN_LOCK) || !defined(CHAN_PARK) || !defined(CHAN_FAST) || \
    !defined(CHAN_TRACED)
#error "chan.inc.h: define CHAN_ID, CHAN_LOCK, CHAN_PARK, CHAN_FAST and CHAN_TRACED first"
#endif

#include "core/chan/frame.inc.h"

/* Before a G parks on a full (or empty) buffer it polls the buffer for a while, provided that the
 * buffer can be used without the lock and that the park policy spins. If a value comes meanwhile,
 * neither side pays for a park. */
static __attribute__((noinline)) enum fast_end CHAN(send_spin)(struct hchan *c, const void *elem)
{
    enum fast_end end = FAST_BLOCKED;
    struct g *gp = getg();
    struct spin s;
    spin_begin(gp, &s);
    while (end == FAST_BLOCKED && spin_on(&s))
        end = BUF_(send)(c, elem);
    spin_end(gp, &s, end == FAST_DONE);
    return end;
}

static __attribute__((noinline)) enum fast_end CHAN(recv_spin)(struct hchan *c, void *elem)
{
    enum fast_end end = FAST_BLOCKED;
    struct g *gp = getg();
    struct spin s;
    spin_begin(gp, &s);
    while (end == FAST_BLOCKED && spin_on(&s))
        end = BUF_(recv)(c, elem);
    spin_end(gp, &s, end == FAST_DONE);
    return end;
}

/* Step 2 of a send. A blocking send never ends with FAST_BLOCKED: it takes the lock in order to
 * park. */
static inline enum fast_end CHAN(send_fast)(struct hchan *c, const void *elem, bool block)
{
    enum fast_end end = BUF_(send)(c, elem);
    if (PARK_(spins) && block && __builtin_expect(end == FAST_BLOCKED, 0))
        end = CHAN(send_spin)(c, elem);
    if (__builtin_expect(end == FAST_DONE, BUF_(lockless))) {
        COUNT(SEND_BUFFER);
        return end;
    }
    if (block)
        return FAST_LOCK;
    if (end == FAST_LOCK && FAST_(send_full)(c))
        end = FAST_BLOCKED;
    COUNT_N(SEND_FULL, end == FAST_BLOCKED);
    return end;
}

/* Step 2 of a receive, as for a send. */
static inline enum fast_end CHAN(recv_fast)(struct hchan *c, void *elem, bool block)
{
    enum fast_end end = BUF_(recv)(c, elem);
    if (PARK_(spins) && block && __builtin_expect(end == FAST_BLOCKED, 0))
        end = CHAN(recv_spin)(c, elem);
    if (__builtin_expect(end == FAST_DONE, BUF_(lockless))) {
        COUNT(RECV_BUFFER);
        return end;
    }
    if (end == FAST_LOCK && block)
        end = FAST_(drained)(c) ? FAST_DRAINED : FAST_LOCK;
    else if (end == FAST_LOCK)
        end = FAST_(recv)(c);
    if (end == FAST_DRAINED) {
        COUNT(RECV_CLOSED);
        racedrained(c);
        elem_zero(c, elem);
        return end;
    }
    if (block)
        return FAST_LOCK;
    COUNT_N(RECV_EMPTY, end == FAST_BLOCKED);
    return end;
}

#include "core/chan/barge.inc.h"

/* Step 5 of a send: the value goes straight to a parked receiver, bypassing the buffer, which is
 * empty. The lock is held and sg is dequeued; the caller makes its G ready. */
static inline void CHAN(send)(struct hchan *c, struct sudog *sg, const void *elem)
{
    if (PARK_(barges) && c->dataqsiz) {
        CHAN(barge_send)(c, sg, elem);
        return;
    }
    COUNT(SEND_HANDOFF);
    void *to = sudog_elem(c, sg);
    if (raceenabled && c->dataqsiz) {
        CHAN(race_through)(c, NULL, elem, sg, to);
        return;
    }
    racesync(sg);
    if (to)
        elem_copy(c, to, elem);
}

/* Step 5 of a receive: a sender is parked. Unbuffered: its value goes straight to the receiver.
 * Buffered: the buffer is full, so the receiver takes the head, and the sender's value is promoted
 * into the freed slot, which is the next one at the tail; values keep their order. The lock is held
 * and sg is dequeued; the caller makes its G ready. */
static inline void CHAN(recv)(struct hchan *c, struct sudog *sg, void *elem)
{
    if (PARK_(barges) && c->dataqsiz) {
        CHAN(barge_recv)(c, sg, elem);
        return;
    }
    if (c->dataqsiz == 0) {
        COUNT(RECV_HANDOFF);
        racesync(sg);
        if (elem)
            elem_copy(c, elem, sudog_elem(c, sg));
    } else {
        COUNT(RECV_PROMOTE);
        racefor(c, sg);
        BUF_(promote)(c, elem, sudog_elem(c, sg));
        racefor(c, NULL);
    }
}

/* Out of line, so that operations that do not park run straight through. But inlined if a park
 * switches stacks: after a switch the processor mispredicts every return from a function that was
 * entered before it. */
#if PARK_(switches)
#define PARK_INLINE static CHAN_INLINE
#else
#define PARK_INLINE static __attribute__((noinline))
#endif

/* Steps 8 and 9 for both sides. Called with the lock held; releases it, and returns once the
 * calling G has been woken. `again`: this operation has parked before. */
PARK_INLINE enum woken CHAN(park)(struct hchan *c, struct waitq *q, void *elem,
                                  enum wait_reason reason, bool again, const void *callerpc)
{
    struct g *gp = getg();
    struct sudog *sg = acquireSudog(gp);
    sudog_bring(c, sg, reason == WAIT_CHAN_SEND, elem);
    store_rel(&sg->c, c);      /* read by code that lists waiters; see struct wait */
    sg->woken = WOKEN_BY_PEER; /* unless the waker overwrites it */
    /* A waker finds the sudog through the queue, under the lock, after our unlock. The release
     * pairs with the acquire in hchan_deadlocked(), and costs nothing on x86. */
    store_rel(&gp->park, GPARK_WAITING);
    wait_begin(&gp->wait, reason, callerpc);
    TRACE(gp, GRUNNING, GWAITING, c);
    racepark(gp);
    if (PARK_(barges) && again)
        waitq_enqueue_first(q, sg);
    else
        waitq_enqueue(q, sg); /* last: a peer that polls the queue locks at once */
    CHAN(unlock)(c);
    bool slept = PARK_(sleep)(gp, FUTEX_FOREVER);
    racewake(gp);
    TRACE(gp, GRUNNABLE, GRUNNING, c);
    wait_end(&gp->wait);
    enum woken woken = sg->woken;
    if (reason == WAIT_CHAN_RECEIVE && !(PARK_(barges) && woken == WOKEN_TO_RETRY))
        sudog_take(c, sg, elem);
    releaseSudog(sg);
    CHAN(count_sleep)(gp, slept);
    COUNT_N(SEND_PARK, reason == WAIT_CHAN_SEND && woken != WOKEN_TO_RETRY);
    COUNT_N(RECV_PARK, reason == WAIT_CHAN_RECEIVE && woken != WOKEN_TO_RETRY);
    COUNT_N(WAKE_BY_PEER, woken == WOKEN_BY_PEER);
    COUNT_N(WAKE_BY_CLOSE, woken == WOKEN_BY_CLOSE);
    COUNT_N(WAKE_TO_RETRY, woken == WOKEN_TO_RETRY);
    return woken;
}

/* Steps 3 to 9 of a send. If the channel is closed or is closed meanwhile: panics if `closed` is
 * NULL; otherwise sets *closed and returns false. */
static CHAN_INLINE bool CHAN(send_locking)(struct hchan *c, const void *elem, bool block,
                                           bool *closed, const void *callerpc)
{
    bool again = false;
retry:
    CHAN(lock)(c);                                        /* 3 */
    if (__builtin_expect(load_rlx(&c->closed) != 0, 0)) { /* 4; under the lock */
        CHAN(unlock)(c);
        COUNT(SEND_PANIC);
        if (!closed)
            gopanic("send on closed channel");
        *closed = true;
        return false;
    }
    struct sudog *sg = waitq_dequeue(&c->recvq); /* 5 */
    if (sg) {
        CHAN(send)(c, sg, elem);
        CHAN(unlock_and_ready)(c, sg->g);
        return true;
    }
    uint64_t qcount = BUF_(count)(c);
    if (qcount < c->dataqsiz) { /* 6 */
        COUNT(SEND_BUFFER);
        BUF_(put)(c, elem, qcount);
        CHAN(unlock)(c);
        return true;
    }
    if (!block) { /* 7 */
        CHAN(unlock)(c);
        COUNT(SEND_FULL);
        return false;
    }
    enum woken woken = /* 8, 9 */
        CHAN(park)(c, &c->sendq, (void *)(uintptr_t)elem, WAIT_CHAN_SEND, again, callerpc);
    if (PARK_(barges) && woken == WOKEN_TO_RETRY) {
        again = true;
        goto retry;
    }
    if (woken == WOKEN_BY_CLOSE && !closed)
        gopanic("send on closed channel");
    if (closed)
        *closed = woken == WOKEN_BY_CLOSE;
    return woken != WOKEN_BY_CLOSE;
}

/* A separate function for two reasons: a send that ends at step 2 does not save registers for the
 * later steps; and loops call the same function for every lock. If the compiler could inline it, it
 * would do so for small locks only, and the lab would measure that difference. */
static __attribute__((noinline)) bool CHAN(send_locked)(struct hchan *c, const void *elem,
                                                        bool block, const void *callerpc)
{
    return CHAN(send_locking)(c, elem, block, NULL, callerpc);
}

/* Steps 2 to 9. */
static CHAN_INLINE bool CHAN(send_steps)(struct hchan *c, const void *elem, bool block,
                                         const void *callerpc)
{
    racesend(c);
    enum fast_end end = CHAN(send_fast)(c, elem, block); /* 2 */
    if (end == FAST_LOCK)
        return CHAN(send_locked)(c, elem, block, callerpc);
    return end == FAST_DONE;
}

static inline bool CHAN(chansend)(struct hchan *c, const void *elem, bool block,
                                  const void *callerpc)
{
    CHECK_SENT(c, elem, "chansend");
    return CHAN(send_steps)(c, elem, block, callerpc);
}

/* The same by the name of chansend1(), for a traced row. */
static inline bool CHAN(chansend_1)(struct hchan *c, const void *elem, bool block,
                                    const void *callerpc)
{
    CHECK_SENT(c, elem, "chansend1");
    return CHAN(send_steps)(c, elem, block, callerpc);
}

/* Steps 3 to 9 of a receive; a separate function as send_locked is. */
static __attribute__((noinline)) bool CHAN(recv_locked)(struct hchan *c, void *elem, bool block,
                                                        bool *received, const void *callerpc)
{
    bool again = false;
retry:
    CHAN(lock)(c); /* 3 */
    uint64_t qcount = BUF_(count)(c);
    if (__builtin_expect(load_rlx(&c->closed) != 0 && qcount == 0, 0)) { /* 4; under the lock */
        CHAN(unlock)(c);
        COUNT(RECV_CLOSED);
        racedrained(c);
        elem_zero(c, elem);
        *received = false;
        return true;
    }
    *received = true;
    struct sudog *sg = waitq_dequeue(&c->sendq); /* 5 */
    if (sg) {
        CHAN(recv)(c, sg, elem);
        CHAN(unlock_and_ready)(c, sg->g);
        return true;
    }
    if (qcount > 0) { /* 6 */
        COUNT(RECV_BUFFER);
        BUF_(take)(c, elem, qcount);
        CHAN(unlock)(c);
        return true;
    }
    if (!block) { /* 7 */
        CHAN(unlock)(c);
        COUNT(RECV_EMPTY);
        *received = false;
        return false;
    }
    enum woken woken = /* 8, 9 */
        CHAN(park)(c, &c->recvq, elem, WAIT_CHAN_RECEIVE, again, callerpc);
    if (PARK_(barges) && woken == WOKEN_TO_RETRY) {
        again = true;
        goto retry;
    }
    *received = woken == WOKEN_BY_PEER;
    return true;
}

/* Steps 2 to 9. */
static CHAN_INLINE bool CHAN(recv_steps)(struct hchan *c, void *elem, bool block, bool *received,
                                         const void *callerpc)
{
    enum fast_end end = CHAN(recv_fast)(c, elem, block); /* 2 */
    if (end == FAST_LOCK)
        return CHAN(recv_locked)(c, elem, block, received, callerpc);
    *received = end == FAST_DONE;
    return end != FAST_BLOCKED;
}

static inline bool CHAN(chanrecv)(struct hchan *c, void *elem, bool block, bool *received,
                                  const void *callerpc)
{
    return CHAN(recv_steps)(c, elem, block, received, callerpc);
}

#include "core/chan/close.inc.h"
#include "core/chan/select.inc.h"

/* What the Go compiler emits for c <- elem; *elem = <-c; *elem, ok = <-c. */
static inline void CHAN(chansend1)(struct hchan *c, const void *elem)
{
    CHAN(chansend)(c, elem, true, NULL);
}

static inline void CHAN(chanrecv1)(struct hchan *c, void *elem)
{
    bool received;
    CHAN(chanrecv)(c, elem, true, &received, NULL);
}

static inline bool CHAN(chanrecv2)(struct hchan *c, void *elem)
{
    bool received;
    CHAN(chanrecv)(c, elem, true, &received, NULL);
    return received;
}

/* And for a select with one case and a default, with the fast path inlined:
 *     select { case c <- elem: default: }
 *     select { case *elem, *received = <-c: default: } */
static CHAN_INLINE bool CHAN(selectnbsend)(struct hchan *c, const void *elem)
{
    CHECK_SENT(c, elem, "chansend");
    return CHAN(send_steps)(c, elem, false, NULL);
}

static CHAN_INLINE bool CHAN(selectnbrecv)(struct hchan *c, void *elem, bool *received)
{
    return CHAN(recv_steps)(c, elem, false, received, NULL);
}

#undef LOCK_
#undef PARK_
#undef FAST_
#undef BUF_
#undef COUNT
#undef COUNT_N
#undef TRACE
#undef CHECK_SENT
#undef PARK_INLINE
#undef CHAN_INLINE
#undef CHAN
#undef CHAN_ID
#undef CHAN_LOCK
#undef CHAN_PARK
#undef CHAN_FAST
#undef CHAN_TRACED
