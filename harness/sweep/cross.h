/* What is crossed: every combination of the values is a cell. Or what is excluded: every cell that
 * all the lists match. An empty list, 0 or NULL was not given. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_CROSS_H
#define HARNESS_SWEEP_CROSS_H

#include "harness/base/cell.h"
#include "harness/base/lists.h"
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cross {
    struct word_list scenarios, groups; /* either */
    struct word_list variants, locks;   /* both; names or globs */
    struct word_list places;
    struct uint_list params[PARAMS];
    uint64_t producers, consumers; /* instead of threads */
    regex_t *cell;                 /* of names of cells */
    const char *file;              /* where it stands */
    size_t line, param_line[PARAMS];
};

struct scenario;
struct hchan_variant;

/* Whether it has the scenario, by its name or its group. */
bool cross_has_scenario(const struct cross *cross, const struct scenario *s);

/* Whether it has the variant, by its name and by its lock. */
bool cross_has_variant(const struct cross *cross, const struct hchan_variant *v);

/* Whether an exclusion matches the cell. */
bool cross_matches(const struct cross *cross, const struct cell *cell);

#endif
