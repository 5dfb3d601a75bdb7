/* A table of tab-separated values with one header line, as the harness exports them. A field that
 * is `n/a`, empty or not there reads as "" or NaN, so that a reader need not know which columns a
 * table has. */
#ifndef PLOTS_TSV_H
#define PLOTS_TSV_H

#include <stddef.h>

struct tsv {
    char *data; /* the file; the fields point into it */
    const char **fields;
    size_t columns, rows;
};

/* Reads the file. Returns 0 or a negative errno (-EINVAL: no header line, or a NUL inside) with
 * *table empty. A line that is shorter than the header has empty fields; fields beyond the header
 * are dropped. tsv_free() releases the table; an empty one is allowed. */
int tsv_read(struct tsv *table, const char *path);
void tsv_free(struct tsv *table);

/* The field of a row (from 0) under the column's name. The string belongs to the table. */
const char *tsv_text(const struct tsv *table, size_t row, const char *column);
double tsv_number(const struct tsv *table, size_t row, const char *column);

#endif
