/* What a sweep will run: cells, and how each is sampled. A plan is made from the user's choices and
 * the machine's PUs. It is data, and making it runs nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PLAN_H
#define HARNESS_SWEEP_PLAN_H

#include "harness/base/cell.h"
#include "harness/sweep/choices.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct topo;

/* How a cell is sampled. */
struct sampling {
    uint32_t processes; /* per cell */
    uint32_t samples;   /* windows per process */
    uint64_t window_ns; /* the length aimed at */
    uint64_t limit_ns;  /* longest window of a scenario with its own number of operations */
    uint64_t kill_ns;   /* a process that takes longer is killed, which is recorded */
};

/* The most processes of a cell in an adaptive plan. */
enum { ADAPTIVE_MAX = 40 };

/* The cells are in blocks: of one scenario, its parameters and its place, with all variants and
 * peers; and of the floors of one place. Those of a block stand together, and run side by side,
 * since only what does is comparable on a machine whose speed changes. */
struct plan {
    const char *mode; /* how cells are sampled: quick or full */
    struct sampling sampling;
    bool adaptive; /* a block may have fewer rounds (looks.h) */
    struct cell *cells;
    size_t *block; /* of each cell: 0, 1, ... */
    size_t count, blocks;
};

/* Makes the plan. Returns EXIT_OK, or the exit status after one complaint line: what
 * choices_check() refuses, a place that this machine does not have, or more cells than there is
 * room for. plan_free() releases it. */
int plan_make(struct plan *plan, const struct choices *choices, const struct topo *topo);
void plan_free(struct plan *plan);

/* An estimate of the time that the plan takes, in seconds. */
double plan_seconds(const struct plan *plan);

#endif
