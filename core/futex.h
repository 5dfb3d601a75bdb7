/* The kernel's futex (futex(2)), private to the process. */
#ifndef CORE_FUTEX_H
#define CORE_FUTEX_H

#include "core/atomic.h"
#include <stdint.h>

/* Sleeps while *word is `expected`. Returns after a wake, where the word differs, on a signal, or
 * for no reason at all: the caller looks at the word again. True where it slept and was woken,
 * false where the word differed or a signal came. */
bool futex_wait(_Atomic uint32_t *word, uint32_t expected);

/* Wakes at most `count` sleepers. The word's memory may be gone already: the address alone is used,
 * and a wake that hits nothing, or a stranger, is harmless because of the rule above. Returns how
 * many were asleep and are woken now. */
uint32_t futex_wake(_Atomic uint32_t *word, uint32_t count);

#endif
