/* The curves of a workload: its cost over each parameter that has several values in the run, for
 * the first block of all other parameters. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/escape.h"
#include "plots/sections.h"
#include "plots/svg.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CURVES_MAX = 8, VALUES_MAX = 24 };

#define PARAMETER(name)                         \
    {                                           \
#name, offsetof(struct page_cell, name) \
    }
static const struct parameter {
    const char *key;
    size_t offset;
} parameters[] = {
    PARAMETER(capacity), PARAMETER(elem), PARAMETER(threads), PARAMETER(work),
    PARAMETER(held),     PARAMETER(away), PARAMETER(lines),
};

enum { PARAMETERS = sizeof(parameters) / sizeof(parameters[0]) };

/* One chart: a scenario and a parameter, and the cell whose other parameters it has. */
struct curves {
    const struct page *p;
    const struct parameter *x;
    const struct page_cell *like;
    double values[VALUES_MAX]; /* in order */
    size_t count;
};

static double value_of(const struct page_cell *c, const struct parameter *x)
{
    return *(const double *)((const char *)c + x->offset);
}

/* Whether two cells differ in this parameter and the variant only. */
static bool same_otherwise(const struct page_cell *a, const struct page_cell *b,
                           const struct parameter *x)
{
    bool same = strcmp(a->scenario, b->scenario) == 0 && strcmp(a->place, b->place) == 0;
    for (size_t i = 0; i < PARAMETERS && same; i++) {
        double u = value_of(a, &parameters[i]), v = value_of(b, &parameters[i]);
        same = &parameters[i] == x || u == v || (isnan(u) && isnan(v));
    }
    return same;
}

static bool is_drawn(const struct curves *k, const struct page_cell *c)
{
    return cell_is_ok(c) && !cell_is_impure(c) && !cell_is_uncontended(c) && c->median_ns > 0 &&
           isfinite(value_of(c, k->x)) && same_otherwise(c, k->like, k->x);
}

static void add_value(struct curves *k, double value)
{
    size_t at = 0;
    while (at < k->count && k->values[at] < value)
        at++;
    if (k->count == VALUES_MAX || (at < k->count && k->values[at] == value))
        return;
    memmove(&k->values[at + 1], &k->values[at], (k->count - at) * sizeof(k->values[0]));
    k->values[at] = value;
    k->count++;
}

/* Where a value lies on the axis: logarithmic, or in equal steps if one of them is 0. */
static double position(const struct curves *k, double value)
{
    size_t at = 0;
    if (k->values[0] > 0)
        return (double)(k->count - 1) * log(value / k->values[0]) /
               log(k->values[k->count - 1] / k->values[0]);
    while (at + 1 < k->count && k->values[at] < value)
        at++;
    return (double)at;
}

/* Puts down one variant's curve; returns how many points it has. */
static size_t put_curve(const struct curves *k, const char *variant, FILE *out, double *low,
                        double *high)
{
    size_t points = 0;
    for (size_t v = 0; v < k->count; v++)
        for (size_t i = 0; i < k->p->m->sorted_count; i++) {
            const struct page_cell *c = k->p->m->sorted[i];
            if (!is_drawn(k, c) || strcmp(c->variant, variant) != 0 ||
                value_of(c, k->x) != k->values[v])
                continue;
            bool interval = cell_has_interval(c) && c->ci_low_ns > 0;
            double from = interval ? c->ci_low_ns : c->median_ns;
            double to = interval ? c->ci_high_ns : c->median_ns;
            fprintf(out, "%.6g\t%.9g\t%.9g\t%.9g\n", position(k, k->values[v]), c->median_ns, from,
                    to);
            *low = fmin(*low, from);
            *high = fmax(*high, to);
            points++;
        }
    return points;
}

/* A variant's cost over all values that are drawn: the sum of the logs, less for a cheaper one; NaN
 * if it has fewer than two. */
static double level_of(const struct curves *k, const char *variant)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < k->p->m->sorted_count; i++) {
        const struct page_cell *c = k->p->m->sorted[i];
        if (is_drawn(k, c) && strcmp(c->variant, variant) == 0) {
            sum += log(c->median_ns);
            count++;
        }
    }
    return count > 1 ? sum / (double)count : NAN;
}

/* Whether it is one of the cheapest that have a curve. */
static bool has_curve(const struct curves *k, size_t variant)
{
    double own = level_of(k, k->p->m->variants[variant]);
    size_t cheaper = 0;
    for (size_t v = 0; v < k->p->m->variant_count; v++) {
        double other = level_of(k, k->p->m->variants[v]);
        cheaper += other < own || (other == own && v < variant);
    }
    return isfinite(own) && cheaper < CURVES_MAX;
}

static int draw_file(const struct curves *k, const char *name, const char *looks, size_t count,
                     double low, double high)
{
    char settings[1500], tics[600] = "";
    for (size_t v = 0; v < k->count; v++)
        snprintf(tics + strlen(tics), sizeof(tics) - strlen(tics), "%g %.4g ", k->values[v],
                 position(k, k->values[v]));
    snprintf(settings, sizeof(settings),
             "width=420; height=%zu; curves=%zu; last=%zu; ymin=%g; ymax=%g; looks='%s'; "
             "tics='%s'; heading='by %s'",
             300 + 14 * count, count, k->count - 1, low / 1.3, high * 1.3, looks, tics, k->x->key);
    return svg_draw(&(struct drawing){k->p->directory, "curves.gp", name, settings}, k->p->error,
                    k->p->size);
}

/* Draws the chart. *drawn says whether there was anything to draw. */
static int draw(const struct curves *k, const char *name, bool *drawn)
{
    char file[PATH_MAX], looks[300] = "";
    struct file_draft draft;
    double low = INFINITY, high = 0;
    size_t count = 0;
    int status = file_draft(&draft);
    if (status)
        return status;
    for (size_t v = 0; v < k->p->m->variant_count; v++) {
        struct page_cell like = {.variant = k->p->m->variants[v], .variant_index = v};
        if (!has_curve(k, v))
            continue;
        fputs(count++ ? "\n\n" : "", draft.out);
        escape_label(draft.out, like.variant);
        fputc('\n', draft.out);
        put_curve(k, like.variant, draft.out, &low, &high);
        snprintf(looks + strlen(looks), sizeof(looks) - strlen(looks), "#%06x %u ",
                 variant_colour(k->p->m, &like), variant_point(k->p->m, &like));
    }
    *drawn = count > 0;
    if (snprintf(file, sizeof(file), "%s/data/%s.tsv", k->p->directory, name) >= (int)sizeof(file))
        status = -ENAMETOOLONG;
    if (status || count == 0) {
        file_discard(&draft);
        return status;
    }
    status = file_commit(&draft, file);
    return status ? status : draw_file(k, name, looks, count, low, high);
}

/* The curves over one parameter, for the first block that has two values of it. */
static bool choose(struct curves *k, const char *scenario)
{
    for (size_t i = 0; i < k->p->m->sorted_count; i++) {
        k->like = k->p->m->sorted[i];
        k->count = 0;
        if (strcmp(k->like->scenario, scenario) != 0)
            continue;
        for (size_t n = 0; n < k->p->m->sorted_count; n++)
            if (is_drawn(k, k->p->m->sorted[n]))
                add_value(k, value_of(k->p->m->sorted[n], k->x));
        if (k->count > 1)
            return true;
    }
    return false;
}

int workload_curves(const struct page *p, const char *scenario)
{
    for (size_t i = 0; i < PARAMETERS; i++) {
        struct curves k = {.p = p, .x = &parameters[i]};
        struct words name = words_format("curve-%s-%s", scenario, parameters[i].key);
        bool drawn = false;
        int status = choose(&k, scenario) ? draw(&k, name.text, &drawn) : 0;
        if (status)
            return status;
        if (!drawn)
            continue;
        const char *at = cell_parameters(k.like);
        doc_figures_begin(p->d);
        doc_figure(p->d, name.text,
                   words_format("Chart: cost by %s, %s", parameters[i].key, scenario).text);
        doc_figures_end(p->d,
                        "The cost of %s by %s, all else as in %s; of the cheapest variants, at "
                        "most %d.",
                        scenario, parameters[i].key, at + (*at == '/'), CURVES_MAX);
    }
    return 0;
}
