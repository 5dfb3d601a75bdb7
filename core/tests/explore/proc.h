/* Goroutines in a case: each P is a fiber that runs the scheduler's loop, and goroutines run in
 * these fibers on stacks of their own. Threads that use the same channels are fibers beside them.
 */
#ifndef CORE_TESTS_EXPLORE_PROC_H
#define CORE_TESTS_EXPLORE_PROC_H

#include <hchan/sched.h>

struct g;

enum { EXPLORE_GOROUTINES = 12, EXPLORE_PROCS = 4 };

/* For begin(): a scheduler of so many Ps, at most EXPLORE_PROCS, none of which has begun. Then
 * newproc(), until this schedule ends, for at most EXPLORE_GOROUTINES at a time. */
void explore_sched_begin(unsigned procs);
/* The body of the fiber that is P `p`: returns when another fiber calls schedstop(). */
void explore_sched_p(unsigned p);
/* For end(): NULL, or what is wrong with the scheduler: it is to be stopped; or nobody is runnable,
 * every P is idle and says so, and no deadline is left. */
const char *explore_sched_end(void);

#endif
