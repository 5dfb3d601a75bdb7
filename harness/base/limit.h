/* The time limit of a process that this one waits for. What passes while either of the two is
 * stopped, while a debugger holds the process, or while the machine sleeps, is not the process's
 * own and does not count: whoever waits looks at the limit once a second at least, and no look
 * counts for more than that. So a process that goes on is late by as many looks at most. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_LIMIT_H
#define HARNESS_BASE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct limit {
    pid_t pid;
    uint64_t limit_ns;
    uint64_t patience_ns; /* how long it may be held altogether: an hour, if nothing else is set */
    uint64_t used_ns;     /* that counted until the last look */
    uint64_t held_ns;     /* for which it was held, as far as was seen */
    uint64_t looked_ns;   /* when that was, by clock_ns() */
    bool stood_still;     /* it was held at a look, or nobody looked for two seconds */
    bool held;            /* the process was stopped, or in a debugger's hands, at the last look */
};

void limit_begin(struct limit *limit, pid_t pid, uint64_t ns);

/* Counts what has passed since the last look. Returns how many nanoseconds may pass until the next:
 * a second at most, and 0 once the time is used up, or once the process has been held for so long
 * that nobody seems to come back to it. */
uint64_t limit_left(struct limit *limit);

#endif
