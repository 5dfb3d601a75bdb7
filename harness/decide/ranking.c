/* Ranks the variants of a cell (ranking.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/ranking.h"
#include "harness/base/multiple.h"
#include "harness/base/signed_rank.h"
#include "harness/base/stats.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL 0.05

/* The variants of a cell, with what they cost in the rounds in which they ran side by side. */
struct field {
    const struct arm **arms;
    double **costs, *numbers;
    size_t count, rounds;
};

static void field_free(struct field *f)
{
    free(f->arms);
    free(f->costs);
    free(f->numbers);
}

static bool has_cost(const struct arms *arms, const struct arm *arm)
{
    for (size_t r = 0; r < arms->rounds; r++)
        if (!isnan(arm->costs[r]))
            return true;
    return false;
}

/* The first arm that has a cost in the round, or NULL. */
static const struct arm *first_in(const struct field *f, size_t round)
{
    for (size_t v = 0; v < f->count; v++)
        if (!isnan(f->arms[v]->costs[round]))
            return f->arms[v];
    return NULL;
}

static void fill_costs(struct field *f)
{
    for (size_t r = 0; r < f->rounds; r++) {
        const struct arm *first = first_in(f, r);
        for (size_t v = 0; v < f->count; v++)
            f->costs[v][r] = first && arms_meet(first, f->arms[v], r) ? f->arms[v]->costs[r] : NAN;
    }
}

static int field_make(struct field *f, const struct arms *arms, const char *label)
{
    *f = (struct field){.arms = malloc((arms->count + 1) * sizeof(*f->arms)),
                        .rounds = arms->rounds};
    if (!f->arms)
        return -ENOMEM;
    for (size_t i = 0; i < arms->count; i++) {
        const struct arm *arm = &arms->items[i];
        if (arm->cell.variant[0] && strcmp(arm->label, label) == 0 && has_cost(arms, arm))
            f->arms[f->count++] = arm;
    }
    if (f->count == 0)
        return -ENODATA;
    f->costs = malloc(f->count * sizeof(*f->costs));
    f->numbers = malloc(f->count * f->rounds * sizeof(*f->numbers));
    if (!f->costs || !f->numbers)
        return -ENOMEM;
    for (size_t v = 0; v < f->count; v++)
        f->costs[v] = f->numbers + v * f->rounds;
    fill_costs(f);
    return 0;
}

static int by_cost(const void *one, const void *other)
{
    const struct ranked *a = one, *b = other;
    return a->ns != b->ns ? (a->ns > b->ns) - (a->ns < b->ns)
                          : strcmp(a->arm->cell.variant, b->arm->cell.variant);
}

static const double *costs_of(const struct field *f, const struct arm *arm)
{
    size_t v = 0;
    while (f->arms[v] != arm)
        v++;
    return f->costs[v];
}

/* One over the other, at a level; `scratch` has room for all rounds. */
static int ratio_of(const double *over, const double *under, size_t rounds, double level,
                    double *scratch, struct ratio_interval *times)
{
    struct signed_rank s;
    struct signed_rank_interval interval;
    size_t count = 0;
    *times = (struct ratio_interval){NAN, NAN, NAN};
    for (size_t r = 0; r < rounds; r++)
        if (!isnan(over[r]) && !isnan(under[r]))
            scratch[count++] = over[r] - under[r];
    if (count == 0)
        return 0;
    int status = signed_rank_make(&s, scratch, count);
    if (status)
        return status;
    signed_rank_interval(&s, level, &interval);
    *times = (struct ratio_interval){exp(signed_rank_estimate(&s)), exp(interval.low),
                                     exp(interval.high)};
    signed_rank_free(&s);
    return 0;
}

/* Fills the rows, sorts them, and takes each over the first. */
static int fill_rows(struct ranking *ranking, const struct field *f, const bool *best,
                     double *scratch)
{
    for (size_t v = 0; v < f->count; v++) {
        size_t count = 0;
        for (size_t r = 0; r < f->rounds; r++)
            if (!isnan(f->costs[v][r]))
                scratch[count++] = f->costs[v][r];
        ranking->items[v] = (struct ranked){
            .arm = f->arms[v], .ns = exp(stats_median(scratch, count)), .may_be_best = best[v]};
        ranking->best_count += best[v];
    }
    ranking->count = f->count;
    qsort(ranking->items, f->count, sizeof(*ranking->items), by_cost);
    ranking->items[0].times = (struct ratio_interval){1, NAN, NAN};
    const double *first = costs_of(f, ranking->items[0].arm);
    int status = 0;
    for (size_t i = 1; i < f->count && !status; i++)
        status = ratio_of(costs_of(f, ranking->items[i].arm), first, f->rounds,
                          LEVEL / (double)(f->count - 1), scratch, &ranking->items[i].times);
    return status;
}

static int rank_field(struct ranking *ranking, const struct field *f)
{
    bool *best = malloc(f->count * sizeof(*best));
    double *scratch = malloc((f->rounds + 1) * sizeof(*scratch));
    ranking->items = malloc(f->count * sizeof(*ranking->items));
    int status = best && scratch && ranking->items ? 0 : -ENOMEM;
    if (!status)
        status = multiple_best((const double *const *)f->costs, f->count, f->rounds, LEVEL, best);
    if (!status)
        status = fill_rows(ranking, f, best, scratch);
    free(best);
    free(scratch);
    for (size_t r = 0; r < f->rounds; r++)
        ranking->rounds += first_in(f, r) != NULL;
    return status;
}

int ranking_make(struct ranking *ranking, const struct arms *arms, const char *label)
{
    struct field f;
    *ranking = (struct ranking){.items = NULL};
    int status = field_make(&f, arms, label);
    if (!status)
        status = rank_field(ranking, &f);
    field_free(&f);
    if (status)
        ranking_free(ranking);
    return status;
}

void ranking_free(struct ranking *ranking)
{
    free(ranking->items);
    *ranking = (struct ranking){.items = NULL};
}

const struct ranked *ranking_find(const struct ranking *ranking, const char *variant)
{
    for (size_t i = 0; i < ranking->count; i++)
        if (strcmp(ranking->items[i].arm->cell.variant, variant) == 0)
            return &ranking->items[i];
    return NULL;
}

const struct ranked *ranking_next(const struct ranking *ranking)
{
    for (size_t i = 0; i < ranking->count; i++)
        if (!ranking->items[i].may_be_best)
            return &ranking->items[i];
    return NULL;
}
