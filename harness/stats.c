#include "harness/stats.h"
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double level_wanted = 0.95;

/* Fewer processes than this give no interval at that level. */
enum { PROCESSES_MIN = 6 };

double stats_median(double *values, size_t count)
{
    if (count == 0)
        return NAN;
    gsl_sort(values, 1, count);
    return gsl_stats_median_from_sorted_data(values, 1, count);
}

/* The values of ranks low..high (from 0) enclose the median unless low or fewer of the values lie
 * below it, or as many above: each is the lower tail of a fair coin thrown `count` times. */
bool stats_median_ranks(size_t count, double level, size_t *low, size_t *high, double *coverage)
{
    bool found = false;
    for (size_t rank = 0; 2 * rank + 1 < count; rank++) {
        double covered = 1 - 2 * gsl_cdf_binomial_P((unsigned)rank, 0.5, (unsigned)count);
        if (covered < level)
            break;
        *low = rank;
        *high = count - 1 - rank;
        *coverage = covered;
        found = true;
    }
    return found;
}

static int by_process(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    return (x->process > y->process) - (x->process < y->process);
}

/* The medians of the processes; returns how many. The samples are sorted by process. */
static size_t process_medians(const struct sample *samples, size_t count, double *medians,
                              double *scratch)
{
    size_t processes = 0;
    for (size_t i = 0; i < count;) {
        size_t n = 0;
        uint32_t process = samples[i].process;
        for (; i < count && samples[i].process == process; i++)
            scratch[n++] = samples[i].ns_per_op;
        medians[processes++] = stats_median(scratch, n);
    }
    return processes;
}

static void summarise_units(struct summary *out, double *units, size_t count)
{
    size_t low, high;
    out->median_ns = stats_median(units, count);
    out->ci_low_ns = out->ci_high_ns = out->ci_level = NAN;
    if (stats_median_ranks(count, level_wanted, &low, &high, &out->ci_level)) {
        out->ci_low_ns = units[low];
        out->ci_high_ns = units[high];
    }
}

int stats_summarise(const struct sample *samples, size_t count, struct summary *out)
{
    memset(out, 0, sizeof(*out));
    if (count == 0)
        return -ENODATA;
    struct sample *sorted = malloc(count * sizeof(*sorted));
    double *values = malloc(3 * count * sizeof(*values));
    if (!sorted || !values) {
        free(sorted);
        free(values);
        return -ENOMEM;
    }
    memcpy(sorted, samples, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_process);
    double *medians = values + count, *scratch = values + 2 * count;
    for (size_t i = 0; i < count; i++)
        values[i] = sorted[i].ns_per_op;
    out->samples = count;
    out->processes = process_medians(sorted, count, medians, scratch);
    out->ci_over_processes = out->processes >= PROCESSES_MIN;
    gsl_stats_minmax(&out->min_ns, &out->max_ns, values, 1, count);
    out->cv = count > 1 ? gsl_stats_sd(values, 1, count) / gsl_stats_mean(values, 1, count) : NAN;
    if (out->ci_over_processes)
        summarise_units(out, medians, out->processes);
    else
        summarise_units(out, values, count);
    free(sorted);
    free(values);
    return 0;
}
