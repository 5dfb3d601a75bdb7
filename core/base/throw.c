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

static void put(struct iovec *line, int count)
{
    ssize_t n = writev(STDERR_FILENO, line, count);
    size_t written = n > 0 ? (size_t)n : 0;
    bool taken = true; /* or there is nobody else to tell */
    for (int i = 0; i < count && taken; i++) {
        size_t skip = written < line[i].iov_len ? written : line[i].iov_len;
        taken = write_whole(STDERR_FILENO, (char *)line[i].iov_base + skip, line[i].iov_len - skip);
        written -= skip;
    }
}

void errput(const char *what, const char *message)
{
    put((struct iovec[]){piece(what), piece(": "), piece(message), piece("\n")}, 4);
}

void gothrow(const char *message)
{
    errput("fatal error", message);
    abort();
}

void gorefuse(const char *call, const char *why)
{
    put((struct iovec[]){piece("fatal error: "), piece(call), piece(": "), piece(why), piece("\n")},
        5);
    abort();
}

void gorefuse_variant(const char *call)
{
    gorefuse(call, "the variant is NULL: hchan_variant_named() tells a misspelt name");
}
