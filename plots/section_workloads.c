/* Every scenario that has no section of its own: its variants by cost in each block, a chart and
 * the curves of its parameters. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/paired.h"
#include "plots/sections.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The three paths and locks have sections of their own. The scenario names files, and stands in
 * gnuplot's commands. */
static bool is_workload(const struct page_cell *c)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return c->path[0] == '\0' && strcmp(c->scenario, "lock") != 0 && cell_is_ok(c) &&
           c->scenario[0] && strspn(c->scenario, plain) == strlen(c->scenario);
}

bool has_workloads(const struct model *m)
{
    for (size_t i = 0; i < m->sorted_count; i++)
        if (is_workload(m->sorted[i]))
            return true;
    return false;
}

enum { BLOCK_MAX = 256, CHART_ROWS_MAX = 60 };

struct block {
    const struct page_cell *cells[BLOCK_MAX]; /* the cheapest first */
    struct standing standings[BLOCK_MAX];
    size_t count;
};

static int by_cost(const void *a, const void *b)
{
    const struct page_cell *const *x = a, *const *y = b;
    if ((*x)->median_ns != (*y)->median_ns)
        return (*x)->median_ns < (*y)->median_ns ? -1 : 1;
    return strcmp((*x)->variant, (*y)->variant);
}

static int read_block(const struct model *m, const struct page_cell *like, struct block *b)
{
    int status = 0;
    b->count = 0;
    for (size_t i = 0; i < m->sorted_count && b->count < BLOCK_MAX; i++)
        if (is_workload(m->sorted[i]) && cell_same_but_variant(m->sorted[i], like))
            b->cells[b->count++] = m->sorted[i];
    qsort(b->cells, b->count, sizeof(b->cells[0]), by_cost);
    b->standings[0] = standing_fastest();
    for (size_t i = 1; i < b->count && !status; i++)
        status = paired_standing(m, b->cells[i], b->cells[0], b->count, &b->standings[i]);
    return status;
}

/* Whether no cell before this one is of its block. */
static bool is_first_of_block(const struct model *m, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_workload(m->sorted[i]) && cell_same_but_variant(m->sorted[i], m->sorted[index]))
            return false;
    return is_workload(m->sorted[index]);
}

static bool is_first_of_scenario(const struct model *m, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_workload(m->sorted[i]) &&
            strcmp(m->sorted[i]->scenario, m->sorted[index]->scenario) == 0)
            return false;
    return is_workload(m->sorted[index]);
}

/* "capacity=128 elem=8 place=l3"; "usual" if the scenario has no parameters. */
static struct words parameters_of(const struct page_cell *c)
{
    const char *text = cell_parameters(c);
    struct words w = words_format("%s", text[0] ? text + 1 : "usual");
    for (char *p = w.text; *p; p++)
        *p = *p == '/' ? ' ' : *p;
    return w;
}

enum { CPU, SLEPT, OPTIONAL };

/* The table's columns, without those for which the scenario has no data. */
struct shape {
    struct doc_column columns[4 + OPTIONAL];
    size_t count;
    bool has[OPTIONAL];
};

static struct shape shape_of(const struct model *m, const char *scenario)
{
    struct shape s = {.columns = {{"parameters and place", COLUMN_TEXT},
                                  {"variant", COLUMN_WORD},
                                  {"per operation", COLUMN_NUMBER},
                                  {"to the fastest", COLUMN_NUMBER}},
                      .count = 4};
    for (size_t i = 0; i < m->sorted_count; i++) {
        const struct page_cell *c = m->sorted[i];
        if (!is_workload(c) || strcmp(c->scenario, scenario) != 0)
            continue;
        s.has[CPU] = s.has[CPU] || isfinite(c->cpu_ns);
        s.has[SLEPT] = s.has[SLEPT] || isfinite(model_outcome(m, c, "park_slept"));
    }
    if (s.has[CPU])
        s.columns[s.count++] = (struct doc_column){"CPU per operation", COLUMN_NUMBER};
    if (s.has[SLEPT])
        s.columns[s.count++] = (struct doc_column){"slept in the kernel", COLUMN_NUMBER};
    return s;
}

static void put_block(const struct page *p, const struct shape *shape, const struct block *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct page_cell *c = b->cells[i];
        doc_row(p->d, cell_is_impure(c) || cell_is_uncontended(c) ? "impure" : "");
        doc_cell(p->d, i ? "" : parameters_of(c).text);
        doc_cell(p->d, c->variant);
        doc_cell(p->d, cell_cost(c).text);
        doc_cell(p->d, b->count > 1 ? standing_says(&b->standings[i]).text : "alone");
        if (shape->has[CPU])
            doc_cell(p->d, number_ns(c->cpu_ns).text);
        if (shape->has[SLEPT])
            doc_cell(p->d, number_share(model_outcome(p->m, c, "park_slept")).text);
    }
}

static void chart_block(const struct page *p, struct chart *chart, const struct block *b)
{
    chart_title(chart, parameters_of(b->cells[0]).text);
    for (size_t i = 0; i < b->count; i++) {
        const struct page_cell *c = b->cells[i];
        struct words cost = cell_cost(c);
        unsigned point = variant_point(p->m, c);
        bool quoted = !cell_is_impure(c) && !cell_is_uncontended(c);
        chart_row(chart, &(struct chart_point){
                             .label = c->variant,
                             .value = cost.text,
                             .x = c->median_ns,
                             .low = c->ci_low_ns,
                             .high = c->ci_high_ns,
                             .colour = variant_colour(p->m, c),
                             .point = quoted ? point : hollow_point(point),
                         });
    }
}

/* Puts the blocks of a scenario into a table or into a chart. */
static int each_block(const struct page *p, const char *scenario, const struct shape *shape,
                      struct chart *chart)
{
    struct block *b = malloc(sizeof(*b));
    int status = b ? 0 : -ENOMEM;
    for (size_t i = 0; i < p->m->sorted_count && !status; i++) {
        if (strcmp(p->m->sorted[i]->scenario, scenario) != 0 || !is_first_of_block(p->m, i))
            continue;
        status = read_block(p->m, p->m->sorted[i], b);
        if (!status && chart && chart->row < CHART_ROWS_MAX)
            chart_block(p, chart, b);
        else if (!status && !chart)
            put_block(p, shape, b);
    }
    free(b);
    return status;
}

static int put_chart(const struct page *p, const char *scenario)
{
    struct chart chart;
    struct words name = words_format("workload-%s", scenario);
    int status = chart_open(&chart, "per operation", false);
    if (status)
        return status;
    status = each_block(p, scenario, NULL, &chart);
    if (status) {
        chart_discard(&chart);
        return status;
    }
    status = chart_draw(&chart, p->directory, name.text, p->error, p->size);
    if (status)
        return status;
    doc_figures_begin(p->d);
    doc_figure(p->d, name.text, words_format("Chart: cost of each variant, %s", scenario).text);
    doc_figures_end(p->d,
                    "%s, with 95%% intervals; x is logarithmic. Hollow points are not to be "
                    "quoted.",
                    scenario);
    return 0;
}

static int put_scenario(const struct page *p, const struct page_cell *c)
{
    struct shape shape = shape_of(p->m, c->scenario);
    doc_heading(p->d, 3, "", c->scenario);
    if (c->op[0])
        doc_text(p->d, "One operation is a %s.", c->op);
    int status = put_chart(p, c->scenario);
    if (status)
        return status;
    status = workload_curves(p, c->scenario);
    if (status)
        return status;
    doc_fold_begin(p->d, words_format("Every variant of %s by cost", c->scenario).text);
    doc_table_begin(p->d, shape.columns, shape.count);
    status = each_block(p, c->scenario, &shape, NULL);
    doc_table_end(p->d);
    doc_fold_end(p->d);
    return status;
}

int section_workloads(const struct page *p)
{
    doc_text(p->d, "The ratio to the fastest of a block is by signed ranks over rounds, with an "
                   "interval at 5%% divided by the number of comparisons. Tied: not shown slower "
                   "than the fastest. A question mark: too few rounds to tell.");
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        if (!is_first_of_scenario(p->m, i))
            continue;
        int status = put_scenario(p, p->m->sorted[i]);
        if (status)
            return status;
    }
    return 0;
}
