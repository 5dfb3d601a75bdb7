/* Ranks the variants of a block (standings.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/standings.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What an arm cost in ns; `scratch` has room for all rounds. */
static struct interval cost_of(const struct arms *arms, const struct arm *arm, double *scratch)
{
    struct interval cost;
    size_t count = 0;
    for (size_t r = 0; r < arms->rounds; r++)
        if (!isnan(arm->costs[r]))
            scratch[count++] = exp(arm->costs[r]);
    stats_interval(scratch, count, &cost);
    return cost;
}

static int by_cost(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->cost.median != y->cost.median)
        return x->cost.median < y->cost.median ? -1 : 1;
    return strcmp(x->arm->cell.variant, y->arm->cell.variant);
}

/* Fills how a variant stands to the first of so many. */
static int compare(const struct arms *arms, const struct arm *first, size_t variants,
                   double *scratch, struct ranked *r)
{
    size_t count = 0;
    for (size_t i = 0; i < arms->rounds; i++)
        if (arms_meet(first, r->arm, i))
            scratch[count++] = r->arm->costs[i] - first->costs[i];
    return standing_make(&r->standing, scratch, count, variants, arms->looks);
}

int standings_make(const struct arms *arms, const char *label, struct ranking *ranking)
{
    double *scratch = malloc((arms->rounds + 1) * sizeof(*scratch));
    *ranking = (struct ranking){.items = calloc(arms->count + 1, sizeof(*ranking->items))};
    int status = scratch && ranking->items ? 0 : -ENOMEM;
    for (size_t i = 0; !status && i < arms->count; i++) {
        const struct arm *arm = &arms->items[i];
        if (!arm->cell.variant[0] || strcmp(arm->label, label) != 0)
            continue;
        struct ranked *r = &ranking->items[ranking->count];
        *r = (struct ranked){.arm = arm, .cost = cost_of(arms, arm, scratch)};
        ranking->count += r->cost.count > 0;
    }
    if (!status)
        qsort(ranking->items, ranking->count, sizeof(*ranking->items), by_cost);
    for (size_t i = 1; !status && i < ranking->count; i++)
        status = compare(arms, ranking->items[0].arm, ranking->count, scratch, &ranking->items[i]);
    if (!status && ranking->count)
        ranking->items[0].standing = standing_fastest();
    free(scratch);
    if (status)
        standings_free(ranking);
    return status;
}

void standings_free(struct ranking *ranking)
{
    free(ranking->items);
    *ranking = (struct ranking){0};
}
