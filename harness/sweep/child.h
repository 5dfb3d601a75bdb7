/* One process of this program that writes records, such as a cell's: starting it, reading from it,
 * ending it, and judging how it ended. record.h has the protocol of records and acknowledgements,
 * and why neither side waits for ever. For one thread, between signals_catch() and
 * signals_release(). */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_CHILD_H
#define HARNESS_SWEEP_CHILD_H

#include "harness/base/limit.h"
#include "harness/base/record.h"
#include "harness/sweep/signals.h"
#include <sys/types.h>

/* What is to be run, and where its records go. */
struct child_job {
    const char *const *arguments; /* the command and what follows it, ended by NULL */
    uint64_t kill_ns;             /* a process that takes longer is killed (limit.h) */
    bool samples;                 /* a process that ends well must have sent a sample */
    const struct signals *signals;
    /* Keeps a record, which is acknowledged after that. 0; -EEXIST for a record that was sent
     * before, which is the process's fault; or another negative errno, which ends the watch. */
    int (*take)(void *arg, const struct record *record);
    void *arg;
};

struct child {
    const struct child_job *job; /* borrowed */
    pid_t pid;
    int fd;     /* its standard output; -1 after that has ended */
    int ack_fd; /* the other end of its standard input */
    char *line; /* the beginning of a line that is not complete */
    size_t used, size;
    struct limit limit;
    uint64_t oom_kills; /* of the kernel, when the process was started */
    bool ended;         /* a RECORD_END came */
    bool sampled;       /* a RECORD_SAMPLE came */
    enum trial_status status;
    char message[REASON_MAX];
    char stray[64]; /* the beginning of the first line that was not a record */
};

/* Starts the process. 0, or a negative errno and there is nothing to end: -E2BIG for more than 32
 * arguments. */
int child_start(struct child *child, const struct child_job *job);

/* Reads until the process ends (0), exceeds its time (-ETIME), or the user interrupts (-EINTR); or
 * returns a negative errno of take(). */
int child_watch(struct child *child);

/* Ends the process and everything that it started, and releases what the child holds. `watched` is
 * what child_watch() returned; if that is 0 or -ETIME, status and message then say how it ended. */
void child_end(struct child *child, int watched);

#endif
