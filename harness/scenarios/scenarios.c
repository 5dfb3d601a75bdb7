/* The table of scenarios, and the names of cells: cell_make() writes one and cell_parse() reads it
 * back. The rows of variants and floors are constant; the state is the rows that were added. */
/* SPDX-License-Identifier: MIT */
#include "harness/scenarios/scenarios.h"
#include "harness/base/relation.h"
#include "harness/base/twin.h"
#include "harness/scenarios/floors.h"
#include "harness/scenarios/known.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X(id, name)                                              \
    extern const struct scenario *const loops_##id##_measured[]; \
    extern const struct scenario *const loops_##id##_traced[];   \
    extern const struct scenario *const loops_##id##_latency[];
#include "loops.def"
#undef X

/* One row for each variant: its loops by enum instance. The floors are a row without a name, and
 * there is one of known costs. */
static const struct {
    const char *variant;
    const struct scenario *const *loops[3];
} rows[] = {
#define X(id, name) {name, {loops_##id##_measured, loops_##id##_traced, loops_##id##_latency}},
#include "loops.def"
#undef X
    {"", {floors, NULL, NULL}},
    {KNOWN, {known_scenarios, NULL, NULL}},
};

/* Rows that were added while the program runs. */
enum { ADDED_MAX = 64 };
static struct {
    const char *name;
    const struct scenario *const *scenarios;
} added[ADDED_MAX];
static size_t added_count;

int scenarios_add_row(const char *name, const struct scenario *const *scenarios)
{
    if (added_count == ADDED_MAX)
        return -ENOSPC;
    added[added_count].name = name;
    added[added_count].scenarios = scenarios;
    added_count++;
    return 0;
}

/* A twin has its variant's row. */
static const struct scenario *const *find_row(const char *name, enum instance instance)
{
    struct twin twin = twin_of(name);
    const char *variant = twin.variant;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].variant, variant) == 0)
            return rows[i].loops[instance];
    for (size_t i = 0; i < added_count && instance == INSTANCE_MEASURED; i++)
        if (strcmp(added[i].name, variant) == 0)
            return added[i].scenarios;
    return NULL;
}

const struct scenario *const *scenario_all(const char *variant)
{
    return find_row(variant, INSTANCE_MEASURED);
}

const struct scenario *scenario_find(const char *name, const char *variant, enum instance instance)
{
    const struct scenario *const *all = find_row(variant, instance);
    for (; all && *all; all++)
        if (strcmp((*all)->name, name) == 0)
            return *all;
    return NULL;
}

const struct scenario *const *scenarios_any(void)
{
    return scenario_all(hchan_variant_name(hchan_variant_next(NULL)));
}

static void add_key(char *name, const char *key, uint64_t value)
{
    size_t used = strlen(name);
    if (value != PARAM_ABSENT)
        snprintf(name + used, CELL_NAME_MAX - used, "/%s=%llu", key, (unsigned long long)value);
}

static void add_word(char *name, const char *key, const char *value)
{
    size_t used = strlen(name);
    if (value[0])
        snprintf(name + used, CELL_NAME_MAX - used, "/%s=%s", key, value);
}

void cell_make(struct cell *cell, const struct scenario *s, const char *variant,
               const struct cell_params *params)
{
    memset(cell, 0, sizeof(*cell));
    snprintf(cell->scenario, sizeof(cell->scenario), "%s", s->name);
    snprintf(cell->variant, sizeof(cell->variant), "%s", variant);
    snprintf(cell->path, sizeof(cell->path), "%s", s->path ? s->path : "");
    snprintf(cell->op, sizeof(cell->op), "%s", s->op);
    struct cell_params *p = &cell->params;
    *p = *params;
    for (int i = 0; i < PARAMS; i++) {
        const struct param_range *range = scenario_param(s, i);
        if (range->max == 0 || (i == PARAM_threads && range->max == range->min))
            *param_of(p, i) = PARAM_ABSENT;
    }
    uint64_t threads = p->threads == PARAM_ABSENT ? s->threads.normal : p->threads;
    if (!s->places || threads == 1)
        memset(p->place, 0, sizeof(p->place));
    snprintf(cell->name, sizeof(cell->name), "%s", s->name);
    add_word(cell->name, "variant", variant);
    for (int i = 0; i < PARAMS; i++)
        add_key(cell->name, param_key(i), *param_of(p, i));
    add_word(cell->name, "place", p->place);
}

/* If *rest begins with "/key=value", takes that off, with the value in `out`. */
static bool take_key(const char **rest, const char *key, char *out, size_t size)
{
    size_t length = strlen(key);
    if ((*rest)[0] != '/' || strncmp(*rest + 1, key, length) != 0 || (*rest)[1 + length] != '=')
        return false;
    const char *value = *rest + length + 2;
    size_t end = strcspn(value, "/");
    if (end >= size)
        return false;
    memcpy(out, value, end);
    out[end] = '\0';
    *rest = value + end;
    return true;
}

static uint64_t take_param(const char **rest, const char *key)
{
    char text[24];
    return take_key(rest, key, text, sizeof(text)) ? strtoull(text, NULL, 10) : PARAM_ABSENT;
}

bool scenario_takes(const struct scenario *s, const struct param_range *range, uint64_t value)
{
    bool odd = s->pairs && range == &s->threads && value % 2;
    return range->max > 0 && value >= range->min && value <= range->max && !odd;
}

void scenario_range(const struct scenario *s, const struct param_range *range, char text[64])
{
    if (range->min == range->max)
        snprintf(text, 64, "%llu only", (unsigned long long)range->min);
    else
        snprintf(text, 64, "%llu to %llu%s", (unsigned long long)range->min,
                 (unsigned long long)range->max, s->pairs && range == &s->threads ? ", even" : "");
}

static bool param_fits(const struct scenario *s, int param, uint64_t value, char *reason,
                       size_t size)
{
    const struct param_range *range = scenario_param(s, param);
    if (range->max == 0 || range->max == range->min || scenario_takes(s, range, value))
        return true;
    char takes[64];
    scenario_range(s, range, takes);
    snprintf(reason, size, "%s needs %s= here, of %s", s->name, param_key(param), takes);
    return false;
}

static bool params_fit(const struct scenario *s, struct cell_params *p, char *reason, size_t size)
{
    for (int i = 0; i < PARAMS; i++)
        if (!param_fits(s, i, *param_of(p, i), reason, size))
            return false;
    return true;
}

static bool place_fits(const struct scenario *s, const struct cell_params *p, char *reason,
                       size_t size)
{
    enum relation relation = RELATION_SAME_PU;
    bool wanted = s->places && (p->threads == PARAM_ABSENT || p->threads > 1);
    bool known = !p->place[0] || relation_parse(p->place, &relation);
    if (wanted && !p->place[0])
        snprintf(reason, size, "it needs /place= at its end");
    else if (!known)
        snprintf(reason, size, "no place '%s': one of " RELATION_NAMES, p->place);
    else if (s->apart && relation == RELATION_SAME_PU)
        snprintf(reason, size, "%s needs two PUs, so another place", s->name);
    else
        return true;
    return false;
}

/* Explains why a variant does not have the scenario. */
static void explain_missing_scenario(const char *scenario, const char *variant, char *reason,
                                     size_t size)
{
    if (!find_row(variant, INSTANCE_MEASURED))
        snprintf(reason, size, "there is no variant or peer '%s' here", variant);
    else if (!variant[0] && scenario_find(scenario, hchan_variant_name(hchan_variant_next(NULL)),
                                          INSTANCE_MEASURED))
        snprintf(reason, size, "%s needs /variant= after it", scenario);
    else
        snprintf(reason, size, "%s has no scenario '%s'", variant[0] ? variant : "the lab",
                 scenario);
}

void cell_variant(const char *name, char variant[LABEL_MAX])
{
    const char *rest = name + strcspn(name, "/");
    variant[0] = '\0';
    take_key(&rest, "variant", variant, LABEL_MAX);
}

bool cell_parse_why(struct cell *cell, const char *name, char *reason, size_t size)
{
    char scenario[LABEL_MAX], variant[LABEL_MAX] = "";
    size_t length = strcspn(name, "/");
    if (length >= sizeof(scenario))
        length = sizeof(scenario) - 1; /* no scenario's, either */
    memcpy(scenario, name, length);
    scenario[length] = '\0';
    const char *rest = name + length;
    struct cell_params params = {0};
    take_key(&rest, "variant", variant, sizeof(variant));
    for (int i = 0; i < PARAMS; i++)
        *param_of(&params, i) = take_param(&rest, param_key(i));
    take_key(&rest, "place", params.place, sizeof(params.place));
    const struct scenario *s = scenario_find(scenario, variant, INSTANCE_MEASURED);
    if (!s) {
        explain_missing_scenario(scenario, variant, reason, size);
        return false;
    }
    if (!params_fit(s, &params, reason, size))
        return false;
    cell_make(cell, s, variant, &params);
    if (!place_fits(s, &params, reason, size))
        return false;
    if (strcmp(cell->name, name) == 0)
        return true;
    snprintf(reason, size, "it should read %s", cell->name); /* or part of it was not understood */
    return false;
}

bool cell_parse(struct cell *cell, const char *name)
{
    char reason[CELL_NAME_MAX];
    return cell_parse_why(cell, name, reason, sizeof(reason));
}
