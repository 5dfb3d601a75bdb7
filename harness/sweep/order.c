/* Shuffles a plan (order.h). No state but the caller's. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/order.h"
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>
#include <string.h>

int order_make(struct order *order, const struct plan *plan)
{
    order->blocks = calloc(plan->blocks, sizeof(*order->blocks));
    order->cells = calloc(plan->count, sizeof(*order->cells));
    return order->blocks && order->cells ? 0 : -ENOMEM;
}

void order_free(struct order *order)
{
    free(order->blocks);
    free(order->cells);
}

/* As the plan has it. */
static void set_back(struct order *order, const struct plan *plan)
{
    memset(order->blocks, 0, plan->blocks * sizeof(*order->blocks));
    for (size_t i = 0; i < plan->count; i++) {
        struct order_block *block = &order->blocks[plan->block[i]];
        block->first = block->count++ ? block->first : i;
        order->cells[i] = i;
    }
}

/* Mixes all bits of both into the 32 that the generator takes (the finalizer of splitmix64). */
static uint32_t seed_of(uint64_t seed, uint32_t round)
{
    uint64_t z = seed + 0x9e3779b97f4a7c15u * ((uint64_t)round + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)(z ^ (z >> 31));
}

int order_shuffle(struct order *order, const struct plan *plan, uint64_t seed, uint32_t round)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!rng)
        return -ENOMEM;
    set_back(order, plan);
    gsl_rng_set(rng, seed_of(seed, round));
    gsl_ran_shuffle(rng, order->blocks, plan->blocks, sizeof(*order->blocks));
    for (size_t b = 0; b < plan->blocks; b++) {
        struct order_block *block = &order->blocks[b];
        gsl_ran_shuffle(rng, order->cells + block->first, block->count, sizeof(*order->cells));
    }
    gsl_rng_free(rng);
    return 0;
}
