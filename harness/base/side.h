/* What a latency is of: the call of a send, the call of a receive, a value's way from the start of
 * its send to the return of its receive, or the wait between two operations that a scenario needs
 * for its path. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_SIDE_H
#define HARNESS_BASE_SIDE_H

enum side { SIDE_SEND, SIDE_RECV, SIDE_DELIVERY, SIDE_WAIT, SIDES };

/* As records, the store and tables have it: send, recv, delivery or wait. */
static inline const char *side_name(enum side side)
{
    static const char *const names[SIDES] = {"send", "recv", "delivery", "wait"};
    return names[side];
}

#endif
