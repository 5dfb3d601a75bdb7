/* Every scenario that there is, by name, variant and instance; and cells, which name them. A row is
 * a variant's, compiled in, or was added: a look-up reads the table and does nothing else. For one
 * thread while rows are added, for any after that. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SCENARIOS_SCENARIOS_H
#define HARNESS_SCENARIOS_SCENARIOS_H

#include "harness/base/cell.h"
#include "harness/scenarios/scenario.h"
#include <stddef.h>

/* How a scenario's loops were compiled (see loops.c). */
enum instance { INSTANCE_MEASURED, INSTANCE_TRACED, INSTANCE_LATENCY };

/* Adds a row for something that is no variant of ours but runs our scenarios, such as a peer. Its
 * scenarios, ended by NULL, have no loops: those are in a program of its own. They and the name are
 * borrowed for good. 0, or -ENOSPC. */
int scenarios_add_row(const char *name, const struct scenario *const *scenarios);

/* The scenario's loops for a variant, or a floor if `variant` is "". NULL if there is none, or if a
 * floor or an added row is asked for another instance than the measured one. */
const struct scenario *scenario_find(const char *name, const char *variant, enum instance instance);

/* The scenarios as compiled for one variant, or the floors for "": an array ended by NULL. NULL if
 * there is no such variant. */
const struct scenario *const *scenario_all(const char *variant);

/* The scenarios of any variant: they differ in their loops only. */
const struct scenario *const *scenarios_any(void);

/* Whether the scenario takes the value of a parameter; `range` is one of its own. */
bool scenario_takes(const struct scenario *s, const struct param_range *range, uint64_t value);

/* The values that it takes, in words: "2 to 1024, even". */
void scenario_range(const struct scenario *s, const struct param_range *range, char text[64]);

/* Fills a cell from its scenario, variant ("" for a floor) and parameters, name included.
 * Parameters that the scenario does not have become PARAM_ABSENT. */
void cell_make(struct cell *cell, const struct scenario *s, const char *variant,
               const struct cell_params *params);

/* The variant in a cell's name, whether it exists or not; "" if there is none. */
void cell_variant(const char *name, char variant[LABEL_MAX]);

/* Reads a cell back from its name; false if cell_make() does not give that name. */
bool cell_parse(struct cell *cell, const char *name);

/* The same, with the reason if it is false. */
bool cell_parse_why(struct cell *cell, const char *name, char *reason, size_t size);

#endif
