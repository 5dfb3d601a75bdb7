/* The kernel's futex (futex(2)), private to the process. */
#ifndef CORE_BASE_FUTEX_H
#define CORE_BASE_FUTEX_H

#include "core/base/atomic.h"
#include <stdint.h>

/* A time on CLOCK_MONOTONIC, in nanoseconds, that never comes. */
#define FUTEX_FOREVER INT64_MAX

enum futex_end {
    FUTEX_RETRY,    /* the word differed, or a signal came */
    FUTEX_WOKEN,    /* it slept and was woken */
    FUTEX_TIMEDOUT, /* it slept until the deadline */
};

/* Sleeps while *word is `expected`, until `deadline` (nanoseconds on CLOCK_MONOTONIC) at the
 * latest. Returns after a wake, where the word differs, on a signal, or for no reason at all: the
 * caller looks at the word again. A deadline that has passed is FUTEX_TIMEDOUT or FUTEX_RETRY. */
enum futex_end futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline);

/* Wakes at most `count` sleepers. The word's memory may be gone already: the address alone is used,
 * and a wake that hits nothing, or a stranger, is harmless because of the rule above. Returns how
 * many were asleep and are woken now. */
uint32_t futex_wake(_Atomic uint32_t *word, uint32_t count);

/* Gives the PU to another thread that waits for it (Go's osyield). */
void osyield(void);

/* Now, on CLOCK_MONOTONIC, in nanoseconds (Go's nanotime). */
int64_t nanotime(void);

#endif
