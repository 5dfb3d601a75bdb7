/* Runs a program for what it prints (program_output.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/program_output.h"
#include "harness/base/limit.h"
#include "harness/sweep/process.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_MS = 1000000 };

/* How long it may take to end once it has closed its output. */
static const uint64_t end_ns = 2000000000;

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
static char *read_all_within(struct limit *limit, int fd, size_t room)
{
    char *text = malloc(room);
    size_t length = 0;
    ssize_t n = -1;
    while (text && length < room - 1 &&
           (n = read_within(limit, fd, text + length, room - 1 - length)) > 0)
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

static void exec_program(const void *argv)
{
    execv(*(char *const *)argv, (char *const *)argv);
    _exit(127);
}

/* Starts the program, its standard output a pipe whose other end is *out. Its id, or -1. */
static pid_t start(const char *const *argv, int *out)
{
    int ends[2], quiet = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid = -1;
    if (quiet >= 0 && pipe2(ends, O_CLOEXEC) == 0) {
        pid = process_start((const int[]){quiet, ends[1], quiet}, exec_program, argv);
        close(ends[1]);
        *out = ends[0];
        if (pid < 0)
            close(ends[0]);
    }
    if (quiet >= 0)
        close(quiet);
    return pid;
}

enum program_end program_output(const char *const *argv, uint64_t limit_ns, size_t room,
                                char **text, int *wait_status)
{
    int out;
    *text = NULL;
    *wait_status = 0;
    pid_t pid = access(argv[0], X_OK) == 0 ? start(argv, &out) : -1;
    if (pid < 0)
        return PROGRAM_NO_START;
    struct limit limit;
    limit_begin(&limit, pid, limit_ns);
    char *all = read_all_within(&limit, out, room);
    close(out);
    *wait_status = end_within(pid, all ? end_ns : 0);
    if (!all || *wait_status) {
        free(all);
        return PROGRAM_WENT_WRONG;
    }
    *text = all;
    return PROGRAM_ENDED;
}
