/* Reads the arms of a run (arms.h). It owns no state; the costs are the caller's. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/arms.h"
#include "harness/base/stats.h"
#include "harness/store/processes.h"
#include "harness/store/trials.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct store *store;
    struct arms *arms;
    const struct trial *trials; /* of the run, by cell and process */
    size_t count;
};

void arms_label(const struct cell *cell, char *label, size_t size)
{
    static const char key[] = "/variant=";
    const char *at = strstr(cell->name, key);
    const char *rest = at ? at + 1 + strcspn(at + 1, "/") : "";
    size_t before = at ? (size_t)(at - cell->name) : strlen(cell->name);
    snprintf(label, size, "%.*s%s", (int)before, cell->name, rest);
}

/* Gives every arm as many rounds as the one that is being read. */
static int add_rounds(struct arms *arms, size_t rounds)
{
    for (size_t i = 0; i < arms->count; i++) {
        struct arm *arm = &arms->items[i];
        double *costs = realloc(arm->costs, rounds * sizeof(*costs));
        arm->costs = costs ? costs : arm->costs;
        uint64_t *started = realloc(arm->started_ms, rounds * sizeof(*started));
        arm->started_ms = started ? started : arm->started_ms;
        if (!costs || !started)
            return -ENOMEM;
        for (size_t r = arms->rounds; r < rounds; r++) {
            costs[r] = NAN;
            started[r] = 0;
        }
    }
    arms->rounds = rounds;
    return 0;
}

/* The trials of a cell that ended well; the run's are in order. */
static const struct trial *find_ok(const struct reading *reading, int64_t cell, uint32_t process)
{
    const struct trial *trials = reading->trials;
    size_t low = 0, high = reading->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct trial *t = &trials[middle];
        bool before = t->cell != cell ? t->cell < cell : t->process < process;
        low = before ? middle + 1 : low;
        high = before ? high : middle;
    }
    bool there = low < reading->count && trials[low].cell == cell &&
                 trials[low].process == process && trials[low].status == TRIAL_OK;
    return there ? &trials[low] : NULL;
}

/* The median of a field over the processes that ended well, which `rows` are; NaN if none has it.
 */
static double median_of(const struct process_row *rows, size_t count, size_t offset)
{
    double *values = malloc((count + 1) * sizeof(*values));
    size_t n = 0;
    for (size_t i = 0; values && i < count; i++) {
        double value;
        memcpy(&value, (const char *)&rows[i] + offset, sizeof(value));
        if (!isnan(value))
            values[n++] = value;
    }
    double median = values ? stats_median(values, n) : NAN;
    free(values);
    return median;
}

/* Puts down what the processes cost that ended well, and moves their rows to the front. A cost that
 * is not above 0 is none. */
static int fill_costs(struct reading *reading, size_t arm, int64_t cell, struct process_row *rows,
                      size_t count)
{
    struct arms *arms = reading->arms;
    size_t well = 0;
    for (size_t i = 0; i < count; i++) {
        const struct trial *trial = find_ok(reading, cell, rows[i].process);
        if (!trial)
            continue;
        if (rows[i].process >= arms->rounds && add_rounds(arms, (size_t)rows[i].process + 1))
            return -ENOMEM;
        double ns = rows[i].ns_per_op;
        if (isfinite(ns) && ns > 0)
            arms->items[arm].costs[rows[i].process] = log(ns);
        arms->items[arm].started_ms[rows[i].process] = trial->started_ms;
        rows[well++] = rows[i];
    }
    arms->items[arm].cpu_ns = median_of(rows, well, offsetof(struct process_row, cpu_ns_per_op));
    arms->items[arm].switches =
        median_of(rows, well, offsetof(struct process_row, switches_per_op));
    return 0;
}

/* A new arm has the rounds that are known so far. */
static int add_arm(struct arms *arms, const struct cell *cell)
{
    struct arm *items = realloc(arms->items, (arms->count + 1) * sizeof(*items));
    if (!items)
        return -ENOMEM;
    arms->items = items;
    struct arm *arm = &items[arms->count];
    *arm = (struct arm){.cell = *cell,
                        .costs = malloc((arms->rounds + 1) * sizeof(*arm->costs)),
                        .started_ms = calloc(arms->rounds + 1, sizeof(*arm->started_ms))};
    if (!arm->costs || !arm->started_ms) {
        free(arm->costs);
        free(arm->started_ms);
        return -ENOMEM;
    }
    arms_label(cell, arm->label, sizeof(arm->label));
    for (size_t r = 0; r < arms->rounds; r++)
        arm->costs[r] = NAN;
    arms->count++;
    return 0;
}

long arms_add(struct arms *arms, const char *label, const char *variant, size_t rounds)
{
    struct cell cell = {.params = PARAMS_ABSENT};
    snprintf(cell.variant, sizeof(cell.variant), "%s", variant);
    if (add_arm(arms, &cell) || (rounds > arms->rounds && add_rounds(arms, rounds)))
        return -ENOMEM;
    struct arm *arm = &arms->items[arms->count - 1];
    snprintf(arm->label, sizeof(arm->label), "%s", label);
    return (long)arms->count - 1;
}

static int read_arm(void *arg, int64_t id, const struct cell *cell)
{
    struct reading *reading = arg;
    struct process_row *rows = NULL;
    size_t count;
    int status = add_arm(reading->arms, cell);
    if (!status)
        status = processes_read(reading->store, id, &rows, &count);
    if (!status)
        status = fill_costs(reading, reading->arms->count - 1, id, rows, count);
    free(rows);
    return status;
}

int arms_read(struct store *s, int64_t run, struct arms *arms)
{
    struct trial *trials;
    size_t count;
    *arms = (struct arms){0};
    int status = trials_read(s, run, &trials, &count);
    if (status)
        return status;
    struct reading reading = {s, arms, trials, count};
    status = store_each_cell(s, run, read_arm, &reading);
    free(trials);
    if (status)
        arms_free(arms);
    return status;
}

void arms_free(struct arms *arms)
{
    for (size_t i = 0; i < arms->count; i++) {
        free(arms->items[i].costs);
        free(arms->items[i].started_ms);
    }
    free(arms->items);
    *arms = (struct arms){0};
}

double arms_median_ns(const struct arms *arms, const struct arm *arm)
{
    double *values = malloc((arms->rounds + 1) * sizeof(*values));
    size_t count = 0;
    if (!values)
        return NAN;
    for (size_t r = 0; r < arms->rounds; r++)
        if (!isnan(arm->costs[r]))
            values[count++] = arm->costs[r];
    double median = exp(stats_median(values, count));
    free(values);
    return median;
}

const char **arms_variants(const struct arms *arms, size_t *count)
{
    const char **names = malloc((arms->count + 1) * sizeof(*names));
    *count = 0;
    for (size_t i = 0; names && i < arms->count; i++) {
        size_t k = 0;
        if (!arms->items[i].cell.variant[0])
            continue;
        while (k < *count && strcmp(names[k], arms->items[i].cell.variant) != 0)
            k++;
        if (k == *count)
            names[(*count)++] = arms->items[i].cell.variant;
    }
    return names;
}

const struct arm *arms_find(const struct arms *arms, const char *label, const char *variant)
{
    for (size_t i = 0; i < arms->count; i++)
        if (strcmp(arms->items[i].label, label) == 0 &&
            strcmp(arms->items[i].cell.variant, variant) == 0)
            return &arms->items[i];
    return NULL;
}

bool arms_meet(const struct arm *a, const struct arm *b, size_t round)
{
    if (isnan(a->costs[round]) || isnan(b->costs[round]))
        return false;
    if (!a->started_ms || !b->started_ms)
        return true;
    uint64_t x = a->started_ms[round], y = b->started_ms[round];
    return (x > y ? x - y : y - x) <= ARMS_APART_MS;
}

int arms_ratio(const struct arms *arms, const struct arm *a, const struct arm *b,
               struct ratio_interval *times)
{
    struct verdict verdict;
    size_t count = 0;
    *times = (struct ratio_interval){NAN, NAN, NAN};
    double *differences = malloc((arms->rounds + 1) * sizeof(*differences));
    if (!differences)
        return -ENOMEM;
    for (size_t r = 0; r < arms->rounds; r++)
        if (arms_meet(a, b, r))
            differences[count++] = b->costs[r] - a->costs[r];
    int status =
        count ? verdict_make(&verdict, differences, count, arms->looks, VERDICT_MARGIN) : 0;
    if (count && !status)
        *times = verdict.times;
    free(differences);
    return status;
}

enum looks arms_looks(const struct run *run)
{
    json_t *environment = json_loads(run->environment, 0, NULL);
    bool looked = json_object_get(environment, LOOKS_FACT) != NULL;
    json_decref(environment);
    return looked ? LOOKS_THREE : LOOKS_ONE;
}

size_t arms_rounds(const struct arms *arms, const struct arm *arm)
{
    size_t rounds = 0;
    if (arms->looks == LOOKS_ONE)
        return arms->rounds;
    for (size_t i = 0; i < arms->count; i++)
        for (size_t r = rounds; r < arms->rounds; r++)
            if (strcmp(arms->items[i].label, arm->label) == 0 && !isnan(arms->items[i].costs[r]))
                rounds = r + 1;
    return rounds;
}
