/* How long a thread spins before it sleeps: for as long as a wake has cost it lately, and seldom
 * where that was in vain. Who spins for the cost of the alternative never loses more than a factor
 * of two (Karlin, Li, Manasse and Owicki 1991); who looks at what came of it loses less.
 *
 * The cost is that of the wake alone, from the waker's system call to the sleeper's first step: the
 * waker leaves the time in the G before it makes it ready. Where the other side has no PU of its
 * own no spin can succeed, and what is lost is one budget in 2^SPIN_MISSES waits, of which an
 * operation on a ring has two: before it takes the lock, and as it parks.
 *
 * All of it is the G's own, but for `woken_at`, which its waker writes. */
#ifndef CORE_CHAN_SPIN_H
#define CORE_CHAN_SPIN_H

#include "core/base/futex.h"
#include "core/g/g.h"

enum {
    SPIN_MISSES = 5,          /* vain spins from which on they are as seldom as they get */
    SPIN_PAUSES = 32,         /* in a turn, at most: of the order of a line's way to another PU */
    SPIN_NS_MAX = 50 * 1000,  /* a wake that took longer had to wait for a PU: nothing to learn */
    SPIN_NS_FIRST = 5 * 1000, /* before the first wake */
};

struct spin {
    int64_t until;
    uint32_t pauses, turns;
};

/* Before a wait. The turns end at once where spinning has been in vain. */
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

/* One turn: false where the time is over. */
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

/* After a wait that spun: whether that was enough. */
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

/* The waker, before it makes a sleeper ready. */
static inline void spin_wakes(struct g *gp)
{
    gp->woken_at = (uint32_t)nanotime() | 1;
}

/* The waiter, once it has been made ready: learns what a wake cost, where it `slept` and its waker
 * saw that in time. For the next wait nothing is left; it is published with that. */
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
