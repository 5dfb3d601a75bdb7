/* Turns choices into cells: each chosen scenario crossed with its variants, its parameters and the
 * places, then the peers' cells, then the floors that all of these are compared with. What the two
 * modes, quick and full, choose by themselves stands here. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/plan.h"
#include "harness/base/say.h"
#include "harness/machine/topo.h"
#include "harness/scenarios/scenarios.h"
#include "harness/scenarios/sides.h"
#include "harness/sweep/blocks.h"
#include "harness/sweep/peers.h"
#include "harness/sweep/sides_check.h"
#include <hchan/hchan.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those of a quick sweep's every scenario. */
static const char *const named_variants[] = {"spin-mutex", "ticket", "futex-park", "fastpath"};

static const struct sampling quick_sampling = {
    .processes = 20,
    .samples = 3,
    .window_ns = 8000000,
    .limit_ns = 60000000,
    .kill_ns = 20000000000,
};

static const struct sampling full_sampling = {
    .processes = 20,
    .samples = 5,
    .window_ns = 50000000,
    .limit_ns = 2500000000,
    .kill_ns = 120000000000,
};

/* What a process costs besides its timed windows: its start, the topology, finding the number of
 * operations, the traced and the latency window. Seen on a small virtual machine; for estimates. */
enum { PROCESS_OVERHEAD_NS = 45000000, EXTRA_WINDOWS = 3 };

enum { CELLS_MAX = 20000 };

static bool is_named(const char *variant)
{
    for (size_t i = 0; i < sizeof(named_variants) / sizeof(named_variants[0]); i++)
        if (strcmp(variant, named_variants[i]) == 0)
            return true;
    return false;
}

/* The places of the plan: the chosen one, or those of the mode. */
struct places {
    char names[RELATION_COUNT][16];
    size_t count;
};

static void add_place(struct places *places, enum relation r)
{
    snprintf(places->names[places->count++], sizeof(places->names[0]), "%s", relation_name(r));
}

/* One PU for all workers, and pairs of PUs: in a full sweep one pair of every relation that the
 * machine has; in a quick one the nearest pair on two cores, or SMT siblings if there is only one
 * core. */
static void add_usual_places(struct places *places, bool full, const struct topo *topo)
{
    unsigned a, b;
    bool two_cores = false;
    add_place(places, RELATION_SAME_PU);
    for (enum relation r = RELATION_L2; r < RELATION_COUNT; r++)
        if ((full || !two_cores) && topo_pair(topo, r, &a, &b)) {
            add_place(places, r);
            two_cores = true;
        }
    if ((full || !two_cores) && topo_pair(topo, RELATION_SMT, &a, &b))
        add_place(places, RELATION_SMT);
}

static void machine_places(const struct topo *topo, char *text, size_t size)
{
    text[0] = '\0';
    for (enum relation r = 0; r < RELATION_COUNT; r++) {
        unsigned a, b;
        size_t used = strlen(text);
        if (topo_pair(topo, r, &a, &b))
            snprintf(text + used, size - used, "%s%s", used ? ", " : "", relation_name(r));
    }
}

static int find_places(struct places *places, const char *wanted, bool full,
                       const struct topo *topo)
{
    unsigned a, b;
    char have[128];
    enum relation r;
    if (wanted) {
        machine_places(topo, have, sizeof(have));
        if (!relation_parse(wanted, &r))
            return complain(EXIT_USAGE, "no place '%s': one of " RELATION_NAMES, wanted);
        if (!topo_pair(topo, r, &a, &b))
            return complain(
                EXIT_ENVIRONMENT,
                "--place %s: no two allowed PUs are related as that: this machine has %s", wanted,
                have);
        add_place(places, r);
    } else
        add_usual_places(places, full, topo);
    return EXIT_OK;
}

/* The values of one parameter for one scenario: those of the user's, or else of the mode's, that
 * the scenario takes. */
static struct uint_list values_of(const struct scenario *s, const struct param_range *range,
                                  const struct uint_list *chosen,
                                  const struct uint_list *mode_values)
{
    struct uint_list out = {0};
    if (range->max == 0) {
        out.items[out.count++] = PARAM_ABSENT;
        return out;
    }
    const struct uint_list *from = chosen->count ? chosen : mode_values;
    for (size_t i = 0; i < from->count; i++)
        if (scenario_takes(s, range, from->items[i]))
            out.items[out.count++] = from->items[i];
    if (chosen->count == 0 && out.count == 0)
        out.items[out.count++] = range->normal;
    return out;
}

/* What a mode runs if the user chose nothing. An empty list means the scenario's own value. */
static const struct uint_list no_values;

static const struct uint_list *mode_elem(const struct scenario *s, bool full)
{
    static const struct uint_list sizes = {{0, 8, 64, 4096}, 4};
    return full && !s->group ? &sizes : &no_values;
}

static const struct uint_list *mode_threads(const struct scenario *s, bool full)
{
    static const struct uint_list hop = {{1, 2}, 2};
    static const struct uint_list lock_quick = {{1, 2, 4}, 3}, lock_full = {{1, 2, 4, 8}, 4};
    if (s->crowd && !s->group)
        return full ? &lock_full : &lock_quick;
    return s->threads.max == 2 && s->threads.min == 1 ? &hop : &no_values;
}

struct building {
    struct plan *plan;
    const struct choices *choices;
    const struct places *places;
    const regex_t *only; /* what names of cells must match, floors' apart; NULL: any */
};

static int add_cell(struct building *to, const struct scenario *s, const char *variant,
                    const struct cell_params *params)
{
    struct plan *plan = to->plan;
    struct cell cell;
    cell_make(&cell, s, variant, params);
    if (to->only && variant[0] && regexec(to->only, cell.name, 0, NULL, 0) != 0)
        return EXIT_OK;
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->cells[i].name, cell.name) == 0)
            return EXIT_OK;
    if (plan->count == CELLS_MAX)
        return complain(EXIT_USAGE, "the plan has more than %d cells: choose fewer values",
                        CELLS_MAX);
    if (plan->count % 64 == 0) {
        struct cell *more = realloc(plan->cells, (plan->count + 64) * sizeof(*more));
        if (!more)
            return complain(EXIT_ENVIRONMENT, "out of memory: choose fewer cells");
        plan->cells = more;
    }
    plan->cells[plan->count++] = cell;
    return EXIT_OK;
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

/* Adds a scenario's cells with these parameters, one for each place. */
static int add_places(struct building *to, const struct scenario *s, const char *variant,
                      const struct cell_params *wanted)
{
    struct cell_params params = *wanted;
    int status = check_buffer(s, &params);
    for (size_t p = 0; p < to->places->count && status == EXIT_OK; p++) {
        memcpy(params.place, to->places->names[p], sizeof(params.place));
        status = add_cell(to, s, variant, &params);
    }
    return status;
}

/* What a mode runs of a parameter if the user chose nothing. */
static const struct uint_list *mode_values(const struct scenario *s, int param, bool full)
{
    return param == PARAM_elem      ? mode_elem(s, full)
           : param == PARAM_threads ? mode_threads(s, full)
                                    : &no_values;
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

/* The values that were given for a parameter, or as many threads as make the wanted producers and
 * consumers; `threads` has room for those. */
static const struct uint_list *chosen_values(const struct choices *c, const struct scenario *s,
                                             int param, struct uint_list *threads)
{
    if (param != PARAM_threads || (!c->producers && !c->consumers))
        return choices_param(c, param);
    *threads = (struct uint_list){{sides_threads(s, c->producers, c->consumers)}, 1};
    return threads; /* 0 is a number that no scenario takes */
}

/* Adds a scenario's cells for one variant: all combinations of its parameters. */
static int add_scenario(struct building *to, const struct scenario *s, const char *variant)
{
    const struct choices *c = to->choices;
    struct uint_list values[PARAMS], threads;
    size_t at[PARAMS] = {0};
    for (int i = 0; i < PARAMS; i++) {
        values[i] = values_of(s, scenario_param(s, i), chosen_values(c, s, i, &threads),
                              mode_values(s, i, c->full));
        if (values[i].count == 0)
            return EXIT_OK; /* it takes none of the user's */
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

/* Whether a scenario fits a place: if its workers spin for each other it needs two PUs. */
static bool fits_place(const struct scenario *s, const char *place)
{
    return !s->apart || strcmp(place, relation_name(RELATION_SAME_PU)) != 0;
}

/* Refuses a floor that is named and fits no place of the plan. */
static int check_floors(const struct building *to)
{
    for (const struct scenario *const *s = scenario_all(""); *s; s++) {
        bool fits = !word_list_has(&to->choices->scenarios, (*s)->name);
        for (size_t p = 0; p < to->places->count; p++)
            fits = fits || fits_place(*s, to->places->names[p]);
        if (!fits)
            return complain(EXIT_USAGE,
                            "%s needs two PUs: choose another --place, or allow a second PU",
                            (*s)->name);
    }
    return EXIT_OK;
}

/* Adds a floor at every place that it fits, and for every element size of the plan. */
static int add_floor(struct building *to, const struct scenario *s, size_t cells)
{
    int status = EXIT_OK;
    for (size_t p = 0; p < to->places->count; p++) {
        struct cell_params params = {.elem = s->elem.normal};
        memcpy(params.place, to->places->names[p], sizeof(params.place));
        if (!fits_place(s, params.place))
            continue;
        status = add_cell(to, s, "", &params);
        for (size_t i = 0; s->elem.max && i < cells && status == EXIT_OK; i++) {
            params.elem = to->plan->cells[i].params.elem;
            if (params.elem != PARAM_ABSENT)
                status = add_cell(to, s, "", &params);
        }
        const struct uint_list *chosen = &to->choices->elem;
        for (size_t i = 0; s->elem.max && i < chosen->count && status == EXIT_OK; i++) {
            params.elem = chosen->items[i];
            status = add_cell(to, s, "", &params);
        }
        if (status != EXIT_OK)
            break;
    }
    return status;
}

/* Every run has every floor, so that what its cells are compared with can be decided later. */
static int add_floors(struct building *to)
{
    int status = check_floors(to);
    size_t cells = to->plan->count;
    for (const struct scenario *const *s = scenario_all(""); *s && status == EXIT_OK; s++)
        status = add_floor(to, *s, cells);
    return status;
}

/* Whether a mode runs a variant if the user chose none. In a quick sweep the variants that are not
 * named above run only in scenarios that park, since parking is what they differ in. */
static bool mode_has(const struct choices *c, const struct scenario *s, const char *variant)
{
    bool parks = s->path && strcmp(s->path, "buffer") != 0;
    return c->full || is_named(variant) || parks;
}

/* Adds a peer's cells. A peer that is named must have some. */
static int add_peer(struct building *to, const struct peer *peer)
{
    const struct choices *c = to->choices;
    size_t before = to->plan->count;
    int status = EXIT_OK;
    for (const struct scenario *const *s = peer->scenarios; *s && status == EXIT_OK; s++)
        if (choices_have_scenario(c, *s, false))
            status = add_scenario(to, *s, peer->name);
    if (status != EXIT_OK || to->plan->count > before || !word_list_has(&c->variants, peer->name))
        return status;
    return complain(EXIT_USAGE,
                    "%s has none of the chosen scenarios with these values: `hchanlab list` shows "
                    "what it has, with elements of 8 bytes",
                    peer->name);
}

static int add_peers(struct building *to)
{
    const struct choices *c = to->choices;
    size_t before = to->plan->count;
    int status = EXIT_OK;
    if (!c->peers && !c->variants.count)
        return EXIT_OK;
    for (const struct peer *const *p = peers_all(); *p && status == EXIT_OK; p++)
        if (choices_have_peer(c, *p))
            status = add_peer(to, *p);
    if (status != EXIT_OK || !c->peers || to->plan->count > before)
        return status;
    return complain(EXIT_USAGE,
                    "--peers: no peer has any of the chosen scenarios with these values: "
                    "`hchanlab list` shows what they have, with elements of 8 bytes");
}

static int add_all(struct building *to)
{
    const struct choices *c = to->choices;
    int status = EXIT_OK;
    for (const struct scenario *const *s = scenarios_any(); *s && status == EXIT_OK; s++) {
        if (!choices_have_scenario(c, *s, false))
            continue;
        const struct hchan_variant *v = hchan_variant_next(NULL);
        for (; v && status == EXIT_OK; v = hchan_variant_next(v)) {
            const char *name = hchan_variant_name(v);
            if (choices_have_variants(c) ? choices_have_variant(c, v) : mode_has(c, *s, name))
                status = add_scenario(to, *s, name);
        }
    }
    if (status == EXIT_OK)
        status = add_peers(to);
    return status == EXIT_OK ? add_floors(to) : status;
}

/* How the mode samples, or the user. A process may take several times as long as it should. */
static struct sampling sampling_of(const struct choices *c)
{
    enum { PATIENCE = 4 };
    struct sampling s = c->full ? full_sampling : quick_sampling;
    if (c->processes || c->adaptive)
        s.processes = c->adaptive ? ADAPTIVE_MAX : (uint32_t)c->processes;
    if (c->samples)
        s.samples = (uint32_t)c->samples;
    if (c->window_ns)
        s.window_ns = c->window_ns;
    if (s.limit_ns < s.window_ns)
        s.limit_ns = s.window_ns;
    uint64_t longest_ns = PATIENCE * (s.samples + EXTRA_WINDOWS) * s.limit_ns;
    if (s.kill_ns < longest_ns)
        s.kill_ns = longest_ns;
    return s;
}

/* Compiles the expression, if there is one. */
static int compile_cell(const char *cell, regex_t *only)
{
    char why[128];
    int error = cell ? regcomp(only, cell, REG_EXTENDED | REG_NOSUB) : 0;
    if (error == 0)
        return EXIT_OK;
    regerror(error, only, why, sizeof(why));
    return complain(EXIT_USAGE,
                    "--cell %s: %s: give an extended regular expression, such as "
                    "'^lock/.*threads=4'",
                    cell, why);
}

/* Whether any cell is no floor's. */
static bool has_variants(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].variant[0])
            return true;
    return false;
}

int plan_make(struct plan *plan, const struct choices *choices, const struct topo *topo)
{
    *plan = (struct plan){.mode = choices->full ? "full" : "quick",
                          .sampling = sampling_of(choices),
                          .adaptive = choices->adaptive};
    struct places places = {0};
    int status = choices_check(choices);
    if (status == EXIT_OK)
        status = sides_check(choices);
    if (status == EXIT_OK)
        status = find_places(&places, choices->place, choices->full, topo);
    if (status != EXIT_OK)
        return status;
    regex_t only;
    status = compile_cell(choices->cell, &only);
    if (status != EXIT_OK)
        return status;
    status = add_all(&(struct building){plan, choices, &places, choices->cell ? &only : NULL});
    if (status == EXIT_OK && choices->cell && !has_variants(plan))
        status = complain(EXIT_USAGE,
                          "--cell %s: no cell of the plan matches: `hchanlab sweep --dry-run` "
                          "without it prints their names",
                          choices->cell);
    if (choices->cell)
        regfree(&only);
    if (status == EXIT_OK)
        status = blocks_make(plan->cells, plan->count, &plan->block, &plan->blocks);
    if (status != EXIT_OK)
        plan_free(plan);
    return status;
}

void plan_free(struct plan *plan)
{
    free(plan->cells);
    free(plan->block);
    *plan = (struct plan){0};
}

double plan_seconds(const struct plan *plan)
{
    const struct sampling *s = &plan->sampling;
    double total_ns = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct cell *cell = &plan->cells[i];
        const struct scenario *sc = scenario_find(cell->scenario, cell->variant, INSTANCE_MEASURED);
        /* A scenario with its own number of operations may run up to the limit. */
        double window = sc->fixed_ops ? (double)s->limit_ns / 2 : (double)s->window_ns * 1.125;
        total_ns += PROCESS_OVERHEAD_NS + window * (s->samples + EXTRA_WINDOWS);
    }
    return total_ns * s->processes / 1e9;
}
