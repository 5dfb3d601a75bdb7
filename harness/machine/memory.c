/* Reads this process's memory from /proc, and the limits on it: the machine's, the control groups',
 * ulimit's and the kernel's. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/memory.h"
#include "harness/machine/env_cgroup.h"
#include "harness/machine/env_facts.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* A line "Key:   12 kB" of a file of /proc, in bytes; NAN if there is none. */
static double keyed_bytes(const char *path, const char *key)
{
    json_t *text = fact_keyed(path, key, ':');
    double value = json_is_string(text) ? strtod(json_string_value(text), NULL) * 1024 : NAN;
    json_decref(text);
    return value;
}

static double number_in(const char *path)
{
    json_t *number = fact_integer(path);
    double value = json_is_integer(number) ? json_number_value(number) : NAN;
    json_decref(number);
    return value;
}

static double count_mappings(void)
{
    FILE *f = fopen("/proc/self/maps", "r");
    double lines = 0;
    if (!f)
        return NAN;
    for (int c; (c = getc_unlocked(f)) != EOF;)
        lines += c == '\n';
    fclose(f);
    return lines;
}

/* smaps_rollup walks the page tables; the kernel's running count may be off by some pages. */
void memory_look(struct memory_taken *taken)
{
    taken->resident = keyed_bytes("/proc/self/smaps_rollup", "Rss");
    if (isnan(taken->resident))
        taken->resident = keyed_bytes("/proc/self/status", "VmRSS");
    taken->tables = keyed_bytes("/proc/self/status", "VmPTE");
    taken->mapped = keyed_bytes("/proc/self/status", "VmSize");
    taken->mappings = count_mappings();
}

/* What a limit of this process leaves if `taken` of it is in use. */
static double limit_left(int resource, double taken)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return INFINITY;
    return fmax((double)limit.rlim_cur - taken, 0);
}

static double commit_left(void)
{
    static const char meminfo[] = "/proc/meminfo";
    if (number_in("/proc/sys/vm/overcommit_memory") != 2)
        return INFINITY;
    return keyed_bytes(meminfo, "CommitLimit") - keyed_bytes(meminfo, "Committed_AS");
}

/* fmin() takes the other argument if one is NAN. */
void memory_left(struct memory_taken *left)
{
    static const char status[] = "/proc/self/status";
    double addresses = limit_left(RLIMIT_AS, keyed_bytes(status, "VmSize"));
    addresses = fmin(addresses, limit_left(RLIMIT_DATA, keyed_bytes(status, "VmData")));
    left->mapped = fmin(addresses, commit_left());
    left->resident = fmin(keyed_bytes("/proc/meminfo", "MemAvailable"),
                          cgroup_memory_left("/proc/self/cgroup", "/sys/fs/cgroup"));
    left->tables = left->resident;
    left->mappings = fmin(number_in("/proc/sys/vm/max_map_count") - count_mappings(), INFINITY);
}
