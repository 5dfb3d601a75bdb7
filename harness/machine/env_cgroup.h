/* The CPU quota and the limit of memory that control groups, of either version, put on this
 * process.
 */
#ifndef HARNESS_MACHINE_ENV_CGROUP_H
#define HARNESS_MACHINE_ENV_CGROUP_H

#include <jansson.h>

/* The least quota of the process's group and of all groups above it, as a number of PUs' worth of
 * time; the string "none" where no group sets one; null where there is no CPU controller to ask.
 * `membership` is the file that names the groups (/proc/self/cgroup), `mount` the folder where
 * their hierarchies are mounted (/sys/fs/cgroup). A quota above a container's own root is not
 * visible from inside it. A new reference. */
json_t *cgroup_cpu_quota(const char *membership, const char *mount);

/* The least memory, in bytes, that the process's group and all groups above it have left; INFINITY
 * where none sets a limit. What a group's files have cached counts as left. */
double cgroup_memory_left(const char *membership, const char *mount);

#endif
