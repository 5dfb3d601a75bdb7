/* Others' shares of the PUs' time (others.h), from /proc/stat. No state. */
#include "harness/machine/others.h"
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

bool pu_time_read(struct pu_time *out)
{
    enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };
    unsigned long long t[FIELDS] = {0};
    FILE *f = fopen("/proc/stat", "re");
    int n = f ? fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[USER], &t[NICE],
                       &t[SYSTEM], &t[IDLE], &t[IOWAIT], &t[IRQ], &t[SOFTIRQ], &t[STEAL])
              : 0;
    if (f)
        fclose(f);
    out->busy = t[USER] + t[NICE] + t[SYSTEM] + t[IRQ] + t[SOFTIRQ] + t[STEAL];
    out->idle = t[IDLE] + t[IOWAIT];
    out->steal = t[STEAL];
    return n == FIELDS;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double our_seconds(void)
{
    static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    double sum = 0;
    for (int i = 0; i < 2; i++) {
        struct rusage u;
        if (getrusage(whose[i], &u) == 0)
            sum += seconds(u.ru_utime) + seconds(u.ru_stime);
    }
    return sum;
}

void others_begin(struct others *others)
{
    others->known = pu_time_read(&others->before);
    others->ours_s = our_seconds();
}

static double within(double share)
{
    return fmin(fmax(share, 0), 1);
}

struct others_shares others_end(const struct others *others)
{
    struct pu_time after;
    if (!others->known || !pu_time_read(&after))
        return (struct others_shares){NAN, NAN};
    double busy = (double)(after.busy - others->before.busy);
    double idle = (double)(after.idle - others->before.idle);
    double steal = (double)(after.steal - others->before.steal);
    double ours = (our_seconds() - others->ours_s) * (double)sysconf(_SC_CLK_TCK);
    if (!(busy + idle > 0))
        return (struct others_shares){NAN, NAN};
    return (struct others_shares){within((busy - steal - ours) / (busy + idle)),
                                  within(steal / (busy + idle))};
}
