/* A run for other tools. Each exporter writes one run to a stream and returns 0 or a negative
 * errno; the caller checks the stream. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TELL_EXPORT_H
#define HARNESS_TELL_EXPORT_H

#include "harness/tell/rows.h"
#include <stdio.h>

/* Google Benchmark's JSON, as its --benchmark_repetitions writes it: a row a process, a repetition,
 * and the aggregates of a cell's processes, of which the median has the cell's other numbers. */
int export_gbench(FILE *out, struct store *s, const struct run *run, const struct row *rows,
                  size_t count);

/* Go's benchmark format, which benchstat reads: one line a process, the median of its windows,
 * since benchstat takes lines to be independent. */
int export_go(FILE *out, struct store *s, const struct run *run, const struct row *rows,
              size_t count);

/* Bencher Metric Format: a latency for each cell, its median with the interval. */
int export_bencher(FILE *out, struct store *s, const struct run *run, const struct row *rows,
                   size_t count);

/* CSV (RFC 4180): the columns of cells.tsv. */
int export_csv(FILE *out, struct store *s, const struct run *run, const struct row *rows,
               size_t count);

#endif
