/* CPU time and context switches of a thread or of the process, over a stretch of time. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_RUN_USAGE_H
#define HARNESS_RUN_USAGE_H

#include <stdint.h>

struct usage {
    uint64_t cpu_ns;   /* user and system */
    uint64_t switches; /* context switches, voluntary or not */
};

/* Since the calling thread, or the process, began. */
struct usage usage_of_thread(void);
struct usage usage_of_process(void);

/* What was used between the two. */
struct usage usage_between(struct usage start, struct usage end);

#endif
