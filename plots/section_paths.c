/* The headline: every cell of the three paths, first in ns against the lesson's claims, then as
 * multiples of the floor. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/claims.h"
#include "plots/sections.h"
#include <math.h>
#include <string.h>

static const struct {
    const char *path, *words;
} titles[] = {
    {"handoff", "Direct handoff"},
    {"buffer", "Buffer hop"},
    {"park", "Park and wake"},
};

static struct words group_title(const struct model *m, const struct page_cell *c)
{
    const char *path = c->path;
    struct words group = cell_group(m, c);
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (strcmp(titles[i].path, path) == 0)
            path = titles[i].words;
    const char *capacity = strstr(group.text, "capacity ");
    return words_format("%s, per %s — %s%s%s", path, c->op, cell_place(c).text,
                        capacity ? ", " : "", capacity ? capacity : "");
}

/* A cell that is impure has a hollow point and the reason. One that did not run has only the
 * reason. */
static void add_cell(const struct model *m, struct chart *chart, const struct page_cell *c,
                     double scale)
{
    struct chart_point point = {c->variant,
                                NULL,
                                c->median_ns / scale,
                                c->ci_low_ns / scale,
                                c->ci_high_ns / scale,
                                variant_colour(m, c),
                                variant_point(m, c)};
    struct words value = cell_cost(c);
    if (chart->times)
        value = words_format("%s×", number_times(point.x).text);
    if (!cell_is_ok(c)) {
        value = words_format("%s: %.60s", c->status, c->reason);
        chart_label(chart, c->variant, value.text, 1);
        return;
    }
    if (!(point.x > 0))
        value = words_format("n/a");
    if (cell_is_impure(c)) {
        value = words_format("%s impure: %s on the path", value.text, number_share(c->purity).text);
        point.colour = COLOUR_BAD;
        point.point = hollow_point(point.point);
    }
    point.value = value.text;
    if (point.x > 0)
        chart_row(chart, &point);
    else
        chart_label(chart, c->variant, value.text, 1);
}

static double floor_of(const struct page_cell *c)
{
    return c->floor_units * c->floor_ns;
}

static struct words floor_words(const struct page_cell *c)
{
    return words_format("%s%s, %s", c->floor_units == 2 ? "two of " : "", c->floor,
                        number_ns(floor_of(c)).text);
}

/* The floors of the group that starts at i: that of threads, and that of goroutines. */
static struct words group_floors(const struct model *m, size_t i)
{
    struct words title = {""};
    const struct page_cell *first = m->headline[i], *floors[2] = {NULL, NULL};
    for (; i < m->headline_count && cell_same_group(first, m->headline[i]); i++) {
        bool switches = strcmp(m->headline[i]->floor, "floor-switch") == 0;
        if (!floors[switches])
            floors[switches] = m->headline[i];
    }
    if (floors[0])
        title = words_format("1× is %s", floor_words(floors[0]).text);
    if (floors[1])
        title = words_format("%s%s%s", title.text,
                             floors[0] ? "; for goroutines " : "1× for goroutines is ",
                             floor_words(floors[1]).text);
    return title;
}

static void fill(const struct model *m, struct chart *chart)
{
    double low, high;
    for (size_t i = 0, end; i < m->headline_count; i = end) {
        const struct page_cell *first = m->headline[i];
        chart_title(chart, group_title(m, first).text);
        if (chart->times) /* a line of its own: one is too long for the drawing */
            chart_title(chart, group_floors(m, i).text);
        double top = chart->row;
        for (end = i; end < m->headline_count && cell_same_group(first, m->headline[end]); end++)
            add_cell(m, chart, m->headline[end], chart->times ? floor_of(m->headline[end]) : 1);
        if (!chart->times && claim_band(first->path, &low, &high))
            chart_band(chart, low, high, top);
    }
}

static int draw(const struct page *p, const char *name, const char *axis, bool times, bool *drawn)
{
    struct chart chart;
    int status = chart_open(&chart, axis, times);
    if (status)
        return status;
    fill(p->m, &chart);
    *drawn = !chart_is_empty(&chart);
    if (*drawn)
        return chart_draw(&chart, p->directory, name, p->error, p->size);
    chart_discard(&chart);
    return 0;
}

bool has_paths(const struct model *m)
{
    return m->headline_count > 0;
}

int section_paths(const struct page *p)
{
    bool drawn;
    int status = draw(p, "headline", "median and its interval", false, &drawn);
    if (status)
        return status;
    if (!drawn) {
        doc_text(p->d, "This run measured no cell of the three paths: n/a.");
        return 0;
    }
    doc_figures_begin(p->d);
    doc_figure(p->d, "headline", "Chart: cost of the three paths by variant and place");
    double pair[2], hop[2], park[2];
    claim_band("handoff", &pair[0], &pair[1]);
    claim_band("buffer", &hop[0], &hop[1]);
    claim_band("park", &park[0], &park[1]);
    doc_figures_end(
        p->d,
        "Medians and their intervals, on a logarithmic axis. The shaded bands are the lesson's "
        "claims for goroutines: %s per handoff pair; %s per buffered send, so %s per pair of a "
        "send and a receive; %s per park and wake, with no upper end. A hollow red point is an "
        "impure cell, which is not quoted.",
        claim_range(pair[0], pair[1]).text, claim_range(hop[0] / 2, hop[1] / 2).text,
        claim_range(hop[0], hop[1]).text, claim_range(park[0], park[1]).text);
    return 0;
}

bool has_multiples(const struct model *m)
{
    for (size_t i = 0; i < m->headline_count; i++)
        if (isfinite(m->headline[i]->floor_ratio))
            return true;
    return false;
}

int section_multiples(const struct page *p)
{
    bool drawn;
    int status = draw(p, "multiples", "multiple of the floor", true, &drawn);
    if (status)
        return status;
    if (!drawn) {
        doc_text(p->d, "This run measured no floor of the three paths: n/a.");
        return 0;
    }
    doc_figures_begin(p->d);
    doc_figure(p->d, "multiples", "Chart: cost of the three paths as multiples of the floor");
    doc_figures_end(
        p->d,
        "The same cells, divided by the cost of the same step without a channel: a cache line sent "
        "to the other PU, a raw futex wake, a bare switch of stacks, or an uncontended "
        "compare-and-swap and store for each of two locks. Threads and goroutines have different "
        "floors, so their multiples do not compare. Below 1× the variant avoided that step, for "
        "example by spinning instead of sleeping. The interval is the cell's; the table of floors "
        "has the floor's.");
    return 0;
}
