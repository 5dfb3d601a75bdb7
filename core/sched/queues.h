/* Where runnable goroutines wait. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_QUEUES_H
#define CORE_SCHED_QUEUES_H

#include "core/sched/p.h"

/* Takes the first goroutine of the global queue, or NULL. pp's ring gets more of them: its share of
 * the queue, as in Go's globrunqget, but no more than fill half of the ring. By pp. */
struct g *global_take(struct p *pp);

/* Puts gp at the end of pp's ring. By pp. */
void queue_put(struct p *pp, struct g *gp);

/* Makes gp the next to run on pp, and puts the one that was that into the ring. By pp. */
void queue_put_next(struct p *pp, struct g *gp);

/* The goroutine gp is runnable from now on: it is to run next on the caller's P, or, if a plain
 * thread calls, goes into the global queue. By the thread that has set gp's park word from ASLEEP
 * to another state. */
void goready(struct g *gp);

#endif
