/* Finds pairs of PUs for a plan's places (plan_places.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/plan_places.h"
#include "harness/base/say.h"
#include "harness/machine/topo.h"
#include "harness/sweep/names.h"
#include <stdio.h>
#include <string.h>

static bool machine_has(const struct topo *topo, enum relation r)
{
    unsigned a, b;
    return topo_pair(topo, r, &a, &b);
}

/* A pair of every relation. */
static unsigned every_place(const struct topo *topo)
{
    unsigned found = 0;
    for (enum relation r = 0; r < RELATION_COUNT; r++)
        found |= machine_has(topo, r) ? 1u << r : 0;
    return found;
}

/* One PU for all workers, and the nearest pair on two cores, or SMT siblings if there is only one
 * core. */
static unsigned nearest_places(const struct topo *topo)
{
    unsigned found = every_place(topo), all = found & ~(1u << RELATION_SMT);
    unsigned pairs = all & ~(1u << RELATION_SAME_PU);
    unsigned pair = pairs ? pairs & -pairs : found & (1u << RELATION_SMT);
    return (found & (1u << RELATION_SAME_PU)) | pair;
}

struct places places_find(const struct word_list *words, const struct topo *topo)
{
    struct places places = {0, 0};
    enum relation r;
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], PLACES_NEAREST) == 0)
            places.here |= nearest_places(topo);
        else if (strcmp(words->items[i], PLACES_EVERY) == 0)
            places.here |= every_place(topo);
        else if (relation_parse(words->items[i], &r) && machine_has(topo, r))
            places.here |= 1u << r;
        else if (relation_parse(words->items[i], &r))
            places.lacking |= 1u << r;
    if (words->count == 0)
        places.here = nearest_places(topo);
    return places;
}

/* The names of relations, with commas between. */
static struct words names_of(unsigned relations)
{
    struct words out = words_format("%s", "");
    for (enum relation r = 0; r < RELATION_COUNT; r++)
        if (relations & 1u << r)
            out = words_format("%s%s%s", out.text, out.text[0] ? ", " : "", relation_name(r));
    return out;
}

struct words places_of_machine(const struct topo *topo)
{
    return names_of(every_place(topo));
}

int places_check(const char *place, const struct topo *topo)
{
    enum relation r;
    if (!relation_parse(place, &r))
        return complain(EXIT_USAGE, "no place '%s': one of " RELATION_NAMES, place);
    if (machine_has(topo, r))
        return EXIT_OK;
    return complain(EXIT_ENVIRONMENT,
                    "--place %s: no two allowed PUs are related as that: this machine has %s",
                    place, places_of_machine(topo).text);
}

void places_tell(const char *plan, unsigned lacking, const struct topo *topo)
{
    if (lacking)
        fprintf(stderr,
                "plan %s: left out, since no two allowed PUs are so related: %s; this machine has "
                "%s\n",
                plan, names_of(lacking).text, places_of_machine(topo).text);
}
