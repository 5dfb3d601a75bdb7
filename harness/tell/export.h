/* A run for other tools. Each exporter writes one run to a stream and returns 0 or a negative
 * errno; the caller checks the stream. */
#ifndef HARNESS_TELL_EXPORT_H
#define HARNESS_TELL_EXPORT_H

#include "harness/tell/rows.h"
#include <stdio.h>

/* Google Benchmark's JSON: one row a cell, the median as real_time, all other numbers as counters.
 */
int export_gbench(FILE *out, struct store *s, const struct run *run, const struct row *rows,
                  size_t count);

/* Go's benchmark format, which benchstat reads: one line a sample. */
int export_go(FILE *out, struct store *s, const struct run *run, const struct row *rows,
              size_t count);

/* CSV (RFC 4180): the columns of cells.tsv. */
int export_csv(FILE *out, struct store *s, const struct run *run, const struct row *rows,
               size_t count);

#endif
