/* What the user of a sweep chose, and whether there is such a thing. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_CHOICES_H
#define HARNESS_SWEEP_CHOICES_H

#include "harness/base/lists.h"
#include "harness/scenarios/scenario.h"
#include "harness/sweep/cross.h"
#include <hchan/hchan.h>
#include <stdbool.h>
#include <stdint.h>

/* What the user chose. An empty list, 0 or NULL leaves the choice to the plan. */
struct choices {
    bool quick, full; /* the plans of these names */
    const char *plan; /* a plan's name, or its file */
    bool peers;       /* all that are here, in addition to the variants */
    bool shared;      /* with another sweep on the same machine (alone.h) */
    struct word_list scenarios, groups;
    struct word_list variants, locks; /* names, or globs of names of ours */
    const char *cell;                 /* an extended regular expression: only cells that match */
    uint64_t producers, consumers;    /* of scenarios that have such sides */
#define X(field, key) struct uint_list field;
    CELL_PARAMS(X)
#undef X
    uint64_t processes, samples, window_ns;
    bool adaptive; /* rounds by what they show (looks.h); then `processes` is 0 */
    const char *place;
    uint64_t cells_max;
    struct word_list planned; /* the scenarios of the plan; plan_make() fills it */
};

/* The plan's name or file. */
const char *choices_plan(const struct choices *choices);

/* Puts what the user chose over what a cross of the plan says. Scenarios stay. */
void choices_override(const struct choices *choices, struct cross *cross);

/* The values that were given for one of the parameters (PARAM_...). */
static inline const struct uint_list *choices_param(const struct choices *c, int param)
{
#define X(field, key) &c->field,
    const struct uint_list *const lists[PARAMS] = { CELL_PARAMS(X) };
#undef X
    return lists[param];
}

/* Checks names against the scenarios, variants and peers that exist. Returns EXIT_OK, or the exit
 * status after one complaint line: an unknown name (with the nearest), or a peer that is not here.
 */
int choices_check_names(const struct choices *choices);

/* Checks the values, once `planned` is filled and the names are checked. Returns EXIT_OK, or the
 * exit status after one complaint line: a value that no chosen scenario takes, or a chosen scenario
 * that takes none of the values (with its range). A value that only some of the chosen scenarios
 * take is left out for the others. */
int choices_check(const struct choices *choices);

/* Says on standard error which chosen scenarios do not have a parameter of which values were given,
 * and which take none of them. */
void choices_tell_unused(const struct choices *choices);

/* Whether the scenario was chosen: it or its group is named. If nothing is named, those are chosen
 * that have the wanted producers and consumers; or those of the plan. Floors are measured anyway.
 */
bool choices_have_scenario(const struct choices *choices, const struct scenario *s, bool floor);

/* Whether variants were chosen. */
bool choices_have_variants(const struct choices *choices);

/* Whether a floor is named among the scenarios. */
bool choices_name_floor(const struct choices *choices);

/* The variant of that name; NULL after a complaint, which names the nearest. */
const struct hchan_variant *choose_variant(const char *name);

/* Loads the peers that were chosen (peers.h): all with `peers`, otherwise those that are named
 * among the variants. Runs no program if there are none. EXIT_OK, or a complaint's status. To be
 * called before choices_check(). */
int choices_load_peers(const struct choices *choices);

struct peer;

/* Refuses a peer that is named and has none of these cells, and all peers if none has. EXIT_OK, or
 * EXIT_USAGE after one complaint line. */
int choices_check_peers(const struct choices *choices, const struct cell *cells, size_t count);

/* Whether the peer was chosen: all were, or it is named. */
bool choices_have_peer(const struct choices *choices, const struct peer *peer);

#endif
