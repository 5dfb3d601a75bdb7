/* Who outranks whom under a real-time policy (SCHED_FIFO, SCHED_RR). There, a thread that spins
 * keeps its PU from every thread of its own priority and below, for ever. So what watches must
 * outrank what it watches: a sweep the processes of its cells, and the thread of a cell that ends a
 * window the workers. Under all other policies everybody gets a turn, and nothing is done.
 *
 * The workers of a sweep keep the priority that the user gave, if those above them may have higher
 * ones; otherwise they get a lower one. The rank is the process's; a process that is started by
 * this one begins with none. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_RANK_H
#define HARNESS_MACHINE_RANK_H

#include <stdbool.h>
#include <stddef.h>

/* How many ranks are below: workers; or a cell's process, and its workers below that. */
enum { RANK_CELL = 1, RANK_SWEEP = 2 };

/* Makes the calling thread outrank those that will call rank_lower(), and leaves room for `below`
 * ranks. If the process has a rank already, it keeps that. Returns 0, or -EPERM with a sentence in
 * `why`: there is no room, or the policy can't start processes. */
int rank_raise(int below, char *why, size_t size);

/* Takes the calling thread, which has inherited the rank, one below it. */
void rank_lower(void);

/* Whether the calling thread has a real-time policy, which the threads and processes that it starts
 * inherit. */
bool rank_is_real_time(void);

#endif
