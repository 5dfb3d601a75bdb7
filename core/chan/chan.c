/* The public operations of a channel: they handle nil channels, then call the variant's functions
 * through its table. What is not on the way of a value also checks that the channel is one. No
 * state of its own. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/layout.h"
#include "core/chan/life.h"
#include "core/chan/race.h"
#include "core/g/nil.h"
#include "core/g/panic.h"
#include <hchan/hchan.h>

/* Not inlined, to keep this out of the code for channels that are not nil. */
static _Noreturn __attribute__((noinline)) void park_for_ever(enum wait_reason reason,
                                                              const void *callerpc)
{
    for (;;)
        gopark_nil(reason, HCHAN_FOREVER, callerpc);
}

/* A form of an operation, each of which has its place in a variant's row. */
enum form { FULL, FORM_1, FORM_2 };

static inline __attribute__((always_inline)) bool
send_as(enum form form, hchan *c, const void *elem, bool block, const void *callerpc)
{
    if (!c) { /* 1 */
        if (!block)
            return false;
        park_for_ever(WAIT_CHAN_SEND_NIL, callerpc);
    }
    raceenter(callerpc);
    racereadelem(c, elem);
    const struct hchan_variant *v = c->variant;
    bool sent = (form == FULL ? v->chansend : v->chansend1)(c, elem, block, callerpc);
    raceleave();
    return sent;
}

static inline __attribute__((always_inline)) bool
recv_as(enum form form, hchan *c, void *elem, bool block, bool *received, const void *callerpc)
{
    bool dropped;
    if (!received)
        received = &dropped;
    if (!c) { /* 1 */
        *received = false;
        if (!block)
            return false;
        park_for_ever(WAIT_CHAN_RECEIVE_NIL, callerpc);
    }
    raceenter(callerpc);
    const struct hchan_variant *v = c->variant;
    bool done = (form == FULL     ? v->chanrecv
                 : form == FORM_1 ? v->chanrecv1
                                  : v->chanrecv2)(c, elem, block, received, callerpc);
    if (done)
        racewriteelem(c, elem);
    raceleave();
    return done;
}

bool chansend(hchan *c, const void *elem, bool block, const void *callerpc)
{
    return send_as(FULL, c, elem, block, callerpc);
}

bool chanrecv(hchan *c, void *elem, bool block, bool *received)
{
    return recv_as(FULL, c, elem, block, received, __builtin_return_address(0));
}

void chansend1(hchan *c, const void *elem)
{
    send_as(FORM_1, c, elem, true, __builtin_return_address(0));
}

void chanrecv1(hchan *c, void *elem)
{
    recv_as(FORM_1, c, elem, true, NULL, __builtin_return_address(0));
}

bool chanrecv2(hchan *c, void *elem)
{
    bool received;
    recv_as(FORM_2, c, elem, true, &received, __builtin_return_address(0));
    return received;
}

enum hchan_end hchan_send(hchan *c, const void *elem)
{
    const void *callerpc = __builtin_return_address(0);
    if (!c) /* 1 */
        park_for_ever(WAIT_CHAN_SEND_NIL, callerpc);
    raceenter(callerpc);
    racereadelem(c, elem);
    enum hchan_end end = c->variant->send_end(c, elem, true, callerpc);
    raceleave();
    return end;
}

enum hchan_end hchan_try_send(hchan *c, const void *elem)
{
    if (!c) /* 1 */
        return HCHAN_BLOCKED;
    raceenter(__builtin_return_address(0));
    racereadelem(c, elem);
    enum hchan_end end = c->variant->send_end(c, elem, false, NULL);
    raceleave();
    return end;
}

static bool close_checked(hchan *c, const char *call)
{
    if (!c)
        gopanic("close of nil channel");
    chan_check(c, call);
    return c->variant->close(c);
}

void closechan(hchan *c)
{
    raceenter(__builtin_return_address(0));
    if (!close_checked(c, "closechan"))
        gopanic("close of closed channel");
    raceleave();
}

enum hchan_end hchan_close(hchan *c)
{
    raceenter(__builtin_return_address(0));
    bool closed = close_checked(c, "hchan_close");
    raceleave();
    return closed ? HCHAN_OK : HCHAN_CLOSED;
}

size_t chanlen(const hchan *c)
{
    if (!c)
        return 0;
    chan_check(c, "chanlen");
    return c->variant->chanlen(c);
}

size_t chancap(const hchan *c)
{
    if (!c)
        return 0;
    chan_check(c, "chancap");
    return c->dataqsiz;
}

static size_t count_waiters(hchan *c, const struct waitq *q)
{
    size_t count = 0;
    c->variant->lock(c);
    for (const struct sudog *sg = load_rlx(&q->first); sg; sg = sg->next) /* under the lock */
        count++;
    c->variant->unlock(c);
    return count;
}

size_t chan_parked_receivers(hchan *c)
{
    return hchan_checked(c, "chan_parked_receivers") ? count_waiters(c, &c->recvq) : 0;
}

size_t chan_parked_senders(hchan *c)
{
    return hchan_checked(c, "chan_parked_senders") ? count_waiters(c, &c->sendq) : 0;
}

bool chan_has_receiver(const hchan *c)
{
    if (!c)
        return false;
    chan_check(c, "chan_has_receiver");
    return load_acq(&c->recvq.first) != NULL; /* pairs with store_rel in waitq_enqueue */
}

bool chan_has_sender(const hchan *c)
{
    if (!c)
        return false;
    chan_check(c, "chan_has_sender");
    return load_acq(&c->sendq.first) != NULL; /* as above */
}
