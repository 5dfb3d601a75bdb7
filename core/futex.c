#include "core/futex.h"
#include "core/panic.h"
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

bool futex_wait(_Atomic uint32_t *word, uint32_t expected)
{
    if (syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0) == 0)
        return true;
    /* EAGAIN: the word had changed. EINTR: a signal. Anything else is a bug of ours. */
    if (errno != EAGAIN && errno != EINTR)
        gothrow("futex_wait failed");
    return false;
}

uint32_t futex_wake(_Atomic uint32_t *word, uint32_t count)
{
    long woken = syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
    /* EFAULT: the sleeper saw its word change, went on, and its memory is gone. */
    if (woken < 0 && errno != EFAULT)
        gothrow("futex_wake failed");
    return woken < 0 ? 0 : (uint32_t)woken;
}
