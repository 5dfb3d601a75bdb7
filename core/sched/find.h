/* What a P runs next. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_SCHED_FIND_H
#define CORE_SCHED_FIND_H

#include "core/sched/p.h"

/* Runs goroutines on pp, whose thread calls, until the scheduler ends. */
void schedule(struct p *pp);

#endif
