/* Makes the cells of a plan (plan_cells.h): each cross with what the user overrides, its variants,
 * its parameters and its places, then the floors that all of these are compared with. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/plan_cells.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/scenarios/sides.h"
#include "harness/sweep/peers.h"
#include <hchan/hchan.h>
#include <stdlib.h>
#include <string.h>

int plan_refuse_more(const struct building *to)
{
    return complain(EXIT_USAGE,
                    "the plan has more than %zu cells: choose fewer values, or allow more with "
                    "--cells-max",
                    to->cells_max);
}

/* Adds a cell, which may be there already: a few times as many as are allowed, and no more. */
static int push_cell(struct building *to, const struct cell *cell)
{
    enum { AGAIN = 4, ROOM = 64 };
    struct plan *plan = to->plan;
    if (plan->count >= AGAIN * to->cells_max)
        return plan_refuse_more(to);
    if (plan->count % ROOM == 0) {
        struct cell *more = realloc(plan->cells, (plan->count + ROOM) * sizeof(*more));
        if (!more)
            return complain(EXIT_ENVIRONMENT, "out of memory: choose fewer cells");
        plan->cells = more;
    }
    plan->cells[plan->count++] = *cell;
    return EXIT_OK;
}

/* Whether the user and the plan leave the cell in. */
static bool is_wanted(const struct building *to, const struct cell *cell)
{
    if (to->only && regexec(to->only, cell->name, 0, NULL, 0) != 0)
        return false;
    for (size_t i = 0; i < to->file->exclude.count; i++)
        if (cross_matches(&to->file->exclude.items[i], cell))
            return false;
    return true;
}

/* Refuses a channel that could not be made. */
static int check_buffer(const struct scenario *s, const struct cell_params *params)
{
    if (!s->capacity.max || !s->elem.max || !params->elem ||
        params->capacity <= HCHAN_MAX_BUFFER / params->elem)
        return EXIT_OK;
    return complain(EXIT_USAGE,
                    "%s: --capacity %llu of --elem %llu bytes: a channel's buffer has at most %llu "
                    "bytes: choose less of one",
                    s->name, (unsigned long long)params->capacity, (unsigned long long)params->elem,
                    (unsigned long long)HCHAN_MAX_BUFFER);
}

/* Adds a scenario's cells with these parameters, one for each place. At a place that the machine
 * lacks, there is one only if the cell has no place. */
static int add_places(struct building *to, const struct scenario *s, const char *variant,
                      const struct cell_params *wanted)
{
    struct cell_params params = *wanted;
    unsigned places = to->places.here | to->places.lacking;
    int status = check_buffer(s, &params);
    for (enum relation r = 0; r < RELATION_COUNT && status == EXIT_OK; r++) {
        struct cell cell;
        if (!(places & 1u << r))
            continue;
        memset(params.place, 0, sizeof(params.place));
        strcpy(params.place, relation_name(r));
        cell_make(&cell, s, variant, &params);
        if ((to->places.lacking & 1u << r && cell.params.place[0]) || !is_wanted(to, &cell))
            continue;
        if (cell.params.elem != PARAM_ABSENT)
            to->elems[cell.params.elem / 8] |= (unsigned char)(1 << cell.params.elem % 8);
        status = push_cell(to, &cell);
    }
    return status;
}

/* The values of one parameter for one scenario: those of the cross that it takes, or else its own.
 */
static struct uint_list values_of(const struct building *to, const struct scenario *s, int param)
{
    const struct param_range *range = scenario_param(s, param);
    const struct cross *cross = &to->cross;
    struct uint_list out = {0};
    bool sides = param == PARAM_threads && (cross->producers || cross->consumers);
    const struct uint_list threads = {{sides_threads(s, cross->producers, cross->consumers)}, 1};
    const struct uint_list *from = sides ? &threads : &cross->params[param];
    if (range->max == 0)
        return (struct uint_list){{PARAM_ABSENT}, 1};
    if (from->count == 0)
        return (struct uint_list){{range->normal}, 1};
    for (size_t i = 0; i < from->count; i++)
        if (scenario_takes(s, range, from->items[i]))
            out.items[out.count++] = from->items[i];
    return out;
}

/* The next combination of one value each, like an odometer's; false after the last. */
static bool next_combination(const struct uint_list values[PARAMS], size_t at[PARAMS])
{
    for (int i = PARAMS; i-- > 0;) {
        if (++at[i] < values[i].count)
            return true;
        at[i] = 0;
    }
    return false;
}

/* Adds a scenario's cells for one variant: all combinations of its parameters. */
static int add_scenario(struct building *to, const struct scenario *s, const char *variant)
{
    struct uint_list values[PARAMS];
    size_t at[PARAMS] = {0};
    for (int i = 0; i < PARAMS; i++) {
        values[i] = values_of(to, s, i);
        if (values[i].count == 0)
            return EXIT_OK; /* it takes none of them */
    }
    int status;
    do {
        struct cell_params params = {.place = ""};
        for (int i = 0; i < PARAMS; i++)
            *param_of(&params, i) = values[i].items[at[i]];
        status = add_places(to, s, variant, &params);
    } while (status == EXIT_OK && next_combination(values, at));
    return status;
}

/* Whether the cross that is being added has a scenario, and the user chose it. */
static bool has_scenario(const struct building *to, const struct scenario *s)
{
    return cross_has_scenario(&to->cross, s) && choices_have_scenario(to->choices, s, false);
}

static int add_peers(struct building *to)
{
    int status = EXIT_OK;
    if (!to->choices->peers && !to->choices->variants.count)
        return EXIT_OK;
    for (const struct peer *const *p = peers_all(); *p; p++)
        for (const struct scenario *const *s = (*p)->scenarios; *s && status == EXIT_OK; s++)
            if (choices_have_peer(to->choices, *p) && has_scenario(to, *s))
                status = add_scenario(to, *s, (*p)->name);
    return status;
}

static int add_cross(struct building *to, const struct cross *cross)
{
    int status = EXIT_OK;
    to->cross = *cross;
    choices_override(to->choices, &to->cross);
    to->places = places_find(&to->cross.places, to->topo);
    to->all.here |= to->places.here;
    to->all.lacking |= to->places.lacking;
    for (const struct scenario *const *s = scenarios_any(); *s; s++) {
        const struct hchan_variant *v = has_scenario(to, *s) ? hchan_variant_next(NULL) : NULL;
        for (; v && status == EXIT_OK; v = hchan_variant_next(v))
            if (cross_has_variant(&to->cross, v))
                status = add_scenario(to, *s, hchan_variant_name(v));
    }
    return status == EXIT_OK ? add_peers(to) : status;
}

/* The scenarios that the user chose and no cross of the plan has. */
static struct word_list find_missing(const struct building *to)
{
    const struct scenario *const *const lists[] = {scenarios_any(), scenario_all(""),
                                                   peers_own_scenarios()};
    struct word_list missing = {.count = 0};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct scenario *const *s = lists[i]; *s; s++) {
            bool had = !choices_have_scenario(to->choices, *s, i == 1);
            for (size_t k = 0; k < to->file->crosses.count; k++)
                had = had || cross_has_scenario(&to->file->crosses.items[k], *s);
            if (!had && missing.count < LIST_MAX)
                missing.items[missing.count++] = (*s)->name;
        }
    return missing;
}

/* Whether any chosen scenario is in the cross. */
static bool is_chosen(const struct building *to, const struct cross *cross)
{
    const struct scenario *const *const lists[] = {scenarios_any(), peers_own_scenarios()};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct scenario *const *s = lists[i]; *s; s++)
            if (cross_has_scenario(cross, *s) && choices_have_scenario(to->choices, *s, false))
                return true;
    return false;
}

int plan_add_crosses(struct building *to)
{
    const struct crosses *crosses = &to->file->crosses;
    int status = EXIT_OK;
    for (size_t i = 0; i < crosses->count && status == EXIT_OK; i++)
        if (is_chosen(to, &crosses->items[i]))
            status = add_cross(to, &crosses->items[i]);
    const struct cross other = {.scenarios = find_missing(to),
                                .variants = crosses->items[0].variants,
                                .locks = crosses->items[0].locks,
                                .places = crosses->items[0].places};
    return status == EXIT_OK && other.scenarios.count ? add_cross(to, &other) : status;
}

/* Whether a scenario fits a place: if its workers spin for each other it needs two PUs. */
static bool fits_place(const struct scenario *s, enum relation r)
{
    return !s->apart || r != RELATION_SAME_PU;
}

/* Adds a floor at one place, for every element size. */
static int add_floor(struct building *to, const struct scenario *s, enum relation r)
{
    struct cell_params params = {.elem = s->elem.normal};
    struct cell cell;
    int status = EXIT_OK;
    strcpy(params.place, relation_name(r));
    for (uint64_t elem = 0; elem <= s->elem.max && status == EXIT_OK; elem++) {
        if (elem != s->elem.normal && !(to->elems[elem / 8] & 1 << elem % 8))
            continue;
        params.elem = elem;
        cell_make(&cell, s, "", &params);
        status = push_cell(to, &cell);
    }
    return status;
}

int plan_add_floors(struct building *to)
{
    const struct uint_list *chosen = &to->choices->elem;
    int status = EXIT_OK;
    for (size_t i = 0; i < chosen->count; i++)
        to->elems[chosen->items[i] / 8] |= (unsigned char)(1 << chosen->items[i] % 8);
    for (const struct scenario *const *s = scenario_all(""); *s; s++) {
        bool fits = !word_list_has(&to->choices->scenarios, (*s)->name);
        for (enum relation r = 0; r < RELATION_COUNT && status == EXIT_OK; r++) {
            bool here = (to->all.here & 1u << r) && fits_place(*s, r);
            fits = fits || here;
            status = here ? add_floor(to, *s, r) : status;
        }
        if (!fits)
            return complain(EXIT_USAGE,
                            "%s needs two PUs: choose another --place, or allow a second PU",
                            (*s)->name);
    }
    return status;
}
