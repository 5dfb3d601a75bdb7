/* Copies in the race build that a compiler makes without being asked, of large structures: the
 * build renames its calls of memcpy() and memset() to these (objcopy, in
 * scripts/cmake/library.cmake), since no macro of core/base/race_calls.h can. In any other build
 * this file is empty. It has no state. */
/* SPDX-License-Identifier: MIT */
#include "core/base/race.h"

#ifdef HCHAN_RACE
#include "core/base/race_calls.h"

void *race_memcpy(void *to, const void *from, size_t size);
void *race_memset(void *to, int byte, size_t size);

void *race_memcpy(void *to, const void *from, size_t size)
{
    return race_copy(to, from, size);
}

void *race_memset(void *to, int byte, size_t size)
{
    return race_fill(to, byte, size);
}

#endif
