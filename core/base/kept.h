/* Memory that stays for a while after its end, so that a call that comes too late finds a mark in
 * it: of what was freed last, 128 blocks of at most 32 KiB each, and so 4 MiB at most. Explored
 * code keeps none, since its heap ends with each schedule. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_KEPT_H
#define CORE_BASE_KEPT_H

#include "core/base/atomic.h"
#include <stddef.h>
#include <stdlib.h>

enum { KEPT = 128, KEPT_SIZE = REACHABLE(32 * 1024, 0) };

/* Zeroed, and static. */
struct kept {
    _Atomic(void *) block[KEPT];
    _Atomic uint32_t next;
};

/* Frees a block of `size` bytes from malloc(), later if it is kept. */
static inline void kept_free(struct kept *k, void *block, size_t size)
{
    /* Relaxed: it only picks a place. The exchange orders the two who use one in turn: what the
     * earlier one wrote in its block comes before the free. */
    if (size <= KEPT_SIZE)
        block = xchg_acqrel(&k->block[fadd_rlx(&k->next, 1) % KEPT], block);
    free(block);
}

#endif
