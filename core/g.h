/* G: the one who parks. Here a G is a thread; it is made at the thread's first channel operation
 * and recycled when the thread ends. Its first cache line holds all that a waker touches: the park
 * word and the sudog that the thread parks with.
 *
 * Ownership of the sudog: the parked G's thread owns it from acquireSudog() to releaseSudog().
 * While it is queued, whoever holds the channel's lock may unlink it and write through it; after
 * unlinking it, that thread alone may use it, until goready(), which is its last access. */
#ifndef CORE_G_H
#define CORE_G_H

#include "core/atomic.h"
#include "core/outcome.h"
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CACHE_LINE = 64 };

struct hchan;

/* "This G waits on this channel, with a value at this address." */
struct sudog {
    struct g *g;
    struct sudog *next, *prev;
    void *elem;           /* where to read or write the value, on the waiter's stack */
    struct hchan *c;      /* the channel */
    const void *callerpc; /* who called send or receive */
    bool success;         /* set by the waker: false where close woke it */
};

/* The park word, set by the owner before it queues a sudog, and by the waker in goready().
 *
 *     GPARK_WAITING --owner: about to sleep--> GPARK_ASLEEP
 *           |                                       |
 *           +----waker: goready()----> GPARK_READY <+   (and a futex wake, if it was ASLEEP)
 */
enum { GPARK_READY, GPARK_WAITING, GPARK_ASLEEP };

struct g {
    alignas(CACHE_LINE) _Atomic uint32_t park;
    uint32_t id;                                                   /* from 1, never used twice */
    struct sudog sudog;                                            /* the one it parks with */
    alignas(CACHE_LINE) _Atomic uint64_t outcomes[HCHAN_OUTCOMES]; /* written by the owner only */
    struct recover_point *innermost; /* of the hchan_try() calls that run now (core/panic.c) */
    struct g *next_all;              /* list of all Gs ever made; they are recycled, never freed */
    struct g *next_free;
};

_Static_assert(offsetof(struct g, sudog) + sizeof(struct sudog) <= CACHE_LINE,
               "what a waker touches is one line");

/* The calling thread's G, made on first use. Ends the process where memory ran out, as Go does. */
struct g *newg(void);
extern _Thread_local struct g *current_g;

static inline struct g *getg(void)
{
    struct g *gp = current_g;
    return __builtin_expect(gp != NULL, 1) ? gp : newg();
}

/* The sudog of a blocking operation: no allocation, it lives in the G. A thread parks on one
 * channel at a time, so one is enough; what it is released to is the G itself. */
static inline struct sudog *acquireSudog(struct g *gp)
{
    return &gp->sudog;
}

static inline void releaseSudog(struct sudog *sg)
{
    sg->elem = NULL;
    sg->c = NULL;
}

/* Counts an outcome. A plain increment by the only writer, made atomic for readers of the sums: no
 * order is needed, since a count publishes nothing. */
static inline void outcome_add(struct g *gp, enum hchan_outcome outcome, uint64_t n)
{
    store_rlx(&gp->outcomes[outcome], load_rlx(&gp->outcomes[outcome]) + n);
}

#endif
