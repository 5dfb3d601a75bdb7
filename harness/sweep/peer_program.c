/* Runs peers' programs. What one of them prints or does is not trusted: its output has a limit, its
 * time has one, and its processes are killed. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/peer_program.h"
#include "harness/base/limit.h"
#include "harness/sweep/process.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_MS = 1000000 };

/* How long a peer may take to describe itself, and to end after that. */
static const uint64_t describe_ns = 10000000000, end_ns = 2000000000;

/* The next bytes; 0 at the end, or -1 if none come within the limit. */
static ssize_t read_within(struct limit *limit, int fd, char *to, size_t room)
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    uint64_t left;
    while ((left = limit_left(limit)) > 0) {
        int ready = poll(&readable, 1, (int)(left / NS_PER_MS) + 1);
        if (ready > 0)
            return read(fd, to, room);
        if (ready < 0 && errno != EINTR)
            break;
    }
    return -1;
}

/* All that comes until the other end is closed; NULL if that takes too long, or is too much. The
 * caller frees it. */
static char *read_all_within(struct limit *limit, int fd)
{
    enum { ROOM = 1 << 16 };
    char *text = malloc(ROOM);
    size_t length = 0;
    ssize_t n = -1;
    while (text && length < ROOM - 1 &&
           (n = read_within(limit, fd, text + length, ROOM - 1 - length)) > 0)
        length += (size_t)n;
    if (n == 0) {
        text[length] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

/* Waits for the process for so long, and ends it with all that it started. Its status, in
 * waitpid()'s form. */
static int end_within(pid_t pid, uint64_t ns)
{
    static const struct timespec pause = {.tv_nsec = NS_PER_MS};
    struct limit limit;
    limit_begin(&limit, pid, ns);
    while (!process_has_ended(pid) && limit_left(&limit) > 0)
        nanosleep(&pause, NULL);
    return process_end(pid);
}

static void exec_description(const void *program)
{
    execl(program, program, "--describe", (char *)NULL);
}

/* Starts the program, its standard output a pipe whose other end is *out; its other streams go
 * nowhere, since a crash is reported as one. Its id, or -1. */
static pid_t start_description(const char *program, int *out)
{
    int ends[2], quiet = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid = -1;
    if (quiet >= 0 && pipe2(ends, O_CLOEXEC) == 0) {
        pid = process_start((const int[]){quiet, ends[1], quiet}, exec_description, program);
        close(ends[1]);
        *out = ends[0];
        if (pid < 0)
            close(ends[0]);
    }
    if (quiet >= 0)
        close(quiet);
    return pid;
}

json_t *peer_program_ask(const char *program, const char **why)
{
    int out;
    *why = "its --describe could not be started";
    pid_t pid = start_description(program, &out);
    if (pid < 0)
        return NULL;
    struct limit limit;
    limit_begin(&limit, pid, describe_ns);
    char *text = read_all_within(&limit, out);
    close(out);
    int status = end_within(pid, text ? end_ns : 0);
    *why = status ? "its --describe does not end well, or not in time"
                  : "its --describe does not print what it is";
    json_t *described = text && status == 0 ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return described;
}

int peer_program_become(const char *program, const char *cell, const unsigned pu[2],
                        char **arguments)
{
    char *argv[32], pus[32];
    size_t count = 0;
    snprintf(pus, sizeof(pus), "%u,%u", pu[0], pu[1]);
    const char *const first[] = {program, cell, "--pus", pus};
    for (; count < sizeof(first) / sizeof(first[0]); count++)
        argv[count] = (char *)first[count];
    for (; *arguments; arguments++) {
        if (count == sizeof(argv) / sizeof(argv[0]) - 1)
            return -E2BIG;
        argv[count++] = *arguments;
    }
    argv[count] = NULL;
    execv(program, argv);
    return -errno;
}
