/* How a storm (stress.h) sends and receives with every kind of select: over both channels, with a
 * default, with a deadline, with a cancel channel; and with plain operations in between. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_SELECT_STRESS_H
#define CORE_TESTS_SELECT_STRESS_H

#include "core/tests/selector.h"
#include "core/tests/stress.h"

static hchan *cancel; /* a value in it cancels one wait */

/* If both sides waited without end on one channel, they could wait on different ones. So only the
 * side named here does that; the endless waits of the other side are on both channels. */
static enum scase_kind plain_side;

/* A number of the calling thread, to vary its turns. */
static uint32_t turn(void)
{
    static _Thread_local uint32_t turns;
    return turns++;
}

static int64_t soon(uint32_t n)
{
    return hchan_deadline((int64_t)(n * 7919 % 50) * 1000);
}

/* A sender has both its channels until the end. */
static int select_send(hchan *const *c, const void *elem, bool block)
{
    const struct scase cases[] = {SEND(c[0], elem), SEND(c[1], elem), SEND(NULL, elem)};
    uint32_t n = turn();
    int at = (int)(n / 8 % 2);
    (void)block;
    if (n % 8 > 5 && plain_side != SCASE_SEND)
        return selectgo(cases, 2, true, NULL);
    switch (n % 8) {
    case 0:
        return selectgo(cases, 3, true, NULL);
    case 1:
        return chansend(c[at], elem, false, NULL) ? at : -1;
    case 2:
        return selectgo(cases, 3, false, NULL);
    case 3:
        return selectgo_until(cases, 3, soon(n), NULL);
    case 4:
        return chansend_within(c[at], elem, NULL, soon(n)) == HCHAN_OK ? at : -1;
    case 5:
        return chansend_within(c[at], elem, cancel, soon(n)) == HCHAN_OK ? at : -1;
    case 6:
        chansend(cancel, NULL, false, NULL);
        return chansend_within(c[at], elem, cancel, HCHAN_FOREVER) == HCHAN_OK ? at : -1;
    default:
        return chansend(c[at], elem, true, NULL) ? at : -1;
    }
}

/* The channels that a receiver has seen closed are nil: its plain operations use one that is
 * open. */
static int select_recv(hchan *const *c, void *elem, bool block, bool *received)
{
    const struct scase cases[] = {RECV(c[1], elem), RECV(NULL, elem), RECV(c[0], elem)};
    uint32_t n = turn();
    int at = (int)(n / 8 % 2);
    int chosen;
    (void)block;
    if (!c[at])
        at = 1 - at;
    if (n % 8 > 5 && plain_side != SCASE_RECV)
        n = 0;
    switch (n % 8) {
    case 0:
        chosen = selectgo(cases, 3, true, received);
        break;
    case 1:
        return chanrecv(c[at], elem, false, received) ? at : -1;
    case 2:
        chosen = selectgo(cases, 3, false, received);
        break;
    case 3:
        chosen = selectgo_until(cases, 3, soon(n), received);
        break;
    case 4:
        return chanrecv_within(c[at], elem, received, NULL, soon(n)) == HCHAN_OK ? at : -1;
    case 5:
        return chanrecv_within(c[at], elem, received, cancel, soon(n)) == HCHAN_OK ? at : -1;
    case 6:
        chansend(cancel, NULL, false, NULL);
        return chanrecv_within(c[at], elem, received, cancel, HCHAN_FOREVER) == HCHAN_OK ? at : -1;
    default:
        return chanrecv(c[at], elem, true, received) ? at : -1;
    }
    return chosen < 0 ? -1 : chosen == 2 ? 0 : 1;
}

static const struct stress_ops stress_selects = {select_send, select_recv};

#endif
