/* How Ps go idle, and are woken: see sched_state.h. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_IDLE_H
#define CORE_SCHED_IDLE_H

#include "core/sched/p.h"

/* A goroutine was put where another P can take it: wakes an idle P, unless one looks for work. */
void wake_another(void);

/* pp begins, or ends, to look for work in the queues of others. */
void start_spinning(struct p *pp);
void stop_spinning(struct p *pp);
/* pp has found a goroutine to run. */
void found_work(struct p *pp);

/* pp has found nothing to run. Returns when it is to search again. */
void go_idle(struct p *pp);

/* Wakes every P that is idle. */
void wake_all(void);

/* The calling goroutine is about to park until `when` at the latest: adds its timer. */
void wake_at(struct g *gp, int64_t when);

#endif
