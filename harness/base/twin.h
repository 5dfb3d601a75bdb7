/* The names of twins: a variant once more, under a name of its own, so that the lab can compare a
 * cell with itself and see how often it is wrong. `ticket~2` and `ticket~3` are the variant ticket.
 * `ticket~waste5` is ticket, too, but wastes a known 5% of the time of each window. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_TWIN_H
#define HARNESS_BASE_TWIN_H

#include "harness/base/cell.h"
#include <stdbool.h>

/* The most twins of a variant, and the most percent that one may waste. */
enum { TWINS_MAX = 16, TWIN_WASTE_MAX = 100 };

/* What a variant's name says. */
struct twin {
    char variant[LABEL_MAX]; /* the variant without the twin's number */
    unsigned number;         /* from 2; 0 if it is no twin */
    unsigned waste;          /* percent; 0 if it wastes nothing */
};

/* Reads a name. Any name that is not a twin's is taken for a variant's, also a misspelt one. */
struct twin twin_of(const char *name);

/* Writes the name of a variant's twin: with this number, or, if `waste` is not 0, of the twin that
 * wastes so many percent. False if it is too long. */
bool twin_name(const char *variant, unsigned number, unsigned waste, char name[LABEL_MAX]);

#endif
