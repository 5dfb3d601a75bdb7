/* One process of this program that writes records, a cell's say: started, read from, ended, judged.
 * record.h has the protocol of records and acknowledgements, and why nobody waits for ever. For one
 * thread, between signals_catch() and signals_release(). */
#ifndef HARNESS_SWEEP_CHILD_H
#define HARNESS_SWEEP_CHILD_H

#include "harness/base/record.h"
#include "harness/sweep/signals.h"
#include <sys/types.h>

/* What is to be run, and where its records go. */
struct child_job {
    const char *const *arguments; /* the command and what follows it, ended by NULL */
    uint64_t kill_ns;             /* a process that takes longer is killed */
    bool samples;                 /* one that ends well has to have sent a sample */
    const struct signals *signals;
    /* Keeps a record; it is acknowledged after that. 0; -EEXIST for one that was there before,
     * which is the process's fault; or a negative errno, which ends the watch. */
    int (*take)(void *arg, const struct record *record);
    void *arg;
};

struct child {
    const struct child_job *job; /* outlives it */
    pid_t pid;
    int fd;     /* its standard output; -1 once that has ended */
    int ack_fd; /* the other end of its standard input */
    char *line; /* what came of the line that is not complete */
    size_t used, size;
    bool ended;   /* a RECORD_END came */
    bool sampled; /* a RECORD_SAMPLE came */
    enum trial_status status;
    char message[REASON_MAX];
    char stray[64]; /* the beginning of the first line that was no record */
};

/* Starts the process. 0, or a negative errno with nothing to end. */
int child_start(struct child *child, const struct child_job *job);

/* Reads until the process ends (0), is over its time (-ETIME), or the user interrupts (-EINTR); or
 * a negative errno of take(). */
int child_watch(struct child *child);

/* Ends the process and what it started, and gives back all that it held. `watched` is what
 * child_watch() returned; where that was 0 or -ETIME, status and message are then what the process
 * came to. */
void child_end(struct child *child, int watched);

#endif
