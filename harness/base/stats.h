/* Medians with their order-statistic intervals, and ratios paired by process: the arithmetic that
 * the harness, the report and the scripts share. It needs the C library only. No function drops a
 * value. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_STATS_H
#define HARNESS_BASE_STATS_H

#include "harness/base/cell.h"
#include <stddef.h>

/* The coverage that every interval of the lab has at least. */
#define STATS_LEVEL 0.95

/* Sorts `values` in place and returns the median; NaN if there are none. */
double stats_median(double *values, size_t count);

/* The mean, and the standard deviation over it; NaN without values, or for the latter with one. */
double stats_mean(const double *values, size_t count);
double stats_cv(const double *values, size_t count);

/* The order-statistic interval of the median at `level` (below 1) of `count` sorted
 * values: the ranks *low..*high (from 0), symmetric, and the coverage that they give. Returns false
 * if no pair of ranks reaches the level. Source: the binomial argument, e.g. David and Nagaraja,
 * Order Statistics, section 7.1. */
bool stats_median_ranks(size_t count, double level, size_t *low, size_t *high, double *coverage);

/* A median and the order-statistic interval around it. The interval is NaN if there are too few
 * values for one: fewer than six. */
struct interval {
    double median, low, high;
    double level; /* the coverage that the ranks give: at least STATS_LEVEL */
    size_t count; /* of values */
};

/* Sorts `values` in place and fills *out; without values, all of it is NaN. */
void stats_interval(double *values, size_t count, struct interval *out);

/* How long `others` take as a multiple of `samples`, over the processes that have both: each
 * process gives the ratio of its two medians, and *out is the median of these ratios with its
 * interval. What drifts from process to process cancels out. Returns 0; -ENODATA if no process has
 * both, or -ENOMEM, with NaN in *out. */
int stats_paired_ratio(const struct sample *others, size_t others_count,
                       const struct sample *samples, size_t count, struct interval *out);

/* A cell's samples in a few numbers. Samples of one process are not independent. So the interval is
 * over the processes' medians if there are enough of them for one, and over the samples otherwise;
 * it is NaN if there are too few of either. The median is over the same. An interval over samples
 * may cover less than its level says. */
struct summary {
    size_t samples, processes;
    double median_ns;
    double ci_low_ns, ci_high_ns;
    double ci_level; /* the coverage that the ranks give: at least STATS_LEVEL */
    bool ci_over_processes;
    double min_ns, max_ns;
    double cv; /* standard deviation over mean, of all samples */
};

/* Summarises a cell's samples, which may be in any order and are not changed. Returns 0, -ENODATA
 * if there are none, or -ENOMEM. */
int stats_summarise(const struct sample *samples, size_t count, struct summary *out);

#endif
