/* The end of a channel: how many references hold it, and how a freed channel and what is no channel
 * are recognized.
 *
 * The count is only touched when a reference comes or goes, so it stands on a line of its own, in
 * front of the channel's first line, which every core keeps a copy of. There it takes no room: a
 * channel is aligned to a line, and malloc() only to 16 bytes. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_LIFE_H
#define CORE_CHAN_LIFE_H

#include "core/base/atomic.h"
#include "core/base/throw.h"
#include "core/chan/layout.h"
#include <stddef.h>
#include <string.h>

struct chan_life {
    alignas(max_align_t) size_t size; /* of the allocation */
    _Atomic uint32_t refs;
};

static inline struct chan_life *chan_life(hchan *c)
{
    return (struct chan_life *)(void *)c - 1;
}

/* The row of a freed channel that is kept: each of its functions ends the process. */
extern const struct hchan_variant chan_freed;

/* Ends the process: c is no channel, or no longer. */
_Noreturn void chan_refuse_pointer(const hchan *c, const char *call);

/* These two read what may be no channel, and not be aligned as one. */
static inline uint32_t chan_magic(const hchan *c)
{
    uint32_t magic;
    memcpy(&magic, (const unsigned char *)c + offsetof(struct hchan, magic), sizeof(magic));
    return magic;
}

static inline const struct hchan_variant *chan_variant(const hchan *c)
{
    const struct hchan_variant *variant;
    memcpy(&variant, (const unsigned char *)c + offsetof(struct hchan, variant), sizeof(variant));
    return variant;
}

/* Ends the process with a message that names `call`, unless c is a channel. */
static inline void chan_check(const hchan *c, const char *call)
{
    if (__builtin_expect(chan_magic(c) != CHAN_LIVE, 0))
        chan_refuse_pointer(c, call);
}

/* By a traced send, before anything else. */
static inline void chan_check_sent(const hchan *c, const void *elem, const char *call)
{
    if (!elem && c->elemsize)
        gorefuse(call, "elem is NULL, and the channel's elements are not empty");
}

#endif
