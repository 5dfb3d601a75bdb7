/* Finds the process's control group in /proc and walks up to the root, for both versions of control
 * groups; the least of what a group on the way sets counts. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/env_cgroup.h"
#include "harness/machine/env_facts.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool line_of(const char *group, const char *file, char *line, size_t size)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof(path), "%s/%s", group, file);
    return fact_line(path, line, size);
}

/* The quota that one group sets, in PUs; INFINITY if it sets none. */
static double quota_of(const char *group)
{
    char line[64], length[64];
    double quota = 0, period = 0;
    if (line_of(group, "cpu.max", line, sizeof(line))) {
        if (sscanf(line, "%lf %lf", &quota, &period) != 2)
            return INFINITY; /* "max 100000" */
    } else if (line_of(group, "cpu.cfs_quota_us", line, sizeof(line)) &&
               line_of(group, "cpu.cfs_period_us", length, sizeof(length))) {
        quota = strtod(line, NULL); /* -1 for none */
        period = strtod(length, NULL);
    }
    return quota > 0 && period > 0 ? quota / period : INFINITY;
}

static bool lists(const char *controllers, const char *wanted)
{
    char copy[256], *rest = copy, *word;
    snprintf(copy, sizeof(copy), "%s", controllers);
    while ((word = strsep(&rest, ",")))
        if (strcmp(word, wanted) == 0)
            return true;
    return false;
}

/* Splits a line "number:controllers:path" in place. */
static bool split(char *line, char **controllers, char **path)
{
    line[strcspn(line, "\n")] = '\0';
    char *first = strchr(line, ':');
    char *second = first ? strchr(first + 1, ':') : NULL;
    if (!second)
        return false;
    *second = '\0';
    *controllers = first + 1;
    *path = second + 1;
    return true;
}

/* Finds the hierarchy's root and the process's group below it. If the first version has the
 * controller, the second does not. */
static bool find_group(const char *membership, const char *mount, const char *controller,
                       char *root, char *group, size_t size)
{
    FILE *f = fopen(membership, "r");
    char line[PATH_MAX], *controllers, *path;
    bool found = false, first_version = false;
    while (f && !first_version && fgets(line, sizeof(line), f)) {
        if (!split(line, &controllers, &path))
            continue;
        first_version = lists(controllers, controller);
        if (first_version) {
            snprintf(root, size, "%s/%s", mount, controllers);
        } else if (controllers[0] == '\0') {
            char marker[PATH_MAX + 32];
            snprintf(marker, sizeof(marker), "%s/cgroup.controllers", mount);
            snprintf(root, size, "%s%s", mount, access(marker, F_OK) ? "/unified" : "");
        } else {
            continue;
        }
        found = true;
        snprintf(group, size, "%s%s", root, path);
    }
    if (f)
        fclose(f);
    return found;
}

/* The least value that `of` gives for the process's group and all groups above it. NAN if there are
 * none. */
static double least_above(const char *membership, const char *mount, const char *controller,
                          double (*of)(const char *group))
{
    char root[PATH_MAX], group[PATH_MAX];
    if (!find_group(membership, mount, controller, root, group, sizeof(root)) || access(root, F_OK))
        return NAN;
    double least = INFINITY;
    /* In a container the path may be the host's and not exist here, but the groups above it do. */
    for (size_t floor = strlen(root); strlen(group) >= floor; *strrchr(group, '/') = '\0')
        least = fmin(least, of(group));
    return least;
}

json_t *cgroup_cpu_quota(const char *membership, const char *mount)
{
    double least = least_above(membership, mount, "cpu", quota_of);
    return isnan(least) ? json_null() : isinf(least) ? json_string("none") : json_real(least);
}

/* The bytes that one group has left; INFINITY if it sets no limit. In the first version, no limit
 * is a number larger than any machine. */
static double memory_left_of(const char *group)
{
    char line[64], path[PATH_MAX + 32];
    bool second = line_of(group, "memory.max", line, sizeof(line));
    if (!second && !line_of(group, "memory.limit_in_bytes", line, sizeof(line)))
        return INFINITY;
    char *end;
    double limit = strtod(line, &end);
    if (end == line || *end)
        return INFINITY; /* "max" */
    snprintf(path, sizeof(path), "%s/memory.stat", group);
    json_t *taken = fact_keyed(path, second ? "anon" : "total_rss", ' ');
    double left = limit - (json_is_string(taken) ? strtod(json_string_value(taken), NULL) : 0);
    json_decref(taken);
    return fmax(left, 0);
}

double cgroup_memory_left(const char *membership, const char *mount)
{
    double least = least_above(membership, mount, "memory", memory_left_of);
    return isnan(least) ? INFINITY : least;
}
