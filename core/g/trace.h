/* Steps for a trace that may be running (hchan/trace.h). */
#ifndef CORE_G_TRACE_H
#define CORE_G_TRACE_H

#include "core/g/g.h"
#include <hchan/trace.h>

/* Whether a trace runs, and a step for it. */
extern _Atomic uint32_t tracing;
void trace_event(struct g *gp, enum gstatus from, enum gstatus to, const void *channel);

/* A step of gp's life: by gp itself, or to GRUNNABLE by who is about to make it ready. */
static inline void trace_step(struct g *gp, enum gstatus from, enum gstatus to, const void *channel)
{
    if (__builtin_expect(load_rlx(&tracing) != 0, 0)) /* a hint; trace_event() looks again */
        trace_event(gp, from, to, channel);
}

#endif
