/* The public functions of a channel: they handle nil channels and check sizes, then call the
 * variant's functions through its table. No state of its own. */
#include "core/base/throw.h"
#include "core/chan/layout.h"
#include "core/g/nil.h"
#include "core/g/panic.h"
#include <errno.h>
#include <hchan/hchan.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Not inlined, to keep this out of the code for channels that are not nil. */
static _Noreturn __attribute__((noinline)) void park_for_ever(enum wait_reason reason,
                                                              const void *callerpc)
{
    for (;;)
        gopark_nil(reason, HCHAN_FOREVER, callerpc);
}

static int check_sizes(const struct hchan_variant *variant, size_t elemsize, size_t capacity)
{
    if (!variant)
        return EINVAL;
    if (elemsize > HCHAN_MAX_ELEM || capacity > HCHAN_MAX_CAPACITY)
        return E2BIG;
    if (elemsize > 0 && capacity > HCHAN_MAX_BUFFER / elemsize)
        return E2BIG;
    return 0;
}

hchan *makechan(const struct hchan_variant *variant, size_t elemsize, size_t capacity)
{
    int error = check_sizes(variant, elemsize, capacity);
    if (error) {
        errno = error;
        return NULL;
    }
    return variant->makechan(variant, elemsize, capacity);
}

void chanfree(hchan *c)
{
    if (!c)
        return;
    if (c->variant->traced && (chan_has_receiver(c) || chan_has_sender(c)))
        gothrow("chanfree: somebody is parked on the channel");
    c->variant->lock_fini(c);
    free(c->memory);
}

bool chansend(hchan *c, const void *elem, bool block, const void *callerpc)
{
    if (!c) { /* 1 */
        if (!block)
            return false;
        park_for_ever(WAIT_CHAN_SEND_NIL, callerpc);
    }
    return c->variant->chansend(c, elem, block, callerpc);
}

static bool chanrecv_from(hchan *c, void *elem, bool block, bool *received, const void *callerpc)
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
    return c->variant->chanrecv(c, elem, block, received, callerpc);
}

bool chanrecv(hchan *c, void *elem, bool block, bool *received)
{
    return chanrecv_from(c, elem, block, received, __builtin_return_address(0));
}

void chansend1(hchan *c, const void *elem)
{
    chansend(c, elem, true, __builtin_return_address(0));
}

void chanrecv1(hchan *c, void *elem)
{
    chanrecv_from(c, elem, true, NULL, __builtin_return_address(0));
}

bool chanrecv2(hchan *c, void *elem)
{
    bool received;
    chanrecv_from(c, elem, true, &received, __builtin_return_address(0));
    return received;
}

void closechan(hchan *c)
{
    if (!c)
        gopanic("close of nil channel");
    c->variant->closechan(c);
}

size_t chanlen(const hchan *c)
{
    return c ? c->variant->chanlen(c) : 0;
}

size_t chancap(const hchan *c)
{
    return c ? c->dataqsiz : 0;
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
    return c ? count_waiters(c, &c->recvq) : 0;
}

size_t chan_parked_senders(hchan *c)
{
    return c ? count_waiters(c, &c->sendq) : 0;
}

bool chan_has_receiver(const hchan *c)
{
    return c && load_acq(&c->recvq.first) != NULL; /* pairs with store_rel in waitq_enqueue */
}

bool chan_has_sender(const hchan *c)
{
    return c && load_acq(&c->sendq.first) != NULL; /* as above */
}
