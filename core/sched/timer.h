/* Timers: the deadlines of parked goroutines. */
#ifndef CORE_SCHED_TIMER_H
#define CORE_SCHED_TIMER_H

#include "core/g/g.h"
#include <stdint.h>

/* gp is about to park until `when`; has gone on. */
void timer_add(struct g *gp, int64_t when);
void timer_del(struct g *gp);
/* When the next one is due; FUTEX_FOREVER: none. Without a lock: an old answer is possible. */
int64_t timer_next(void);
/* Makes the goroutines ready that are due. By a P. */
void timers_run(int64_t now);

#endif
