/* A window, as data: what is to be run, and what came of it. */
#ifndef HARNESS_RUN_SPEC_H
#define HARNESS_RUN_SPEC_H

#include "harness/base/cell.h"
#include "harness/counters/counters.h"
#include "harness/scenarios/scenario.h"
#include <stdbool.h>
#include <stdint.h>

struct topo;

struct window_spec {
    const struct scenario *scenario;
    const struct hchan_variant *variant; /* of the scenario's instance; NULL for a floor */
    struct cell_params params;           /* with no value absent that the scenario has */
    const struct topo *topo;
    unsigned pu[2];          /* workers take turns on these; equal where they share one */
    uint64_t ops;            /* of one call of the lead; ignored by a crowd */
    uint64_t window_ns;      /* the lead is called until so much time is up, but once at least, and
                                once only where the scenario has a number of operations of its own;
                                of a crowd, the least that its window lasts */
    bool warm;               /* warm up before the window; off where everything is to be counted */
    struct latency *latency; /* SIDES histograms to add to, or NULL */
    const struct counters_plan *counters; /* to count hardware events, or NULL */
    const char *domain;                   /* user or kernel */
    uint64_t counter_sums[COUNTERS_MAX];  /* what was counted */
};

struct window {
    struct sample sample;  /* process and index left 0 */
    uint64_t ops_all;      /* warm-up included */
    uint64_t sends, recvs; /* calls made, where the instance is traced */
};

/* Whether all workers do the same for a time (else one leads). */
static inline bool window_is_crowd(const struct scenario *s, const struct cell_params *params)
{
    return s->crowd && (params->threads > 1 || !s->lead);
}

#endif
