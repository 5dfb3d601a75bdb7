/* The last words of a process, on standard error; and Go's throw, which ends a process that cannot
 * go on. It has no state. */
/* SPDX-License-Identifier: MIT */
#include "core/base/throw.h"
#include "core/base/write.h"
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
    ssize_t n = writev(STDERR_FILENO, line, 4);
    size_t written = n > 0 ? (size_t)n : 0;
    bool taken = true; /* or there is nobody else to tell */
    for (size_t i = 0; i < 4 && taken; i++) {
        size_t skip = written < line[i].iov_len ? written : line[i].iov_len;
        taken = write_whole(STDERR_FILENO, (char *)line[i].iov_base + skip, line[i].iov_len - skip);
        written -= skip;
    }
}

void gothrow(const char *message)
{
    errput("fatal error", message);
    abort();
}
