/* Starting and ending a process that leaves nothing behind. It leads a process group of its own,
 * and the group is killed as a whole; and it is killed if this process dies first. Under a
 * real-time policy it is below this process's rank (rank.h). SIGCHLD must not be ignored: the
 * kernel would forget how a process ended. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PROCESS_H
#define HARNESS_SWEEP_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Forks. The new process gets the three descriptors as its standard input, output and error (-1
 * leaves a stream as it is) and calls become(arg), which must not return: it execs or exits. The
 * descriptors stay open in this process. Returns the process's id, or a negative errno. */
pid_t process_start(const int streams[3], void (*become)(const void *arg), const void *arg);

/* Whether the process has ended. It is not waited for, so its id and its group's stay its own. */
bool process_has_ended(pid_t pid);

/* Kills the process, unless it has ended, and everything in its group, and waits for the process.
 * Returns its status in waitpid()'s form; a process that ended by itself keeps its own. */
int process_end(pid_t pid);

#endif
