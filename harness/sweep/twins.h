/* The plan by which the lab tests itself: some cells of a plan, each with twins
 * (harness/base/twin.h) that run side by side with it, and cells of known costs. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_TWINS_H
#define HARNESS_SWEEP_TWINS_H

#include "harness/base/lists.h"
#include "harness/sweep/plan.h"

struct twins {
    unsigned copies;         /* of each cell, itself counted: 1 to TWINS_MAX */
    struct uint_list wastes; /* percent, of further twins */
    size_t cells;            /* at most so many cells of the plan, drawn at random; 0: all */
    uint64_t seed;           /* of the draw */
};

/* Replaces the cells of a plan. Peers and floors are left out, but for the floor of the timer; a
 * crowd has no twin that wastes, since nobody leads its windows. EXIT_OK, or the status after one
 * complaint line; the plan is the caller's to free either way. */
int twins_make(struct plan *plan, const struct twins *twins);

#endif
