/* Where runnable goroutines wait. */
#ifndef CORE_SCHED_QUEUES_H
#define CORE_SCHED_QUEUES_H

#include "core/sched/p.h"

/* The first of the global queue; where there are many, some more of them go to pp's. */
struct g *global_take(struct p *pp);

void queue_put(struct p *pp, struct g *gp);

void queue_put_next(struct p *pp, struct g *gp);

/* The goroutine gp is runnable from now on. By whoever set its park word from ASLEEP to another
 * state. */
void goready(struct g *gp);

#endif
