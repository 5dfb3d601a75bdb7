/* Waiting until a counter is 0: hchan_waitgroup, after Go's sync.WaitGroup. The state is the group.
 * The high half of its word is the counter, and of the low half two bits are used:
 *
 *     QUEUE    somebody changes the queue: one that waits, to join it, or the one that has brought
 *              the counter to 0, to empty it
 *     WAITING  the queue is not empty
 *
 * Whoever takes the counter to 0 and finds neither bit does not touch the group again. Otherwise
 * its last access clears both bits; and a wait that finds the counter at 0 does not return before
 * that. So the group may be freed after a wait. */
/* SPDX-License-Identifier: MIT */
#include "core/base/throw.h"
#include "core/g/panic.h"
#include "core/sync/waiter.h"

enum { QUEUE = 1, WAITING = 2, COUNTER_SHIFT = 32 };

static int32_t counter_of(uint64_t word)
{
    return (int32_t)(uint32_t)(word >> COUNTER_SHIFT);
}

/* The counter is 0, or was: all that wait go on. */
static __attribute__((noinline)) void wake_all(struct hchan_waitgroup *wg)
{
    uint32_t turns = 0;
    uint64_t word = load_rlx(&wg->word_); /* a guess: the swap decides */
    /* Acquire: pairs with the end of QUEUE in join_queue() and below. */
    while (word & QUEUE || !cas_acq(&wg->word_, &word, word | QUEUE))
        if (word & QUEUE) {
            waiter_spin(&turns);
            word = load_rlx(&wg->word_); /* as above */
        }
    struct hchan_waiter *w = wg->waiters_.first_;
    wg->waiters_ = (struct hchan_waiters){NULL, NULL};
    /* Release: pairs with a wait that finds neither bit. The last access to the group. */
    fadd_acqrel(&wg->word_, -(uint64_t)(w ? QUEUE | WAITING : QUEUE));
    while (w) {
        struct hchan_waiter *next = w->next; /* before its G may go on */
        waiter_ready(w->g);
        w = next;
    }
}

static inline void add(struct hchan_waitgroup *wg, int delta)
{
    uint64_t plus = (uint64_t)(uint32_t)delta << COUNTER_SHIFT;
    if (raceenabled && delta < 0)
        racereleasemerge(wg);
    /* Release: pairs with a wait. Acquire: the one that wakes passes on what all others did. */
    uint64_t before = fadd_acqrel(&wg->word_, plus);
    int32_t counter = counter_of(before + plus);
    if (raceenabled && delta > 0 && counter == delta)
        raceread(&wg->waiters_, 1); /* races with the first wait, unless ordered: as in Go */
    if (counter < 0)
        gopanic("sync: negative WaitGroup counter");
    if (delta > 0 && counter == delta && before & WAITING)
        gopanic("sync: WaitGroup misuse: Add called concurrently with Wait");
    if (delta < 0 && counter == 0 && before & (QUEUE | WAITING))
        wake_all(wg);
}

void hchan_waitgroup_add(struct hchan_waitgroup *wg, int delta)
{
    must_have(wg, "hchan_waitgroup_add", "the group is NULL");
    add(wg, delta);
}

void hchan_waitgroup_done(struct hchan_waitgroup *wg)
{
    must_have(wg, "hchan_waitgroup_done", "the group is NULL");
    add(wg, -1);
}

/* Takes QUEUE and returns true; or returns false once the counter is 0 and nobody uses the
 * group. */
static bool begin_wait(struct hchan_waitgroup *wg, uint64_t *word)
{
    uint32_t turns = 0;
    *word = load_acq(&wg->word_); /* pairs with the last done */
    for (;;) {
        bool zero = counter_of(*word) == 0;
        if (zero && !(*word & (QUEUE | WAITING)))
            return false;
        if (zero || *word & QUEUE) {
            waiter_spin(&turns);
            *word = load_acq(&wg->word_);                          /* as above */
        } else if (cas_acq_acq(&wg->word_, word, *word | QUEUE)) { /* as above, or if it fails */
            return true;
        }
    }
}

static __attribute__((noinline)) void wait_slow(struct hchan_waitgroup *wg, const void *callerpc)
{
    struct hchan_waiter w = {.g = getg()};
    uint64_t word;
    if (!begin_wait(wg, &word))
        return;
    if (raceenabled && !(word & WAITING))
        racewrite(&wg->waiters_, 1); /* as in add */
    waiter_begin(&w, WAIT_WAITGROUP, callerpc);
    waiters_append(&wg->waiters_, &w);
    /* Release: pairs with the swap by which the next one gets QUEUE. WAITING changes with it only.
     */
    fadd_acqrel(&wg->word_, (uint64_t)(word & WAITING ? 0 : WAITING) - QUEUE);
    waiter_park(&w);
}

void waitgroup_wait_from(struct hchan_waitgroup *wg, const void *callerpc)
{
    uint64_t word = load_acq(&wg->word_); /* pairs with the last done */
    if (counter_of(word) != 0 || word & (QUEUE | WAITING))
        wait_slow(wg, callerpc);
    raceacquire(wg);
}

void hchan_waitgroup_wait(struct hchan_waitgroup *wg)
{
    must_have(wg, "hchan_waitgroup_wait", "the group is NULL");
    waitgroup_wait_from(wg, __builtin_return_address(0));
}
