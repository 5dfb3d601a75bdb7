/* Makes rows of a run's cells (rows.h): reads each cell's samples, outcomes and trials from the
 * store and summarises them. It owns no state; the rows are the caller's. */
/* SPDX-License-Identifier: MIT */
#include "harness/tell/rows.h"
#include "harness/base/goroutines.h"
#include "harness/store/processes.h"
#include "harness/tell/floors_of.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct collecting {
    struct store *store;
    struct row *rows;
    size_t count;
};

/* What the accounting costs: each process's traced window compared with its measured ones. */
static int add_traced(struct collecting *c, struct row *row, const struct sample *samples,
                      size_t count)
{
    struct sample *traced;
    size_t n;
    int status = store_traced(c->store, row->id, &traced, &n);
    if (status)
        return status;
    row->traced_ns = samples_median(traced, n, offsetof(struct sample, ns_per_op));
    status = stats_paired_ratio(traced, n, samples, count, &row->traced_ratio);
    free(traced);
    return status == -ENODATA ? 0 : status;
}

static int add_samples(struct collecting *c, struct row *row)
{
    struct sample *samples;
    size_t count;
    int status = store_samples(c->store, row->id, &samples, &count);
    if (status)
        return status;
    status = stats_summarise(samples, count, &row->summary);
    if (status == -ENODATA)
        row->summary = (struct summary){.median_ns = NAN,
                                        .ci_low_ns = NAN,
                                        .ci_high_ns = NAN,
                                        .ci_level = NAN,
                                        .min_ns = NAN,
                                        .max_ns = NAN,
                                        .cv = NAN};
    row->cpu_ns_per_op = samples_median(samples, count, offsetof(struct sample, cpu_ns_per_op));
    row->switches_per_op = samples_median(samples, count, offsetof(struct sample, switches_per_op));
    row->overlap = samples_median(samples, count, offsetof(struct sample, overlap));
    row->fairness = samples_median(samples, count, offsetof(struct sample, fairness));
    row->handovers = samples_median(samples, count, offsetof(struct sample, handovers));
    if (status == 0 || status == -ENODATA)
        status = add_traced(c, row, samples, count);
    free(samples);
    return status;
}

static int add_purity(struct collecting *c, struct row *row)
{
    struct outcome_count outcomes[OUTCOMES_MAX];
    int n = store_outcomes(c->store, row->id, outcomes, OUTCOMES_MAX);
    row->purity = NAN;
    for (int i = 0; i < n; i++)
        if (strcmp(outcomes[i].name, TRACED_PURE) == 0 && outcomes[i].ops)
            row->purity = (double)outcomes[i].count / (double)outcomes[i].ops;
    return n < 0 ? n : 0;
}

/* The cell's status is the worst of its processes'. In a run that was cut short, some cells have no
 * processes. */
static int add_status(struct collecting *c, struct row *row)
{
    uint32_t count[TRIAL_STATUSES];
    int status = store_trials(c->store, row->id, count, row->reason, sizeof(row->reason));
    row->status = count[TRIAL_FAILED]    ? TRIAL_FAILED
                  : count[TRIAL_TIMEOUT] ? TRIAL_TIMEOUT
                  : count[TRIAL_SKIPPED] ? TRIAL_SKIPPED
                  : count[TRIAL_LACKING] ? TRIAL_LACKING
                                         : TRIAL_OK;
    if (row->status == TRIAL_OK && row->summary.samples == 0) {
        row->status = TRIAL_SKIPPED;
        snprintf(row->reason, sizeof(row->reason), "the sweep ended before this cell was measured");
    }
    return status;
}

/* Keeps the share of a process if it is the largest. */
static void keep_larger(double share, uint64_t process, double *largest, uint64_t *whose)
{
    if (isnan(share) || share <= *largest)
        return;
    *largest = share;
    *whose = process;
}

static int add_others(struct collecting *c, struct row *row)
{
    struct trial_others *trials;
    size_t count;
    int status = store_trial_others(c->store, row->id, &trials, &count);
    row->others_max = (struct others_shares){NAN, NAN};
    row->others_process = row->steal_process = PARAM_ABSENT;
    for (size_t i = 0; i < count; i++) {
        const struct trial_others *t = &trials[i];
        keep_larger(t->shares.programs, t->process, &row->others_max.programs,
                    &row->others_process);
        keep_larger(t->shares.host, t->process, &row->others_max.host, &row->steal_process);
    }
    free(trials);
    return status;
}

/* Catches a store whose values were damaged and whose structure was not. */
static void check_numbers(struct row *row)
{
    const struct summary *s = &row->summary;
    bool wrong = s->samples > 0 && !(s->min_ns > 0 && isfinite(s->max_ns));
    wrong = wrong || row->purity < 0;
    if (!wrong)
        return;
    row->status = TRIAL_FAILED;
    snprintf(row->reason, sizeof(row->reason), "the store holds numbers that nothing measures");
}

static int collect(void *arg, int64_t id, const struct cell *cell)
{
    struct collecting *c = arg;
    struct row *more = realloc(c->rows, (c->count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    c->rows = more;
    struct row *row = &c->rows[c->count++];
    memset(row, 0, sizeof(*row));
    row->cell = *cell;
    row->id = id;
    row->parties = cell->params.threads == PARAM_ABSENT ? 0 : cell->params.threads;
    int status = add_samples(c, row);
    if (!status)
        status = add_purity(c, row);
    if (!status)
        status = add_status(c, row);
    if (!status)
        status = add_others(c, row);
    if (!status)
        check_numbers(row);
    return status;
}

/* Finds a row's floor among the rows of its run. */
static void row_find_floor(struct row *row, bool goroutines, const struct row *rows, size_t count)
{
    struct floor_of floor = floor_of_cell(&row->cell, goroutines);
    row->floor_units = row->floor_ns = NAN;
    for (size_t i = 0; i < count; i++)
        if (floor_is(&rows[i].cell, &floor, &row->cell)) {
            snprintf(row->floor, sizeof(row->floor), "%s", rows[i].cell.name);
            row->floor_units = floor.units;
            row->floor_ns = rows[i].summary.median_ns;
            break; /* at most one fits: see floor_is() */
        }
    row->floor_ratio = row->summary.median_ns / (row->floor_units * row->floor_ns);
}

static void rows_find_floors(struct row *rows, size_t count, const struct run *run)
{
    json_t *environment = json_loads(run->environment, 0, NULL);
    const char *names = json_string_value(json_object_get(environment, "goroutines"));
    for (size_t i = 0; i < count; i++)
        row_find_floor(&rows[i], goroutines_named(names, rows[i].cell.variant), rows, count);
    json_decref(environment);
}

int rows_read(struct store *s, const struct run *run, struct row **rows, size_t *count)
{
    struct collecting c = {.store = s};
    int status = store_each_cell(s, run->id, collect, &c);
    if (status) {
        free(c.rows);
        return status;
    }
    rows_find_floors(c.rows, c.count, run);
    *rows = c.rows;
    *count = c.count;
    return 0;
}

const char *row_status(const struct row *row)
{
    static const char *const names[] = {"ok", "timeout", "failed", "skipped", "lacking"};
    return names[row->status];
}
