/* Hardware counters: the counts of each cell, and the reasons why others are missing. */
/* SPDX-License-Identifier: MIT */
#include "plots/judge.h"
#include "plots/sections.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What PAPI was asked for, and its answer: each such triple of the table once. */
struct event {
    const char *counter, *domain, *reason;
    bool counted; /* the counter has a value in this domain, in some cell */
};

struct events {
    size_t count;
    struct event *items;
};

static bool has_value(const struct tsv *t, size_t row)
{
    return isfinite(tsv_number(t, row, "per_op"));
}

static bool same_counter(const struct event *a, const struct event *b)
{
    return strcmp(a->counter, b->counter) == 0;
}

static bool same_reason(const struct event *a, const struct event *b)
{
    return strcmp(a->reason, b->reason) == 0;
}

static bool same_domain(const struct event *a, const struct event *b)
{
    return strcmp(a->domain, b->domain) == 0;
}

/* Whether the counter has a value in any cell, in this domain. */
static bool is_counted(const struct events *e, const struct event *of)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->items[i].counted && same_counter(&e->items[i], of) && same_domain(&e->items[i], of))
            return true;
    return false;
}

static struct event read_event(const struct tsv *t, size_t row)
{
    return (struct event){tsv_text(t, row, "counter"), tsv_text(t, row, "domain"),
                          tsv_text(t, row, "reason"), has_value(t, row)};
}

/* 0 or -ENOMEM; the caller frees the items. */
static int read_events(const struct tsv *t, struct events *e)
{
    e->count = 0;
    e->items = calloc(t->rows + 1, sizeof(*e->items));
    if (!e->items)
        return -ENOMEM;
    for (size_t row = 0; row < t->rows; row++) {
        struct event new = read_event(t, row);
        size_t i = 0;
        while (i < e->count &&
               !(same_counter(&e->items[i], &new) && same_domain(&e->items[i], &new) &&
                 same_reason(&e->items[i], &new)))
            i++;
        if (i == e->count)
            e->items[e->count++] = new;
        e->items[i].counted |= new.counted;
    }
    for (size_t i = 0; i < e->count; i++)
        e->items[i].counted = is_counted(e, &e->items[i]);
    return 0;
}

/* Whether the counter is missing for this reason in every domain in which it was asked for. Then
 * the domain need not be named. */
static bool is_missing_whole(const struct events *e, const struct event *of)
{
    for (size_t i = 0; i < e->count; i++) {
        bool missing = false;
        if (!same_counter(&e->items[i], of))
            continue;
        for (size_t k = 0; k < e->count; k++)
            missing = missing ||
                      (same_counter(&e->items[k], of) && same_domain(&e->items[k], &e->items[i]) &&
                       same_reason(&e->items[k], of));
        if (!missing || e->items[i].counted)
            return false;
    }
    return true;
}

/* Whether one of the events first..end is missing for the same reason as `of`; if `counter`, only
 * events of the same counter count. */
static bool was_missing(const struct events *e, size_t first, size_t end, const struct event *of,
                        bool counter)
{
    for (size_t i = first; i < end; i++)
        if (!e->items[i].counted && same_reason(&e->items[i], of) &&
            (!counter || same_counter(&e->items[i], of)))
            return true;
    return false;
}

/* All events that are missing for the reason of event `first`: "A, B (kernel): n/a. PAPI says: ..."
 */
static void put_reason(const struct page *p, const struct events *e, size_t first)
{
    struct note named = {""};
    for (size_t i = first; i < e->count; i++) {
        const struct event *x = &e->items[i];
        if (x->counted || !same_reason(x, &e->items[first]))
            continue;
        bool whole = is_missing_whole(e, x);
        if (whole && was_missing(e, first, i, x, true))
            continue;
        note_add(&named, "%s%s", named.text[0] ? ", " : "", x->counter);
        if (!whole)
            note_add(&named, " (%s)", x->domain[0] ? x->domain : "n/a");
    }
    doc_text(p->d, "%s: n/a. PAPI says: %s.", named.text,
             e->items[first].reason[0] ? e->items[first].reason : "nothing");
}

/* The counters without a value in any cell, by reason. */
static void put_missing(const struct page *p, const struct events *e)
{
    for (size_t i = 0; i < e->count; i++)
        if (!e->items[i].counted && !was_missing(e, 0, i, &e->items[i], false))
            put_reason(p, e, i);
}

static const struct doc_column columns[] = {
    {"cell", COLUMN_NAME},    {"counter", COLUMN_WORD},
    {"domain", COLUMN_WORD},  {"per operation", COLUMN_NUMBER},
    {"why not", COLUMN_WORD},
};

static void put_counters(const struct page *p, const struct events *e)
{
    const struct tsv *t = &p->m->counters;
    doc_table_begin(p->d, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < t->rows; i++) {
        struct event row = read_event(t, i);
        if (!is_counted(e, &row))
            continue;
        doc_row(p->d, "");
        doc_cell(p->d, tsv_text(t, i, "name"));
        doc_cell(p->d, row.counter);
        doc_cell(p->d, row.domain);
        doc_cell(p->d, number_plain(tsv_number(t, i, "per_op")).text);
        doc_cell(p->d, row.reason);
    }
    doc_table_end(p->d);
    doc_aside(
        p->d, "small",
        "Counted in separate windows, one per domain: user and kernel. In the domain lab: what "
        "a time that was asked for, think time or time with or without a lock, took, in ns.");
}

bool has_counters(const struct model *m)
{
    return m->counters.rows > 0;
}

int section_counters(const struct page *p)
{
    const struct tsv *t = &p->m->counters;
    struct events events;
    size_t values = 0;
    int status = read_events(t, &events);
    if (status)
        return status;
    for (size_t i = 0; i < t->rows; i++)
        values += has_value(t, i);
    put_missing(p, &events);
    if (values > 0) {
        doc_fold_begin(p->d, words_format("%zu counts by cell", values).text);
        put_counters(p, &events);
        doc_fold_end(p->d);
    }
    free(events.items);
    return 0;
}
