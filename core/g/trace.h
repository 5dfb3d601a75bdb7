/* How a channel tells a trace that may be running (hchan/trace.h) what its Gs do. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_TRACE_H
#define CORE_G_TRACE_H

#include "core/g/g.h"
#include <hchan/trace.h>

/* Whether a trace runs. */
extern _Atomic uint32_t tracing;

/* Writes a step into the trace, if one still runs. */
void trace_event(struct g *gp, enum gstatus from, enum gstatus to, const void *channel);

/* A step of gp's life. Called by gp itself; for a step to GRUNNABLE, by the G that is about to make
 * gp ready. */
static inline void trace_step(struct g *gp, enum gstatus from, enum gstatus to, const void *channel)
{
    if (__builtin_expect(load_rlx(&tracing) != 0, 0)) /* relaxed: trace_event() reads it again */
        trace_event(gp, from, to, channel);
}

#endif
