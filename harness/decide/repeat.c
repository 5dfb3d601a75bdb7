/* Compares the ratios of two runs (repeat.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/repeat.h"
#include "harness/base/stats.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    int status = arms_ratio(first, base, arm, &r->first);
    if (!status)
        status = arms_ratio(second, arms_find(second, r->label, r->base),
                            arms_find(second, r->label, r->variant), &r->second);
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
