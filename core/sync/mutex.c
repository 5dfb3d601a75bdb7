/* A mutex that parks: hchan_mutex. After Go's sync.Mutex (internal/sync/mutex.go) in what it
 * promises, and in how it looks after WebKit's WTF::WordLock, whose queue is guarded by a bit of
 * the lock's word. The state is the mutex:
 *
 *     LOCKED   somebody holds it
 *     QUEUE    somebody changes the queue. Only while LOCKED: a locker sets it to queue itself, and
 *              the holder to take out the first. Nobody else changes the word meanwhile
 *     WAITING  the queue is not empty
 *     WOKEN    a waiter was woken, and has neither got the mutex nor queued itself again; as long
 *              as it has not, an unlock wakes nobody else
 *
 * An unlock's last access to the mutex is the one that clears LOCKED, or that hands it over, so the
 * next holder may free the mutex. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/base/throw.h"
#include "core/sync/waiter.h"

enum { LOCKED = 1, QUEUE = 2, WAITING = 4, WOKEN = 8 };

/* For how long a thread spins before it parks: Go's active_spin and active_spin_cnt. A goroutine
 * does not: its P has something better to do, and its park is cheap. */
enum { SPINS = 4, SPIN_PAUSES = 30 };

/* How long the first in line waits until it is handed the mutex: Go's starvationThresholdNs. */
enum { STARVES_NS = REACHABLE(1000000, 1) };

/* Queues w, in front if it was there before; `word` is the mutex's, to which the caller has added
 * QUEUE. `mine`: WOKEN if w was woken. */
static void join_queue(struct hchan_mutex *m, struct hchan_waiter *w, uint32_t word, uint32_t mine,
                       const void *callerpc)
{
    waiter_begin(w, WAIT_MUTEX, callerpc);
    if (mine) {
        waiters_prepend(&m->waiters_, w);
    } else {
        w->since = nanotime();
        waiters_append(&m->waiters_, w);
    }
    /* Release: pairs with the swap by which the next one gets QUEUE. */
    store_rel(&m->word_, (word & ~mine) | WAITING);
}

static __attribute__((noinline)) void lock_slow(struct hchan_mutex *m, const void *callerpc)
{
    struct hchan_waiter w = {.g = getg()};
    uint32_t mine = 0, turns = 0;
    unsigned spins = w.g->goroutine ? SPINS : 0;
    uint32_t word = load_rlx(&m->word_); /* a guess: a swap decides, here and below */
    for (;;) {
        if (!(word & LOCKED)) {
            /* Acquire: pairs with the releases of an unlock. */
            if (cas_acq(&m->word_, &word, (word & ~mine) | LOCKED))
                return;
        } else if (spins < SPIN_BUDGET(SPINS)) {
            spins++;
            procyield(SPIN_PAUSES);
            word = load_rlx(&m->word_); /* as above */
        } else if (word & QUEUE) {
            waiter_spin(&turns);
            word = load_rlx(&m->word_); /* as above */
        } else if (cas_acq(&m->word_, &word,
                           word | QUEUE)) { /* pairs with join_queue() and wake() */
            join_queue(m, &w, word, mine, callerpc);
            waiter_park(&w);
            if (w.owns)
                return;
            mine = WOKEN;
            word = load_rlx(&m->word_); /* as above */
        }
    }
}

static inline void lock(struct hchan_mutex *m, const void *callerpc)
{
    uint32_t word = 0;
    if (!cas_acq(&m->word_, &word, LOCKED)) /* acquire: pairs with the releases of an unlock */
        lock_slow(m, callerpc);
}

void mutex_lock_from(struct hchan_mutex *m, const void *callerpc)
{
    lock(m, callerpc);
    raceacquire(m);
}

void mutex_lock_unordered(struct hchan_mutex *m)
{
    lock(m, __builtin_return_address(0));
}

void hchan_mutex_lock(struct hchan_mutex *m)
{
    must_have(m, "hchan_mutex_lock", "the mutex is NULL");
    mutex_lock_from(m, __builtin_return_address(0));
}

bool hchan_mutex_trylock(struct hchan_mutex *m)
{
    must_have(m, "hchan_mutex_trylock", "the mutex is NULL");
    uint32_t word = load_rlx(&m->word_); /* a guess: the swap decides */
    while (!(word & LOCKED))
        if (cas_acq(&m->word_, &word, word | LOCKED)) { /* acquire, as in a lock */
            raceacquire(m);
            return true;
        }
    return false;
}

/* The caller holds the mutex and QUEUE, and lets go of both. */
static void wake(struct hchan_mutex *m)
{
    struct hchan_waiter *w = waiters_take(&m->waiters_);
    struct g *gp = w->g;
    w->owns = nanotime() - w->since >= STARVES_NS;
    uint32_t rest = m->waiters_.first_ ? WAITING : 0;
    /* Release: what was done under the mutex, and the queue. The last access to the mutex. */
    store_rel(&m->word_, rest | (w->owns ? LOCKED : WOKEN));
    waiter_ready(gp);
}

static __attribute__((noinline)) void unlock_slow(struct hchan_mutex *m, uint32_t word)
{
    for (uint32_t turns = 0;;) {
        if (!(word & LOCKED))
            gothrow("sync: unlock of unlocked mutex");
        if (word & QUEUE) {
            waiter_spin(&turns);
            word = load_rlx(&m->word_); /* a guess: a swap decides */
        } else if (!(word & WAITING) || word & WOKEN) {
            if (cas_rel(&m->word_, &word, word & ~LOCKED)) /* pairs with a lock */
                return;
        } else if (cas_acq(&m->word_, &word,
                           word | QUEUE)) { /* pairs with join_queue() and wake() */
            wake(m);
            return;
        }
    }
}

void mutex_unlock_unordered(struct hchan_mutex *m)
{
    uint32_t word = LOCKED;
    if (!cas_rel(&m->word_, &word, 0)) /* release: pairs with a lock. The last access */
        unlock_slow(m, word);
}

void hchan_mutex_unlock(struct hchan_mutex *m)
{
    must_have(m, "hchan_mutex_unlock", "the mutex is NULL");
    racerelease(m);
    mutex_unlock_unordered(m);
}
