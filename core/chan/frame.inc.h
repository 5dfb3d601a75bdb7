/* The part of core/chan/chan.inc.h that its steps stand on: the names of the parts, what a traced
 * instance counts, the lock, making a waiter ready, making a channel, and the way of a value in the
 * race build. */
/* SPDX-License-Identifier: MIT */

#include "core/base/futex.h"
#include "core/base/throw.h"
#include "core/chan/check.h"
#include "core/chan/elem.h"
#include "core/chan/look.h"
#include "core/chan/make.h"
#include "core/chan/race.h"
#include "core/chan/select.h"
#include "core/chan/spin.h"
#include "core/chan/waitq.h"
#include "core/g/panic.h"
#include "core/g/trace.h"
#include <errno.h>

#define CHAN_PASTE_(a, b) a##_##b
#define CHAN_PASTE(a, b)  CHAN_PASTE_(a, b)
#define CHAN(name)        CHAN_PASTE(CHAN_ID, name)
#define LOCK_(name)       CHAN_PASTE(CHAN_PASTE(lock, CHAN_LOCK), name)
#define PARK_(name)       CHAN_PASTE(CHAN_PASTE(park, CHAN_PARK), name)
#define FAST_(name)       CHAN_PASTE(CHAN_PASTE(fast, CHAN_FAST), name)
#define BUF_(name)        CHAN_PASTE(CHAN_PASTE(buffer, FAST_(buffer)), name)

#define CHAN_INLINE inline __attribute__((always_inline))

/* Counters and trace steps in traced instances; nothing, not even getg(), in measured ones. */
#if CHAN_TRACED
#define COUNT(outcome)            outcome_add(getg(), HCHAN_##outcome, 1)
#define COUNT_N(outcome, n)       outcome_add(getg(), HCHAN_##outcome, (n))
#define TRACE(gp, from, to, c)    trace_step((gp), (from), (to), (c))
#define CHECK_SENT(c, elem, call) chan_check_sent((c), (elem), (call))
#else
#define COUNT(outcome)            ((void)0)
#define COUNT_N(outcome, n)       ((void)(n))
#define TRACE(gp, from, to, c)    ((void)sizeof(c)) /* named, but not evaluated */
#define CHECK_SENT(c, elem, call) ((void)0)
#endif

_Static_assert(!(PARK_(barges) && (BUF_(lockless) || FAST_(counts))),
               "where woken waiters compete, a full or empty buffer implies nothing about parked "
               "waiters, so a check of it without the lock would be wrong");
_Static_assert(alignof(struct CHAN_PASTE(lock, CHAN_LOCK)) <= 16 &&
                   sizeof(struct CHAN_PASTE(lock, CHAN_LOCK)) <= 128,
               "variants/README.md: a lock has at most 128 bytes and an alignment of at most 16");

/* What follows the fields of struct hchan: the lock, at hchan.lock. */
struct CHAN(guard) {
    struct CHAN_PASTE(lock, CHAN_LOCK) lock;
#if CHAN_TRACED
    const void *last_owner; /* lock_owner() of the last one; on the lock's line, which it has */
#endif
};

static inline struct CHAN(guard) * CHAN(the_guard)(struct hchan *c)
{
    return (void *)c->lock;
}

#if CHAN_TRACED && defined(LOCK_ACQUIRE_COUNTED)
#define CHAN_ACQUIRE LOCK_ACQUIRE_COUNTED
#else
#define CHAN_ACQUIRE LOCK_(acquire)
#endif

static inline void CHAN(lock)(struct hchan *c)
{
    uint32_t spins = CHAN_ACQUIRE(&CHAN(the_guard)(c)->lock);
    COUNT(LOCK_ACQUIRED);
    COUNT_N(LOCK_CONTENDED, spins > 0);
    COUNT_N(LOCK_SPINS, spins);
#if CHAN_TRACED
    const void *me = lock_owner(getg());
    COUNT_N(LOCK_MOVED, CHAN(the_guard)(c)->last_owner != me);
    CHAN(the_guard)(c)->last_owner = me;
#endif
    BUF_(freeze)(c);
}
#undef CHAN_ACQUIRE

static inline void CHAN(unlock)(struct hchan *c)
{
#if CHAN_TRACED && !defined(CHAN_UNCHECKED)
    uint64_t qcount = BUF_(count)(c);
    const char *broken = chan_broken(c, qcount, PARK_(barges));
    if (!broken)
        broken = BUF_(broken)(c, qcount);
    if (broken)
        gothrow(broken);
#endif
    BUF_(thaw)(c);
    LOCK_(release)(&CHAN(the_guard)(c)->lock);
}

/* Makes gp, which waits on c, ready. Afterwards gp belongs to its owner again. */
static inline void CHAN(ready)(struct hchan *c, struct g *gp)
{
    TRACE(gp, GWAITING, GRUNNABLE, c);
    PARK_(ready)(gp);
}

/* Unlocks and makes gp ready, in the order that the park policy asks for: after the unlock, unless
 * the policy exists to measure the other order. gp's sudog must not be touched afterwards. */
static inline void CHAN(unlock_and_ready)(struct hchan *c, struct g *gp)
{
    if (PARK_(ready_under_lock)) {
        CHAN(ready)(c, gp);
        CHAN(unlock)(c);
    } else {
        CHAN(unlock)(c);
        CHAN(ready)(c, gp);
    }
}

/* How gp's park went: `slept` is what PARK_(sleep) returned. */
static inline void CHAN(count_sleep)(const struct g *gp, bool slept)
{
    if (PARK_(switches) && gp->goroutine)
        COUNT_N(PARK_SWITCHED, slept);
    else
        COUNT_N(PARK_SLEPT, slept);
}

/* makechan() without the check of the sizes. */
static inline struct hchan *CHAN(makechan)(const struct hchan_variant *variant, size_t elemsize,
                                           size_t capacity)
{
    struct hchan *c =
        chan_alloc(sizeof(struct CHAN(guard)), elemsize, capacity, BUF_(size)(elemsize, capacity));
    if (!c)
        return NULL;
    c->variant = variant;
    BUF_(init)(c);
    if (LOCK_(init)(&CHAN(the_guard)(c)->lock))
        return c;
    free(c->memory);
    errno = ENOMEM;
    return NULL;
}

/* During a promotion a lockless buffer may briefly count one value more than it has room for. */
static inline size_t CHAN(chanlen)(const struct hchan *c)
{
    uint64_t count = BUF_(count)(c);
    return count < c->dataqsiz ? count : c->dataqsiz;
}

/* In the race build a value that bypasses the buffer goes through it after all: core/chan/race.h.
 * It is empty, and the lock held. One of the sudogs is NULL: that side is the caller. */
static inline void CHAN(race_through)(struct hchan *c, struct sudog *sender, const void *from,
                                      struct sudog *receiver, void *to)
{
    racefor(c, sender);
    BUF_(put)(c, from, 0);
    racefor(c, receiver);
    BUF_(take)(c, to, 1);
    racefor(c, NULL);
    (void)sender;
    (void)receiver;
}
