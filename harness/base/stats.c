/* Medians, their intervals, and ratios paired by process (stats.h). It owns no state. The interval
 * is the order statistics' one, so it assumes nothing about how times are distributed. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/stats.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many processes have an interval at STATS_LEVEL: the least and the greatest of six miss the
 * median with a chance of 2 in 2^6; of five, 2 in 2^5 would be more than 5%. */
enum { PROCESSES_MIN = 6 };

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double stats_median(double *values, size_t count)
{
    if (count == 0)
        return NAN;
    qsort(values, count, sizeof(*values), compare_doubles);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The values of ranks low..high (from 0) enclose the median unless `low` or fewer of the values lie
 * below it, or as many above: each is the lower tail of a fair coin thrown `count` times. The tail
 * is a sum of binomial coefficients over 2^count, both kept within a double's range by `scale`. */
bool stats_median_ranks(size_t count, double level, size_t *low, size_t *high, double *coverage)
{
    enum { SHIFT = 900 }; /* a coefficient below 2^900 has room for a factor of `count` */
    double coefficient = 1, sum = 0;
    int scale = 0;
    bool found = false;
    for (size_t rank = 0; 2 * rank + 1 < count; rank++) {
        sum += coefficient;
        double covered = 1 - 2 * ldexp(sum, scale - (int)count);
        if (covered < level)
            break;
        *low = rank;
        *high = count - 1 - rank;
        *coverage = covered;
        found = true;
        coefficient = coefficient * (double)(count - rank) / (double)(rank + 1);
        if (coefficient > ldexp(1, SHIFT)) {
            coefficient = ldexp(coefficient, -SHIFT);
            sum = ldexp(sum, -SHIFT);
            scale += SHIFT;
        }
    }
    return found;
}

void stats_interval(double *values, size_t count, struct interval *out)
{
    size_t low, high;
    *out = (struct interval){stats_median(values, count), NAN, NAN, NAN, count};
    if (stats_median_ranks(count, STATS_LEVEL, &low, &high, &out->level)) {
        out->low = values[low];
        out->high = values[high];
    }
}

static int compare_processes(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    return (x->process > y->process) - (x->process < y->process);
}

/* One process's median. */
struct process_median {
    uint32_t process;
    double median;
};

/* The medians of the processes, in the order of their numbers; malloc'd, the caller frees them.
 * NULL if memory ran out. */
static struct process_median *process_medians(const struct sample *samples, size_t count,
                                              size_t *processes)
{
    struct sample *sorted = malloc((count + 1) * sizeof(*sorted));
    double *values = malloc((count + 1) * sizeof(*values));
    struct process_median *medians = malloc((count + 1) * sizeof(*medians));
    *processes = 0;
    if (sorted && values && medians) {
        for (size_t i = 0; i < count; i++) /* memcpy would need an address even for no samples */
            sorted[i] = samples[i];
        qsort(sorted, count, sizeof(*sorted), compare_processes);
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

/* The values are added one by one to a running mean: their plain sum could overflow. */
double stats_mean(const double *values, size_t count)
{
    long double mean = 0;
    for (size_t i = 0; i < count; i++)
        mean += (values[i] - mean) / (long double)(i + 1);
    return count ? (double)mean : NAN;
}

/* And so are the squares of their distances from it: a plain sum of squares would lose the digits
 * in which long times differ. */
double stats_cv(const double *values, size_t count)
{
    long double squares = 0;
    double mean = stats_mean(values, count);
    for (size_t i = 0; i < count; i++) {
        long double off = values[i] - mean;
        squares += (off * off - squares) / (long double)(i + 1);
    }
    return count > 1 ? sqrt((double)squares * ((double)count / (double)(count - 1))) / mean : NAN;
}

/* The values that a summary's interval is over: the processes' medians if there are enough of
 * them, or else all samples, which `values` already holds. Returns how many. */
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

static void fill_summary(const struct sample *samples, size_t count,
                         const struct process_median *medians, double *values, struct summary *out)
{
    struct interval interval;
    out->samples = count;
    out->min_ns = out->max_ns = samples[0].ns_per_op;
    for (size_t i = 0; i < count; i++) {
        values[i] = samples[i].ns_per_op;
        out->min_ns = fmin(out->min_ns, values[i]);
        out->max_ns = fmax(out->max_ns, values[i]);
    }
    out->cv = stats_cv(values, count);
    stats_interval(values, choose_units(out, medians, values), &interval);
    out->median_ns = interval.median;
    out->ci_low_ns = interval.low;
    out->ci_high_ns = interval.high;
    out->ci_level = interval.level;
}

int stats_summarise(const struct sample *samples, size_t count, struct summary *out)
{
    memset(out, 0, sizeof(*out));
    if (count == 0)
        return -ENODATA;
    double *values = malloc(count * sizeof(*values));
    struct process_median *medians = process_medians(samples, count, &out->processes);
    int status = values && medians ? 0 : -ENOMEM;
    if (!status)
        fill_summary(samples, count, medians, values, out);
    free(values);
    free(medians);
    return status;
}
