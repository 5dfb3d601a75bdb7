/* The latency of single operations: percentile curves by path and side, and a table. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/warmup.h"
#include "plots/chart.h"
#include "plots/escape.h"
#include "plots/sections.h"
#include "plots/svg.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static const char *const paths[] = {"handoff", "buffer", "park"};
static const char *const sides[] = {"send", "recv", "delivery", "wait"};
static const struct {
    const char *column;
    double quantile;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};

enum { PATHS = 3, SIDES = 4, QUANTILES = 4 };

/* The place whose latency is shown: the nearest with two PUs, otherwise any. */
static const char *shown_place(const struct model *m, const char *path)
{
    const char *place = "";
    for (size_t i = 0; i < m->headline_count; i++) {
        const struct page_cell *c = m->headline[i];
        if (strcmp(c->path, path) != 0 || c->place[0] == '\0')
            continue;
        if (strcmp(c->place, "same-pu") != 0)
            return c->place;
        place = c->place;
    }
    return place;
}

/* The points of a curve: for each bucket the percentile (in nines) and its upper end in ns. */
static size_t put_histogram(const struct model *m, const struct page_cell *c, const char *side,
                            FILE *out)
{
    const struct tsv *t = &m->histogram;
    size_t latency = model_latency_row(m, c, side), points = 0;
    double count = tsv_number(&m->latency, latency, "count"), below = 0;
    for (size_t i = 0; i < t->rows && count > 0; i++) {
        if (strcmp(tsv_text(t, i, "name"), c->name) != 0 ||
            strcmp(tsv_text(t, i, "side"), side) != 0)
            continue;
        double ns = tsv_number(t, i, "high_ns"), share;
        below += tsv_number(t, i, "count");
        share = below / count;
        if (!(ns > 0) || !(share > 0))
            continue;
        fprintf(out, "%.6g\t%.9g\n", share < 1 ? -log10(1 - share) : log10(count), ns);
        points++;
    }
    return points;
}

static size_t put_quantiles(const struct model *m, const struct page_cell *c, const char *side,
                            FILE *out)
{
    size_t row = model_latency_row(m, c, side), points = 0;
    if (row == m->latency.rows)
        return 0;
    for (size_t i = 0; i < QUANTILES; i++) {
        double ns = tsv_number(&m->latency, row, quantiles[i].column);
        if (ns > 0) {
            fprintf(out, "%.6g\t%.9g\n", -log10(1 - quantiles[i].quantile), ns);
            points++;
        }
    }
    return points;
}

/* The lowest and the highest latency of all paths: the range of every drawing. */
static void fit_all(const struct model *m, double *low, double *high)
{
    *low = INFINITY;
    *high = 0;
    for (size_t i = 0; i < m->latency.rows; i++) {
        double least = tsv_number(&m->latency, i, "min"), most = tsv_number(&m->latency, i, "max");
        if (least > 0)
            *low = fmin(*low, least);
        if (most > 0)
            *high = fmax(*high, most);
    }
    if (!(*low < *high)) {
        *low = 10;
        *high = 1e6;
    }
}

enum { CURVES_MAX = 8 };

static bool has_curve(const struct model *m, const struct page_cell *c, const char *path,
                      const char *side)
{
    return strcmp(c->path, path) == 0 && strcmp(c->place, shown_place(m, path)) == 0 &&
           cell_is_ok(c) && !cell_is_impure(c) && model_latency_row(m, c, side) < m->latency.rows;
}

/* Whether it is one of the cheapest cells that have a curve. More curves would be unreadable. */
static bool is_drawn(const struct model *m, const struct page_cell *c, const char *path,
                     const char *side)
{
    size_t cheaper = 0;
    for (size_t i = 0; i < m->headline_count; i++)
        cheaper +=
            has_curve(m, m->headline[i], path, side) && m->headline[i]->median_ns < c->median_ns;
    return has_curve(m, c, path, side) && cheaper < CURVES_MAX;
}

/* Draws one path and side. Returns the drawing's name and how many curves it has. */
static int draw(const struct page *p, size_t path, size_t side, struct words *name, size_t *curves)
{
    char file[PATH_MAX], settings[768], colours[400] = "";
    struct file_draft draft;
    double low, high;
    fit_all(p->m, &low, &high);
    int status = file_draft(&draft);
    if (status)
        return status;
    *name = words_format("latency-%s-%s", paths[path], sides[side]);
    *curves = 0;
    for (size_t i = 0; i < p->m->headline_count && *curves < CURVES_MAX; i++) {
        const struct page_cell *c = p->m->headline[i];
        if (!is_drawn(p->m, c, paths[path], sides[side]))
            continue;
        fputs(*curves ? "\n\n" : "", draft.out);
        escape_label(draft.out, c->variant);
        fputc('\n', draft.out);
        if (!put_histogram(p->m, c, sides[side], draft.out) &&
            !put_quantiles(p->m, c, sides[side], draft.out))
            fputs("nan\tnan\n", draft.out);
        snprintf(colours + strlen(colours), sizeof(colours) - strlen(colours), "#%06x ",
                 variant_colour(p->m, c));
        ++*curves;
    }
    if (snprintf(file, sizeof(file), "%s/data/%s.tsv", p->directory, name->text) >=
        (int)sizeof(file))
        status = -ENAMETOOLONG;
    if (status || *curves == 0) {
        file_discard(&draft);
        return status;
    }
    status = file_commit(&draft, file);
    if (status)
        return status;
    snprintf(settings, sizeof(settings),
             "width=400; height=%zu; curves=%zu; ymin=%g; ymax=%g; colours='%s'; heading='%s: %s'",
             300 + 14 * *curves, *curves, low / 1.3, high * 1.3, colours, paths[path], sides[side]);
    return svg_draw(&(struct drawing){p->directory, "percentiles.gp", name->text, settings},
                    p->error, p->size);
}

static const struct doc_column columns[] = {
    {"path", COLUMN_WORD},  {"variant", COLUMN_WORD}, {"place", COLUMN_WORD},
    {"side", COLUMN_WORD},  {"count", COLUMN_NUMBER}, {"p50", COLUMN_NUMBER},
    {"p90", COLUMN_NUMBER}, {"p99", COLUMN_NUMBER},   {"p99.9", COLUMN_NUMBER},
    {"max", COLUMN_NUMBER},
};

static void put_table(const struct page *p)
{
    const struct tsv *t = &p->m->latency;
    doc_fold_begin(p->d, "Percentiles of every variant, place and side");
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < p->m->headline_count; i++) {
        const struct page_cell *c = p->m->headline[i];
        for (size_t side = 0; side < SIDES; side++) {
            size_t row = model_latency_row(p->m, c, sides[side]);
            if (row == t->rows)
                continue;
            doc_row(p->d, cell_is_impure(c) ? "impure" : "");
            doc_cell(p->d, c->path);
            doc_cell(p->d, c->variant);
            doc_cell(p->d, cell_place(c).text);
            doc_cell(p->d, sides[side]);
            doc_cell(p->d, number_count(tsv_number(t, row, "count")).text);
            for (size_t k = 0; k < QUANTILES; k++)
                doc_cell(p->d, number_ns(tsv_number(t, row, quantiles[k].column)).text);
            doc_cell(p->d, number_ns(tsv_number(t, row, "max")).text);
        }
    }
    doc_table_end(p->d);
    doc_aside(p->d, "small", "Measured in separate windows in which every operation is timed.");
    doc_fold_end(p->d);
}

bool has_latency(const struct model *m)
{
    for (size_t i = 0; i < m->headline_count; i++)
        for (size_t side = 0; side < SIDES; side++)
            if (model_latency_row(m, m->headline[i], sides[side]) < m->latency.rows)
                return true;
    return false;
}

int section_latency(const struct page *p)
{
    size_t drawn = 0;
    for (size_t i = 0; i < PATHS * SIDES; i++) {
        struct words name;
        size_t curves;
        int status = draw(p, i / SIDES, i % SIDES, &name, &curves);
        if (status)
            return status;
        if (!curves)
            continue;
        if (drawn++ == 0)
            doc_figures_begin(p->d);
        doc_figure(
            p->d, name.text,
            words_format("Chart: latency percentiles of %s, %s", paths[i / SIDES], sides[i % SIDES])
                .text);
    }
    if (drawn == 0) {
        doc_text(p->d, "This run has no latency histograms: n/a.");
        return 0;
    }
    const char *resolution = model_fact(&p->m->environment, "timer_resolution_ns");
    double timer = NAN;
    for (size_t i = 0; i < p->m->cell_count; i++)
        if (strcmp(p->m->cells[i].scenario, "floor-timer") == 0)
            timer = p->m->cells[i].median_ns;
    doc_figures_end(
        p->d,
        "x: percentile (4 nines is 99.99%%); y: time (logarithmic). Shown are the cheapest "
        "variants, at most %d per "
        "chart, at the nearest place with two PUs; the table has all. Send and recv are the calls "
        "themselves; delivery is the time from the send's call to the receive's return; wait, of a "
        "handoff, is how long the sender waited for its receiver to be asleep, and no part of the "
        "send. Every "
        "value includes one reading of the clock, which costs %s (resolution: %s ns).%s",
        CURVES_MAX, number_ns(timer).text, resolution[0] ? resolution : "n/a",
        window_warms_up(WINDOW_LATENCY)
            ? ""
            : " These windows have no warm-up, so the tails can include a cold start.");
    put_table(p);
    return 0;
}
