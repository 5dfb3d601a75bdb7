/* CPU time and context switches of a thread, or of the whole process, over a stretch of time. */
#ifndef HARNESS_RUN_USAGE_H
#define HARNESS_RUN_USAGE_H

#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

/* CPU time and context switches. */
struct usage {
    uint64_t cpu_ns, switches;
};

/* So far, of a thread or of all. */
struct usage usage_read(clockid_t clock, int who);

struct usage usage_since(struct usage start, clockid_t clock, int who);

#endif
