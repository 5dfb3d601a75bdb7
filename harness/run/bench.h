/* Running one window of one scenario: workers of our own, each bound to its PU, started together,
 * timed, joined and checked. */
#ifndef HARNESS_RUN_BENCH_H
#define HARNESS_RUN_BENCH_H

#include "harness/base/cell.h"
#include "harness/counters/counters.h"
#include "harness/scenarios/scenario.h"
#include <stddef.h>
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
bool window_is_crowd(const struct scenario *s, const struct cell_params *params);

/* Runs one window. Returns 0, or a negative errno with one sentence in `error`: -EXDEV where a
 * worker could not be bound, -EBADMSG where the scenario's check failed. */
int window_run(struct window_spec *spec, struct window *out, char *error, size_t size);

#endif
