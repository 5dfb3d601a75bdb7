/* The heap of explored code (memory.h): an arena, which this file owns, and from which each
 * schedule allocates in the same order. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/explore/memory.h"
#include "core/tests/explore/sanitizer.h"
#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { ARENA = 1 << 20, BORDER = 32 /* between two blocks: at least this much is poisoned */ };

static alignas(64) unsigned char arena[ARENA];
static size_t kept, used;

/* What free() must know, in the border below its block. */
struct header {
    size_t size;
};

void *explore_alloc(size_t align, size_t size)
{
    static bool begun;
    if (!begun)
        sanitizer_poison(arena, ARENA);
    begun = true;
    size_t at = (used + BORDER + align - 1) / align * align;
    if (size > ARENA || at + size > ARENA) {
        errno = ENOMEM;
        return NULL;
    }
    used = at + size;
    struct header *header = (struct header *)(arena + at) - 1;
    sanitizer_unpoison(header, sizeof(*header));
    header->size = size;
    sanitizer_poison(header, sizeof(*header));
    sanitizer_unpoison(arena + at, size);
    return arena + at;
}

void *explore_alloc_zeroed(size_t n, size_t size)
{
    if (size > 0 && n > ARENA / size) {
        errno = ENOMEM;
        return NULL;
    }
    void *p = explore_alloc(EXPLORE_ALIGN, n * size);
    if (p)
        memset(p, 0, n * size);
    return p;
}

void explore_free(void *p)
{
    if (!p)
        return;
    struct header *header = (struct header *)p - 1;
    sanitizer_unpoison(header, sizeof(*header));
    size_t size = header->size;
    sanitizer_poison(header, sizeof(*header) + size);
}

void explore_memory_keep(void)
{
    kept = used;
}

void explore_memory_reset(void)
{
    sanitizer_poison(arena + kept, used - kept);
    used = kept;
}
