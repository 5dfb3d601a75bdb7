/* Checks names and values before a plan is made, so that a mistake is reported at once and with its
 * remedy. No state: it reads the scenarios, the variants and the loaded peers. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/choices.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/scenarios/sides.h"
#include "harness/sweep/names.h"
#include "harness/sweep/peers.h"
#include <hchan/hchan.h>
#include <stdio.h>
#include <string.h>

const char *choices_plan(const struct choices *c)
{
    return c->plan ? c->plan : c->full ? "full" : "quick";
}

bool choices_have_variants(const struct choices *c)
{
    return c->variants.count || c->locks.count;
}

void choices_override(const struct choices *c, struct cross *cross)
{
    if (choices_have_variants(c)) {
        cross->variants = c->variants;
        cross->locks = c->locks;
    }
    for (int i = 0; i < PARAMS; i++)
        if (choices_param(c, i)->count)
            cross->params[i] = *choices_param(c, i);
    if (c->producers || c->consumers || c->threads.count) {
        cross->producers = c->producers;
        cross->consumers = c->consumers;
    }
    if (c->place)
        cross->places = (struct word_list){{c->place}, 1};
}

int choices_load_peers(const struct choices *c)
{
    struct word_list others = {0};
    for (size_t i = 0; i < c->variants.count; i++)
        if (!hchan_variant_find(c->variants.items[i]) && !names_is_glob(c->variants.items[i]))
            others.items[others.count++] = c->variants.items[i];
    return c->peers ? peers_load(NULL) : others.count ? peers_load(&others) : EXIT_OK;
}

bool choices_have_peer(const struct choices *c, const struct peer *peer)
{
    return word_list_has(&c->variants, peer->name) || (c->peers && !peer->reason);
}

/* The variants' scenarios, the floors, and the scenarios that only peers have. */
enum { LIST_VARIANTS, LIST_FLOORS, LIST_PEERS, SCENARIO_LISTS };

static const struct scenario *const *scenario_list(int i)
{
    return i == LIST_VARIANTS ? scenarios_any()
           : i == LIST_FLOORS ? scenario_all("")
                              : peers_own_scenarios();
}

static int check_names(enum name_kind kind, const struct word_list *wanted)
{
    int status = EXIT_OK;
    for (size_t i = 0; i < wanted->count && status == EXIT_OK; i++)
        status = names_check("", kind, wanted->items[i], kind == NAME_VARIANT);
    return status;
}

/* A wanted peer that the lab knows and that is not here, or NULL. */
static const struct peer *find_absent(const struct word_list *wanted)
{
    for (const struct peer *const *p = peers_all(); *p; p++)
        if ((*p)->reason && word_list_has(wanted, (*p)->name))
            return *p;
    return NULL;
}

const struct hchan_variant *choose_variant(const char *name)
{
    if (names_is_glob(name)) {
        complain(EXIT_USAGE, "--variant %s: name one variant, as `hchanlab list` has them", name);
        return NULL;
    }
    return names_check("", NAME_VARIANT, name, false) == EXIT_OK ? hchan_variant_find(name) : NULL;
}

static int check_variants(const struct word_list *wanted)
{
    int status = check_names(NAME_VARIANT, wanted);
    const struct peer *absent = status == EXIT_OK ? find_absent(wanted) : NULL;
    if (!absent)
        return status;
    return complain(EXIT_ENVIRONMENT, "--variant %s: %s%s%s", absent->name, absent->reason,
                    absent->package ? ": install it and configure the build again: " : "",
                    absent->package ? absent->package : "");
}

/* A lock that no variant has, or none of the chosen ones. */
static int check_locks(const struct choices *c)
{
    const struct cross chosen = {.variants = c->variants, .locks = c->locks};
    bool any = !c->locks.count;
    int status = check_names(NAME_LOCK, &c->locks);
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        any = any || cross_has_variant(&chosen, v);
    if (status != EXIT_OK || any)
        return status;
    return complain(EXIT_USAGE, "--lock %s: no variant of --variant has it: leave one of them out",
                    c->locks.items[0]);
}

/* A parameter, as an option and as a range of a scenario. */
struct param {
    int param; /* PARAM_... */
    const char *option;
    const struct uint_list *values; /* the user's; may be empty */
};

static struct param choices_option(const struct choices *c, int param)
{
    return (struct param){param, param_key(param), choices_param(c, param)};
}

static const struct param_range *range_of(const struct scenario *s, const struct param *p)
{
    return scenario_param(s, p->param);
}

static bool takes(const struct scenario *s, const struct param *p, uint64_t value)
{
    return scenario_takes(s, range_of(s, p), value);
}

bool choices_have_scenario(const struct choices *c, const struct scenario *s, bool floor)
{
    bool sides = c->producers || c->consumers;
    if (c->scenarios.count == 0 && c->groups.count == 0)
        return !floor && (sides ? sides_threads(s, c->producers, c->consumers) > 0
                                : word_list_has(&c->planned, s->name));
    return word_list_has(&c->scenarios, s->name) ||
           (s->group && word_list_has(&c->groups, s->group));
}

/* Whether any chosen peer has the scenario. */
static bool a_peer_has(const struct choices *c, const struct scenario *s)
{
    if (!c->peers && !c->variants.count)
        return false;
    for (const struct peer *const *p = peers_all(); *p; p++)
        for (const struct scenario *const *has = (*p)->scenarios; *has; has++)
            if (choices_have_peer(c, *p) && strcmp((*has)->name, s->name) == 0)
                return true;
    return false;
}

/* Whether `has` is true for any chosen scenario or floor. */
static bool any_chosen(const struct choices *c, bool (*has)(const struct scenario *, const void *),
                       const void *arg)
{
    for (int i = 0; i < SCENARIO_LISTS; i++)
        for (const struct scenario *const *s = scenario_list(i); *s; s++)
            if (choices_have_scenario(c, *s, i == LIST_FLOORS) &&
                (i != LIST_PEERS || a_peer_has(c, *s)) && has(*s, arg))
                return true;
    return false;
}

struct wanted {
    const struct param *param;
    uint64_t value;
};

static bool takes_wanted(const struct scenario *s, const void *arg)
{
    const struct wanted *w = arg;
    return takes(s, w->param, w->value);
}

static bool has_places(const struct scenario *s, const void *arg)
{
    (void)arg;
    return s->places;
}

static bool has_variants(const struct scenario *s, const void *arg)
{
    (void)arg;
    return scenario_find(s->name, "", INSTANCE_MEASURED) == NULL;
}

/* A value that nothing in the plan takes is an error, and not silently left out. */
static int check_value(const struct choices *c, const struct param *p, uint64_t value)
{
    if (any_chosen(c, takes_wanted, &(struct wanted){p, value}))
        return EXIT_OK;
    return complain(EXIT_USAGE,
                    "--%s %llu: no scenario of the plan takes it: `hchanlab list` shows the values",
                    p->option, (unsigned long long)value);
}

/* Whether the scenario has no such parameter. */
static bool lacks(const struct scenario *s, const struct param *p)
{
    return range_of(s, p)->max == 0;
}

/* Whether it has, and takes none of the values. */
static bool takes_none(const struct scenario *s, const struct param *p)
{
    for (size_t i = 0; i < p->values->count; i++)
        if (takes(s, p, p->values->items[i]))
            return false;
    return !lacks(s, p);
}

/* So is a scenario that is named and takes none of the values. */
static int check_scenario(const struct scenario *s, const struct param *p)
{
    char values[64];
    if (!takes_none(s, p))
        return EXIT_OK; /* if it has no such parameter, another scenario takes the value */
    scenario_range(s, range_of(s, p), values);
    return complain(EXIT_USAGE, "%s takes --%s %s", s->name, p->option, values);
}

static int check_param(const struct choices *c, const struct param *p)
{
    int status = EXIT_OK;
    for (int i = 0; i < SCENARIO_LISTS; i += 2) /* floors take any value */
        for (const struct scenario *const *s = scenario_list(i);
             *s && p->values->count && status == EXIT_OK; s++)
            if (word_list_has(&c->scenarios, (*s)->name))
                status = check_scenario(*s, p);
    for (size_t i = 0; i < p->values->count && status == EXIT_OK; i++)
        status = check_value(c, p, p->values->items[i]);
    return status;
}

/* Refuses all peers if none is here, and a scenario of peers if no chosen peer has it. */
static int check_peers(const struct choices *c)
{
    bool here = !c->peers;
    for (const struct peer *const *p = peers_all(); !here && *p; p++)
        here = !(*p)->reason;
    if (!here)
        return complain(EXIT_ENVIRONMENT, "--peers: none is here: `hchanlab list` says what to "
                                          "install");
    for (const struct scenario *const *s = peers_own_scenarios(); *s; s++)
        if (word_list_has(&c->scenarios, (*s)->name) && !a_peer_has(c, *s))
            return complain(EXIT_USAGE, "%s is a scenario of peers: add --peers, or --variant go",
                            (*s)->name);
    return EXIT_OK;
}

/* Whether it has not the wanted producers and consumers. */
static bool lacks_sides(const struct choices *c, const struct scenario *s)
{
    return (c->producers || c->consumers) && !sides_threads(s, c->producers, c->consumers);
}

/* One line that names the chosen scenarios that do so with a parameter, or have not the wanted
 * sides; none if none does. */
static void tell_of(const struct choices *c, const struct param *p,
                    bool (*does)(const struct scenario *, const struct param *), const char *what)
{
    bool told = false;
    for (const struct scenario *const *s = scenarios_any(); *s; s++) {
        bool tell = p ? !lacks_sides(c, *s) && does(*s, p) : lacks_sides(c, *s);
        if (!choices_have_scenario(c, *s, false) || !tell)
            continue;
        if (told)
            fprintf(stderr, ", %s", (*s)->name);
        else
            fprintf(stderr, "--%s: %s: %s",
                    p              ? p->option
                    : c->producers ? "producers"
                                   : "consumers",
                    what, (*s)->name);
        told = true;
    }
    if (told)
        fputc('\n', stderr);
}

void choices_tell_unused(const struct choices *c)
{
    tell_of(c, NULL, NULL, "left out, since they are never so");
    for (int i = 0; i < PARAMS; i++) {
        struct param p = choices_option(c, i);
        if (p.values->count == 0)
            continue;
        tell_of(c, &p, lacks, "measured without it");
        tell_of(c, &p, takes_none, "left out, since they take no such value");
    }
}

bool choices_name_floor(const struct choices *c)
{
    for (const struct scenario *const *s = scenario_all(""); *s; s++)
        if (word_list_has(&c->scenarios, (*s)->name))
            return true;
    return false;
}

int choices_check_peers(const struct choices *c, const struct cell *cells, size_t count)
{
    bool any = false;
    for (const struct peer *const *p = peers_all(); *p; p++) {
        bool found = false;
        for (size_t i = 0; i < count && !found; i++)
            found = strcmp(cells[i].variant, (*p)->name) == 0;
        any = any || found;
        if (!found && word_list_has(&c->variants, (*p)->name))
            return complain(EXIT_USAGE,
                            "%s has none of the chosen scenarios with these values: `hchanlab "
                            "list` shows what it has, with elements of 8 bytes",
                            (*p)->name);
    }
    if (any || !c->peers)
        return EXIT_OK;
    return complain(EXIT_USAGE,
                    "--peers: no peer has any of the chosen scenarios with these values: "
                    "`hchanlab list` shows what they have, with elements of 8 bytes");
}

int choices_check_names(const struct choices *c)
{
    int status = check_names(NAME_SCENARIO, &c->scenarios);
    if (status == EXIT_OK)
        status = check_names(NAME_GROUP, &c->groups);
    if (status == EXIT_OK)
        status = check_variants(&c->variants);
    if (status == EXIT_OK)
        status = check_locks(c);
    if (status == EXIT_OK)
        status = check_peers(c);
    return status;
}

int choices_check(const struct choices *c)
{
    int status = EXIT_OK;
    for (int i = 0; i < PARAMS && status == EXIT_OK; i++) {
        struct param p = choices_option(c, i);
        status = check_param(c, &p);
    }
    if (status == EXIT_OK && c->place && !any_chosen(c, has_places, NULL))
        status = complain(
            EXIT_USAGE, "--place %s: every chosen scenario has one thread: leave it out", c->place);
    if (status == EXIT_OK && choices_have_variants(c) && !any_chosen(c, has_variants, NULL))
        status = complain(EXIT_USAGE, "--%s %s: floors have no variant: leave it out",
                          c->variants.count ? "variant" : "lock",
                          c->variants.count ? c->variants.items[0] : c->locks.items[0]);
    return status;
}
