/* How Ps go idle, and are woken. */
#ifndef CORE_SCHED_IDLE_H
#define CORE_SCHED_IDLE_H

#include "core/sched/p.h"

/* Something was put where another P could take it. */
void wake_another(void);

void start_spinning(struct p *pp);

void stop_spinning(struct p *pp);

/* pp has found something to run. */
void found_work(struct p *pp);

/* No P sleeps any longer. */
void wake_all(void);

void go_idle(struct p *pp);

/* A timer that is due before any other was added: the P that watches must not sleep past it. */
void watch_for(int64_t when);

#endif
