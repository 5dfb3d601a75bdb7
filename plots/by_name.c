/* An index of a table's rows, sorted by name (by_name.h). It owns no state; the names belong to the
 * table. */
/* SPDX-License-Identifier: MIT */
#include "plots/by_name.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_rows(const void *left, const void *right)
{
    const struct named_row *a = left, *b = right;
    int by_name = strcmp(a->name, b->name);
    return by_name ? by_name : (a->row > b->row) - (a->row < b->row);
}

int by_name_make(struct by_name *index, const struct tsv *table)
{
    *index = (struct by_name){0};
    if (table->rows == 0)
        return 0;
    index->rows = malloc(table->rows * sizeof(*index->rows));
    if (!index->rows)
        return -ENOMEM;
    for (size_t i = 0; i < table->rows; i++)
        index->rows[i] = (struct named_row){tsv_text(table, i, "name"), i};
    index->count = table->rows;
    qsort(index->rows, index->count, sizeof(*index->rows), compare_rows);
    return 0;
}

void by_name_free(struct by_name *index)
{
    free(index->rows);
    *index = (struct by_name){0};
}

/* The first row whose name is not before `name`; or, with `behind`, whose name is behind it. */
static size_t find_bound(const struct by_name *index, const char *name, int behind)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(index->rows[middle].name, name) < behind)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t by_name_find(const struct by_name *index, const char *name, const struct named_row **rows)
{
    size_t first = find_bound(index, name, 0), end = find_bound(index, name, 1);
    *rows = index->rows + first;
    return end - first;
}
