/* Random numbers for tests: the same in each run. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_CHECK_RANDOM_H
#define CORE_TESTS_CHECK_RANDOM_H

#include <stdint.h>

/* A number below `below`; *random may be any number at first. */
static inline uint64_t random_below(uint64_t *random, uint64_t below)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (*random >> 33) % below;
}

#endif
