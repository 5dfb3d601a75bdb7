/* Ticket lock: first come, first served.
 *
 * Two words on one line: `next` is the ticket that the next arrival draws, `serving` the one that
 * may enter. The lock is free if they are equal. Only arriving threads write `next`, only the
 * holder writes `serving`.
 *
 * A waiter pauses in proportion to the tickets before it. Fair, and for that reason brittle: if the
 * waiter whose turn it is has been preempted, all those behind it wait for the scheduler. With more
 * threads than PUs it collapses by orders of magnitude; the lab shows it. Source: Mellor-Crummey
 * and Scott 1991. */
/* SPDX-License-Identifier: MIT */
#ifndef LOCK_TICKET_H
#define LOCK_TICKET_H

#include "core/base/atomic.h"
#include "core/chan/lock.h"

#define lock_ticket_summary "ticket lock, first come first served"

enum { lock_ticket_traits = LOCK_CONVOYS };

struct lock_ticket {
    _Atomic uint32_t next;
    _Atomic uint32_t serving;
};

static inline bool lock_ticket_init(struct lock_ticket *l)
{
    store_rlx(&l->next, 0);
    store_rlx(&l->serving, 0);
    return true;
}

static inline void lock_ticket_fini(struct lock_ticket *l)
{
    (void)l;
}

static inline uint32_t lock_ticket_acquire(struct lock_ticket *l)
{
    uint32_t mine = fadd_rlx(&l->next, 1); /* relaxed: a ticket orders nothing; load_acq does */
    uint32_t spins = 0;
    for (;;) {
        uint32_t before = mine - load_acq(&l->serving); /* pairs with store_rel in release */
        if (__builtin_expect(before == 0, 1))
            return spins;
        spin_wait(before);
        spins++;
    }
}

static inline void lock_ticket_release(struct lock_ticket *l)
{
    uint32_t mine = load_rlx(&l->serving); /* only the holder writes it */
    store_rel(&l->serving, mine + 1);      /* pairs with load_acq in acquire */
}

#endif
