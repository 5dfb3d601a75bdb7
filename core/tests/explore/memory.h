/* The heap of explored code. Each schedule takes its memory from the same place in the same order,
 * so that addresses, and the order of locks that follows from them, are the same in each; and
 * returns it as a whole, including that of fibers that never ended. AddressSanitizer sees blocks,
 * their borders and their ends as on the real heap. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_EXPLORE_MEMORY_H
#define CORE_TESTS_EXPLORE_MEMORY_H

#include <stddef.h>

enum { EXPLORE_ALIGN = 16 };

/* NULL with errno ENOMEM if the arena is full. */
void *explore_alloc(size_t align, size_t size);
void *explore_alloc_zeroed(size_t n, size_t size);
/* The memory is not used again before the next schedule. */
void explore_free(void *p);

/* What is allocated so far stays; all later allocations go with explore_memory_reset(). */
void explore_memory_keep(void);
void explore_memory_reset(void);

#endif
