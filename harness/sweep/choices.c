/* Checks names and values before a plan is made, so that a mistake is reported at once and with its
 * remedy. No state: it reads the scenarios, the variants and the loaded peers. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/choices.h"
#include "core/base/nearest.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/scenarios/sides.h"
#include "harness/sweep/peers.h"
#include <fnmatch.h>
#include <hchan/hchan.h>
#include <stdio.h>
#include <string.h>

/* Whether the word stands for several names. */
static bool is_glob(const char *word)
{
    return strpbrk(word, "*?[") || strcmp(word, ALL_VARIANTS) == 0;
}

static bool matches(const char *word, const char *name)
{
    return strcmp(word, ALL_VARIANTS) == 0 || fnmatch(word, name, 0) == 0;
}

bool choices_name(const struct word_list *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++)
        if (matches(words->items[i], name))
            return true;
    return false;
}

bool choices_have_variants(const struct choices *c)
{
    return c->variants.count || c->locks.count;
}

bool choices_have_variant(const struct choices *c, const struct hchan_variant *v)
{
    return (!c->variants.count || choices_name(&c->variants, hchan_variant_name(v))) &&
           (!c->locks.count || choices_name(&c->locks, hchan_variant_lock(v)));
}

int choices_load_peers(const struct choices *c)
{
    struct word_list others = {0};
    for (size_t i = 0; i < c->variants.count; i++)
        if (!hchan_variant_find(c->variants.items[i]) && !is_glob(c->variants.items[i]))
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

enum { NAMES_MAX = 256 };

/* Whether every wanted word is one of the names; `kind` is what they are names of. `globs`: a word
 * may be a glob. */
static int check_words(const char *kind, const struct word_list *wanted, const char *const *names,
                       size_t count, bool globs)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const char *word = wanted->items[i];
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known = known || strcmp(names[k], word) == 0 || (globs && matches(word, names[k]));
        if (known)
            continue;
        const char *near = nearest(word, names, count);
        return near ? complain(EXIT_USAGE, "no %s '%s': did you mean '%s'?", kind, word, near)
                    : complain(EXIT_USAGE, "no %s '%s': `hchanlab list` shows them", kind, word);
    }
    return EXIT_OK;
}

static int check_scenarios(const struct word_list *wanted)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (int i = 0; i < SCENARIO_LISTS; i++)
        for (const struct scenario *const *s = scenario_list(i); *s; s++)
            names[count++] = (*s)->name;
    return check_words("scenario", wanted, names, count, false);
}

static int check_groups(const struct word_list *wanted)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (int i = 0; i < SCENARIO_LISTS; i++)
        for (const struct scenario *const *s = scenario_list(i); *s; s++)
            if ((*s)->group)
                names[count++] = (*s)->group;
    return check_words("group", wanted, names, count, false);
}

/* A wanted peer that the lab knows and that is not here, or NULL. */
static const struct peer *find_absent(const struct word_list *wanted)
{
    for (const struct peer *const *p = peers_all(); *p; p++)
        if ((*p)->reason && word_list_has(wanted, (*p)->name))
            return *p;
    return NULL;
}

static size_t variant_names(const char *names[NAMES_MAX])
{
    size_t count = 0;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        names[count++] = hchan_variant_name(v);
    return count;
}

const struct hchan_variant *choose_variant(const char *name)
{
    const char *names[NAMES_MAX];
    const struct word_list wanted = {.items = {name}, .count = 1};
    int status = check_words("variant", &wanted, names, variant_names(names), false);
    return status == EXIT_OK ? hchan_variant_find(name) : NULL;
}

/* A glob names variants of ours, since a peer's program is run only where it is asked for by name.
 */
static int check_variants(const struct word_list *wanted)
{
    const char *names[NAMES_MAX];
    struct word_list globs = {0}, words = {0};
    for (size_t i = 0; i < wanted->count; i++) {
        struct word_list *list = is_glob(wanted->items[i]) ? &globs : &words;
        list->items[list->count++] = wanted->items[i];
    }
    size_t count = variant_names(names);
    int status = check_words("variant", &globs, names, count, true);
    for (const struct peer *const *p = peers_all(); *p; p++)
        names[count++] = (*p)->name;
    if (status == EXIT_OK)
        status = check_words("variant", &words, names, count, false);
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
    const char *names[NAMES_MAX];
    size_t count = 0;
    bool any = !c->locks.count;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v)) {
        names[count++] = hchan_variant_lock(v);
        any = any || choices_have_variant(c, v);
    }
    int status = check_words("lock", &c->locks, names, count, true);
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
        return !floor && (sides ? sides_threads(s, c->producers, c->consumers) > 0 : !s->group);
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

int choices_check(const struct choices *c)
{
    int status = check_scenarios(&c->scenarios);
    if (status == EXIT_OK)
        status = check_groups(&c->groups);
    if (status == EXIT_OK)
        status = check_variants(&c->variants);
    if (status == EXIT_OK)
        status = check_locks(c);
    if (status == EXIT_OK)
        status = check_peers(c);
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
