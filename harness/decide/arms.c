/* Reads the arms of a run (arms.h). It owns no state; the costs are the caller's. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/arms.h"
#include "harness/base/stats.h"
#include "harness/store/processes.h"
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
};

/* A cell's name without "/variant=...". */
static void write_label(const struct cell *cell, char *label, size_t size)
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
        double *costs = realloc(arms->items[i].costs, rounds * sizeof(*costs));
        if (!costs)
            return -ENOMEM;
        arms->items[i].costs = costs;
        for (size_t r = arms->rounds; r < rounds; r++)
            costs[r] = NAN;
    }
    arms->rounds = rounds;
    return 0;
}

/* Puts down what the processes cost that ended well; both lists are in order. A cost that is not
 * above 0 is none. */
static int fill_costs(struct arms *arms, size_t arm, const struct process_row *rows, size_t count,
                      const uint32_t *ok, size_t ok_count)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        while (next < ok_count && ok[next] < rows[i].process)
            next++;
        if (next == ok_count || ok[next] != rows[i].process)
            continue;
        if (rows[i].process >= arms->rounds && add_rounds(arms, (size_t)rows[i].process + 1))
            return -ENOMEM;
        double ns = rows[i].ns_per_op;
        if (isfinite(ns) && ns > 0)
            arms->items[arm].costs[rows[i].process] = log(ns);
    }
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
    *arm = (struct arm){.cell = *cell, .costs = malloc((arms->rounds + 1) * sizeof(*arm->costs))};
    if (!arm->costs)
        return -ENOMEM;
    write_label(cell, arm->label, sizeof(arm->label));
    for (size_t r = 0; r < arms->rounds; r++)
        arm->costs[r] = NAN;
    arms->count++;
    return 0;
}

static int read_arm(void *arg, int64_t id, const struct cell *cell)
{
    struct reading *reading = arg;
    struct process_row *rows = NULL;
    uint32_t *ok = NULL;
    size_t count, ok_count;
    int status = add_arm(reading->arms, cell);
    if (!status)
        status = processes_read(reading->store, id, &rows, &count);
    if (!status)
        status = processes_ok(reading->store, id, &ok, &ok_count);
    if (!status)
        status = fill_costs(reading->arms, reading->arms->count - 1, rows, count, ok, ok_count);
    free(rows);
    free(ok);
    return status;
}

int arms_read(struct store *s, int64_t run, struct arms *arms)
{
    struct reading reading = {s, arms};
    *arms = (struct arms){0};
    int status = store_each_cell(s, run, read_arm, &reading);
    if (status)
        arms_free(arms);
    return status;
}

void arms_free(struct arms *arms)
{
    for (size_t i = 0; i < arms->count; i++)
        free(arms->items[i].costs);
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
