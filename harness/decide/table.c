/* Compares two variants of a run (table.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/table.h"
#include "harness/base/multiple.h"
#include "harness/base/stats.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The rounds that two arms share. */
struct pair {
    const struct arms *arms;
    const struct arm *a, *b;
    size_t rounds;
    double *differences, *levels; /* b - a; how slow the machine was, NaN if unknown */
    double *a_costs, *b_costs;
};

enum { LISTS = 5 }; /* of a pair, with one that is scratch */

bool compared_moved(const struct compared *c)
{
    return (c->verdict.kind == VERDICT_SLOWER || c->verdict.kind == VERDICT_FASTER) &&
           c->q <= TABLE_MARK;
}

bool compared_beyond(const struct compared *c, double share)
{
    return c->verdict.kind == VERDICT_SLOWER && c->verdict.times.low > 1 + share;
}

/* The middle of an arm's costs over the run; `scratch` has room for all rounds. */
static double middle_of(const struct arms *arms, const struct arm *arm, double *scratch)
{
    size_t count = 0;
    for (size_t r = 0; r < arms->rounds; r++)
        if (!isnan(arm->costs[r]))
            scratch[count++] = arm->costs[r];
    return stats_median(scratch, count);
}

/* How slow the machine was in each round of the run, by the other variants of the same cell: the
 * mean of their costs, each less its own middle. */
static void fill_levels(const struct pair *p, double *levels, double *scratch)
{
    for (size_t r = 0; r < p->arms->rounds; r++)
        levels[r] = NAN;
    size_t *counts = calloc(p->arms->rounds + 1, sizeof(*counts));
    for (size_t i = 0; counts && i < p->arms->count; i++) {
        const struct arm *other = &p->arms->items[i];
        if (other == p->a || other == p->b || strcmp(other->label, p->a->label) != 0)
            continue;
        double middle = middle_of(p->arms, other, scratch);
        for (size_t r = 0; r < p->arms->rounds; r++)
            if (!isnan(other->costs[r])) {
                double off = other->costs[r] - middle, mean = counts[r]++ ? levels[r] : 0;
                levels[r] = mean + (off - mean) / (double)counts[r];
            }
    }
    free(counts);
}

/* Fills a pair's lists, which have room for all rounds each. */
static void fill_pair(struct pair *p, double *scratch)
{
    fill_levels(p, p->levels, scratch);
    for (size_t r = 0; r < p->arms->rounds; r++) {
        double a = p->a->costs[r], b = p->b->costs[r];
        if (!arms_meet(p->a, p->b, r))
            continue;
        p->differences[p->rounds] = b - a;
        p->levels[p->rounds] = p->levels[r];
        p->a_costs[p->rounds] = a;
        p->b_costs[p->rounds++] = b;
    }
}

/* Sorts an arm's costs and finds its modes: a fifth of the processes on either side, and three. */
static struct modes find_modes(double *costs, size_t count)
{
    enum { LEAST = 3, SHARE = 5 };
    struct modes m = {.two = false};
    double at;
    size_t low = 0, least = count / SHARE > LEAST ? count / SHARE : LEAST;
    if (!clumps_two(costs, count, least, &at))
        return m;
    while (costs[low] < at)
        low++;
    return (struct modes){true, exp(stats_median(costs, low)),
                          exp(stats_median(costs + low, count - low)), low, count - low};
}

static int judge(struct pair *p, unsigned margin, struct compared *c)
{
    *c = (struct compared){
        .label = p->a->label, .left_out = arms_rounds(p->arms, p->a) - p->rounds, .q = NAN};
    c->a_ns = exp(stats_median(p->a_costs, p->rounds));
    c->b_ns = exp(stats_median(p->b_costs, p->rounds));
    int status = verdict_make(&c->verdict, p->differences, p->rounds, p->arms->looks, margin);
    if (status)
        return p->rounds ? status : 0; /* a pair without rounds is one that nobody can tell */
    status = verdict_speeds(&c->speeds, p->differences, p->levels, p->rounds, p->arms->looks);
    if (status)
        return status;
    if (c->speeds.differ)
        c->verdict.kind = VERDICT_CANT_TELL;
    c->a_modes = find_modes(p->a_costs, p->rounds);
    c->b_modes = find_modes(p->b_costs, p->rounds);
    if (c->a_modes.two && c->b_modes.two) /* the machine's, not an arm's */
        c->a_modes.two = c->b_modes.two = false;
    return 0;
}

/* One cell of a run: pairs its arms and judges them. */
static int compare_arms(const struct arms *arms, const struct arm *a, const struct arm *b,
                        unsigned margin, struct compared *c)
{
    double *lists = malloc((arms->rounds + 1) * LISTS * sizeof(*lists));
    if (!lists)
        return -ENOMEM;
    size_t room = arms->rounds;
    struct pair p = {arms, a, b, 0, lists, lists + room, lists + 2 * room, lists + 3 * room};
    fill_pair(&p, lists + 4 * room);
    int status = judge(&p, margin, c);
    free(lists);
    return status;
}

/* What moved comes first, and of that what is slower; then what nobody can tell; then the same. */
static int rank_of(const struct compared *c)
{
    return compared_moved(c) ? 0 : c->verdict.kind == VERDICT_SAME ? 2 : 1;
}

static int compare_compared(const void *x, const void *y)
{
    const struct compared *a = x, *b = y;
    int ranks = rank_of(a) - rank_of(b);
    double i = isnan(a->verdict.times.ratio) ? 0 : a->verdict.times.ratio;
    double j = isnan(b->verdict.times.ratio) ? 0 : b->verdict.times.ratio;
    return ranks ? ranks : i != j ? (i < j) - (i > j) : strcmp(a->label, b->label);
}

static int add_marks(struct table *t)
{
    double *p = malloc(2 * (t->count + 1) * sizeof(*p)), *q = p ? p + t->count : NULL;
    if (!p)
        return -ENOMEM;
    for (size_t i = 0; i < t->count; i++)
        p[i] = t->items[i].verdict.p;
    int status = multiple_bh(p, t->count, q);
    for (size_t i = 0; !status && i < t->count; i++) {
        struct compared *c = &t->items[i];
        c->q = q[i];
        bool same = c->verdict.kind == VERDICT_SAME;
        t->moved += compared_moved(c);
        t->same += same;
        if (same && c->verdict.within > t->within)
            t->within = c->verdict.within;
    }
    t->cant_tell = t->count - t->moved - t->same;
    free(p);
    return status;
}

int table_make(struct table *table, const struct arms *arms, const char *a, const char *b,
               unsigned margin)
{
    int status = 0;
    *table = (struct table){.items = malloc((arms->count + 1) * sizeof(*table->items)),
                            .looks = arms->looks};
    if (!table->items)
        return -ENOMEM;
    for (size_t i = 0; !status && i < arms->count; i++) {
        const struct arm *x = &arms->items[i];
        const struct arm *y = arms_find(arms, x->label, b);
        if (strcmp(x->cell.variant, a) == 0 && y)
            status = compare_arms(arms, x, y, margin, &table->items[table->count++]);
    }
    if (!status)
        status = table->count ? add_marks(table) : -ENODATA;
    if (status)
        table_free(table);
    else
        qsort(table->items, table->count, sizeof(*table->items), compare_compared);
    return status;
}

void table_free(struct table *table)
{
    free(table->items);
    *table = (struct table){0};
}
