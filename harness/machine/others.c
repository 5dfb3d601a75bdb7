/* Others' shares of the PUs' time (others.h), from /proc/stat. No state. */
/* SPDX-License-Identifier: MIT */
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
    out->busy = (double)(t[USER] + t[NICE] + t[SYSTEM] + t[IRQ] + t[SOFTIRQ] + t[STEAL]);
    out->idle = (double)(t[IDLE] + t[IOWAIT]);
    out->steal = (double)t[STEAL];
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

void others_begin(struct others_start *start)
{
    start->known = pu_time_read(&start->before);
    start->ours_s = our_seconds();
}

/* The kernel counts PUs' time in ticks and a process's to the microsecond, so the difference of a
 * short stretch can be below nothing; over many it evens out. */
void others_add(struct others *others, const struct others_start *start)
{
    struct pu_time after;
    if (!start->known || !pu_time_read(&after))
        return;
    double busy = after.busy - start->before.busy, steal = after.steal - start->before.steal;
    double ours = (our_seconds() - start->ours_s) * (double)sysconf(_SC_CLK_TCK);
    others->programs += busy - steal - ours;
    others->host += steal;
    others->all += busy + after.idle - start->before.idle;
}

void others_sum(struct others *others, const struct others *more)
{
    others->programs += more->programs;
    others->host += more->host;
    others->all += more->all;
}

static double share(double part, double all)
{
    return all > 0 ? fmin(fmax(part / all, 0), 1) : NAN;
}

struct others_shares others_shares(const struct others *others)
{
    return (struct others_shares){share(others->programs, others->all),
                                  share(others->host, others->all)};
}
