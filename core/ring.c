/* What of a ring is made once, or waited for seldom. */
#include "core/ring.h"
#include <stdlib.h>

bool ring_make(struct hchan *c)
{
    size_t elem = (c->elemsize + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
    c->stride = (uint32_t)(sizeof(struct slot) + elem);
    c->lap = RING_POS;
    while (c->lap / RING_POS < c->dataqsiz)
        c->lap *= 2;
    size_t size = sizeof(struct ring) + (size_t)c->dataqsiz * c->stride;
    size = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    c->buf = aligned_alloc(CACHE_LINE, size);
    if (!c->buf)
        return false;
    memset(c->buf, 0, size);
    for (uint32_t i = 0; i < c->dataqsiz; i++)
        store_rlx(&ring_slot(c, i * (uint64_t)RING_POS)->seq, i * (uint64_t)RING_POS);
    return true;
}

struct slot *ring_settled(struct hchan *c, uint64_t pos, uint64_t seq)
{
    enum { TURNS = 64 }; /* longer than a copy takes: who is in the slot does not run */
    struct slot *slot = ring_slot(c, pos);
    for (uint32_t i = 1; load_acq(&slot->seq) != seq; i++) { /* pairs with the releases of seq */
        spin_wait(1);
        if (i % TURNS == 0)
            osyield();
    }
    return slot;
}
