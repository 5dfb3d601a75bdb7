/* G: the one who parks. A G is a goroutine (hchan/sched.h), or stands for a thread; that one is
 * made at the thread's first channel operation and recycled when the thread ends. Its first cache
 * line holds all that a waker touches: the park word, the word that a select's wakers race for, and
 * the sudog of a plain operation.
 *
 * Ownership of a sudog: the parked G's thread owns it from acquireSudog() to releaseSudog(). While
 * it is queued, whoever holds the channel's lock may unlink it and write through it; after
 * unlinking (and, for a select's, claiming) it, that thread alone may use it, until goready(),
 * which is its last access. */
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
    _Atomic(struct hchan *) c; /* the channel; atomic for who lists the waiters */
    uint8_t woken;             /* enum woken, set by the waker */
    bool isSelect;             /* one of several, or bounded: to be claimed by its waker first */
    uint16_t casi;             /* which case of the select */
};

/* The park word, set by the owner before it queues a sudog, and by the waker in goready(). The
 * owner's store is a release: who sees it sees that the parks before it are over (struct wait).
 *
 *     GPARK_WAITING --owner: about to sleep--> GPARK_ASLEEP
 *           |                                       |
 *           +----waker: goready()----> GPARK_READY <+   (and a wake, if it was ASLEEP)
 *
 * A thread writes ASLEEP itself, before it sleeps in a futex. For a goroutine its P does, once it
 * runs on another stack: from then on whoever makes it READY may resume it at once. A deadline that
 * passes leaves a thread's word as it is, and sets a goroutine's back to WAITING; its owner may
 * sleep again from either state. */
enum { GPARK_READY, GPARK_WAITING, GPARK_ASLEEP };

/* Who has a select that is parked: nobody yet, its own deadline, or else the waker of the case with
 * this number less one. Set to SELECT_OPEN by the owner before it queues a sudog; after that, only
 * by a swap from SELECT_OPEN, so that one case happens, and one only. */
#define SELECT_OPEN     0U
#define SELECT_TIMEDOUT UINT32_MAX

/* What a goroutine that has left its stack left it for. */
enum leaving { LEAVING_NOT, LEAVING_PARKED, LEAVING_YIELDED, LEAVING_DEAD };

struct g {
    alignas(CACHE_LINE) _Atomic uint32_t park;
    _Atomic uint32_t selectDone;
    struct sudog sudog;     /* of a plain operation */
    _Atomic uint8_t status; /* enum gstatus, for reports; by its P and who makes it runnable */
    bool goroutine;         /* or else a thread; for good */
    uint32_t woken_at;      /* nanotime() of its last wake, the low bits (core/chan/spin.h) */

    alignas(CACHE_LINE) struct wait wait;
    _Atomic uint32_t id;     /* of a life, from 1; comes again after 2^32 - 1 lives */
    int32_t tid;             /* the thread's, as the kernel knows it; under allglock */
    uint64_t rand;           /* state of cheaprandn() */
    _Atomic bool registered; /* counts for a deadlock (hchan/deadlock.h); ends with a release */
    uint32_t seen;           /* wait.parks, as hchan_deadlocked() saw it; under allglock */
    struct recover_point *innermost; /* of the hchan_try() calls that run now (core/g/panic.c) */
    /* What a select needs, for up to ncases cases: a sudog a case, and two orders. Grows under
     * allglock, and stays. */
    struct sudog *sudogs;
    uint16_t *orders;
    uint32_t ncases;
    uint32_t wake_ns; /* what a wake costs it, 0 before the first (core/chan/spin.h) */
    uint8_t spin_misses, spin_skips; /* spins in vain, and those to leave out */
    void *qnode; /* a spare node of a queue lock whose nodes change hands (newqnode()) */

    alignas(CACHE_LINE) _Atomic uint64_t outcomes[HCHAN_OUTCOMES]; /* written by the owner only */
    struct g *next_all; /* list of all Gs ever made; they are recycled, never freed */
    struct g *next_free;

    /* A goroutine's. */
    alignas(CACHE_LINE) struct context sched; /* where it goes on, while it does not run */
    struct p *p; /* that it runs on, or ran on last; NULL for a thread */
    enum leaving leaving;
    uint32_t timer;      /* its place among the timers, from 1; 0: none. Under their lock */
    int64_t when;        /* its deadline; likewise */
    struct g *schedlink; /* in the global queue */
    void (*gopark)(struct g *gp, int64_t deadline); /* the scheduler's, which core/g can't name */
    void (*startfn)(void *);
    void *startarg;
    struct fiber fiber; /* its stack */
};

_Static_assert(offsetof(struct g, sudog) + sizeof(struct sudog) <= CACHE_LINE,
               "what a waker touches is one line");

/* A goroutine may go on in another thread in the middle of a function. So where a thread's
 * variables are must not be kept over a switch. On x86-64 it is not: with this model each access is
 * an offset from %fs. Elsewhere a compiler may keep the thread pointer in a register, so there each
 * access is a call. */
#define TLS_MODEL __attribute__((tls_model("initial-exec")))

/* A cache line for a node of a queue lock, zeroed; NULL where memory ran out. The lock's release
 * may hand it to another G, so it belongs to whoever has it: free() ends it. */
void *newqnode(void);

/* A G for a thread that is to come: a recycled one, or a new one. Ends the process where memory ran
 * out. */
struct g *newthreadg(bool registered);
/* The calling thread is gp's, which is recycled when the thread ends. */
void adoptg(struct g *gp);
/* Gives back a thread's G: the thread ends, or has not begun. */
void recycleg(struct g *gp);

/* A G without a stack, for a goroutine; recycled by core/sched/proc.c. Ends the process where
 * memory ran out. */
struct g *newgoroutine(void);
/* A life of gp begins: a new number. */
void gnew(struct g *gp, bool registered);

/* The calling thread's G, or the goroutine that runs in it; made on first use. Ends the process
 * where memory ran out, as Go does. */
struct g *newg(void);

/* Whatever runs in the calling thread; NULL for a thread without a G. */
#ifdef __x86_64__
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

static inline struct g *getg(void)
{
    struct g *gp = runningg();
    return __builtin_expect(gp != NULL, 1) ? gp : newg();
}

/* The Gs, for who lists them: takes allglock, and returns the first of the list by next_all. Until
 * allgs_unlock() no G is made or grown, and none is given to another thread or registered as one's;
 * a goroutine may end meanwhile, and its G be another goroutine's. None is ever freed. */
struct g *allgs_lock(void);
void allgs_unlock(void);

/* Registers the handlers by which fork() takes allglock, if that has not been done yet. Code that
 * has handlers of its own, for a lock that comes before allglock, calls this before it registers
 * them. */
void allgs_init(void);

/* Room for a select of n cases, and somewhat more: gp->sudogs and gp->orders. Only the first select
 * of so many takes memory. Ends the process where there is none, as Go does. */
void select_grow(struct g *gp, uint32_t n);

/* The sudog of a plain blocking operation: no allocation, it lives in the G. A thread parks in one
 * operation at a time, so one is enough; what it is released to is the G itself. */
static inline struct sudog *acquireSudog(struct g *gp)
{
    return &gp->sudog;
}

static inline void releaseSudog(struct sudog *sg)
{
    store_rel(&sg->c, NULL); /* as struct wait has it */
}

/* A random number below n, good enough to be fair: the high half of xorshift64* (Vigna 2016). */
static inline uint32_t cheaprandn(struct g *gp, uint32_t n)
{
    gp->rand ^= gp->rand >> 12;
    gp->rand ^= gp->rand << 25;
    gp->rand ^= gp->rand >> 27;
    return (uint32_t)((gp->rand * UINT64_C(0x2545f4914f6cdd1d) >> 32) * n >> 32);
}

/* Counts an outcome. A plain increment by the only writer, made atomic for readers of the sums: no
 * order is needed, since a count publishes nothing. */
static inline void outcome_add(struct g *gp, enum hchan_outcome outcome, uint64_t n)
{
    store_rlx(&gp->outcomes[outcome], load_rlx(&gp->outcomes[outcome]) + n);
}

#endif
