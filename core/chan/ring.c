/* The slow functions of a ring (core/chan/ring.h): its size, its initialization, and waiting for a
 * slot that is in use. No state of its own. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/ring.h"

static size_t stride(size_t elemsize)
{
    return sizeof(struct slot) +
           (elemsize + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
}

size_t ring_size(size_t elemsize, size_t capacity)
{
    return sizeof(struct ring) + capacity * stride(elemsize);
}

void ring_make(struct hchan *c)
{
    c->stride = (uint32_t)stride(c->elemsize);
    c->lap = RING_POS;
    while (c->lap / RING_POS < c->dataqsiz)
        c->lap *= 2;
    store_rlx(&ring_of(c)->head, 0); /* relaxed: published with the channel, as the slots are */
    store_rlx(&ring_of(c)->tail, 0);
    for (uint64_t i = 0; i < c->dataqsiz; i++)
        store_rlx(&ring_slot(c, i * RING_POS)->seq, i * RING_POS);
}

struct slot *ring_settled(struct hchan *c, uint64_t pos, uint64_t seq)
{
    /* 64 pauses take about a microsecond. A copy of a few words is over by then, so its thread has
     * probably been preempted and may be waiting for this PU. A copy of tens of kilobytes may still
     * be running: then the yield is a system call that helps nobody, but does no harm. */
    enum { TURNS = 64 };
    struct slot *slot = ring_slot(c, pos);
    for (uint32_t i = 1; load_acq(&slot->seq) != seq; i++) { /* pairs with the releases of seq */
        spin_wait(1);
        if (i % TURNS == 0)
            osyield();
    }
    return slot;
}
