/* Park and wake, window by window. A wake between two PUs can have two costs, and a median of both
 * describes neither, so each window is a point, next to those of a futex without a channel. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/judge.h"
#include "plots/paired.h"
#include "plots/sections.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two modes are windows with a gap of at least this factor between them. */
static const double gap_factor = 2.5;

/* The number of windows of the faster mode; all windows if there is only one mode. A mode has at
 * least two windows, so an outlier is not a mode. */
static size_t split_modes(const double *sorted, size_t count)
{
    size_t split = count;
    double widest = gap_factor;
    for (size_t i = 2; i + 2 <= count; i++)
        if (sorted[i] / sorted[i - 1] > widest) {
            widest = sorted[i] / sorted[i - 1];
            split = i;
        }
    return split;
}

static double median_of(const double *sorted, size_t count)
{
    return count ? (sorted[(count - 1) / 2] + sorted[count / 2]) / 2 : NAN;
}

/* The label of a floor; NULL for floors that are not shown here. */
static const char *floor_label(const struct page_cell *c)
{
    return strcmp(c->scenario, "floor-futex") == 0  ? "raw futex"
           : strcmp(c->scenario, "floor-wake") == 0 ? "raw, from sleep"
                                                    : NULL;
}

static bool is_shown(const struct page_cell *c)
{
    return c->place[0] &&
           (cell_is_floor(c) ? floor_label(c) != NULL : strcmp(c->path, "park") == 0);
}

static const char *label(const struct page_cell *c)
{
    return cell_is_floor(c) ? floor_label(c) : c->variant;
}

/* The points of one process have the same height, so modes of processes show as rows. */
static void add_strip(const struct page *p, struct chart *chart, const struct page_cell *c)
{
    const struct tsv *t = &p->m->samples;
    unsigned colour = cell_is_impure(c) ? COLOUR_BAD : variant_colour(p->m, c);
    unsigned point = variant_point(p->m, c);
    double processes = fmax(c->processes, 1);
    chart_label(chart, label(c), "", 1.6);
    for (size_t i = 0; i < t->rows; i++) {
        double process = tsv_number(t, i, "process"), ns = tsv_number(t, i, "ns_per_op");
        if (strcmp(tsv_text(t, i, "name"), c->name) == 0 && ns > 0 && process >= 0)
            chart_mark(chart, ns, -0.15 - 1.3 * fmod(process, processes) / processes, colour,
                       cell_is_impure(c) ? hollow_point(point) : point);
    }
}

static void add_row(const struct page *p, const struct page_cell *c)
{
    double *x;
    size_t count = cell_samples(p->m, c, &x), fast = split_modes(x, count);
    bool two = fast < count;
    struct words range = {"n/a"}, slow = {"none"};
    if (count)
        range = words_format("%s to %s", number_ns(x[0]).text, number_ns(x[count - 1]).text);
    if (two)
        slow = words_format("%zu at %s", count - fast,
                            number_ns(median_of(x + fast, count - fast)).text);
    doc_row(p->d, cell_is_impure(c) ? "impure" : "");
    doc_cell(p->d, cell_place(c).text);
    doc_cell(p->d, label(c));
    doc_cell(p->d, words_format("%zu", count).text);
    doc_cell(p->d,
             two ? words_format("%zu at %s", fast, number_ns(median_of(x, fast)).text).text
                 : words_format("%zu at %s", count, number_ns(median_of(x, count)).text).text);
    doc_cell(p->d, slow.text);
    doc_cell(p->d, range.text);
    struct park_shares parks = model_parks(p->m, c);
    doc_cell(p->d, number_share(parks.slept).text);
    doc_cell(p->d, number_share(parks.switched).text);
    doc_cell(p->d, number_plain(c->switches).text);
    free(x);
}

static const struct doc_column columns[] = {
    {"place", COLUMN_WORD},
    {"variant", COLUMN_WORD},
    {"windows", COLUMN_NUMBER},
    {"mode, or faster mode", COLUMN_NUMBER},
    {"slower mode", COLUMN_NUMBER},
    {"range", COLUMN_NUMBER},
    {"slept", COLUMN_NUMBER},
    {"switched stacks", COLUMN_NUMBER},
    {"switches per value", COLUMN_NUMBER},
};

/* Calls `add` for the floor and the variants of each place. */
static void each_cell(const struct page *p, struct chart *chart)
{
    const char *last = "";
    for (size_t i = 0; i < p->m->headline_count; i++) {
        const struct page_cell *c = p->m->headline[i];
        if (!is_shown(c) || !cell_is_ok(c))
            continue;
        bool first = strcmp(last, c->place) != 0;
        if (first && chart)
            chart_title(chart, words_format("%s, per %s", cell_place(c).text, c->op).text);
        for (size_t k = 0; first && k < p->m->cell_count; k++) {
            const struct page_cell *floor = &p->m->cells[k];
            if (!cell_is_floor(floor) || !is_shown(floor) || !cell_is_ok(floor) ||
                strcmp(floor->place, c->place) != 0)
                continue;
            if (chart)
                add_strip(p, chart, floor);
            else
                add_row(p, floor);
        }
        if (chart)
            add_strip(p, chart, c);
        else
            add_row(p, c);
        last = c->place;
    }
}

enum { NAMED_MAX = 4 };

/* Counts the cells with two modes, and names the first ones. */
static void say_modes(const struct page *p)
{
    struct note n = {""};
    size_t two = 0, all = 0;
    for (int floors = 1; floors >= 0; floors--)
        for (size_t i = 0; i < p->m->cell_count; i++) {
            const struct page_cell *c = &p->m->cells[i];
            double *x;
            if (!is_shown(c) || !cell_is_ok(c) || cell_is_floor(c) != (floors == 1))
                continue;
            size_t count = cell_samples(p->m, c, &x), fast = split_modes(x, count);
            all += count > 0;
            if (fast < count && two++ < NAMED_MAX)
                note_add(&n, "%s%s (%s) has %zu windows at %s and %zu at %s", two > 1 ? "; " : "",
                         label(c), cell_place(c).text, fast, number_ns(median_of(x, fast)).text,
                         count - fast, number_ns(median_of(x + fast, count - fast)).text);
            free(x);
        }
    if (two)
        doc_aside(p->d, "answer",
                  "%zu of %zu distributions have two modes, and their medians describe neither: "
                  "%s%s.",
                  two, all, n.text, two > NAMED_MAX ? "; see the table for the others" : "");
    else
        doc_text(p->d, "All %zu distributions have a single mode.", all);
}

bool has_parking(const struct model *m)
{
    for (size_t i = 0; i < m->headline_count; i++)
        if (strcmp(m->headline[i]->path, "park") == 0)
            return true;
    return false;
}

int section_parking(const struct page *p)
{
    struct chart chart;
    int status = chart_open(&chart, "each window's cost per operation", false);
    if (status)
        return status;
    each_cell(p, &chart);
    if (chart_is_empty(&chart)) {
        chart_discard(&chart);
        doc_text(p->d, "This run has no samples of park-wake: n/a.");
        return 0;
    }
    status = chart_draw(&chart, p->directory, "parking", p->error, p->size);
    if (status)
        return status;
    say_modes(p);
    doc_figures_begin(p->d);
    doc_figure(p->d, "parking", "Chart: the cost of park and wake in every window, and of a futex");
    doc_figures_end(p->d, "Each point is a timed window; the points of one process have the same "
                          "height. The floors are grey: two threads that wake each other through a "
                          "futex without a channel. In “raw futex” a wake may find the other "
                          "thread still awake; in “raw, from sleep” it always ends a sleep.");
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    each_cell(p, NULL);
    doc_table_end(p->d);
    doc_aside(
        p->d, "small",
        "A cell has two modes if its windows have a gap of at least a factor of %g, with two "
        "or more windows on each side. Slept: the share of parks in which a thread slept in the "
        "kernel. Switched stacks: in which a goroutine left its stack for another. The other "
        "parks ended before that: the waiter was still spinning or yielding, or the wake came "
        "first.",
        gap_factor);
    return 0;
}
