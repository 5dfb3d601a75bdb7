/* The limits that control groups, of either version, set for this process: CPU time and memory. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_ENV_CGROUP_H
#define HARNESS_MACHINE_ENV_CGROUP_H

#include <jansson.h>

/* The least quota of the process's group and of all groups above it, as a number of PUs; the string
 * "none" if no group sets one; null if there is no CPU controller. `membership` is the file that
 * names the groups (/proc/self/cgroup), `mount` the folder where their hierarchies are mounted
 * (/sys/fs/cgroup). A quota above a container's own root is not visible from inside it. A new
 * reference. */
json_t *cgroup_cpu_quota(const char *membership, const char *mount);

/* The least memory, in bytes, that the process's group and all groups above it have left; INFINITY
 * if none sets a limit. Memory that caches a group's files counts as left. */
double cgroup_memory_left(const char *membership, const char *mount);

#endif
