/* No fast path: every operation takes the lock. */
/* SPDX-License-Identifier: MIT */
#ifndef FASTPATH_NONE_H
#define FASTPATH_NONE_H

#include "core/chan/look.h"
#include "variants/buffer/plain.h"

#define fast_none_summary "always locks"

#define fast_none_buffer plain

enum { fast_none_counts = 0 };

static inline bool fast_none_send_full(const struct hchan *c)
{
    (void)c;
    return false;
}

static inline enum fast_end fast_none_recv(const struct hchan *c)
{
    (void)c;
    return FAST_LOCK;
}

static inline bool fast_none_drained(const struct hchan *c)
{
    (void)c;
    return false;
}

#endif
