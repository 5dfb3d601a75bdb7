/* Asks the kernel for CPU time and context switches (usage.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/run/usage.h"
#include <sys/resource.h>
#include <time.h>

static struct usage usage_read(clockid_t clock, int who)
{
    struct timespec t;
    struct rusage r;
    clock_gettime(clock, &t);
    getrusage(who, &r);
    return (struct usage){(uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec,
                          (uint64_t)(r.ru_nvcsw + r.ru_nivcsw)};
}

struct usage usage_of_thread(void)
{
    return usage_read(CLOCK_THREAD_CPUTIME_ID, RUSAGE_THREAD);
}

struct usage usage_of_process(void)
{
    return usage_read(CLOCK_PROCESS_CPUTIME_ID, RUSAGE_SELF);
}

struct usage usage_between(struct usage start, struct usage end)
{
    return (struct usage){end.cpu_ns - start.cpu_ns, end.switches - start.switches};
}
