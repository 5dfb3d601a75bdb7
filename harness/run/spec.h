/* A window as data: what is to be run, and what came of it. */
/* SPDX-License-Identifier: MIT */
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
    struct cell_params params;           /* each that the scenario has is there */
    const struct topo *topo;
    unsigned pu[2]; /* workers are placed on these in turn; equal if all share one */
    uint64_t ops;   /* in one call of the lead; a crowd ignores it */
    /* A lead is called until this time is up, and at least once; exactly once if the scenario has a
     * number of operations of its own. A crowd's window lasts at least so long. */
    uint64_t window_ns;
    bool warm;               /* warm up before the window; off where everything is counted */
    double waste;            /* the share of its time that a lead wastes besides (twin.h) */
    struct latency *latency; /* SIDES histograms to add to, or NULL */
    const struct counters_plan *counters; /* hardware events to count, or NULL */
    const char *domain;                   /* user or kernel */
    uint64_t counter_sums[COUNTERS_MAX];  /* out: the events' counts */
};

struct window {
    struct sample sample;  /* process and index are left 0 */
    uint64_t ops_all;      /* warm-up included */
    uint64_t sends, recvs; /* calls made, if the instance is traced */
};

/* Whether all workers do the same for a time; otherwise one of them leads. */
static inline bool window_is_crowd(const struct scenario *s, const struct cell_params *params)
{
    return s->crowd && (params->threads > 1 || !s->lead);
}

#endif
