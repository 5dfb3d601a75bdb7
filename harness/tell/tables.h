/* A run as plain tables, for plots and people: tab-separated files with one header line each. A
 * missing value is `n/a`. Tabs and newlines in values are written as spaces.
 *
 *   cells.tsv       the columns of CELLS_HEADER
 *   samples.tsv     name process index ns_per_op others_share steal_meanwhile
 *   latency.tsv     name side count min p50 p90 p99 p999 max        (ns)
 *   histogram.tsv   name side low_ns high_ns count                  (non-empty buckets)
 *   outcomes.tsv    name outcome per_op
 *   counters.tsv    name counter domain per_op reason
 *   environment.tsv key value
 *   topology.tsv    pu_a pu_b relation                              (every pair of allowed PUs)
 *   doctor.tsv      check severity seen effect remedy
 *   run.tsv         key value      (id started finished command mode seed processes name
 *                                   note grade grade_meaning; a run may have no name and note)
 *
 * status is ok, timeout, failed, skipped or lacking (the worst of the cell's processes); purity is
 * the share of operations on the path that the scenario is named after. floor_ratio is median_ns
 * over floor_units * floor_ns. ci_unit is `process` or `sample`. traced_ratio is what the
 * accounting costs: the traced instance's time over the measured one's, with its interval.
 * others_max is the largest share of the PUs' time that other programs used while one process of
 * the cell ran, and others_process that process; the steal_ ones are the same of the host. A
 * sample's shares are those of its process. topology and doctor are of the machine and the moment
 * of the run, from what the store kept. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TELL_TABLES_H
#define HARNESS_TELL_TABLES_H

#include "harness/tell/rows.h"
#include <stdio.h>

/* The header line of cells.tsv; CSV has the same columns. */
#define CELLS_HEADER                                                                            \
    "name\tscenario\tvariant\tpath\top\tcapacity\telem\tthreads\twork\tplace\tstatus\treason\t" \
    "samples\tprocesses\tmedian_ns\tci_low_ns\tci_high_ns\tci_level\tci_unit\tmin_ns\tmax_ns\t" \
    "cv\tpurity\tfloor\tfloor_units\tfloor_ns\tfloor_ratio\tcpu_ns_per_op\tswitches_per_op\t"   \
    "overlap\tfairness\ttraced_ns\ttraced_ratio\ttraced_low\ttraced_high\tothers_max\t"         \
    "others_process\tsteal_max\tsteal_process\t"                                                \
    "held\tlines\taway\tgeometric\thandovers"

/* Writes one cell as a line of cells.tsv, newline included. */
void tables_put_cell(FILE *f, const struct row *row);

/* Writes the tables of a run into the directory, which must exist. Each file is written completely
 * or not at all (file_commit()). Returns 0, or a negative errno with a sentence in `error` that
 * says whether the store could not be read or a file not be written. */
int tables_write(struct store *s, const struct run *run, const char *directory, char *error,
                 size_t size);

#endif
