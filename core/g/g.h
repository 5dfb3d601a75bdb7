/* G: what parks on a channel. A G is a goroutine (hchan/sched.h) or stands for a thread; a thread's
 * G is made at its first channel operation and recycled when the thread ends. The first cache line
 * of a G holds all that a waker touches: the park word, the word that a select's wakers race for,
 * and the sudog of a plain operation.
 *
 * Ownership of a sudog: the parked G owns it from acquireSudog() to releaseSudog(). While it is
 * queued, the thread that holds the channel's lock may unlink it and write through it. After
 * unlinking it (and, for a select's sudog, claiming it) only that thread may use it, up to
 * goready(), which is its last access. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_G_H
#define CORE_G_G_H

#include "core/base/atomic.h"
#include "core/base/context.h"
#include "core/g/wait.h"
#include <hchan/outcome.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CACHE_LINE = 64 };

struct hchan;
struct p;

/* What a waker did for a parked G. */
enum woken {
    WOKEN_BY_CLOSE, /* the channel was closed */
    WOKEN_BY_PEER,  /* its operation is complete */
    WOKEN_TO_RETRY, /* there is a value or a free slot, for whoever comes first */
};

/* "This G waits on this channel, with a value at this address." */
struct sudog {
    struct g *g;
    struct sudog *next, *prev;
    union {
        void *elem;    /* where to read or write the value, on the waiter's stack */
        uint64_t word; /* or the value itself, where it is small: on the line that a waker has */
    };
    _Atomic(struct hchan *) c; /* the channel; atomic for lists of the parked (struct wait) */
    uint8_t woken;             /* enum woken, set by the waker */
    bool isSelect;             /* a select's, or bounded: its waker must claim it first */
    uint16_t casi;             /* the index of the select's case */
};

/* The park word, set by the owner before it queues a sudog, and by the waker in goready(). The
 * owner's store is a release: a thread that sees it sees that the parks before it are over (struct
 * wait).
 *
 *     GPARK_WAITING --owner: about to sleep--> GPARK_ASLEEP
 *           |                                       |
 *           +----waker: goready()----> GPARK_READY <+   (and a wake, if it was ASLEEP)
 *
 * A thread writes ASLEEP itself, before it sleeps in a futex. For a goroutine its P writes it, once
 * that runs on another stack: from then on the thread that makes the goroutine READY may resume it
 * at once. A deadline that passes leaves a thread's word as it is, and sets a goroutine's back to
 * WAITING. The owner may sleep again from either state. */
enum { GPARK_READY, GPARK_WAITING, GPARK_ASLEEP };

/* What has happened to a parked select: nothing yet, its deadline, or one of its cases, whose index
 * is this word less one. The owner sets it to SELECT_OPEN before it queues a sudog; after that it
 * is only swapped from SELECT_OPEN, so that exactly one case happens. */
#define SELECT_OPEN     0U
#define SELECT_TIMEDOUT UINT32_MAX

/* What is known of a thread that does not run: nothing; that it will wake nobody, as it has said;
 * or that what it does is seen, since it is registered (core/g/checkdead.c). */
enum standing { UNDECLARED, UNREGISTERED, REGISTERED };

/* Why a goroutine has left its stack. */
enum leaving { LEAVING_NOT, LEAVING_PARKED, LEAVING_YIELDED, LEAVING_DEAD };

struct g {
    alignas(CACHE_LINE) _Atomic uint32_t park;
    _Atomic uint32_t selectDone;
    struct sudog sudog; /* of a plain operation */
    bool goroutine;     /* or else a thread; never changes */
    uint32_t woken_at;  /* nanotime() of its last wake, the low bits (core/chan/spin.h) */

    alignas(CACHE_LINE) struct wait wait;
    _Atomic uint32_t id;     /* of a life, from 1; comes again after 2^32 - 1 lives */
    int32_t tid;             /* the thread's number in the kernel; under allglock */
    uint64_t rand;           /* state of cheaprandn() */
    _Atomic bool registered; /* counts for a deadlock (hchan/deadlock.h); cleared with release */
    uint32_t seen;           /* wait.parks, as hchan_deadlocked() saw it; under allglock */
    struct recover_point *innermost; /* of the hchan_try() calls that run now (core/g/panic.c) */
    /* What a select needs, for up to ncases cases: a sudog for each case, and two orders. They grow
     * under allglock, and are kept. */
    struct sudog *sudogs;
    uint16_t *orders;
    uint32_t ncases;
    uint32_t wake_ns; /* the cost of a wake, 0 before the first one (core/chan/spin.h) */
    uint8_t spin_misses, spin_skips; /* spins in vain, and the number of spins to leave out */
    void *qnode; /* a spare node of a queue lock whose nodes change hands (newqnode()) */
#ifdef HCHAN_RACE
    void *raceclock; /* while it is parked, under the channel's lock: core/chan/race.h */
#endif

    alignas(CACHE_LINE) _Atomic uint64_t outcomes[HCHAN_OUTCOMES]; /* written only by the owner */
    struct g *next_all; /* in the list of all Gs ever made */
    struct g *next_free;
    /* Under allglock: a goroutine's park, by wait.parks, and when a list first came across it. */
    uint32_t listed;
    int64_t listed_at;
    bool declared; /* not UNDECLARED; by the thread itself, under allglock */
    bool serves;   /* between begin_service() and end_service() */

    /* Only for goroutines. */
    alignas(CACHE_LINE) struct context sched; /* where it goes on, while it does not run */
    struct p *p;                              /* where it runs, or ran last; NULL for a thread */
    enum leaving leaving;
    uint32_t timer;      /* its place among the timers, from 1, or 0; under their lock */
    int64_t when;        /* its deadline; under the timers' lock */
    struct g *schedlink; /* in the global queue */
    void (*gopark)(struct g *gp, int64_t deadline); /* the scheduler's, which core/g can't name */
    void (*startfn)(void *);
    void *startarg;
    struct fiber fiber;  /* its stack */
    uint8_t stack_class; /* of a stack of its own (core/sched/stack.h); 0: the scheduler's size */
};

_Static_assert(offsetof(struct g, sudog) + sizeof(struct sudog) <= CACHE_LINE,
               "what a waker touches is one line");

/* A goroutine may go on in another thread in the middle of a function, so the address of a
 * thread-local variable must not be kept over a switch. On x86-64 it is not: with this model each
 * access is an offset from %fs. Elsewhere a compiler may keep the thread pointer in a register, and
 * for ThreadSanitizer it keeps the address, so there each access is a call. */
#define TLS_MODEL __attribute__((tls_model("initial-exec")))
#if defined(__x86_64__) && !FIBER_TSAN
#define TLS_BY_OFFSET 1
#else
#define TLS_BY_OFFSET 0
#endif

/* Returns a zeroed cache line for a node of a queue lock, or NULL if memory ran out. The lock's
 * release may hand it to another G, which then owns it. The owner frees it with free(). */
void *newqnode(void);

/* All functions that make a G or let one grow, but for newgoroutine(), end the process if memory
 * ran out, as Go does. */

/* Returns a G for a thread that will start, recycled or new. A registered one is declared. */
struct g *newthreadg(bool registered);
/* What the calling thread says of itself. Returns its G, or NULL if there is no memory for one. */
struct g *declareg(enum standing standing);
/* The calling thread, which is one of ours, has the G gp for a while, which is in no list. Such a
 * thread wakes nobody by itself, and so it is declared; and it must not end meanwhile, by
 * pthread_exit() in a goroutine for example, which is a fatal error. Afterwards its G is `own`
 * again, or none. */
void begin_service(struct g *gp);
void end_service(struct g *gp, struct g *own);
/* Those Gs, by next_all; under allglock. */
extern struct g *servants;

/* Makes gp the G of the calling thread; it is recycled when the thread ends. */
void adoptg(struct g *gp);
/* Gives back the G of a thread that ends, or that was not started. */
void recycleg(struct g *gp);

/* Returns a G without a stack, for a goroutine; the scheduler recycles it. NULL if memory ran
 * out. */
struct g *newgoroutine(void);
/* Begins a life of gp, with a number of its own. */
void gnew(struct g *gp, bool registered);

/* Makes the calling thread's G, for getg(). */
struct g *newg(void);

/* The G that runs in the calling thread; NULL for a thread without a G. */
#if TLS_BY_OFFSET
extern _Thread_local struct g *current_g TLS_MODEL;

static inline struct g *runningg(void)
{
    return current_g;
}

static inline void setg(struct g *gp)
{
    current_g = gp;
}
#else
struct g *runningg(void);
void setg(struct g *gp);
#endif

static inline enum standing standing_of(const struct g *me)
{
    if (load_rlx(&me->registered)) /* our own */
        return REGISTERED;
    return me->declared ? UNREGISTERED : UNDECLARED;
}

/* The calling thread's G, or the goroutine that runs in it; made on first use. */
static inline struct g *getg(void)
{
    struct g *gp = runningg();
    return __builtin_expect(gp != NULL, 1) ? gp : newg();
}

/* Takes allglock, and returns the first G of the list by next_all. Until allgs_unlock() no G is
 * made, grows or is given to another thread. A goroutine may end meanwhile, and its G become
 * another goroutine's. No G is ever freed. */
struct g *allgs_lock(void);
void allgs_unlock(void);

/* Registers the handlers by which fork() takes allglock, if that has not been done yet. Code that
 * has handlers of its own, for a lock that comes before allglock, calls this before it registers
 * them. */
void allgs_init(void);

/* Makes room in gp->sudogs and gp->orders for a select of n cases, and somewhat more, so that only
 * the first select of a size takes memory. */
void select_grow(struct g *gp, uint32_t n);

/* The sudog of a plain blocking operation. It is a part of the G, so nothing is allocated; one is
 * enough, since a G parks in one operation at a time. */
static inline struct sudog *acquireSudog(struct g *gp)
{
    return &gp->sudog;
}

static inline void releaseSudog(struct sudog *sg)
{
    store_rel(&sg->c, NULL); /* release, like the words of struct wait */
}

/* A random number below n, good enough to be fair: the high half of xorshift64* (Vigna 2016), whose
 * state is never 0. */
static inline uint32_t cheaprandn(struct g *gp, uint32_t n)
{
    gp->rand ^= gp->rand >> 12;
    gp->rand ^= gp->rand << 25;
    gp->rand ^= gp->rand >> 27;
    return (uint32_t)((gp->rand * UINT64_C(0x2545f4914f6cdd1d) >> 32) * n >> 32);
}

/* Counts an outcome. Only the owner writes its counts; they are atomic for readers of the sums. */
static inline void outcome_add(struct g *gp, enum hchan_outcome outcome, uint64_t n)
{
    /* Relaxed: a count publishes nothing. */
    store_rlx(&gp->outcomes[outcome], load_rlx(&gp->outcomes[outcome]) + n);
}

#endif
