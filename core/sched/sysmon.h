/* sysmon: the thread that sees to it that deadlines are met while all Ps are busy. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_SYSMON_H
#define CORE_SCHED_SYSMON_H

/* Starts and ends the thread. The Ps have been started; the scheduler is ENDING. Returns 0 or an
 * error number. */
int sysmon_start(void);
void sysmon_stop(void);

/* What the thread runs. */
void *sysmon_main(void *unused);

/* A P goes on to run goroutines: sysmon must not sleep past the next deadline. */
void sysmon_cover(void);

/* In the child of a fork() there is no such thread. */
void sysmon_forget(void);

#endif
