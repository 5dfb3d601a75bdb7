/* The rows of a table by what they have under `name`, so that a cell's samples or outcomes are
 * found without reading those of all cells. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_BY_NAME_H
#define PLOTS_BY_NAME_H

#include "plots/tsv.h"
#include <stddef.h>

struct named_row {
    const char *name;
    size_t row;
};

/* Starts as zeros. */
struct by_name {
    struct named_row *rows; /* by name; those of one name in the table's order */
    size_t count;
};

/* Indexes a table, which must outlive the index. Returns 0, or -ENOMEM with an empty index. */
int by_name_make(struct by_name *index, const struct tsv *table);
void by_name_free(struct by_name *index);

/* The rows of a name: returns how many, the first in *rows. */
size_t by_name_find(const struct by_name *index, const char *name, const struct named_row **rows);

#endif
