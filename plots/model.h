/* A run as the page sees it: the exported tables, the cells as structures, and the cells that the
 * headline compares. Everything points into the tables and lives as long as the model. Numbers that
 * are missing are NaN, words that are missing "". */
#ifndef PLOTS_MODEL_H
#define PLOTS_MODEL_H

#include "harness/base/numbers.h"
#include "plots/by_name.h"
#include "plots/tsv.h"
#include <stdbool.h>
#include <stddef.h>

/* Below this share of operations on the named path, or of threads that got on within the window, a
 * cell is marked and kept out of headlines. */
#define PURE_SHARE 0.99
/* Below this share of its parks asleep, a cell's figure is not that of a sleep and a wake: above it
 * the median is one of windows that slept. */
#define SLEPT_SHARE 0.9

struct page_cell {
    const char *name, *scenario, *variant, *path, *op, *place, *status, *reason, *floor, *ci_unit;
    double capacity, elem, threads, work;
    double samples, processes, median_ns, ci_low_ns, ci_high_ns, ci_level;
    double purity, floor_units, floor_ns, floor_ratio, cpu_ns, switches, overlap, fairness;
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
    /* The cells of the three paths, with the element size that the headline uses: by path, place,
     * then variant. */
    const struct page_cell **headline;
    size_t headline_count;
    /* Every cell with a variant, in the same order; the cells of other element sizes and capacities
     * than the usual are among them. */
    const struct page_cell **sorted;
    size_t sorted_count;
};

/* Reads directory/data. Returns 0, or a negative errno with a sentence in `error`: cells.tsv must
 * be there and hold a cell; other tables may be missing. model_free() releases the model. */
int model_read(struct model *m, const char *directory, char *error, size_t size);
void model_free(struct model *m);

/* The value of a key in environment.tsv or run.tsv, or "". */
const char *model_fact(const struct tsv *table, const char *key);

/* Whether the run says that it has not finished: it was cut short, or goes on. */
bool model_is_cut_short(const struct model *m);

/* The processes of a cell: "10" as the run planned; "2 to 3 of 10" where it was cut short, counted
 * from the cells that ran. */
struct words model_processes(const struct model *m);

/* The element size that pages compare a scenario at: 8 bytes where it was run so, otherwise the
 * smallest; NaN where the scenario has no elements. */
double model_elem(const struct model *m, const char *scenario);

/* Whether the cell has the element size, the capacity and the think time that pages compare its
 * scenario at. */
bool cell_is_usual(const struct model *m, const struct page_cell *c);

/* The usual cell of a scenario and variant with so many threads (NaN: whatever it has) at a place
 * ("" where it has none); NULL where there is none. */
const struct page_cell *model_cell(const struct model *m, const char *scenario, const char *variant,
                                   double threads, const char *place);

/* How often an outcome happened per operation of a cell; NaN where that was not counted. */
double model_outcome(const struct model *m, const struct page_cell *c, const char *outcome);

/* The row of `latency` that has a side ("send", "recv", "delivery") of a cell; latency.rows where
 * none has. */
size_t model_latency_row(const struct model *m, const struct page_cell *c, const char *side);

/* Of the parks of a cell, the share that slept in the kernel; the others were over before. NaN
 * where nothing parked or it was not counted. */
double model_slept_share(const struct model *m, const struct page_cell *c);

bool cell_is_ok(const struct page_cell *c);     /* it ran and has a median */
bool cell_is_impure(const struct page_cell *c); /* its purity is known and too low */
bool cell_is_floor(const struct page_cell *c);

/* A peer's, whose channel has not got what the scenario needs: nothing went wrong. */
bool cell_is_lacking(const struct page_cell *c);

/* Not all of its threads got on within the window, so that they did not contend. */
bool cell_is_uncontended(const struct page_cell *c);

bool cell_has_interval(const struct page_cell *c);

/* Fit to be quoted: it ran, has an interval, took its path, and all of its threads took part. */
bool cell_is_usable(const struct page_cell *c);

/* The programs of the source text, as written: they force no path, so that their purity is a
 * finding and not a fault. */
bool cell_is_as_written(const struct page_cell *c);

/* Whether two headline cells differ in nothing but the variant. */
bool cell_same_group(const struct page_cell *a, const struct page_cell *b);

/* What follows whose channel it is in a cell's name, "SCENARIO/variant=WHOSE/elem=8/...". */
const char *cell_parameters(const struct page_cell *c);

/* Whether two cells differ in nothing but whose channel it is; a peer's has no path. */
bool cell_same_but_variant(const struct page_cell *a, const struct page_cell *b);

/* What a headline cell's group is called: "buffer, 2 threads, l3". */
struct words cell_group(const struct model *m, const struct page_cell *c);

/* Where its threads ran, for a table or a sentence: "1 thread", "same PU", "two PUs sharing an L3",
 * and "4 threads, ..." where a scenario can have different numbers of them. */
struct words cell_place(const struct page_cell *c);

/* "2 threads, same PU": the number is said whatever it is. */
struct words cell_threads_and_place(const struct page_cell *c);

/* What it is a multiple of, for "2.3 times ...": "a cache-line transfer", "two bare locks and
 * unlocks". */
struct words cell_floor_words(const struct page_cell *c);

/* Which cell it is, for a sentence: "fastpath, 2 threads, l3". */
struct words cell_where(const struct page_cell *c);

#endif
