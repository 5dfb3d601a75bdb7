/* Looks names up among scenarios, groups, variants, locks, peers and places (names.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/names.h"
#include "core/base/nearest.h"
#include "harness/base/relation.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/peers.h"
#include <fnmatch.h>
#include <hchan/hchan.h>
#include <string.h>

enum { NAMES_MAX = 256 };

struct names {
    const char *items[NAMES_MAX];
    size_t count;
};

bool names_is_glob(const char *word)
{
    return strpbrk(word, "*?[") || strcmp(word, ALL_VARIANTS) == 0;
}

static bool matches(const char *word, const char *name)
{
    return strcmp(word, name) == 0 || strcmp(word, ALL_VARIANTS) == 0 ||
           fnmatch(word, name, 0) == 0;
}

bool names_match(const struct word_list *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++)
        if (matches(words->items[i], name))
            return true;
    return false;
}

bool names_left_out(const char *word)
{
    char left_out[] = HCHAN_VARIANTS_LEFT_OUT, *rest = left_out;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        if (matches(word, hchan_variant_name(v)))
            return false;
    for (char *name; (name = strtok_r(rest, " ", &rest));)
        if (matches(word, name))
            return true;
    return false;
}

static void add(struct names *names, const char *name)
{
    if (name && names->count < NAMES_MAX)
        names->items[names->count++] = name;
}

/* Those of the variants' scenarios, the floors, and the scenarios that only peers have. */
static void add_scenarios(struct names *names, bool groups)
{
    const struct scenario *const *const lists[] = {scenarios_any(), scenario_all(""),
                                                   peers_own_scenarios()};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct scenario *const *s = lists[i]; *s; s++)
            add(names, groups ? (*s)->group : (*s)->name);
}

static void add_variants(struct names *names, bool locks)
{
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        add(names, locks ? hchan_variant_lock(v) : hchan_variant_name(v));
}

static void add_places(struct names *names)
{
    for (unsigned i = 0; i < RELATION_COUNT; i++)
        add(names, relation_name((enum relation)i));
    add(names, PLACES_NEAREST);
    add(names, PLACES_EVERY);
}

static void add_kind(struct names *names, enum name_kind kind)
{
    if (kind == NAME_SCENARIO || kind == NAME_GROUP)
        add_scenarios(names, kind == NAME_GROUP);
    else if (kind == NAME_PLACE)
        add_places(names);
    else
        add_variants(names, kind == NAME_LOCK);
}

int names_check(const char *where, enum name_kind kind, const char *word, bool peers)
{
    static const char *const kinds[] = {"scenario", "group", "variant", "lock", "place"};
    struct names names = {.count = 0};
    bool glob = (kind == NAME_VARIANT || kind == NAME_LOCK) && names_is_glob(word);
    add_kind(&names, kind);
    /* A glob names variants of ours: a peer's program is run only where it is asked for by name. */
    for (const struct peer *const *p = peers_all(); peers && !glob && *p; p++)
        add(&names, (*p)->name);
    for (size_t i = 0; i < names.count; i++)
        if (strcmp(names.items[i], word) == 0 || (glob && matches(word, names.items[i])))
            return EXIT_OK;
    const char *near = nearest(word, names.items, names.count);
    if (near)
        return complain(EXIT_USAGE, "%sno %s '%s': did you mean '%s'?", where, kinds[kind], word,
                        near);
    if (kind == NAME_PLACE)
        return complain(EXIT_USAGE,
                        "%sno place '%s': one of " RELATION_NAMES ", " PLACES_NEAREST
                        ", " PLACES_EVERY,
                        where, word);
    return complain(EXIT_USAGE, "%sno %s '%s': `hchanlab list` shows them", where, kinds[kind],
                    word);
}
