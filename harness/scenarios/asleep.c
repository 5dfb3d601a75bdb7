/* Counts the sleepers of a futex (asleep.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/scenarios/asleep.h"
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* FUTEX_REQUEUE (futex(2)) from the word to itself, with none to wake, moves all of its sleepers to
 * where they are, and returns how many those were. */
uint32_t futex_sleepers(_Atomic uint32_t *word)
{
    long moved = syscall(SYS_futex, word, FUTEX_REQUEUE_PRIVATE, 0, (long)INT_MAX, word, 0);
    return moved > 0 ? (uint32_t)moved : 0;
}
