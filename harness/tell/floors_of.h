/* Which floor a cell's time is given as a multiple of. This is a table of the report and not of the
 * run: the store keeps what was measured, and a correction here corrects every run in it. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TELL_FLOORS_OF_H
#define HARNESS_TELL_FLOORS_OF_H

#include "harness/base/cell.h"
#include <stdbool.h>

struct floor_of {
    const char *scenario; /* the floor's, e.g. "floor-futex"; NULL if there is none */
    double units;         /* how many of its operations one operation of the cell needs */
};

/* The floor of a cell; `goroutines` says whether its workers are goroutines. */
struct floor_of floor_of_cell(const struct cell *cell, bool goroutines);

/* Whether a cell is the one in which the floor was measured as `cell` was: at the same place and
 * with elements of the same size, if the floor has them. */
bool floor_is(const struct cell *candidate, const struct floor_of *floor, const struct cell *cell);

#endif
