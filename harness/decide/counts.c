/* Compares what two runs counted (counts.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/counts.h"
#include "harness/base/stats.h"
#include "harness/store/processes.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char switches[] = "context switches";

/* A run's cells, and the counts of one of them. */
struct cells {
    int64_t *ids;
    char (*names)[CELL_NAME_MAX];
    size_t count;
};

static int take_cell(void *arg, int64_t id, const struct cell *cell)
{
    struct cells *cells = arg;
    int64_t *ids = realloc(cells->ids, (cells->count + 1) * sizeof(*ids));
    cells->ids = ids ? ids : cells->ids;
    void *names = realloc(cells->names, (cells->count + 1) * sizeof(*cells->names));
    cells->names = names ? names : cells->names;
    if (!ids || !names)
        return -ENOMEM;
    ids[cells->count] = id;
    strcpy(cells->names[cells->count++], cell->name);
    return 0;
}

static void free_cells(struct cells *cells)
{
    free(cells->ids);
    free(cells->names);
}

/* Adds the context switches of a cell's processes to their counts. */
static int add_switches(struct store *s, int64_t cell, struct process_count **counts, size_t *count)
{
    struct process_row *rows;
    size_t n;
    int status = processes_read(s, cell, &rows, &n);
    if (status)
        return status;
    struct process_count *more = realloc(*counts, (*count + n + 1) * sizeof(*more));
    *counts = more ? more : *counts;
    for (size_t i = 0; more && i < n; i++) {
        struct process_count *c = &more[*count];
        *c = (struct process_count){.process = rows[i].process, .per_op = rows[i].switches_per_op};
        strcpy(c->name, switches);
        *count += isfinite(c->per_op);
    }
    free(rows);
    return more ? 0 : -ENOMEM;
}

static int read_counts(struct store *s, int64_t cell, struct process_count **counts, size_t *count)
{
    int status = processes_counts(s, cell, counts, count);
    if (!status)
        status = add_switches(s, cell, counts, count);
    if (status)
        free(*counts);
    return status;
}

/* The range of one count. */
static int range_of(const struct process_count *counts, size_t count, const char *name,
                    struct count_range *range)
{
    double *values = malloc((count + 1) * sizeof(*values));
    *range = (struct count_range){NAN, NAN, NAN, 0};
    if (!values)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (strcmp(counts[i].name, name) == 0)
            values[range->processes++] = counts[i].per_op;
    range->middle = stats_median(values, range->processes); /* sorts */
    if (range->processes) {
        range->least = values[0];
        range->most = values[range->processes - 1];
    }
    free(values);
    return 0;
}

/* The log of the chance that all values of one sample lie to one side of all of the other, if both
 * are of one kind: 2 / (n + m over n). */
static double log_chance(size_t n, size_t m)
{
    return log(2) - (lgamma((double)(n + m) + 1) - lgamma((double)n + 1) - lgamma((double)m + 1));
}

static int append(struct changed_counts *counts, const struct changed_count *changed)
{
    struct changed_count *items = realloc(counts->items, (counts->count + 1) * sizeof(*items));
    if (!items)
        return -ENOMEM;
    counts->items = items;
    items[counts->count++] = *changed;
    return 0;
}

/* The counts of one cell, as both runs have them; whatever lies apart is put down, and later held
 * against how many there were. */
static int compare_cell(struct changed_counts *counts, const char *cell,
                        const struct process_count *a, size_t a_count,
                        const struct process_count *b, size_t b_count)
{
    int status = 0;
    for (size_t i = 0; i < a_count && !status; i++) {
        struct changed_count changed;
        if (i > 0 && strcmp(a[i].name, a[i - 1].name) == 0)
            continue;
        snprintf(changed.cell, sizeof(changed.cell), "%s", cell);
        strcpy(changed.name, a[i].name);
        status = range_of(a, a_count, a[i].name, &changed.a);
        if (!status)
            status = range_of(b, b_count, a[i].name, &changed.b);
        if (status || changed.b.processes == 0)
            continue;
        counts->compared++;
        if (changed.a.most < changed.b.least || changed.b.most < changed.a.least)
            status = append(counts, &changed);
    }
    return status;
}

/* Leaves those that so many comparisons do not explain. */
static void keep_changed(struct changed_counts *counts)
{
    size_t kept = 0;
    for (size_t i = 0; i < counts->count; i++) {
        const struct changed_count *c = &counts->items[i];
        double chance = log_chance(c->a.processes, c->b.processes);
        if (chance + log((double)counts->compared) <= log(0.05))
            counts->items[kept++] = *c;
    }
    counts->count = kept;
}

static int compare_cells(struct store *s, const struct cells *a, const struct cells *b,
                         struct changed_counts *counts)
{
    int status = 0;
    for (size_t i = 0; i < a->count && !status; i++) {
        struct process_count *x, *y;
        size_t x_count, y_count, k = 0;
        while (k < b->count && strcmp(a->names[i], b->names[k]) != 0)
            k++;
        if (k == b->count)
            continue;
        status = read_counts(s, a->ids[i], &x, &x_count);
        if (status)
            break;
        status = read_counts(s, b->ids[k], &y, &y_count);
        if (!status) {
            status = compare_cell(counts, a->names[i], x, x_count, y, y_count);
            free(y);
        }
        free(x);
    }
    return status;
}

int counts_compare(struct store *s, int64_t run_a, int64_t run_b, struct changed_counts *counts)
{
    struct cells a = {0}, b = {0};
    *counts = (struct changed_counts){0};
    int status = store_each_cell(s, run_a, take_cell, &a);
    if (!status)
        status = store_each_cell(s, run_b, take_cell, &b);
    if (!status)
        status = compare_cells(s, &a, &b, counts);
    free_cells(&a);
    free_cells(&b);
    if (status)
        counts_free(counts);
    else
        keep_changed(counts);
    return status;
}

void counts_free(struct changed_counts *counts)
{
    free(counts->items);
    *counts = (struct changed_counts){0};
}
