/* Small cases that the engine's tests explore: fibers that count and log their accesses to a
 * word. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_EXPLORE_TESTS_CASES_H
#define CORE_TESTS_EXPLORE_TESTS_CASES_H

#include "core/tests/explore/explore.h"
#include "core/tests/support.h"

static struct explore_result result;

/* What the cases below share. */
static struct {
    _Atomic uint32_t word, other;
    unsigned accesses; /* of each fiber */
    uint32_t blocked;
    char log[256]; /* one letter for each access */
    unsigned logged;
} shared;

static inline void begin(void *arg)
{
    (void)arg;
    store_rlx(&shared.word, 0);
    store_rlx(&shared.other, 0);
    shared.logged = 0;
    memset(shared.log, 0, sizeof(shared.log));
}

static inline const char *all_end(void *arg, uint32_t blocked)
{
    (void)arg;
    shared.blocked = blocked;
    return blocked ? "blocked" : NULL;
}

static inline struct explore_case a_case(unsigned fibers, void (*body)(void *, unsigned))
{
    return (struct explore_case){.name = "(a test)",
                                 .fibers = fibers,
                                 .begin = begin,
                                 .body = body,
                                 .end = all_end,
                                 .quiet = true};
}

static inline void accesses(void *arg, unsigned fiber)
{
    (void)arg;
    for (unsigned i = 0; i < shared.accesses; i++) {
        fadd_rlx(&shared.word, 1);
        shared.log[shared.logged++] = (char)('a' + fiber);
    }
}

#endif
