/* Channels that are wrong in one thing each (broken.h), for the test that the comparison with Go
 * sees a difference. The spoiled variant and the one that it is made from are the state of this
 * file. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/oracle/broken.h"
#include "variants/buffer/plain.h"
#include <string.h>

static const struct hchan_variant *whole; /* the variant that is spoiled */

/* A closed channel's zero is reported as a value. */
static bool closed_gives_ok(hchan *c, void *elem, bool block, bool *received, const void *callerpc)
{
    bool could = whole->chanrecv(c, elem, block, received, callerpc);
    if (could)
        *received = true;
    return could;
}

/* A receive takes the youngest value of the buffer. */
static bool last_in_first_out(hchan *c, void *elem, bool block, bool *received,
                              const void *callerpc)
{
    whole->lock(c);
    uint32_t qcount = load_rlx(&c->qcount); /* under the lock */
    if (qcount > 1) {
        uint64_t youngest;
        memcpy(&youngest, buffer_plain_slot(c, (c->recvx + qcount - 1) % c->dataqsiz),
               sizeof(youngest));
        for (uint32_t i = qcount - 1; i > 0; i--)
            memcpy(buffer_plain_slot(c, (c->recvx + i) % c->dataqsiz),
                   buffer_plain_slot(c, (c->recvx + i - 1) % c->dataqsiz), sizeof(uint64_t));
        memcpy(buffer_plain_slot(c, c->recvx), &youngest, sizeof(youngest));
    }
    whole->unlock(c);
    return whole->chanrecv(c, elem, block, received, callerpc);
}

/* A second close does nothing. */
static bool close_twice(hchan *c)
{
    if (!load_acq(&c->closed)) /* a race with another close does not matter here */
        whole->close(c);
    return true;
}

/* A send on a closed channel does nothing. */
static bool send_to_closed(hchan *c, const void *elem, bool block, const void *callerpc)
{
    if (load_acq(&c->closed)) /* a race with close does not matter here */
        return true;
    return whole->chansend(c, elem, block, callerpc);
}

/* A close discards what the buffer holds. */
static bool close_drops_values(hchan *c)
{
    whole->lock(c);
    if (load_rlx(&c->qcount) > 0 && !load_rlx(&c->sendq.first)) { /* under the lock */
        store_rel(&c->qcount, 0);
        c->recvx = c->sendx;
    }
    whole->unlock(c);
    return whole->close(c);
}

/* A buffer has one slot less than was asked for. */
static bool full_too_early(hchan *c, const void *elem, bool block, const void *callerpc)
{
    if (!block && c->dataqsiz > 0 && load_acq(&c->qcount) + 1 == c->dataqsiz)
        return false;
    return whole->chansend(c, elem, block, callerpc);
}

/* A select with default does not check its first case, if it has a second. */
static int select_forgets_a_case(const struct scase *cases, uint32_t ncases, bool block,
                                 int64_t deadline, bool *received, const void *callerpc)
{
    if (block || ncases < 2 || !cases[1].c)
        return whole->selectgo(cases, ncases, block, deadline, received, callerpc);
    int chosen = whole->selectgo(cases + 1, 1, block, deadline, received, callerpc);
    return chosen < 0 ? chosen : 1;
}

const struct hchan_variant *broken_variant(const struct hchan_variant *variant, const char *way)
{
    static struct hchan_variant spoiled;
    whole = variant;
    spoiled = *variant;
    if (strcmp(way, "closed-gives-ok") == 0)
        spoiled.chanrecv = closed_gives_ok;
    else if (strcmp(way, "last-in-first-out") == 0)
        spoiled.chanrecv = last_in_first_out;
    else if (strcmp(way, "close-twice") == 0)
        spoiled.close = close_twice;
    else if (strcmp(way, "send-to-closed") == 0)
        spoiled.chansend = send_to_closed;
    else if (strcmp(way, "close-drops-values") == 0)
        spoiled.close = close_drops_values;
    else if (strcmp(way, "full-too-early") == 0)
        spoiled.chansend = full_too_early;
    else if (strcmp(way, "select-forgets-a-case") == 0)
        spoiled.selectgo = select_forgets_a_case;
    else
        return NULL;
    return &spoiled;
}
