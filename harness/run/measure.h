/* Measuring one cell in this process: the samples through Google Benchmark, then a traced window
 * for the path mix, one with every call timed for the latencies, and one with hardware counters. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_RUN_MEASURE_H
#define HARNESS_RUN_MEASURE_H

#include "harness/base/cell.h"
#include <stdint.h>
#include <stdio.h>

struct measure_options {
    uint32_t process;   /* which of the cell's processes this is */
    uint32_t samples;   /* windows */
    uint64_t window_ns; /* aimed at for each */
    uint64_t limit_ns;  /* longest window of a scenario that has a number of operations */
};

/* Measures the cell and writes records (record.h) to `out` as they come, a RECORD_END last. The
 * process should have nothing else to do, and no other thread that runs. Returns 0 if the cell was
 * measured, or a negative errno that the last record explains. */
int measure_cell(const struct cell *cell, const struct measure_options *options, FILE *out);

#endif
