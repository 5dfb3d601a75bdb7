/* Included before everything else when core/ and variants/ are compiled to be explored. Each atomic
 * access asks the engine (explore.h) which fiber runs next, and then happens as a plain read or
 * write, since all parties are fibers of one thread. core/base/atomic.h's wrappers are built from
 * the five operations below, so a new wrapper is explored without a change here.
 *
 * What is explored is therefore sequentially consistent, as the models are. ThreadSanitizer checks
 * whether the orders in the wrappers' names suffice for plain accesses. For words that are read
 * without the lock the argument stands beside them, and nothing checks it. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_EXPLORE_SHIM_H
#define CORE_TESTS_EXPLORE_SHIM_H

#include "core/base/atomic.h"
#include "core/tests/explore/memory.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The engine's state that an access reads. */
struct explore_hot {
    uint32_t step;        /* how many times the schedule could have gone another way */
    uint32_t quiet_until; /* the next step at which the engine wants to be called */
    uint32_t self;        /* the bit of the fiber that runs */
    uint32_t spinning;    /* fibers that wait until another one changes memory */
    uint32_t dirty;       /* fibers since whose last spin_wait() another one has changed memory */
    bool tracing;
    uintptr_t own; /* memory that only the running fiber uses: no access to it is worth a switch */
    size_t own_size;
};
extern struct explore_hot explore_hot;

/* Where an access is in the source, for the reader of a replay: what it does, and the function. */
#define EXPLORE_SITE(operation, p) operation " " #p, __func__

/* Called when step explore_hot.step has come, at which another fiber may run. */
void explore_choose(const void *at);
/* Called when memory has changed and a fiber spins until it does. */
void explore_stir(void);
void explore_trace(const char *what, const char *where, uint64_t before, uint64_t after);
void explore_spin(void);
/* A number below `below`, by choice: each is tried. */
uint32_t explore_draw(uint32_t below);
void explore_forever(void);

static inline void explore_point(const void *at)
{
    if (__builtin_expect(++explore_hot.step >= explore_hot.quiet_until, 0))
        explore_choose(at);
}

/* The value at the address, by its size. */
typedef uint8_t __attribute__((may_alias)) explore_u8;
typedef uint16_t __attribute__((may_alias)) explore_u16;
typedef uint32_t __attribute__((may_alias)) explore_u32;
typedef uint64_t __attribute__((may_alias)) explore_u64;

static inline uint64_t explore_get(const void *at, size_t size)
{
    switch (size) {
    case 1:
        return *(const explore_u8 *)at;
    case 2:
        return *(const explore_u16 *)at;
    case 4:
        return *(const explore_u32 *)at;
    default:
        return *(const explore_u64 *)at;
    }
}

static inline void explore_put(void *at, size_t size, uint64_t value)
{
    switch (size) {
    case 1:
        *(explore_u8 *)at = (uint8_t)value;
        break;
    case 2:
        *(explore_u16 *)at = (uint16_t)value;
        break;
    case 4:
        *(explore_u32 *)at = (uint32_t)value;
        break;
    default:
        *(explore_u64 *)at = value;
    }
}

/* The access itself: after the point, a write notifies the spinning fibers. */
static inline void explore_write(void *at, size_t size, uint64_t before, uint64_t after,
                                 const char *what, const char *where)
{
    explore_put(at, size, after);
    after = explore_get(at, size);
    if (before != after && (uintptr_t)at - explore_hot.own >= explore_hot.own_size) {
        explore_hot.dirty |= ~explore_hot.self;
        if (explore_hot.spinning)
            explore_stir();
    }
    if (__builtin_expect(explore_hot.tracing, 0))
        explore_trace(what, where, before, after);
}

static inline uint64_t explore_load(const void *at, size_t size, const char *what,
                                    const char *where)
{
    explore_point(at);
    uint64_t value = explore_get(at, size);
    if (__builtin_expect(explore_hot.tracing, 0))
        explore_trace(what, where, value, value);
    return value;
}

static inline uint64_t explore_exchange(void *at, size_t size, uint64_t value, const char *what,
                                        const char *where)
{
    explore_point(at);
    uint64_t before = explore_get(at, size);
    explore_write(at, size, before, value, what, where);
    return before;
}

static inline uint64_t explore_add(void *at, size_t size, uint64_t value, const char *what,
                                   const char *where)
{
    explore_point(at);
    uint64_t before = explore_get(at, size);
    explore_write(at, size, before, before + value, what, where);
    return before;
}

static inline bool explore_cas(void *at, size_t size, void *expected, uint64_t value,
                               const char *what, const char *where)
{
    explore_point(at);
    uint64_t before = explore_get(at, size);
    bool equal = before == explore_get(expected, size);
    if (!equal)
        explore_put(expected, size, before);
    explore_write(at, size, before, equal ? value : before, what, where);
    return equal;
}

/* In braces, so that a result may be dropped; without variables, since arguments may contain
 * accesses. */
#define EXPLORE_AS(p, value) ({ (__typeof__((void)0, *(p)))(value); })
#define EXPLORE_PLAIN(p)     ((void *)(uintptr_t)(p))

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_exchange_explicit
#undef atomic_fetch_add_explicit
#undef atomic_compare_exchange_strong_explicit

#define atomic_load_explicit(p, order) \
    EXPLORE_AS(p, explore_load(EXPLORE_PLAIN(p), sizeof(*(p)), EXPLORE_SITE("load", p)))
#define atomic_store_explicit(p, v, order)                                 \
    ((void)explore_exchange(EXPLORE_PLAIN(p), sizeof(*(p)), (uint64_t)(v), \
                            EXPLORE_SITE("store", p)))
#define atomic_exchange_explicit(p, v, order)                                     \
    EXPLORE_AS(p, explore_exchange(EXPLORE_PLAIN(p), sizeof(*(p)), (uint64_t)(v), \
                                   EXPLORE_SITE("xchg", p)))
#define atomic_fetch_add_explicit(p, v, order) \
    EXPLORE_AS(p,                              \
               explore_add(EXPLORE_PLAIN(p), sizeof(*(p)), (uint64_t)(v), EXPLORE_SITE("add", p)))
#define atomic_compare_exchange_strong_explicit(p, expected, v, order, failure)         \
    explore_cas(EXPLORE_PLAIN(p), sizeof(*(p)), EXPLORE_PLAIN(expected), (uint64_t)(v), \
                EXPLORE_SITE("cas", p))

/* A bounded spin only delays its end; an unbounded one ends when another fiber writes. */
#undef SPIN_BUDGET
#define SPIN_BUDGET(turns) 1
#undef REACHABLE
#define REACHABLE(usual, small) (small)
#define procyield(n)            ((void)(n))
#define spin_wait(n)            ((void)(n), explore_spin())
#define pause()                 explore_forever()

/* Randomness is one more choice, the coarse clock stands still, and a goroutine is resumed once for
 * each time that it has left its stack (proc.c). No trace runs: that word is not a choice. */
#include "core/g/g.h"
#include "core/g/trace.h"
void *explore_switch(struct context *from, struct context *to, void *data);
#define context_switch(from, to, data) explore_switch(from, to, data)
#define cheaprandn(gp, n)              ((void)(gp), explore_draw(n))
#define trace_step(gp, from, to, c)    ((void)(gp), (void)(c))
#define clock_gettime(clock, now)      ((void)(*(now) = (struct timespec){0}))

/* Channels have the same addresses in each schedule, and are gone after it (memory.h). */
#define malloc(size)               explore_alloc(EXPLORE_ALIGN, (size))
#define calloc(n, size)            explore_alloc_zeroed((n), (size))
#define aligned_alloc(align, size) explore_alloc((align), (size))
#define free(p)                    explore_free(p)

#endif
