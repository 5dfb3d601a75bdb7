/* The annotations of the engine for AddressSanitizer: which memory is unused, and that stacks are
 * switched. Empty without it. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_EXPLORE_SANITIZER_H
#define CORE_TESTS_EXPLORE_SANITIZER_H

#include <stddef.h>

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

/* Called before a jump to the stack [bottom, bottom + size). Stores the caller's fake stack, which
 * holds its frames so that they are recognized after they returned, in *fake. */
static inline void sanitizer_leaves(void **fake, const void *bottom, size_t size)
{
    __sanitizer_start_switch_fiber(fake, bottom, size);
}

/* Called after a jump, with what sanitizer_leaves() stored for this fiber, or NULL when it begins.
 * Stores the stack that it came from in *bottom and *size. */
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
