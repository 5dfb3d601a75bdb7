/* Costs by name (costs.h), of a stored run. It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/costs.h"
#include "harness/decide/arms.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int costs_add(struct costs *costs, const char *name, double ns)
{
    struct cost *items = realloc(costs->items, (costs->count + 1) * sizeof(*items));
    if (!items)
        return -ENOMEM;
    costs->items = items;
    items[costs->count].name = strdup(name);
    items[costs->count].ns = ns;
    return items[costs->count].name ? (int)(costs->count++, 0) : -ENOMEM;
}

void costs_free(struct costs *costs)
{
    for (size_t i = 0; i < costs->count; i++)
        free(costs->items[i].name);
    free(costs->items);
    json_decref(costs->about);
    *costs = (struct costs){0};
}

double costs_find(const struct costs *costs, const char *name)
{
    for (size_t i = 0; i < costs->count; i++)
        if (strcmp(costs->items[i].name, name) == 0)
            return costs->items[i].ns;
    return NAN;
}

int costs_of_run(struct store *s, const struct run *run, struct costs *costs)
{
    struct arms arms;
    int status = arms_read(s, run->id, &arms);
    if (status)
        return status;
    *costs = (struct costs){.about = json_loads(run->environment, 0, NULL)};
    for (size_t i = 0; !status && i < arms.count; i++) {
        double ns = arms_median_ns(&arms, &arms.items[i]);
        if (!isnan(ns))
            status = costs_add(costs, arms.items[i].cell.name, ns);
    }
    arms_free(&arms);
    if (status)
        costs_free(costs);
    return status;
}

/* Facts that differ between any two runs. */
static bool is_passing(const char *key)
{
    static const char *const keys[] = {"busy_share",
                                       "load_1m",
                                       "load_avg",
                                       "steal_share",
                                       "steal_meanwhile",
                                       "others_share",
                                       "timer_cost_ns",
                                       "date",
                                       "finished",
                                       "seed",
                                       "run",
                                       "name",
                                       "note",
                                       "mhz_per_cpu",
                                       "command",
                                       "hchanlab_build_id",
                                       "timer_resolution_ns"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static void add_difference(json_t *all, const char *key, json_t *a, json_t *b)
{
    if (!is_passing(key) && !json_equal(a, b))
        json_array_append_new(all, json_pack("{s:s s:O? s:O?}", "key", key, "a", a, "b", b));
}

json_t *costs_differ(const struct costs *a, const struct costs *b)
{
    json_t *all = json_array(), *value;
    const char *key;
    json_object_foreach(a->about, key, value)
        add_difference(all, key, value, json_object_get(b->about, key));
    json_object_foreach(b->about, key, value) if (!json_object_get(a->about, key))
        add_difference(all, key, NULL, value);
    return all;
}
