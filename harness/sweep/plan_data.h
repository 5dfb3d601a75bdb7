/* A plan as data: cells in blocks, and how they are sampled. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PLAN_DATA_H
#define HARNESS_SWEEP_PLAN_DATA_H

#include "harness/base/cell.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
    const char *mode; /* the name of the plan, or of its file */
    struct sampling sampling;
    bool adaptive; /* a block may have fewer rounds (looks.h) */
    struct cell *cells;
    size_t *block; /* of each cell: 0, 1, ... */
    size_t count, blocks;
};

#endif
