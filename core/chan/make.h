/* Allocates a channel: one block that holds its birth record, the channel, its lock and its buffer,
 * in this order. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_MAKE_H
#define CORE_CHAN_MAKE_H

#include "core/chan/layout.h"
#include "core/chan/life.h"
#include "core/chan/race.h"
#include <stdlib.h>
#include <string.h>

/* Rounds up to whole cache lines. */
static inline size_t chan_lines(size_t size)
{
    return (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

/* Returns a channel whose lock and buffer are not initialized yet, or NULL with errno ENOMEM. The
 * sizes are within the limits of hchan/hchan.h; `lock_size` and `buffer_size` are in bytes. The
 * caller owns the channel, with its only reference, and frees it with free(c->memory). */
static inline struct hchan *chan_alloc(size_t lock_size, size_t elemsize, size_t capacity,
                                       size_t buffer_size)
{
    size_t head = chan_lines(offsetof(struct hchan, lock) + lock_size) +
                  chan_lines(raceroom(elemsize, capacity));
    /* Not aligned_alloc(): glibc's takes three times as long. malloc() aligns the record, and the
     * rest of its line is lost anyway. */
    size_t size = sizeof(struct chan_life) + head + buffer_size + CACHE_LINE - alignof(max_align_t);
    unsigned char *memory = malloc(size);
    if (!memory)
        return NULL;
    struct hchan *c = (void *)chan_lines((uintptr_t)memory + sizeof(struct chan_life));
    /* By lines: for more at once compilers take `rep stos`, which costs more than all else here. */
    for (size_t at = 0; at < head; at += CACHE_LINE)
        memset((unsigned char *)c + at, 0, CACHE_LINE);
    chan_life(c)->size = size;
    store_rlx(&chan_life(c)->refs, 1); /* relaxed: nobody else has the channel yet */
    c->magic = CHAN_LIVE;
    c->memory = memory;
    c->buf = (unsigned char *)c + head;
    c->elemsize = elemsize;
    c->dataqsiz = (uint32_t)capacity;
    return c;
}

#endif
