/* What a P does next. */
#ifndef CORE_SCHED_FIND_H
#define CORE_SCHED_FIND_H

#include "core/sched/p.h"

void schedule(struct p *pp);

#endif
