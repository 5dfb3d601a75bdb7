/* Timers: the deadlines of parked goroutines. */
#ifndef CORE_SCHED_TIMER_H
#define CORE_SCHED_TIMER_H

#include "core/g/g.h"
#include <stdint.h>

/* gp is about to park until `when`. True where no other deadline is as near: the P that watches the
 * timers must know. */
bool timer_add(struct g *gp, int64_t when);
/* gp goes on. */
void timer_del(struct g *gp);
/* When the next one is due; FUTEX_FOREVER: none. Without a lock: an old answer is possible. */
int64_t timer_next(void);
/* The goroutines whose deadline has passed and that nobody else has woken, by schedlink: the caller
 * makes them ready. */
struct g *timers_due(int64_t now);

#endif
