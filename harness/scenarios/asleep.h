/* Whether threads sleep on a futex, for scenarios that have to meet a sleeper. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SCENARIOS_ASLEEP_H
#define HARNESS_SCENARIOS_ASLEEP_H

#include <stdatomic.h>
#include <stdint.h>

/* How many threads of this process sleep in the kernel on *word, at most `INT_MAX`. One system
 * call, which wakes nobody. */
uint32_t futex_sleepers(_Atomic uint32_t *word);

#endif
