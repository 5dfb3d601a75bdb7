/* The kernel's futex (futex(2)), private to the process, and what else is asked of the kernel about
 * time and the CPU. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_FUTEX_H
#define CORE_BASE_FUTEX_H

#include "core/base/atomic.h"
#include <stdint.h>

/* A time on CLOCK_MONOTONIC, in nanoseconds, that never comes. */
#define FUTEX_FOREVER INT64_MAX

enum futex_end {
    FUTEX_RETRY,    /* the word differed, or a signal came */
    FUTEX_WOKEN,    /* the caller slept and was woken */
    FUTEX_TIMEDOUT, /* the caller slept until the deadline */
};

/* Sleeps while *word is `expected`, until `deadline` (nanoseconds on CLOCK_MONOTONIC) at the
 * latest. Returns after a wake, if the word differs, on a signal, or for no reason at all; the
 * caller must check the word again. If the deadline has passed, returns FUTEX_TIMEDOUT or
 * FUTEX_RETRY. */
enum futex_end futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline);

/* Wakes at most `count` sleepers, and returns how many it has woken. The word's memory may be
 * unmapped already: only its address is used. A wake that reaches no thread, or one that sleeps on
 * another word which has this address by now, does no harm, since that thread checks its word
 * again. */
uint32_t futex_wake(_Atomic uint32_t *word, uint32_t count);

/* Gives the CPU to another thread that waits for it (Go's osyield). */
void osyield(void);

/* Now, on CLOCK_MONOTONIC, in nanoseconds (Go's nanotime). */
int64_t nanotime(void);

#endif
