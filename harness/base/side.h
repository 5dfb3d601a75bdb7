/* What a latency is of: the call of a send, the call of a receive, or a value's way from the start
 * of its send to the return of its receive. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_SIDE_H
#define HARNESS_BASE_SIDE_H

enum side { SIDE_SEND, SIDE_RECV, SIDE_DELIVERY, SIDES };

/* As records, the store and tables have it: send, recv or delivery. */
static inline const char *side_name(enum side side)
{
    static const char *const names[SIDES] = {"send", "recv", "delivery"};
    return names[side];
}

#endif
