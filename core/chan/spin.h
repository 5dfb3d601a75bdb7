/* How long a thread spins before it sleeps: as long as a wake has cost it lately, and only seldom
 * if spinning has been in vain. Spinning for the cost of the alternative never loses more than a
 * factor of two (Karlin, Li, Manasse and Owicki 1991); learning from earlier waits loses less.
 *
 * The cost is that of the wake only, from the waker's system call to the sleeper's first step: the
 * waker leaves the time in the G before it makes the G ready. If the other side has no PU of its
 * own, no spin can succeed. Then the loss is one budget in 2^SPIN_MISSES waits, and an operation on
 * a ring waits twice: before it takes the lock, and when it parks.
 *
 * All fields belong to the G, except `woken_at`, which its waker writes. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_SPIN_H
#define CORE_CHAN_SPIN_H

#include "core/base/futex.h"
#include "core/g/g.h"

enum {
    SPIN_MISSES = 5,          /* vain spins in a row, after which they are at their rarest */
    SPIN_PAUSES = 32,         /* maximum in a turn: about the time of a line's way to another PU */
    SPIN_NS_MAX = 50 * 1000,  /* a longer wake had to wait for a PU: nothing to learn */
    SPIN_NS_FIRST = 5 * 1000, /* the budget before the first wake */
};

struct spin {
    int64_t until;
    uint32_t pauses, turns;
};

/* Before a wait. spin_on() fails at once if spins have been in vain. */
static inline void spin_begin(struct g *gp, struct spin *s)
{
    *s = (struct spin){0};
    if (gp->spin_skips > 0) {
        gp->spin_skips--;
        return;
    }
    s->pauses = 1;
    s->turns = SPIN_BUDGET(UINT32_MAX);
    s->until = nanotime() + (gp->wake_ns ? gp->wake_ns : SPIN_NS_FIRST);
}

/* One turn. False if the time is over. */
static inline bool spin_on(struct spin *s)
{
    if (s->turns == 0 || (s->pauses >= SPIN_PAUSES && nanotime() > s->until))
        return false;
    s->turns--;
    procyield(s->pauses);
    if (s->pauses < SPIN_PAUSES)
        s->pauses *= 2;
    return true;
}

/* After a wait that spun: `enough` if the spin made a sleep unnecessary. */
static inline void spin_end(struct g *gp, const struct spin *s, bool enough)
{
    if (s->pauses == 0)
        return;
    if (enough) {
        gp->spin_misses = 0;
        return;
    }
    if (gp->spin_misses < SPIN_MISSES)
        gp->spin_misses++;
    gp->spin_skips = (uint8_t)((1U << gp->spin_misses) - 1);
}

/* Called by the waker before it makes a sleeper ready. */
static inline void spin_wakes(struct g *gp)
{
    gp->woken_at = (uint32_t)nanotime() | 1;
}

/* Called by the waiter once it has been made ready: learns what a wake cost, if it `slept` and its
 * waker saw that in time. Clears woken_at for the next wait; the next park publishes that. */
static inline void spin_learn(struct g *gp, bool slept)
{
    uint32_t at = gp->woken_at;
    if (at == 0)
        return;
    gp->woken_at = 0;
    uint32_t took = (uint32_t)nanotime() - at; /* modulo four seconds */
    if (slept && took <= SPIN_NS_MAX)
        gp->wake_ns = gp->wake_ns ? gp->wake_ns - gp->wake_ns / 8 + took / 8 : took;
}

#endif
