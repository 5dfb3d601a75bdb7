/* FIFO handoff against barging: the same cells of two variants. One hands a value or a slot to the
 * waiter that has waited longest; the other wakes it to compete again. The section compares their
 * throughput and the waits of single operations. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/paired.h"
#include "plots/sections.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char handing[] = "futex-park", barging[] = "futex+barging+none";
static const char *const sides[] = {"send", "recv"};

/* With fewer operations than this, fewer than ten of them decide a p99.9. */
enum { SIDES = sizeof(sides) / sizeof(sides[0]), TAIL_LEAST = 10000 };

struct pair {
    const struct page_cell *handoff, *barging;
    struct ratio ratio; /* barging over handoff */
};

struct pairs {
    struct pair *at;
    size_t count, left_out; /* pairs that may be quoted, and that may not */
};

/* Without a buffer there is nothing to compete for, and a single thread waits for nobody. */
static bool can_barge(const struct page_cell *c)
{
    return strcmp(c->variant, barging) == 0 && c->capacity > 0 && c->threads > 1;
}

static const struct page_cell *handing_twin(const struct model *m, const struct page_cell *c)
{
    for (size_t i = 0; i < m->sorted_count; i++)
        if (strcmp(m->sorted[i]->variant, handing) == 0 && cell_same_but_variant(m->sorted[i], c))
            return m->sorted[i];
    return NULL;
}

/* 0 or -ENOMEM; the caller frees `at`. */
static int find_pairs(const struct model *m, struct pairs *pairs)
{
    *pairs = (struct pairs){.at = malloc((m->sorted_count + 1) * sizeof(*pairs->at))};
    if (!pairs->at)
        return -ENOMEM;
    for (size_t i = 0; i < m->sorted_count; i++) {
        const struct page_cell *c = m->sorted[i], *twin = can_barge(c) ? handing_twin(m, c) : NULL;
        if (!twin)
            continue;
        if (cell_is_usable(c) && cell_is_usable(twin))
            pairs->at[pairs->count++] = (struct pair){twin, c, ratio_paired(m, c, twin)};
        else
            pairs->left_out++;
    }
    return 0;
}

/* "16 slots, work 100", with the element's size if it is not the usual one. */
static struct words buffer_words(const struct model *m, const struct page_cell *c)
{
    struct words size = {""}, work = {""};
    if (isfinite(c->elem) && c->elem != model_elem(m, c->scenario))
        size = words_format(" of %s bytes", number_count(c->elem).text);
    if (c->work > 0)
        work = words_format(", work %s", number_count(c->work).text);
    return words_format("%s %s%s%s", number_count(c->capacity).text,
                        c->capacity == 1 ? "slot" : "slots", size.text, work.text);
}

static struct words pair_words(const struct model *m, const struct pair *pair)
{
    const struct page_cell *c = pair->barging;
    return words_format("%s, %s, %s", c->scenario, cell_threads_and_place(c).text,
                        buffer_words(m, c).text);
}

/* Below 0 if barging is faster, above 0 if it is slower; 0 if the interval contains 1 or there is
 * no interval. */
static int difference(const struct ratio *r)
{
    return r->high < 1 ? -1 : r->low > 1;
}

static void say_extreme(const struct page *p, const char *lead, const struct pair *pair)
{
    if (pair)
        doc_aside(p->d, "answer", "%s in %s: it takes %s the time of handoff.", lead,
                  pair_words(p->m, pair).text, ratio_words(pair->ratio).text);
}

static void say_throughput(const struct page *p, const struct pairs *pairs)
{
    const struct pair *gain = NULL, *loss = NULL;
    size_t faster = 0, slower = 0;
    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->at[i];
        int sign = difference(&pair->ratio);
        faster += sign < 0;
        slower += sign > 0;
        if (sign < 0 && !(gain && gain->ratio.median <= pair->ratio.median))
            gain = pair;
        if (sign > 0 && !(loss && loss->ratio.median >= pair->ratio.median))
            loss = pair;
    }
    doc_aside(p->d, "answer",
              "Of %zu pairs of cells, barging is faster in %zu and slower in %zu; the others show "
              "no difference.",
              pairs->count, faster, slower);
    say_extreme(p, "Barging gains most", gain);
    say_extreme(p, "Barging loses most", loss);
}

static double latency_of(const struct model *m, const struct page_cell *c, const char *side,
                         const char *column)
{
    size_t row = model_latency_row(m, c, side);
    return row < m->latency.rows ? tsv_number(&m->latency, row, column) : NAN;
}

static double p999(const struct model *m, const struct page_cell *c, const char *side)
{
    return latency_of(m, c, side, "count") >= TAIL_LEAST ? latency_of(m, c, side, "p999") : NAN;
}

/* The pair whose p99.9 of a send or a receive grows most. */
static void say_waits(const struct page *p, const struct pairs *pairs)
{
    const struct pair *worst = NULL;
    const char *where = "";
    double most = 1;
    size_t known = 0, longer = 0;
    for (size_t i = 0; i < pairs->count * SIDES; i++) {
        const struct pair *pair = &pairs->at[i / SIDES];
        const char *side = sides[i % SIDES];
        double growth = p999(p->m, pair->barging, side) / p999(p->m, pair->handoff, side);
        known += isfinite(growth);
        longer += growth > 1;
        if (growth > most) {
            most = growth;
            worst = pair;
            where = side;
        }
    }
    if (known == 0)
        doc_text(p->d, "The longest waits of these cells were not measured: n/a.");
    else if (!worst)
        doc_aside(p->d, "answer", "Barging makes no p99.9 of a send or a receive longer.");
    else
        doc_aside(p->d, "answer",
                  "Barging makes the p99.9 of a send or a receive longer in %zu of %zu cases. The "
                  "largest factor is %s, for %s in %s: %s instead of %s (no interval).",
                  longer, known, number_times(most).text, where, pair_words(p->m, worst).text,
                  number_ns(p999(p->m, worst->barging, where)).text,
                  number_ns(p999(p->m, worst->handoff, where)).text);
}

static void add_row(const struct page *p, struct chart *chart, const struct pair *pair)
{
    const struct page_cell *c = pair->barging;
    struct words value = ratio_words(pair->ratio);
    struct words label =
        words_format("%s, %s", cell_threads_and_place(c).text, buffer_words(p->m, c).text);
    bool differs = difference(&pair->ratio) != 0;
    chart_row(chart, &(struct chart_point){label.text, value.text, pair->ratio.median,
                                           pair->ratio.low, pair->ratio.high,
                                           differs ? variant_colour(p->m, c) : COLOUR_GREY,
                                           variant_point(p->m, c)});
}

static int draw(const struct page *p, const struct pairs *pairs)
{
    struct chart chart;
    int status = chart_open(&chart, "time of barging / time of handoff", true);
    if (status)
        return status;
    const char *last = "";
    for (size_t i = 0; i < pairs->count; i++) {
        const char *scenario = pairs->at[i].barging->scenario;
        if (!(pairs->at[i].ratio.median > 0))
            continue;
        if (strcmp(scenario, last) != 0)
            chart_title(&chart, scenario);
        add_row(p, &chart, &pairs->at[i]);
        last = scenario;
    }
    if (chart_is_empty(&chart)) {
        chart_discard(&chart);
        return 0;
    }
    chart_band(&chart, 1, 1, 0); /* invisible, but it keeps 1 on the axis */
    status = chart_draw(&chart, p->directory, "barging", p->error, p->size);
    if (status)
        return status;
    doc_figures_begin(p->d);
    doc_figure(p->d, "barging", "Chart: time of barging as a multiple of the time of handoff");
    doc_figures_end(p->d, "Left of 1× barging is faster. A grey point is a ratio whose interval "
                          "contains 1: no difference is shown. The axis is logarithmic.");
    return 0;
}

/* The three columns that both tables begin with. */
static void begin_row(const struct page *p, const struct pair *pair)
{
    doc_row(p->d, "");
    doc_cell(p->d, pair->barging->scenario);
    doc_cell(p->d, cell_threads_and_place(pair->barging).text);
    doc_cell(p->d, buffer_words(p->m, pair->barging).text);
}

static void put_throughput(const struct page *p, const struct pairs *pairs)
{
    static const struct doc_column columns[] = {
        {"scenario", COLUMN_WORD},
        {"threads and place", COLUMN_WORD},
        {"buffer", COLUMN_WORD},
        {"handoff, per op", COLUMN_NUMBER},
        {"barging, per op", COLUMN_NUMBER},
        {"barging / handoff", COLUMN_NUMBER},
        {"wakes to retry", COLUMN_NUMBER},
    };
    doc_text(p->d, "Throughput, as time per operation:");
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->at[i];
        begin_row(p, pair);
        doc_cell(p->d, cell_cost(pair->handoff).text);
        doc_cell(p->d, cell_cost(pair->barging).text);
        doc_cell(p->d, ratio_words(pair->ratio).text);
        doc_cell(p->d, number_plain(model_outcome(p->m, pair->barging, "wake_to_retry")).text);
    }
    doc_table_end(p->d);
    doc_aside(p->d, "small",
              "The ratio is paired by process and has an interval; below 1 barging is faster. "
              "Among many intervals a few miss 1 by chance. “Wakes to retry” counts, per operation "
              "with barging, how often a woken waiter had to compete again.");
    if (pairs->left_out)
        doc_aside(p->d, "small",
                  "Pairs left out: %zu. In each, a cell did not run, has no interval, is impure, "
                  "or had a thread that made no progress within a window. See “Every cell”.",
                  pairs->left_out);
}

static void put_both(const struct page *p, struct words handoff, struct words other)
{
    bool any = strcmp(handoff.text, "n/a") != 0 || strcmp(other.text, "n/a") != 0;
    doc_cell(p->d, any ? words_format("%s → %s", handoff.text, other.text).text : "n/a");
}

static void put_waits(const struct page *p, const struct pairs *pairs)
{
    static const struct doc_column columns[] = {
        {"scenario", COLUMN_WORD},      {"threads and place", COLUMN_WORD},
        {"buffer", COLUMN_WORD},        {"fairness", COLUMN_NUMBER},
        {"send, p99.9", COLUMN_NUMBER}, {"send, max", COLUMN_NUMBER},
        {"recv, p99.9", COLUMN_NUMBER}, {"recv, max", COLUMN_NUMBER},
    };
    doc_text(p->d, "Starvation, as handoff → barging:");
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < pairs->count; i++) {
        const struct page_cell *a = pairs->at[i].handoff, *b = pairs->at[i].barging;
        begin_row(p, &pairs->at[i]);
        put_both(p, number_plain(a->fairness), number_plain(b->fairness));
        for (size_t k = 0; k < SIDES; k++) {
            put_both(p, number_ns(p999(p->m, a, sides[k])), number_ns(p999(p->m, b, sides[k])));
            put_both(p, number_ns(latency_of(p->m, a, sides[k], "max")),
                     number_ns(latency_of(p->m, b, sides[k], "max")));
        }
    }
    doc_table_end(p->d);
    doc_aside(p->d, "small",
              "Fairness is Jain's index of the shares of those whose operations are counted (the "
              "consumers in prod-cons): 1 means equal shares, 1/n that one of n did everything, "
              "n/a that only one is counted. It covers a whole window, in which a thread that "
              "starved for a moment can catch up; the tail shows such moments. One operation in a "
              "thousand takes longer than the p99.9, which needs at least %d operations. The max "
              "is a single operation: it includes whatever else ran on the machine then, and grows "
              "with the number of operations. Neither has an interval. Both come from separate "
              "windows in which every operation is timed.",
              TAIL_LEAST);
}

static int put_pairs(const struct page *p, const struct pairs *pairs)
{
    if (pairs->count == 0) {
        doc_text(p->d,
                 "This run has no cell with a buffer and several threads that was measured well "
                 "enough with both %s and %s: n/a. To measure some, run " DOC_CODE(
                     "hchanlab sweep --scenario prod-cons --capacity 1,16,128 --threads 2,8 "
                     "--variant %s --variant %s") ".",
                 handing, barging, handing, barging);
        return 0;
    }
    doc_text(p->d,
             "With %s, a value or a free slot goes to the waiter that has waited longest, as in "
             "Go. With %s, that waiter is only woken and has to compete with all that are running.",
             handing, barging);
    say_throughput(p, pairs);
    say_waits(p, pairs);
    int status = draw(p, pairs);
    if (status)
        return status;
    put_throughput(p, pairs);
    put_waits(p, pairs);
    return 0;
}

int section_barging(const struct page *p)
{
    struct pairs pairs;
    int status = find_pairs(p->m, &pairs);
    if (status)
        return status;
    status = put_pairs(p, &pairs);
    free(pairs.at);
    return status;
}
