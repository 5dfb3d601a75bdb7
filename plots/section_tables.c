/* The sections that are mainly tables: what the measuring costs, the floors, every cell. */
/* SPDX-License-Identifier: MIT */
#include "plots/sections.h"
#include <math.h>
#include <string.h>

static const struct page_cell *floor_cell(const struct model *m, const char *scenario)
{
    for (size_t i = 0; i < m->cell_count; i++)
        if (strcmp(m->cells[i].scenario, scenario) == 0)
            return &m->cells[i];
    return NULL;
}

static const struct doc_column traced_columns[] = {
    {"scenario", COLUMN_WORD},   {"variant", COLUMN_WORD},  {"place", COLUMN_WORD},
    {"measured", COLUMN_NUMBER}, {"traced", COLUMN_NUMBER}, {"traced / measured", COLUMN_NUMBER},
    {"interval", COLUMN_NUMBER},
};

static void say_traced(const struct page *p)
{
    const struct page_cell *least = NULL, *most = NULL;
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        const struct page_cell *c = p->m->sorted[i];
        /* With several threads the counting overlaps with waiting, and modes hide both. */
        if (!isfinite(c->traced_ratio) || !cell_is_ok(c) || c->place[0])
            continue;
        least = !least || c->traced_ratio < least->traced_ratio ? c : least;
        most = !most || c->traced_ratio > most->traced_ratio ? c : most;
    }
    if (most)
        doc_text(p->d,
                 "Counting every outcome makes a single thread take %.2f× (%s) to %.2f× (%s) as "
                 "long; the table also has the cells of several threads. Path mixes are therefore "
                 "those of a slower channel. Costs always come from the build that counts nothing.",
                 least->traced_ratio, least->name, most->traced_ratio, most->name);
}

int section_measuring(const struct page *p)
{
    const struct page_cell *empty = floor_cell(p->m, "floor-empty");
    const struct page_cell *timer = floor_cell(p->m, "floor-timer");
    size_t traced = 0;
    doc_text(p->d,
             "An iteration of the timed loop itself costs %s. Reading the clock costs %s; a window "
             "reads it some sixteen times, a latency window at every operation. Neither cost is "
             "subtracted anywhere.",
             empty ? cell_cost(empty).text : "n/a", timer ? cell_cost(timer).text : "n/a");
    for (size_t i = 0; i < p->m->sorted_count; i++)
        traced += isfinite(p->m->sorted[i]->traced_ratio);
    if (traced == 0) {
        doc_text(p->d, "This run was exported without the cost of tracing: n/a.");
        return 0;
    }
    say_traced(p);
    doc_fold_begin(p->d, "Traced against measured, every cell");
    doc_table_begin(p->d, traced_columns, sizeof(traced_columns) / sizeof(traced_columns[0]));
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        const struct page_cell *c = p->m->sorted[i];
        if (!isfinite(c->traced_ratio))
            continue;
        doc_row(p->d, "");
        doc_cell(p->d, c->scenario);
        doc_cell(p->d, c->variant);
        doc_cell(p->d, cell_place(c).text);
        doc_cell(p->d, number_ns(c->median_ns).text);
        doc_cell(p->d, number_ns(c->traced_ns).text);
        doc_cell(p->d, words_format("%.2f×", c->traced_ratio).text);
        doc_cell(p->d, isfinite(c->traced_low)
                           ? words_format("%.2f to %.2f", c->traced_low, c->traced_high).text
                           : "n/a");
    }
    doc_table_end(p->d);
    doc_aside(p->d, "small",
              "The traced build counts every outcome; costs come from the measured build, which "
              "counts nothing. The ratio is paired by process.");
    doc_fold_end(p->d);
    return 0;
}

static const struct doc_column floor_columns[] = {
    {"floor", COLUMN_WORD},
    {"one operation", COLUMN_WORD},

    {"median and interval", COLUMN_NUMBER},
    {"fastest to slowest window", COLUMN_NUMBER},
    {"CPU per op", COLUMN_NUMBER},
    {"switches per op", COLUMN_NUMBER},
};

int section_floors(const struct page *p)
{
    size_t floors = 0;
    for (size_t i = 0; i < p->m->cell_count; i++)
        floors += cell_is_floor(&p->m->cells[i]);
    if (floors == 0) {
        doc_text(p->d, "This run measured no floor: n/a.");
        return 0;
    }
    doc_table_begin(p->d, floor_columns, sizeof(floor_columns) / sizeof(floor_columns[0]));
    for (size_t i = 0; i < p->m->cell_count; i++) {
        const struct page_cell *c = &p->m->cells[i];
        if (!cell_is_floor(c))
            continue;
        doc_row(p->d, cell_is_ok(c) ? "" : "failed");
        doc_cell(p->d, c->name);
        doc_cell(p->d, c->op);
        doc_cell(p->d, cell_is_ok(c) ? cell_cost(c).text : c->status);
        doc_cell(p->d, words_format("%s to %s",
                                    number_ns(tsv_number(&p->m->cells_table, i, "min_ns")).text,
                                    number_ns(tsv_number(&p->m->cells_table, i, "max_ns")).text)
                           .text);
        doc_cell(p->d, number_ns(c->cpu_ns).text);
        doc_cell(p->d, number_plain(c->switches).text);
    }
    doc_table_end(p->d);
    doc_aside(p->d, "small",
              "The cost on this machine of the steps that a channel is made of, measured in the "
              "same rounds as everything else.");
    return 0;
}

static const struct doc_column cell_columns[] = {
    {"cell", COLUMN_NAME},
    {"median and interval", COLUMN_NUMBER},
    {"status", COLUMN_WORD},
    {"purity", COLUMN_NUMBER},
    {"slept", COLUMN_NUMBER},
    {"switched stacks", COLUMN_NUMBER},
    {"times floor", COLUMN_NUMBER},
    {"CPU per op", COLUMN_NUMBER},
    {"switches per op", COLUMN_NUMBER},
    {"fairness", COLUMN_NUMBER},
    {"windows", COLUMN_NUMBER},
    {"operation", COLUMN_WORD},
    {"why", COLUMN_TEXT},
};

static void put_cell(const struct page *p, const struct page_cell *c)
{
    bool ok = cell_is_ok(c), free_path = ok && cell_is_impure(c) && cell_is_as_written(c);
    bool impure = cell_is_impure(c) && !free_path, alone = cell_is_uncontended(c);
    struct park_shares parks = model_parks(p->m, c);
    doc_row(p->d, !ok ? "failed" : impure || alone ? "impure" : "");
    doc_cell(p->d, c->name);
    doc_cell(p->d, cell_cost(c).text);
    if (!ok)
        doc_mark(p->d, "bad", c->status[0] ? c->status : "n/a");
    else if (impure)
        doc_mark(p->d, "bad", "impure");
    else if (alone)
        doc_mark(p->d, "bad", "not contended");
    else if (free_path)
        doc_mark(p->d, "none", "not forced");
    else
        doc_cell(p->d, c->status);
    doc_cell(p->d, number_share(c->purity).text);
    doc_cell(p->d, number_share(parks.slept).text);
    doc_cell(p->d, number_share(parks.switched).text);
    doc_cell(p->d, number_times(c->floor_ratio).text);
    doc_cell(p->d, number_ns(c->cpu_ns).text);
    doc_cell(p->d, number_plain(c->switches).text);
    doc_cell(p->d, number_plain(c->fairness).text);
    doc_cell(p->d, number_count(c->samples).text);
    doc_cell(p->d, c->op);
    doc_cell(p->d, c->reason);
}

int section_cells(const struct page *p)
{
    doc_table_begin(p->d, cell_columns, sizeof(cell_columns) / sizeof(cell_columns[0]));
    for (size_t i = 0; i < p->m->sorted_count; i++)
        put_cell(p, p->m->sorted[i]);
    doc_table_end(p->d);
    doc_aside(
        p->d, "small",
        "Purity is the share of operations on the path that the cell is named after; a cell below "
        "99%% is marked and not quoted. The lesson's programs (seed-*) force no path (“not "
        "forced”), so there it is a finding. “Not contended”: fewer than 99%% of the threads made "
        "progress within a window, or a lock changed hands in fewer than 10%% of its acquisitions; "
        "such a cell is not quoted. Slept: the share of parks in which a "
        "thread slept in the kernel; switched stacks: in which a goroutine left its stack for "
        "another. “Times floor” "
        "counts the floor as often as the operation needs it: a hop's is two locks.");
    return 0;
}
