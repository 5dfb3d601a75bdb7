/* The locks of a machine and of a run (alone.h): each is a socket of a name in Linux's abstract
 * namespace. The kernel frees the name with the process; there is no file that could go stale, or
 * belong to another user. The process keeps the socket until it ends. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/alone.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The name begins with a NUL and has no end: what counts is the length. 0 if it is too long. */
static socklen_t make_address(struct sockaddr_un *address, const char *name)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    int length =
        snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "hchanlab-%s", name);
    if ((size_t)length >= sizeof(address->sun_path) - 1)
        return 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

static int make_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Who holds the name: the process that listens at the socket. */
static pid_t holder(const struct sockaddr_un *address, socklen_t length)
{
    struct ucred who = {0};
    socklen_t size = sizeof(who);
    int fd = make_socket();
    if (fd < 0)
        return 0;
    if (connect(fd, (const struct sockaddr *)address, length) ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size))
        who.pid = 0;
    close(fd);
    return who.pid;
}

/* Makes the name this process's. */
static int hold(const char *name, pid_t *other)
{
    struct sockaddr_un address;
    *other = 0;
    socklen_t length = make_address(&address, name);
    if (length == 0)
        return -ENAMETOOLONG;
    int fd = make_socket();
    if (fd < 0)
        return -errno;
    if (bind(fd, (const struct sockaddr *)&address, length) == 0 && listen(fd, SOMAXCONN) == 0)
        return 0;
    int error = errno;
    close(fd);
    if (error != EADDRINUSE)
        return -error;
    *other = holder(&address, length);
    return -EBUSY;
}

int alone_begin(pid_t *other)
{
    char whole[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
    const char *name = getenv("HCHANLAB_LOCK");
    *other = 0;
    if (name && !name[0])
        return 0;
    int length = snprintf(whole, sizeof(whole), "sweep%s", name ? name : "");
    return length < (int)sizeof(whole) ? hold(whole, other) : -ENAMETOOLONG;
}

int alone_with_run(const char *db, int64_t run, pid_t *other)
{
    struct stat file;
    char name[80];
    *other = 0;
    if (stat(db, &file))
        return -errno;
    snprintf(name, sizeof(name), "run-%llx-%llx-%lld", (unsigned long long)file.st_dev,
             (unsigned long long)file.st_ino, (long long)run);
    return hold(name, other);
}
