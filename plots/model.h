/* A run as the page sees it: the exported tables, their cells as structures, and the cells that the
 * headline compares. Everything points into the tables and lives as long as the model. A missing
 * number is NaN; missing text is "". */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_MODEL_H
#define PLOTS_MODEL_H

#include "harness/base/numbers.h"
#include "plots/by_name.h"
#include "plots/tsv.h"
#include <stdbool.h>
#include <stddef.h>

/* The least share of parks in which the waiter left its PU. Below it a cell's cost is not that of a
 * park and a wake. */
#define LEFT_SHARE 0.9

/* A traced window that takes less or more than so many times the timed one ran in another regime:
 * what was counted there may not be what was timed. */
#define REGIME_LOW  0.8
#define REGIME_HIGH 1.25

struct page_cell {
    const char *name, *scenario, *variant, *path, *op, *place, *status, *reason, *floor, *ci_unit;
    double capacity, elem, threads, work, held, lines, away, geometric;
    double samples, processes, median_ns, ci_low_ns, ci_high_ns, ci_level;
    double purity, floor_units, floor_ns, floor_ratio, cpu_ns, switches, overlap, fairness;
    double handovers; /* of a lock, per acquisition */
    double traced_ns, traced_ratio, traced_low, traced_high;
    size_t variant_index; /* into model.variants; floors have none */
};

struct model {
    struct tsv cells_table, samples, latency, histogram, outcomes, counters, environment, run;
    struct tsv topology, doctor;
    struct {
        struct by_name samples, outcomes, latency;
    } rows; /* of a cell, in those tables */
    struct page_cell *cells;
    size_t cell_count;
    const char **variants; /* in the order in which the table names them */
    size_t variant_count;
    /* The cells of the three paths with the headline's element size, sorted by path, place, then
     * variant. */
    const struct page_cell **headline;
    size_t headline_count;
    /* Every cell that has a variant, in the same order, of every element size and capacity. */
    const struct page_cell **sorted;
    size_t sorted_count;
};

/* Reads directory/data. Returns 0, or a negative errno with a sentence in `error`. cells.tsv must
 * exist and hold a cell; other tables may be missing. model_free() releases the model. */
int model_read(struct model *m, const char *directory, char *error, size_t size);
void model_free(struct model *m);

/* The value of a key in environment.tsv or run.tsv, or "". */
const char *model_fact(const struct tsv *table, const char *key);

/* Whether the run is recorded as unfinished: it was cut short, or is still running. */
bool model_is_cut_short(const struct model *m);

/* The number of processes per cell: "10" as planned; "2 to 3 of 10" if the run was cut short,
 * counted over the cells that ran. */
struct words model_processes(const struct model *m);

/* The element size at which the page compares a scenario: 8 bytes if it was run with that,
 * otherwise the smallest; NaN if the scenario has no elements. */
double model_elem(const struct model *m, const char *scenario);

/* Whether the cell has the element size, the capacity and the think time at which the page compares
 * its scenario. */
bool cell_is_usual(const struct model *m, const struct page_cell *c);

/* The usual cell of a scenario and a variant with that many threads (NaN: any number) at that place
 * ("": no place), or NULL. */
const struct page_cell *model_cell(const struct model *m, const char *scenario, const char *variant,
                                   double threads, const char *place);

/* How often an outcome happened per operation of a cell; NaN if it was not counted. */
double model_outcome(const struct model *m, const struct page_cell *c, const char *outcome);

/* The row of `latency` with one side ("send", "recv", "delivery") of a cell; latency.rows if there
 * is none. */
size_t model_latency_row(const struct model *m, const struct page_cell *c, const char *side);

/* How a cell's parks went, as shares of them: a thread slept in the kernel, or a goroutine left its
 * stack for another. The waiter left its PU in either; the other parks were over before. All NaN if
 * nothing parked or parks were not counted. */
struct park_shares {
    double slept, switched, left;
};

struct park_shares model_parks(const struct model *m, const struct page_cell *c);

bool cell_is_ok(const struct page_cell *c);     /* it ran and has a median */
bool cell_is_impure(const struct page_cell *c); /* its purity is known and too low */
bool cell_is_floor(const struct page_cell *c);

/* A peer's cell that did not run because the peer lacks what the scenario needs: no fault. */
bool cell_is_lacking(const struct page_cell *c);

/* Its threads did not contend: some made no progress within the window, or the lock changed hands
 * in fewer than one acquisition of ten. */
bool cell_is_uncontended(const struct page_cell *c);

/* Its traced windows ran in another regime than the timed ones. */
bool cell_is_traced_otherwise(const struct page_cell *c);

bool cell_has_interval(const struct page_cell *c);

/* May be quoted: it ran, has an interval, took its path, and all of its threads took part. */
bool cell_is_usable(const struct page_cell *c);

/* One of the lesson's own programs (seed-*), as written. They force no path, so their purity is a
 * finding and not a fault. */
bool cell_is_as_written(const struct page_cell *c);

/* Whether two headline cells differ in nothing but the variant. */
bool cell_same_group(const struct page_cell *a, const struct page_cell *b);

/* What follows the variant in a cell's name: "/elem=8/..." of "SCENARIO/variant=V/elem=8/...". */
const char *cell_parameters(const struct page_cell *c);

/* Whether two cells have the same scenario and parameters. It also pairs a peer's cell, which has
 * no path, with a variant's. */
bool cell_same_but_variant(const struct page_cell *a, const struct page_cell *b);

/* The name of a headline cell's group: "buffer, 2 threads, l3". */
struct words cell_group(const struct model *m, const struct page_cell *c);

/* Where its threads ran, for a table or a sentence: "1 thread", "same PU", "two PUs sharing an L3";
 * "4 threads, ..." for other numbers than two. */
struct words cell_place(const struct page_cell *c);

/* The same, always with the number: "2 threads, same PU". */
struct words cell_threads_and_place(const struct page_cell *c);

/* The floor that its multiple refers to: "a cache-line transfer", "two bare locks and unlocks". */
struct words cell_floor_words(const struct page_cell *c);

/* Its variant, threads and place, for a sentence: "fastpath, 2 threads, l3". */
struct words cell_where(const struct page_cell *c);

#endif
