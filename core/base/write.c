/* Writing what must arrive: core/base/write.h. There is no state here. */
/* SPDX-License-Identifier: MIT */
#include "core/base/write.h"
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_MS = 1000000, MS_PER_S = 1000 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* Sleeps until the descriptor is not full, a signal comes, or *until has passed. The first time
 * sets *until, which is 0 then. False if it has passed before. */
static bool await_room(int fd, int64_t *until)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    int64_t now = now_ms();
    if (*until == 0)
        *until = now + WRITE_PATIENCE_S * MS_PER_S;
    if (now >= *until)
        return false;
    poll(&room, 1, (int)(*until - now)); /* the next write tells its result */
    return true;
}

bool write_whole(int fd, const char *text, size_t size)
{
    int64_t until = 0;
    while (size > 0) {
        ssize_t n = write(fd, text, size);
        if (n > 0) {
            text += n;
            size -= (size_t)n;
            until = 0;
        } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
            return false;
        } else if (errno == EAGAIN && !await_room(fd, &until)) {
            errno = EAGAIN;
            return false;
        }
    }
    return true;
}
