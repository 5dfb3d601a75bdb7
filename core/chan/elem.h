/* Copies values: between a user's variable and the buffer, and through a sudog. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_ELEM_H
#define CORE_CHAN_ELEM_H

#include "core/chan/layout.h"
#include <string.h>

/* Copies one element. A word is the common case, and with a constant size the copy is a plain
 * move. */
static inline void elem_copy(const struct hchan *c, void *to, const void *from)
{
    if (__builtin_expect(c->elemsize == sizeof(uint64_t), 1))
        memcpy(to, from, sizeof(uint64_t));
    else if (c->elemsize)
        memcpy(to, from, c->elemsize);
}

static inline void elem_zero(const struct hchan *c, void *elem)
{
    if (elem && c->elemsize)
        memset(elem, 0, c->elemsize);
}

/* A value that fits into the sudog travels in it, on a line that both sides touch anyway. Through
 * the other side's stack it would be one more line to move between their PUs. */
static inline bool elem_is_small(const struct hchan *c)
{
    return c->elemsize <= sizeof(uint64_t);
}

/* Where the waker reads or writes the value; NULL if the waiter drops it. */
static inline void *sudog_elem(const struct hchan *c, struct sudog *sg)
{
    return elem_is_small(c) ? &sg->word : sg->elem;
}

/* Called by the waiter before it queues sg: stores the value to send, or where a received one
 * goes. */
static inline void sudog_bring(const struct hchan *c, struct sudog *sg, bool send, void *elem)
{
    if (!elem_is_small(c))
        sg->elem = elem;
    else if (send)
        elem_copy(c, &sg->word, elem);
}

/* Called by the waiter after its wake: stores what it received, unless `elem` is NULL. */
static inline void sudog_take(const struct hchan *c, const struct sudog *sg, void *elem)
{
    if (elem_is_small(c) && elem)
        elem_copy(c, elem, &sg->word);
}

#endif
