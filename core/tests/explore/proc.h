/* Goroutines in a case: each P is a fiber that runs the scheduler's loop, and goroutines run in
 * these fibers on stacks of their own. Threads are other fibers, beside them. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_EXPLORE_PROC_H
#define CORE_TESTS_EXPLORE_PROC_H

#include <hchan/sched.h>

struct g;

enum { EXPLORE_GOROUTINES = 12, EXPLORE_PROCS = 4 };

/* For begin(): a scheduler of so many Ps, at most EXPLORE_PROCS, none of which has begun. From then
 * on newproc() makes goroutines, at most EXPLORE_GOROUTINES at a time, until this schedule ends. */
void explore_sched_begin(unsigned procs);
/* The body of the fiber that is P `p`: returns when another fiber calls schedstop(). */
void explore_sched_p(unsigned p);
/* For begin(): there is a sysmon, too, and the body of its fiber. It ends when the Ps do. */
void explore_sched_begin_sysmon(void);
void explore_sched_sysmon(void);
/* For end(): what is wrong with the scheduler, or NULL. It must have stopped; or else no goroutine
 * may be runnable, every P must be idle and counted as idle, and no deadline may be left. */
const char *explore_sched_end(void);

#endif
