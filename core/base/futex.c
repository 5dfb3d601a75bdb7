/* The system calls of core/base/futex.h, and the meaning of what they return. There is no state but
 * the kernel's. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/base/throw.h"
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000 };

enum futex_end futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline)
{
    if (deadline < 0)
        deadline = 0;
    struct timespec until = {.tv_sec = (time_t)(deadline / NS_PER_S),
                             .tv_nsec = (long)(deadline % NS_PER_S)};
    /* The bitset form takes a moment instead of a duration; its clock is CLOCK_MONOTONIC. */
    if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                deadline == FUTEX_FOREVER ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY) == 0)
        return FUTEX_WOKEN;
    if (errno == ETIMEDOUT)
        return FUTEX_TIMEDOUT;
    /* EAGAIN: the word had changed. EINTR: a signal came. Anything else is a bug of ours. */
    if (errno != EAGAIN && errno != EINTR)
        gothrow("futex_wait failed");
    return FUTEX_RETRY;
}

uint32_t futex_wake(_Atomic uint32_t *word, uint32_t count)
{
    long woken = syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
    /* EFAULT: the sleeper has seen the word change and gone on, and its memory is unmapped. */
    if (woken < 0 && errno != EFAULT)
        gothrow("futex_wake failed");
    return woken < 0 ? 0 : (uint32_t)woken;
}

void osyield(void)
{
    sched_yield();
}

int64_t nanotime(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}
