/* What the engine tells AddressSanitizer: which memory is nobody's, and that stacks are switched.
 * Nothing, without it. */
#ifndef CORE_TESTS_EXPLORE_SANITIZER_H
#define CORE_TESTS_EXPLORE_SANITIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#if defined(__has_feature)
#define SANITIZER_CLANG(feature) __has_feature(feature)
#else
#define SANITIZER_CLANG(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || SANITIZER_CLANG(address_sanitizer)
#define EXPLORE_ASAN 1
#else
#define EXPLORE_ASAN 0
#endif

/* ThreadSanitizer takes fibers that share memory for one thread that races with nobody, and its
 * shadow makes each access slow: nothing is to be had there. */
#if defined(__SANITIZE_THREAD__) || SANITIZER_CLANG(thread_sanitizer)
#define EXPLORE_TSAN 1
#else
#define EXPLORE_TSAN 0
#endif

/* For a test's main(), which then returns 77. */
static inline bool skipped_by_tsan(void)
{
    if (EXPLORE_TSAN)
        puts("skipped: fibers of one thread have no races for ThreadSanitizer to see");
    return EXPLORE_TSAN;
}

#if EXPLORE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

static inline void sanitizer_poison(const void *p, size_t size)
{
    __asan_poison_memory_region(p, size);
}

static inline void sanitizer_unpoison(const void *p, size_t size)
{
    __asan_unpoison_memory_region(p, size);
}

/* Before a jump to the stack [bottom, bottom + size). The caller's fake stack, where its frames are
 * kept to be recognized after they returned, is put into *fake. */
static inline void sanitizer_leaves(void **fake, const void *bottom, size_t size)
{
    __sanitizer_start_switch_fiber(fake, bottom, size);
}

/* After a jump, with what sanitizer_leaves() kept for this fiber, or NULL where it begins. Where it
 * came from is written to *bottom and *size. */
static inline void sanitizer_arrives(void *fake, const void **bottom, size_t *size)
{
    __sanitizer_finish_switch_fiber(fake, bottom, size);
}

static inline void sanitizer_at_death(void (*fn)(void))
{
    __sanitizer_set_death_callback(fn);
}
#else
static inline void sanitizer_poison(const void *p, size_t size)
{
    (void)p;
    (void)size;
}

static inline void sanitizer_unpoison(const void *p, size_t size)
{
    (void)p;
    (void)size;
}

static inline void sanitizer_leaves(void **fake, const void *bottom, size_t size)
{
    (void)fake;
    (void)bottom;
    (void)size;
}

static inline void sanitizer_arrives(void *fake, const void **bottom, size_t *size)
{
    (void)fake;
    (void)bottom;
    (void)size;
}

static inline void sanitizer_at_death(void (*fn)(void))
{
    (void)fn;
}
#endif

#endif
