/* A table of tab-separated values with a header line, as the harness exports it. A field that is
 * `n/a`, empty or missing reads as "" or NaN, so a caller need not know which columns the table
 * has. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_TSV_H
#define PLOTS_TSV_H

#include <stddef.h>

struct tsv {
    char *data; /* the file; the fields point into it */
    const char **fields;
    size_t columns, rows;
};

/* Reads the file. Returns 0, or a negative errno with *table empty (-EINVAL: no header line, or a
 * NUL byte). Fields that a line lacks are empty; fields beyond the header's are dropped. tsv_free()
 * releases the table, which may be empty. */
int tsv_read(struct tsv *table, const char *path);
void tsv_free(struct tsv *table);

/* The field in a row (from 0) and the column with that name. The string belongs to the table. */
const char *tsv_text(const struct tsv *table, size_t row, const char *column);
double tsv_number(const struct tsv *table, size_t row, const char *column);

#endif
