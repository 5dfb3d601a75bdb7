/* What sanitizers and valgrind must know about stacks that are switched in user space. Without them
 * these functions do nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_FIBER_H
#define CORE_BASE_FIBER_H

#include "core/base/race.h"
#include <stddef.h>

#if defined(__has_feature)
#define FIBER_CLANG(feature) __has_feature(feature)
#else
#define FIBER_CLANG(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || FIBER_CLANG(address_sanitizer)
#define FIBER_ASAN 1
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#define FIBER_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__) || FIBER_CLANG(thread_sanitizer) || defined(HCHAN_RACE)
#define FIBER_TSAN 1
#include <sanitizer/tsan_interface.h>
#else
#define FIBER_TSAN 0
#endif

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define FIBER_VALGRIND 1
#endif
#endif
#ifndef FIBER_VALGRIND
#define FIBER_VALGRIND 0
#endif

/* A stack and what runs on it. */
struct fiber {
    const void *bottom; /* its lowest address */
    size_t size;
    void *fake; /* where AddressSanitizer keeps its frames, to recognize them after they returned */
    void *tsan; /* ThreadSanitizer's idea of a thread */
    unsigned valgrind; /* valgrind's number of the stack */
};

/* A fiber on the stack of `size` bytes from `bottom`, which has not run yet. */
static inline void fiber_begin(struct fiber *f, const void *bottom, size_t size)
{
    *f = (struct fiber){.bottom = bottom, .size = size};
#if FIBER_TSAN && !defined(HCHAN_RACE)
    f->tsan = __tsan_create_fiber(0);
#endif
#if FIBER_VALGRIND
    f->valgrind = VALGRIND_STACK_REGISTER(bottom, (const char *)bottom + size);
#endif
}

/* Something else begins on the fiber's stack: what ran on it has ended. */
static inline void fiber_reuse(struct fiber *f)
{
    f->fake = NULL;
#if FIBER_ASAN
    __asan_unpoison_memory_region(f->bottom, f->size); /* frames that never returned */
#endif
}

/* The fiber never runs again, and its stack is memory like any other. */
static inline void fiber_end(struct fiber *f)
{
#if FIBER_TSAN && !defined(HCHAN_RACE)
    __tsan_destroy_fiber(f->tsan);
#endif
#if FIBER_ASAN
    __asan_unpoison_memory_region(f->bottom, f->size); /* frames that never returned */
#endif
#if FIBER_VALGRIND
    VALGRIND_STACK_DEREGISTER(f->valgrind);
#endif
    (void)f;
}

/* In the race build each goroutine is a fiber of its own, even where a stack is used again: what
 * its maker has done comes before it, and what earlier goroutines did there does not. The maker,
 * which calls, reads `copy` bytes at arg; callerpc is where it goes on. */
static inline void racegostart(struct fiber *f, const void *arg, size_t copy, const void *callerpc)
{
#ifdef HCHAN_RACE
    racemalloc(f->bottom, f->size);
    raceenter(callerpc);
    if (copy)
        raceread(arg, copy);
    f->tsan = __tsan_create_fiber(0);
    raceleave();
#endif
    (void)f;
    (void)arg;
    (void)copy;
    (void)callerpc;
}

/* By another fiber, when the goroutine has ended. */
static inline void racegoend(struct fiber *f)
{
#ifdef HCHAN_RACE
    __tsan_destroy_fiber(f->tsan);
    racefree(f->bottom, f->size);
#endif
    (void)f;
}

/* A fiber for the thread's own stack, on which the caller runs. */
static inline void fiber_adopt(struct fiber *f)
{
    *f = (struct fiber){0};
#if FIBER_TSAN
    f->tsan = __tsan_get_current_fiber();
#endif
}

/* Right before a jump. `for_good`: `from` never runs again. */
static inline void fiber_leave(struct fiber *from, struct fiber *to, int for_good)
{
#if FIBER_ASAN
    __sanitizer_start_switch_fiber(for_good ? NULL : &from->fake, to->bottom, to->size);
#endif
#if FIBER_TSAN
    __tsan_switch_to_fiber(to->tsan, raceenabled ? __tsan_switch_to_fiber_no_sync : 0);
#endif
    (void)from;
    (void)to;
    (void)for_good;
}

/* Right after a jump, by the fiber that arrives. `from` may be a thread's own stack, whose bounds
 * are known only from here on. */
static inline void fiber_arrive(struct fiber *self, struct fiber *from)
{
#if FIBER_ASAN
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(self->fake, &bottom, &size);
    if (!from->bottom) {
        from->bottom = bottom;
        from->size = size;
    }
#endif
    (void)self;
    (void)from;
}

#endif
