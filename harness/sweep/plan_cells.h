/* The cells of a plan. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PLAN_CELLS_H
#define HARNESS_SWEEP_PLAN_CELLS_H

#include "harness/sweep/choices.h"
#include "harness/sweep/plan_data.h"
#include "harness/sweep/plan_keys.h"
#include "harness/sweep/plan_places.h"
#include <regex.h>

/* A plan while it is made. */
struct building {
    struct plan *plan;
    const struct choices *choices;
    const struct plan_file *file;
    const struct topo *topo;
    const regex_t *only;            /* what names of cells must match, floors' apart; NULL: any */
    struct cross cross;             /* the one that is being added, with what the user overrides */
    struct places places;           /* its own */
    struct places all;              /* and those of every cross so far */
    unsigned char elems[65536 / 8]; /* the sizes of elements, as bits */
    size_t cells_max;
};

/* Adds what the plan's file has of the user's choice. What it has not is measured with the variants
 * and at the places of its first cross, with the values that are the scenario's own. A cell may
 * come twice. EXIT_OK, or a complaint's status. */
int plan_add_crosses(struct building *to);

/* Adds every floor, at every place that it fits, so that what the run's cells are compared with can
 * still be decided later. A floor that is named must fit one. EXIT_OK, or a complaint's status. */
int plan_add_floors(struct building *to);

/* Complains that there are more cells than are allowed; returns EXIT_USAGE. */
int plan_refuse_more(const struct building *to);

#endif
