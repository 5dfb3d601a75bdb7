/* A mutant of fastpath/check.h: checks first whether the channel is closed, and second whether it
 * is empty. */
/* SPDX-License-Identifier: MIT */
#ifndef FASTPATH_REVERSED_H
#define FASTPATH_REVERSED_H

#include "fastpath/check.h"

#define fast_reversed_summary "mutant"

#define fast_reversed_buffer plain

enum { fast_reversed_counts = 1 };

static inline bool fast_reversed_send_full(const struct hchan *c)
{
    return fast_check_send_full(c);
}

static inline enum fast_end fast_reversed_recv(const struct hchan *c)
{
    bool closed = load_acq(&c->closed) != 0; /* the bug */
    if (!chan_empty(c))
        return FAST_LOCK;
    return closed ? FAST_DRAINED : FAST_BLOCKED;
}

static inline bool fast_reversed_drained(const struct hchan *c)
{
    return fast_check_drained(c);
}

#endif
