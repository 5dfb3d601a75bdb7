/* Compares the ratios of two runs (repeat.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/repeat.h"
#include "harness/base/stats.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* B over A in a run; NaN without enough rounds. */
static int ratio_of(const struct arms *arms, const char *label, const char *a, const char *b,
                    struct ratio_interval *times)
{
    const struct arm *x = arms_find(arms, label, a), *y = arms_find(arms, label, b);
    struct verdict verdict;
    size_t count = 0;
    *times = (struct ratio_interval){NAN, NAN, NAN};
    double *differences = malloc((arms->rounds + 1) * sizeof(*differences));
    if (!differences)
        return -ENOMEM;
    for (size_t r = 0; x && y && r < arms->rounds; r++)
        if (arms_meet(x, y, r))
            differences[count++] = y->costs[r] - x->costs[r];
    int status =
        count ? verdict_make(&verdict, differences, count, arms->looks, VERDICT_MARGIN) : 0;
    if (count && !status)
        *times = verdict.times;
    free(differences);
    return status;
}

/* The first variant of a cell, in the order of the run, that the other run has as well. */
static const struct arm *base_of(const struct arms *first, const struct arms *second,
                                 const char *label)
{
    for (size_t i = 0; i < first->count; i++) {
        const struct arm *arm = &first->items[i];
        if (arm->cell.variant[0] && strcmp(arm->label, label) == 0 &&
            arms_find(second, label, arm->cell.variant))
            return arm;
    }
    return NULL;
}

static int add(struct repeats *repeats, const struct arms *first, const struct arms *second,
               const struct arm *base, const struct arm *arm)
{
    struct repeated *r = &repeats->items[repeats->count];
    *r = (struct repeated){
        .label = arm->label, .base = base->cell.variant, .variant = arm->cell.variant};
    int status = ratio_of(first, r->label, r->base, r->variant, &r->first);
    if (!status)
        status = ratio_of(second, r->label, r->base, r->variant, &r->second);
    if (status || isnan(r->first.low) || isnan(r->second.low))
        return status;
    r->change = log(r->second.ratio / r->first.ratio);
    r->apart = r->first.high < r->second.low || r->second.high < r->first.low;
    repeats->apart += r->apart;
    repeats->count++;
    return 0;
}

static int by_change(const void *one, const void *other)
{
    const struct repeated *a = one, *b = other;
    double x = fabs(a->change), y = fabs(b->change);
    return x != y ? (x < y) - (x > y) : strcmp(a->label, b->label);
}

/* Sorts, and finds the middle change. */
static int finish(struct repeats *repeats)
{
    double *changes = malloc((repeats->count + 1) * sizeof(*changes));
    if (!changes)
        return -ENOMEM;
    for (size_t i = 0; i < repeats->count; i++)
        changes[i] = fabs(repeats->items[i].change);
    repeats->median_change = stats_median(changes, repeats->count);
    free(changes);
    qsort(repeats->items, repeats->count, sizeof(*repeats->items), by_change);
    return repeats->count ? 0 : -ENODATA;
}

int repeats_make(struct repeats *repeats, const struct arms *first, const struct arms *second)
{
    int status = 0;
    *repeats = (struct repeats){.items = calloc(first->count + 1, sizeof(*repeats->items))};
    if (!repeats->items)
        return -ENOMEM;
    for (size_t i = 0; i < first->count && !status; i++) {
        const struct arm *arm = &first->items[i], *base = base_of(first, second, arm->label);
        if (arm->cell.variant[0] && base && base != arm &&
            arms_find(second, arm->label, arm->cell.variant))
            status = add(repeats, first, second, base, arm);
    }
    if (!status)
        status = finish(repeats);
    if (status)
        repeats_free(repeats);
    return status;
}

void repeats_free(struct repeats *repeats)
{
    free(repeats->items);
    *repeats = (struct repeats){.items = NULL};
}
