/* The last words of a process, on standard error; and Go's throw, which ends a process that cannot
 * go on. It has no state, and includes nothing of ours, so that every other file may use it. */
/* SPDX-License-Identifier: MIT */
#include "core/base/throw.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct iovec piece(const char *text)
{
    return (struct iovec){.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
}

void errput(const char *what, const char *message)
{
    struct iovec line[] = {piece(what), piece(": "), piece(message), piece("\n")};
    if (writev(STDERR_FILENO, line, 4) < 0)
        return; /* there is nobody else to tell */
}

void gothrow(const char *message)
{
    errput("fatal error", message);
    abort();
}
