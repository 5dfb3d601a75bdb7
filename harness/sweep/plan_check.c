/* Holds a cross against the scenarios that it names (plan_check.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/plan_check.h"
#include "harness/base/relation.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/names.h"
#include "harness/sweep/sides_check.h"
#include <stdio.h>

static bool takes_any(const struct scenario *s, int param, const struct uint_list *values)
{
    for (size_t i = 0; i < values->count; i++)
        if (scenario_takes(s, scenario_param(s, param), values->items[i]))
            return true;
    return false;
}

/* A value that no scenario of the cross takes. */
static int check_value(const struct cross *c, int param, uint64_t value)
{
    for (const struct scenario *const *s = scenarios_any(); *s; s++)
        if (cross_has_scenario(c, *s) && scenario_takes(*s, scenario_param(*s, param), value))
            return EXIT_OK;
    return complain(EXIT_USAGE,
                    "%s:%zu: %s: %llu: no scenario of the cross takes it: `hchanlab list` shows "
                    "the values",
                    c->file, c->param_line[param], param_key(param), (unsigned long long)value);
}

static int check_param(const struct cross *c, int param)
{
    const struct uint_list *values = &c->params[param];
    int status = EXIT_OK;
    char range[64];
    if (values->count == 0)
        return EXIT_OK;
    for (const struct scenario *const *s = scenarios_any(); *s; s++) {
        const struct param_range *r = scenario_param(*s, param);
        if (!word_list_has(&c->scenarios, (*s)->name) || r->max == 0 ||
            takes_any(*s, param, values))
            continue;
        scenario_range(*s, r, range);
        return complain(EXIT_USAGE,
                        "%s:%zu: %s: %s takes %s: give it such a value, or a cross of its own",
                        c->file, c->param_line[param], param_key(param), (*s)->name, range);
    }
    for (size_t i = 0; i < values->count && status == EXIT_OK; i++)
        status = check_value(c, param, values->items[i]);
    return status;
}

static int check_sides(const struct cross *c)
{
    char where[768];
    if (!c->producers && !c->consumers)
        return EXIT_OK;
    snprintf(where, sizeof(where), "%s:%zu: ", c->file, c->line);
    if (c->params[PARAM_threads].count)
        return complain(EXIT_USAGE, "%sthreads are the producers and the consumers: leave them out",
                        where);
    int status = EXIT_OK;
    for (const struct scenario *const *s = scenarios_any(); *s && status == EXIT_OK; s++)
        if (word_list_has(&c->scenarios, (*s)->name))
            status = sides_refuse(where, *s, c->producers, c->consumers);
    return status;
}

int plan_check_cross(const struct cross *c)
{
    if (!c->scenarios.count && !c->groups.count)
        return complain(EXIT_USAGE,
                        "%s:%zu: the cross has no scenarios: give it `scenarios:` or "
                        "`groups:`",
                        c->file, c->line);
    int status = check_sides(c);
    for (int param = 0; param < PARAMS && status == EXIT_OK; param++)
        status = check_param(c, param);
    return status;
}

int plan_check_exclusion(const struct cross *c)
{
    if (word_list_has(&c->places, PLACES_NEAREST) || word_list_has(&c->places, PLACES_EVERY))
        return complain(EXIT_USAGE, "%s:%zu: places: name relations of PUs: " RELATION_NAMES,
                        c->file, c->line);
    bool any = c->scenarios.count || c->groups.count || c->variants.count || c->locks.count ||
               c->places.count || c->cell;
    for (int param = 0; param < PARAMS; param++)
        any = any || c->params[param].count;
    if (any)
        return EXIT_OK;
    return complain(EXIT_USAGE,
                    "%s:%zu: it would exclude every cell: give it a key, such as "
                    "`scenarios:`",
                    c->file, c->line);
}
