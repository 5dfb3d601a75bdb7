/* Summaries of samples: the median and its order-statistic interval. No function drops a value. */
#ifndef HARNESS_BASE_STATS_H
#define HARNESS_BASE_STATS_H

#include "harness/base/cell.h"
#include <stddef.h>

/* Summary of a cell. The unit of the interval is the process (its median) where a cell ran in at
 * least six processes, since samples of one process are not independent; otherwise the sample.
 * `ci_level` is the coverage that the order statistics really give (at least 0.95), and the
 * interval is NaN where there are too few units for that. */
struct summary {
    size_t samples, processes;
    double median_ns;
    double ci_low_ns, ci_high_ns;
    double ci_level;
    bool ci_over_processes;
    double min_ns, max_ns;
    double cv; /* standard deviation over mean, of all samples */
};

/* Sorts `values` in place and returns the median; NaN for none. */
double stats_median(double *values, size_t count);

/* The order-statistic interval of the median at `level` (e.g. 0.95) of `count` sorted values: the
 * ranks *low..*high (from 0), symmetric, and the coverage that they give. Returns false where no
 * pair of ranks reaches the level. Source: the binomial argument, e.g. David and Nagaraja, Order
 * Statistics, section 7.1. */
bool stats_median_ranks(size_t count, double level, size_t *low, size_t *high, double *coverage);

/* A median and the order-statistic interval around it; NaN where there are too few values for one.
 */
struct interval {
    double median, low, high;
    double level; /* the coverage that the order statistics give: at least 0.95 */
};

/* Sorts `values` in place and fills *out; all NaN for none. */
void stats_interval(double *values, size_t count, struct interval *out);

/* How much slower `others` are than `samples` in the processes that have both: the ratios of the
 * two medians, one for each process, and their median and interval. What drifts between processes
 * cancels out. -ENODATA where no process has both, or -ENOMEM; *out is then all NaN. */
int stats_paired_ratio(const struct sample *others, size_t others_count,
                       const struct sample *samples, size_t count, struct interval *out);

/* Summarises a cell's samples. `samples` is in any order and is not changed. -ENOMEM, or -ENODATA
 * for none. */
int stats_summarise(const struct sample *samples, size_t count, struct summary *out);

#endif
