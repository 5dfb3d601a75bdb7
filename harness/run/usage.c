/* Asks the kernel for CPU time and context switches (usage.h). It owns no state. */
#include "harness/run/usage.h"

struct usage usage_read(clockid_t clock, int who)
{
    struct timespec t;
    struct rusage r;
    clock_gettime(clock, &t);
    getrusage(who, &r);
    return (struct usage){(uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec,
                          (uint64_t)(r.ru_nvcsw + r.ru_nivcsw)};
}

struct usage usage_since(struct usage start, clockid_t clock, int who)
{
    struct usage now = usage_read(clock, who);
    return (struct usage){now.cpu_ns - start.cpu_ns, now.switches - start.switches};
}
