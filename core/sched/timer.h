/* Timers: the deadlines of parked goroutines. Any P calls. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_TIMER_H
#define CORE_SCHED_TIMER_H

#include "core/g/g.h"
#include <stdint.h>

/* gp is about to park until `when`. True if its deadline comes before all others: then who watches
 * the timers must know (idle.c). */
bool timer_add(struct g *gp, int64_t when);
/* gp goes on: its deadline, if there is one still, is over. */
void timer_del(struct g *gp);
/* When the next timer is due; FUTEX_FOREVER if there is none. Takes no lock: the answer may be
 * old. */
int64_t timer_next(void);
/* The goroutines whose deadlines have passed, but for those that a waker has: a list by schedlink.
 * The caller makes them ready. */
struct g *timers_due(int64_t now);

/* For a fork(): takes and gives back the lock; in the child there are no deadlines any more. */
void timers_lock(void);
void timers_unlock(void);
void timers_forget(void);

#endif
