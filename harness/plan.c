#include "harness/plan.h"
#include "core/hchan.h"
#include "harness/say.h"
#include "harness/scenarios.h"
#include "harness/topo.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The brief's four; a quick sweep compares these everywhere. */
static const char *const named_variants[] = {"spin-mutex", "ticket", "futex-park", "fastpath"};

static const struct sampling quick_sampling = {
    .processes = 10,
    .samples = 4,
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

/* What a process costs beside its timed windows: start, topology, finding the number of operations,
 * and the traced and the latency window. Seen on a small virtual machine; used for estimates only.
 */
enum { PROCESS_OVERHEAD_NS = 45000000, EXTRA_WINDOWS = 3 };

enum { CELLS_MAX = 20000 };

static bool is_named(const char *variant)
{
    for (size_t i = 0; i < sizeof(named_variants) / sizeof(named_variants[0]); i++)
        if (strcmp(variant, named_variants[i]) == 0)
            return true;
    return false;
}

static bool in_words(const struct word_list *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], word) == 0)
            return true;
    return false;
}

/* Any variant's scenarios: they differ in their loops, not in what they are. */
static const struct scenario *const *any_scenarios(void)
{
    return scenario_all(hchan_variant_name(hchan_variant_next(NULL)));
}

static int check_scenarios(const struct word_list *wanted)
{
    const char *names[256];
    size_t count = 0;
    for (const struct scenario *const *s = any_scenarios(); *s; s++)
        names[count++] = (*s)->name;
    for (const struct scenario *const *s = scenario_all(""); *s; s++)
        names[count++] = (*s)->name;
    for (size_t i = 0; i < wanted->count; i++) {
        const char *word = wanted->items[i];
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known = known || strcmp(names[k], word) == 0;
        if (known)
            continue;
        const char *near = nearest(word, names, count);
        return near ? complain(EXIT_USAGE, "no scenario '%s': did you mean '%s'?", word, near)
                    : complain(EXIT_USAGE, "no scenario '%s': `hchanlab list` shows them", word);
    }
    return EXIT_OK;
}

static int check_variants(const struct word_list *wanted)
{
    const char *names[256];
    size_t count = 0;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        names[count++] = hchan_variant_name(v);
    for (size_t i = 0; i < wanted->count; i++) {
        const char *word = wanted->items[i];
        if (hchan_variant_find(word))
            continue;
        const char *near = nearest(word, names, count);
        return near ? complain(EXIT_USAGE, "no variant '%s': did you mean '%s'?", word, near)
                    : complain(EXIT_USAGE, "no variant '%s': `hchanlab list` shows them", word);
    }
    return EXIT_OK;
}

/* The places to run in: the chosen one, or one PU for all and the nearest pair of two. */
struct places {
    char names[2][16];
    size_t count;
};

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

static int find_places(struct places *places, const char *wanted, const struct topo *topo)
{
    unsigned a, b;
    char have[128];
    enum relation r;
    machine_places(topo, have, sizeof(have));
    if (wanted) {
        if (!relation_parse(wanted, &r))
            return complain(EXIT_USAGE,
                            "no place '%s': one of same-pu, smt, l2, l3, package, machine", wanted);
        if (!topo_pair(topo, r, &a, &b))
            return complain(EXIT_ENVIRONMENT,
                            "--place %s: no two allowed PUs are related so: this machine has %s",
                            wanted, have);
        snprintf(places->names[places->count++], 16, "%s", wanted);
        return EXIT_OK;
    }
    snprintf(places->names[places->count++], 16, "%s", relation_name(RELATION_SAME_PU));
    for (r = RELATION_SMT; r < RELATION_COUNT; r++)
        if (topo_pair(topo, r, &a, &b)) {
            snprintf(places->names[places->count++], 16, "%s", relation_name(r));
            break;
        }
    return EXIT_OK;
}

/* The values of one parameter for one scenario: the user's, as far as the scenario takes them, or
 * the mode's. */
static struct uint_list values_of(const struct param_range *range, const struct uint_list *chosen,
                                  const struct uint_list *mode_values)
{
    struct uint_list out = {0};
    if (range->max == 0) {
        out.items[out.count++] = PARAM_ABSENT;
        return out;
    }
    const struct uint_list *from = chosen->count ? chosen : mode_values;
    for (size_t i = 0; i < from->count; i++)
        if (from->items[i] >= range->min && from->items[i] <= range->max)
            out.items[out.count++] = from->items[i];
    if (chosen->count == 0 && out.count == 0)
        out.items[out.count++] = range->normal;
    return out;
}

static const struct uint_list no_values;

/* What a mode runs where the user chose nothing. An empty list means the scenario's own value. */
static const struct uint_list *mode_elem(bool full)
{
    static const struct uint_list sizes = {{0, 8, 64, 4096}, 4};
    return full ? &sizes : &no_values;
}

static const struct uint_list *mode_threads(const struct scenario *s, bool full)
{
    static const struct uint_list hop = {{1, 2}, 2};
    static const struct uint_list lock_quick = {{1, 2, 4}, 3}, lock_full = {{1, 2, 4, 8}, 4};
    if (s->crowd)
        return full ? &lock_full : &lock_quick;
    return s->threads.max == 2 && s->threads.min == 1 ? &hop : &no_values;
}

struct building {
    struct plan *plan;
    const struct choices *choices;
    const struct places *places;
};

static int add_cell(struct plan *plan, const struct scenario *s, const char *variant,
                    const struct cell_params *params)
{
    struct cell cell;
    cell_make(&cell, s, variant, params);
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

/* Adds a scenario's cells for one variant: the cross of its parameters. */
static int add_scenario(struct building *to, const struct scenario *s, const char *variant)
{
    const struct choices *c = to->choices;
    struct uint_list capacity = values_of(&s->capacity, &c->capacity, &no_values);
    struct uint_list elem = values_of(&s->elem, &c->elem, mode_elem(c->full));
    struct uint_list threads = values_of(&s->threads, &c->threads, mode_threads(s, c->full));
    int status = EXIT_OK;
    for (size_t i = 0; i < capacity.count; i++)
        for (size_t k = 0; k < elem.count; k++)
            for (size_t t = 0; t < threads.count; t++)
                for (size_t p = 0; p < to->places->count && status == EXIT_OK; p++) {
                    struct cell_params params = {capacity.items[i], elem.items[k], threads.items[t],
                                                 ""};
                    memcpy(params.place, to->places->names[p], sizeof(params.place));
                    status = add_cell(to->plan, s, variant, &params);
                }
    return status;
}

/* Whether a scenario can be had at a place: one whose workers spin for each other needs two PUs. */
static bool fits_place(const struct scenario *s, const char *place)
{
    return !s->apart || strcmp(place, relation_name(RELATION_SAME_PU)) != 0;
}

/* A floor that was asked for by name and that no place of the plan can have. */
static int check_floors(const struct building *to)
{
    for (const struct scenario *const *s = scenario_all(""); *s; s++) {
        bool fits = !in_words(&to->choices->scenarios, (*s)->name);
        for (size_t p = 0; p < to->places->count; p++)
            fits = fits || fits_place(*s, to->places->names[p]);
        if (!fits)
            return complain(EXIT_USAGE, "%s needs two PUs: choose another --place, or allow it two",
                            (*s)->name);
    }
    return EXIT_OK;
}

/* The floors that the cells are compared with, and those that every run has. */
static int add_floors(struct building *to)
{
    int status = check_floors(to);
    size_t cells = to->plan->count;
    for (size_t i = 0; i < cells && status == EXIT_OK; i++) {
        struct cell floor;
        if (cell_parse(&floor, to->plan->cells[i].floor))
            status = add_cell(to->plan, scenario_find(floor.scenario, "", INSTANCE_MEASURED), "",
                              &floor.params);
    }
    for (const struct scenario *const *s = scenario_all(""); *s && status == EXIT_OK; s++) {
        for (size_t p = 0; p < to->places->count && status == EXIT_OK; p++) {
            struct cell_params params = {PARAM_ABSENT, (*s)->elem.normal, PARAM_ABSENT, ""};
            memcpy(params.place, to->places->names[p], sizeof(params.place));
            if (fits_place(*s, params.place))
                status = add_cell(to->plan, *s, "", &params);
        }
    }
    return status;
}

/* Whether a mode runs a variant where the user chose none. A quick sweep has the others where
 * somebody parks: how they do it is what they differ in. */
static bool mode_has(const struct choices *c, const struct scenario *s, const char *variant)
{
    bool parks = s->path && strcmp(s->path, "buffer") != 0;
    return c->full || is_named(variant) || parks;
}

static int refuse_empty(const struct choices *c)
{
    for (size_t i = 0; i < c->scenarios.count; i++)
        for (const struct scenario *const *s = any_scenarios(); *s; s++) {
            if (strcmp((*s)->name, c->scenarios.items[i]) != 0)
                continue;
            return complain(EXIT_USAGE,
                            "%s does not take these values: capacity %llu to %llu, elem %llu to "
                            "%llu, threads %llu to %llu",
                            (*s)->name, (unsigned long long)(*s)->capacity.min,
                            (unsigned long long)(*s)->capacity.max,
                            (unsigned long long)(*s)->elem.min, (unsigned long long)(*s)->elem.max,
                            (unsigned long long)(*s)->threads.min,
                            (unsigned long long)(*s)->threads.max);
        }
    return complain(EXIT_USAGE, "no scenario takes these values: `hchanlab list` shows the ranges");
}

static int add_all(struct building *to)
{
    const struct choices *c = to->choices;
    int status = EXIT_OK;
    for (const struct scenario *const *s = any_scenarios(); *s && status == EXIT_OK; s++) {
        if (c->scenarios.count && !in_words(&c->scenarios, (*s)->name))
            continue;
        size_t before = to->plan->count;
        const struct hchan_variant *v = hchan_variant_next(NULL);
        for (; v && status == EXIT_OK; v = hchan_variant_next(v)) {
            const char *name = hchan_variant_name(v);
            if (c->variants.count ? in_words(&c->variants, name) : mode_has(c, *s, name))
                status = add_scenario(to, *s, name);
        }
        /* A scenario that was asked for by name and can't be had is an error, not a silence. */
        if (status == EXIT_OK && c->scenarios.count && to->plan->count == before) {
            const struct choices one = {.scenarios = {{(*s)->name}, 1}};
            status = refuse_empty(&one);
        }
    }
    bool only_floors = c->scenarios.count > 0;
    for (size_t i = 0; i < c->scenarios.count; i++)
        only_floors =
            only_floors && scenario_find(c->scenarios.items[i], "", INSTANCE_MEASURED) != NULL;
    if (status == EXIT_OK && to->plan->count == 0 && !only_floors)
        status = refuse_empty(c);
    return status == EXIT_OK ? add_floors(to) : status;
}

int plan_make(struct plan *plan, const struct choices *choices, const struct topo *topo)
{
    memset(plan, 0, sizeof(*plan));
    struct places places = {0};
    int status = check_scenarios(&choices->scenarios);
    if (status == EXIT_OK)
        status = check_variants(&choices->variants);
    if (status == EXIT_OK)
        status = find_places(&places, choices->place, topo);
    if (status != EXIT_OK)
        return status;
    plan->mode = choices->full ? "full" : "quick";
    plan->sampling = choices->full ? full_sampling : quick_sampling;
    if (choices->processes)
        plan->sampling.processes = (uint32_t)choices->processes;
    status = add_all(&(struct building){plan, choices, &places});
    if (status != EXIT_OK)
        plan_free(plan);
    return status;
}

void plan_free(struct plan *plan)
{
    free(plan->cells);
    plan->cells = NULL;
    plan->count = 0;
}

double plan_seconds(const struct plan *plan)
{
    const struct sampling *s = &plan->sampling;
    double total_ns = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct cell *cell = &plan->cells[i];
        const struct scenario *sc = scenario_find(cell->scenario, cell->variant, INSTANCE_MEASURED);
        /* A scenario with its own number of operations may run to the limit. */
        double window = sc->fixed_ops ? (double)s->limit_ns / 2 : (double)s->window_ns * 1.125;
        total_ns += PROCESS_OVERHEAD_NS + window * (s->samples + EXTRA_WINDOWS);
    }
    return total_ns * s->processes / 1e9;
}
