/* Advises by stored runs (advice.h). It owns no state; what it reads is the caller's. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/advice.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_of_here(const struct run *run, const json_t *here)
{
    static const char *const keys[] = {"hostname", "cpu_model", "topology"};
    json_t *there = json_loads(run->environment, 0, NULL);
    bool same = there != NULL;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        same = same && json_equal(json_object_get(there, keys[i]), json_object_get(here, keys[i]));
    json_decref(there);
    return same;
}

/* Adds a run before those that are there, of which the last one falls out if there is no room. */
static int add_run(struct advice_runs *runs, struct store *s, const struct run *run)
{
    struct advice_run added = {.id = run->id};
    snprintf(added.started, sizeof(added.started), "%s", run->started);
    enum looks looks = arms_looks(run);
    int status = arms_read(s, run->id, &added.arms);
    if (status)
        return status;
    added.arms.looks = looks;
    if (runs->count == ADVICE_RUNS)
        arms_free(&runs->items[--runs->count].arms);
    memmove(&runs->items[1], &runs->items[0], runs->count++ * sizeof(runs->items[0]));
    runs->items[0] = added;
    return 0;
}

int advice_runs_read(struct advice_runs *runs, struct store *s, const json_t *here)
{
    int64_t id = 0;
    int status;
    *runs = (struct advice_runs){.count = 0};
    while ((status = store_next_run(s, &id)) == 0) {
        struct run run;
        status = store_find_run(s, id, &run);
        if (!status && is_of_here(&run, here))
            status = add_run(runs, s, &run);
        else if (!status)
            runs->elsewhere++;
        if (status)
            return status;
    }
    return status == -ENOENT ? 0 : status; /* after the last run */
}

void advice_runs_free(struct advice_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        arms_free(&runs->items[i].arms);
    runs->count = 0;
}

/* Ranks a cell by the newest run that says anything. */
static int rank_newest(const struct advice_runs *runs, const char *label, struct ranking *ranking,
                       const struct advice_run **from)
{
    for (size_t i = 0; i < runs->count; i++) {
        int status = standings_make(&runs->items[i].arms, label, ranking);
        if (status)
            return status;
        if (ranking->count >= 2 && ranking->items[0].cost.count >= ADVICE_ROUNDS) {
            *from = &runs->items[i];
            return 0;
        }
        standings_free(ranking);
    }
    return -ENODATA;
}

static const struct ranked *find_ranked(const struct ranking *ranking, const char *variant)
{
    for (size_t i = 0; i < ranking->count; i++)
        if (strcmp(ranking->items[i].arm->cell.variant, variant) == 0)
            return &ranking->items[i];
    return NULL;
}

/* Whether two cells of a scenario differ in one thing only, and in which. */
static bool is_neighbour(const struct cell *a, const struct cell *b, char where[LABEL_MAX])
{
    int differ = strcmp(a->params.place, b->params.place) != 0;
    if (strcmp(a->scenario, b->scenario) != 0)
        return false;
    if (differ)
        snprintf(where, LABEL_MAX, "place=%s", b->params.place[0] ? b->params.place : "none");
    for (int i = 0; i < PARAMS; i++) {
        struct cell_params x = a->params, y = b->params;
        uint64_t value = *param_of(&y, i);
        if (*param_of(&x, i) == value)
            continue;
        differ++;
        snprintf(where, LABEL_MAX, "%s=%llu", param_key(i), (unsigned long long)value);
    }
    return differ == 1;
}

static bool has_condition(const struct advice *advice, const char *where)
{
    for (size_t i = 0; i < advice->condition_count; i++)
        if (strcmp(advice->conditions[i].where, where) == 0)
            return true;
    return false;
}

/* The ratio of the advised variant to the fastest is what the ranking has, since that is its first.
 */
static int add_condition(struct advice *advice, const struct advice_runs *runs, const char *label,
                         const char *where)
{
    struct ranking there;
    const struct advice_run *from;
    int status = rank_newest(runs, label, &there, &from);
    if (status)
        return status == -ENODATA ? 0 : status;
    const struct ranked *advised = find_ranked(&there, advice->ranking.items[0].arm->cell.variant);
    if (advised) {
        struct condition *c = &advice->conditions[advice->condition_count++];
        *c = (struct condition){.holds = advised->standing.kind != STANDING_SLOWER,
                                .times = advised->standing.times,
                                .run = from->id};
        snprintf(c->where, sizeof(c->where), "%s", where);
        snprintf(c->better, sizeof(c->better), "%s", there.items[0].arm->cell.variant);
    }
    standings_free(&there);
    return 0;
}

static int add_conditions(struct advice *advice, const struct advice_runs *runs,
                          const struct cell *cell)
{
    int status = 0;
    for (size_t i = 0; i < runs->count; i++)
        for (size_t k = 0; k < runs->items[i].arms.count && !status; k++) {
            const struct arm *arm = &runs->items[i].arms.items[k];
            char where[LABEL_MAX];
            if (arm->cell.variant[0] && advice->condition_count < CONDITIONS_MAX &&
                is_neighbour(cell, &arm->cell, where) && !has_condition(advice, where))
                status = add_condition(advice, runs, arm->label, where);
        }
    return status;
}

int advice_make(struct advice *advice, const struct advice_runs *runs, const struct cell *cell)
{
    char label[CELL_NAME_MAX];
    *advice = (struct advice){.run = NULL};
    arms_label(cell, label, sizeof(label));
    int status = rank_newest(runs, label, &advice->ranking, &advice->run);
    if (status)
        return status;
    status = add_conditions(advice, runs, cell);
    if (status)
        advice_free(advice);
    return status;
}

void advice_free(struct advice *advice)
{
    standings_free(&advice->ranking);
}
