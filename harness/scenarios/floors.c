/* The floors: what the machine costs before a channel is involved. They are scenarios without a
 * variant, in the table `floors` at the end, and use the words of struct bench; the only state of
 * their own is the second stack of floor-switch. */
/* SPDX-License-Identifier: MIT */
#include "harness/scenarios/floors.h"
#include "core/base/context.h"
#include "core/base/fcontext.h"
#include "core/base/fiber.h"
#include "core/base/futex.h"
#include "harness/base/clock.h"
#include <string.h>

/* Keeps the compiler from dropping a loop or what it computes. */
static inline void keep(const void *p)
{
    __asm__ volatile("" : : "r"(p) : "memory");
}

static void empty_lead(struct worker *w, uint64_t ops)
{
    for (uint64_t i = 0; i < ops; i++)
        keep(w);
}

static const struct scenario floor_empty = {
    .name = "floor-empty",
    .summary = "an empty loop: what the harness adds to each operation",
    .op = "iteration",
    .threads = {1, 1, 1},
    .lead = empty_lead,
};

static void timer_lead(struct worker *w, uint64_t ops)
{
    (void)w;
    for (uint64_t i = 0; i < ops; i++) {
        uint64_t now = clock_ns();
        keep(&now);
    }
}

static const struct scenario floor_timer = {
    .name = "floor-timer",
    .summary = "one reading of the clock",
    .op = "look",
    .threads = {1, 1, 1},
    .lead = timer_lead,
};

/* About what an uncontended lock costs: one compare-and-swap and one store, on a line that this
 * core owns. Acquire and release, as a lock's are. */
static void atomic_lead(struct worker *w, uint64_t ops)
{
    _Atomic uint32_t *word = &w->bench->round;
    for (uint64_t i = 0; i < ops; i++) {
        uint32_t expected = 0;
        cas_acq(word, &expected, 1); /* as a lock's acquire; pairs with the store below */
        store_rel(word, 0);          /* as a lock's release */
    }
}

static const struct scenario floor_atomic = {
    .name = "floor-atomic",
    .summary = "uncontended compare-and-swap and store on one word",
    .op = "compare-and-swap and store",
    .threads = {1, 1, 1},
    .lead = atomic_lead,
};

/* Copies as core/chan/elem.h does: the compiler does not know the size. */
static void memcpy_lead(struct worker *w, uint64_t ops)
{
    size_t size = w->bench->params.elem;
    unsigned char *to = w->elem + (size + 63) / 64 * 64;
    for (uint64_t i = 0; i < ops; i++) {
        memcpy(to, w->elem, size);
        keep(to);
    }
}

static const struct scenario floor_memcpy = {
    .name = "floor-memcpy",
    .summary = "memcpy of one element, in cache",
    .op = "copy",
    .elem = {8, 0, 65535},
    .threads = {1, 1, 1},
    .lead = memcpy_lead,
};

/* One word moves back and forth between two cores, which both spin on it; one operation is one way.
 * Each side's store_rel pairs with the other side's load_acq, so that a transfer also carries what
 * was written before it, as a channel's does. */
static void cacheline_lead(struct worker *w, uint64_t ops)
{
    _Atomic uint64_t *word = &w->bench->sent;
    uint64_t at = load_rlx(word); /* relaxed: the peer waits for our next store */
    for (uint64_t end = at + ops; at < end; at += 2) {
        store_rel(word, at + 1);         /* pairs with load_acq in serve */
        while (load_acq(word) != at + 2) /* pairs with store_rel in serve */
            ;
    }
}

static void cacheline_serve(struct worker *w)
{
    struct bench *b = w->bench;
    for (uint64_t at = 1;; at += 2) {
        uint64_t seen;
        while ((seen = load_acq(&b->sent)) != at) /* pairs with store_rel in lead, finish */
            if (seen == UINT64_MAX)
                return;
        store_rel(&b->sent, at + 1); /* pairs with load_acq in lead */
    }
}

static void cacheline_finish(struct bench *b)
{
    store_rel(&b->sent, UINT64_MAX); /* pairs with load_acq in serve */
}

static const struct scenario floor_cacheline = {
    .name = "floor-cacheline",
    .summary = "one word between two cores that spin on it",
    .op = "transfer, one way",
    .threads = {2, 2, 2},
    .places = true,
    .apart = true,
    .ops_multiple = 2,
    .lead = cacheline_lead,
    .serve = cacheline_serve,
    .finish = cacheline_finish,
};

/* Two threads wake each other through two futex words; one operation is one way: a wake, until the
 * other thread runs. Across PUs this has two modes: if each answer comes before its reader has
 * entered the kernel, no thread sleeps at all. */
static void futex_signal(_Atomic uint32_t *word, uint32_t value)
{
    store_rel(word, value); /* pairs with load_acq in futex_await */
    futex_wake(word, 1);
}

static uint32_t futex_await(_Atomic uint32_t *word)
{
    uint32_t value;
    while ((value = load_acq(word)) == 0) /* pairs with store_rel in futex_signal */
        futex_wait(word, 0, FUTEX_FOREVER);
    store_rlx(word, 0); /* relaxed: the other side writes it only after our answer */
    return value;
}

static void futex_lead(struct worker *w, uint64_t ops)
{
    for (uint64_t i = 0; i < ops; i += 2) {
        futex_signal(&w->bench->round, 1);
        futex_await(&w->bench->acked);
    }
}

static void futex_serve(struct worker *w)
{
    while (futex_await(&w->bench->round) == 1)
        futex_signal(&w->bench->acked, 1);
}

static void futex_finish(struct bench *b)
{
    futex_signal(&b->round, 2);
}

static const struct scenario floor_futex = {
    .name = "floor-futex",
    .summary = "two threads wake each other through futex words",
    .op = "wake, one way",
    .threads = {2, 2, 2},
    .places = true,
    .ops_multiple = 2,
    .lead = futex_lead,
    .serve = futex_serve,
    .finish = futex_finish,
};

/* The same, but each wake is known to have ended a sleep: it is repeated until it has, so the peer
 * is never met on its way into the kernel. The wake itself is the message; the word never changes.
 * On one PU the peer is asleep whenever we run, and floor-futex measures the same. */
static void wake_sleeper(_Atomic uint32_t *word)
{
    while (futex_wake(word, 1) == 0)
        cpu_relax();
}

static void sleep_until_woken(_Atomic uint32_t *word)
{
    while (futex_wait(word, 0, FUTEX_FOREVER) != FUTEX_WOKEN)
        ;
}

static void wake_lead(struct worker *w, uint64_t ops)
{
    for (uint64_t i = 0; i < ops; i += 2) {
        wake_sleeper(&w->bench->round);
        sleep_until_woken(&w->bench->acked);
    }
}

static void wake_serve(struct worker *w)
{
    struct bench *b = w->bench;
    for (;;) {
        sleep_until_woken(&b->round);
        if (load_acq(&b->stop)) /* pairs with store_rel in finish */
            return;
        wake_sleeper(&b->acked);
    }
}

static void wake_finish(struct bench *b)
{
    store_rel(&b->stop, 1); /* pairs with load_acq in serve */
    wake_sleeper(&b->round);
}

static const struct scenario floor_wake = {
    .name = "floor-wake",
    .summary = "two threads on two PUs wake each other, each from a sleep in the kernel",
    .op = "wake, one way",
    .threads = {2, 2, 2},
    .places = true,
    .apart = true,
    .ops_multiple = 2,
    .lead = wake_lead,
    .serve = wake_serve,
    .finish = wake_finish,
};

/* Two stacks of one thread take turns. */
struct turns {
    struct fiber here, there;
    struct context here_at, there_at;
};

enum { TURNS_STACK = 16 << 10 };
static alignas(64) unsigned char turns_stack[TURNS_STACK]; /* one window at a time, with one lead */

/* From `self`, which goes on at *from, to the other stack at *to, and back. */
static inline __attribute__((always_inline)) void take_turn(struct turns *t, struct fiber *self,
                                                            struct context *from,
                                                            struct fiber *other, struct context *to)
{
    fiber_leave(self, other, 0);
    context_switch(from, to, t);
    fiber_arrive(self, other);
}

static void switch_other(void *turns)
{
    struct turns *t = turns;
    fiber_arrive(&t->there, &t->here);
    for (;;)
        take_turn(t, &t->there, &t->there_at, &t->here, &t->here_at);
}

/* By the switch that goroutines use (core/base/context.h): the least that handing over a PU costs
 * in user space. */
static void switch_lead(struct worker *w, uint64_t ops)
{
    struct turns t;
    (void)w;
    fiber_adopt(&t.here);
    fiber_begin(&t.there, turns_stack, TURNS_STACK);
    context_make(&t.there_at, turns_stack, TURNS_STACK, switch_other);
    for (uint64_t i = 0; i < ops; i += 2)
        take_turn(&t, &t.here, &t.here_at, &t.there, &t.there_at);
    fiber_end(&t.there);
}

static const struct scenario floor_switch = {
    .name = "floor-switch",
    .summary = "two stacks of one thread switch to each other, as goroutines do",
    .op = "switch, one way",
    .threads = {1, 1, 1},
    .ops_multiple = 2,
    .lead = switch_lead,
};

/* By Boost.Context's jump, a library call, for comparison. */
static inline fcontext jump(struct fiber *self, struct fiber *other, fcontext to, void *turns)
{
    fiber_leave(self, other, 0);
    struct fcontext_transfer back = jump_fcontext(to, turns);
    fiber_arrive(self, other);
    return back.from;
}

static void jump_other(struct fcontext_transfer came)
{
    struct turns *t = came.data;
    fcontext lead = came.from;
    fiber_arrive(&t->there, &t->here);
    for (;;)
        lead = jump(&t->there, &t->here, lead, t);
}

static void jump_lead(struct worker *w, uint64_t ops)
{
    struct turns t;
    (void)w;
    fiber_adopt(&t.here);
    fiber_begin(&t.there, turns_stack, TURNS_STACK);
    fcontext other = make_fcontext(turns_stack + TURNS_STACK, TURNS_STACK, jump_other);
    for (uint64_t i = 0; i < ops; i += 2)
        other = jump(&t.here, &t.there, other, &t);
    fiber_end(&t.there);
}

static const struct scenario floor_switch_boost = {
    .name = "floor-switch-boost",
    .summary = "two stacks of one thread switch to each other, by Boost.Context",
    .op = "switch, one way",
    .threads = {1, 1, 1},
    .ops_multiple = 2,
    .lead = jump_lead,
};

const struct scenario *const floors[] = {
    &floor_empty,        &floor_timer,     &floor_atomic, &floor_memcpy, &floor_switch,
    &floor_switch_boost, &floor_cacheline, &floor_futex,  &floor_wake,   NULL,
};
