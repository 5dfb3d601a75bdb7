#include "harness/base/stats.h"
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

/* One process's median. */
struct process_median {
    uint32_t process;
    double median;
};

/* The medians of the processes, in their order; malloc'd, the caller frees them. NULL where memory
 * ran out. */
static struct process_median *process_medians(const struct sample *samples, size_t count,
                                              size_t *processes)
{
    struct sample *sorted = malloc((count + 1) * sizeof(*sorted));
    double *values = malloc((count + 1) * sizeof(*values));
    struct process_median *medians = malloc((count + 1) * sizeof(*medians));
    *processes = 0;
    if (sorted && values && medians) {
        for (size_t i = 0; i < count; i++) /* not memcpy: of none, there may be no address */
            sorted[i] = samples[i];
        qsort(sorted, count, sizeof(*sorted), by_process);
        for (size_t i = 0; i < count;) {
            size_t n = 0;
            uint32_t process = sorted[i].process;
            for (; i < count && sorted[i].process == process; i++)
                values[n++] = sorted[i].ns_per_op;
            medians[(*processes)++] = (struct process_median){process, stats_median(values, n)};
        }
    } else {
        free(medians);
        medians = NULL;
    }
    free(sorted);
    free(values);
    return medians;
}

void stats_interval(double *values, size_t count, struct interval *out)
{
    size_t low, high;
    *out = (struct interval){stats_median(values, count), NAN, NAN, NAN};
    if (stats_median_ranks(count, level_wanted, &low, &high, &out->level)) {
        out->low = values[low];
        out->high = values[high];
    }
}

int stats_paired_ratio(const struct sample *others, size_t others_count,
                       const struct sample *samples, size_t count, struct interval *out)
{
    size_t n = 0, m = 0, pairs = 0;
    struct process_median *x = process_medians(others, others_count, &n);
    struct process_median *y = process_medians(samples, count, &m);
    double *ratios = malloc((n + 1) * sizeof(*ratios));
    int status = x && y && ratios ? 0 : -ENOMEM;
    for (size_t i = 0, k = 0; !status && i < n && k < m;) {
        if (x[i].process == y[k].process)
            ratios[pairs++] = x[i++].median / y[k++].median;
        else if (x[i].process < y[k].process)
            i++;
        else
            k++;
    }
    stats_interval(ratios, pairs, out);
    free(x);
    free(y);
    free(ratios);
    return status ? status : pairs ? 0 : -ENODATA;
}

/* A summary's units: the processes' medians where there are enough of them, or the samples. */
static size_t choose_units(struct summary *out, const struct process_median *medians,
                           double *values)
{
    out->ci_over_processes = out->processes >= PROCESSES_MIN;
    if (!out->ci_over_processes)
        return out->samples;
    for (size_t i = 0; i < out->processes; i++)
        values[i] = medians[i].median;
    return out->processes;
}

int stats_summarise(const struct sample *samples, size_t count, struct summary *out)
{
    memset(out, 0, sizeof(*out));
    if (count == 0)
        return -ENODATA;
    double *values = malloc(count * sizeof(*values));
    struct process_median *medians = process_medians(samples, count, &out->processes);
    int status = values && medians ? 0 : -ENOMEM;
    if (!status) {
        struct interval interval;
        for (size_t i = 0; i < count; i++)
            values[i] = samples[i].ns_per_op;
        out->samples = count;
        gsl_stats_minmax(&out->min_ns, &out->max_ns, values, 1, count);
        out->cv =
            count > 1 ? gsl_stats_sd(values, 1, count) / gsl_stats_mean(values, 1, count) : NAN;
        stats_interval(values, choose_units(out, medians, values), &interval);
        out->median_ns = interval.median;
        out->ci_low_ns = interval.low;
        out->ci_high_ns = interval.high;
        out->ci_level = interval.level;
    }
    free(values);
    free(medians);
    return status;
}
