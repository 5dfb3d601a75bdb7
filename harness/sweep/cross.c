/* Whether a cross has a scenario, a variant, a cell (cross.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/cross.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/names.h"
#include <hchan/hchan.h>
#include <string.h>

bool cross_has_scenario(const struct cross *cross, const struct scenario *s)
{
    return word_list_has(&cross->scenarios, s->name) ||
           (s->group && word_list_has(&cross->groups, s->group));
}

bool cross_has_variant(const struct cross *cross, const struct hchan_variant *v)
{
    return (!cross->variants.count || names_match(&cross->variants, hchan_variant_name(v))) &&
           (!cross->locks.count || names_match(&cross->locks, hchan_variant_lock(v)));
}

static bool has_number(const struct uint_list *list, uint64_t number)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == number)
            return true;
    return false;
}

/* A cell's variant may be a peer, which has a name and no lock. */
static bool matches_variant(const struct cross *cross, const char *name)
{
    const struct hchan_variant *v = hchan_variant_find(name);
    return v ? cross_has_variant(cross, v)
             : !cross->locks.count &&
                   (!cross->variants.count || names_match(&cross->variants, name));
}

bool cross_matches(const struct cross *cross, const struct cell *cell)
{
    struct cell_params params = cell->params;
    const struct scenario *s = scenario_find(cell->scenario, cell->variant, INSTANCE_MEASURED);
    bool named = cross->scenarios.count || cross->groups.count;
    if ((named && !(s && cross_has_scenario(cross, s))) || !matches_variant(cross, cell->variant))
        return false;
    for (int i = 0; i < PARAMS; i++)
        if (cross->params[i].count && !has_number(&cross->params[i], *param_of(&params, i)))
            return false;
    return (!cross->places.count || word_list_has(&cross->places, cell->params.place)) &&
           (!cross->cell || regexec(cross->cell, cell->name, 0, NULL, 0) == 0);
}
