/* The order in which a round runs a plan: the blocks shuffled, and the cells of each. It follows
 * from the seed and the round's number alone, so that a sweep that goes on with a run goes on in
 * the order that the run began with. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_ORDER_H
#define HARNESS_SWEEP_ORDER_H

#include "harness/sweep/plan.h"

/* A block's cells are cells[first] and the count - 1 after it. */
struct order_block {
    size_t first, count;
};

struct order {
    struct order_block *blocks; /* plan->blocks of them */
    size_t *cells;              /* indices into plan->cells, plan->count of them */
};

/* Makes an order that order_shuffle() fills, for a plan that outlives it. Returns 0 or -ENOMEM;
 * order_free() releases it either way. */
int order_make(struct order *order, const struct plan *plan);
void order_free(struct order *order);

/* Puts the plan into the order of a round. Returns 0 or -ENOMEM. */
int order_shuffle(struct order *order, const struct plan *plan, uint64_t seed, uint32_t round);

#endif
