/* Ratios of cells from the table of samples (paired.h). It owns no state; the arithmetic is that of
 * harness/base/stats.h, which the harness uses for its own tables. */
/* SPDX-License-Identifier: MIT */
#include "plots/paired.h"
#include "harness/base/multiple.h"
#include "harness/base/stats.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A cell's samples, as far as the table has them: processes and times. malloc'd, the caller frees.
 */
static size_t samples_of(const struct model *m, const struct page_cell *c, struct sample **out)
{
    const struct named_row *of_cell;
    size_t rows = by_name_find(&m->rows.samples, c->name, &of_cell), count = 0;
    *out = rows ? calloc(rows, sizeof(**out)) : NULL;
    for (size_t i = 0; *out && i < rows; i++) {
        double process = tsv_number(&m->samples, of_cell[i].row, "process");
        double ns = tsv_number(&m->samples, of_cell[i].row, "ns_per_op");
        if (process >= 0 && process <= UINT32_MAX && ns > 0)
            (*out)[count++] = (struct sample){.process = (uint32_t)process, .ns_per_op = ns};
    }
    return count;
}

struct ratio ratio_paired(const struct model *m, const struct page_cell *over,
                          const struct page_cell *under)
{
    struct sample *a, *b;
    struct interval in;
    size_t in_a = samples_of(m, over, &a), in_b = samples_of(m, under, &b);
    stats_paired_ratio(a, in_a, b, in_b, &in); /* which fills `in` even if there is no pair */
    free(a);
    free(b);
    return (struct ratio){in.median, in.low, in.high, in.count};
}

/* More rounds than this a run does not have. */
enum { ROUNDS_MAX = 1000 };

/* What the cell cost in each process, as the median of its windows; NaN where it was not measured.
 * Returns how many were. */
static size_t process_medians(const struct model *m, const struct page_cell *c,
                              double medians[ROUNDS_MAX])
{
    struct sample *samples;
    size_t count = samples_of(m, c, &samples), measured = 0;
    double *windows = calloc(count ? count : 1, sizeof(*windows));
    for (size_t r = 0; r < ROUNDS_MAX; r++) {
        size_t n = 0;
        for (size_t i = 0; windows && i < count; i++)
            if (samples[i].process == r)
                windows[n++] = samples[i].ns_per_op;
        medians[r] = n ? stats_median(windows, n) : NAN;
        measured += n > 0;
    }
    free(windows);
    free(samples);
    return measured;
}

int paired_best(const struct model *m, const struct page_cell *const *cells, size_t count,
                bool *best)
{
    static const double level = 0.05;
    double(*costs)[ROUNDS_MAX] = calloc(count, sizeof(*costs));
    const double **rows = calloc(count, sizeof(*rows));
    int status = costs && rows ? 0 : -ENOMEM;
    for (size_t v = 0; !status && v < count; v++) {
        process_medians(m, cells[v], costs[v]);
        for (size_t r = 0; r < ROUNDS_MAX; r++)
            costs[v][r] = log(costs[v][r]);
        rows[v] = costs[v];
    }
    if (!status)
        status = multiple_best(rows, count, ROUNDS_MAX, level, best);
    free(rows);
    free(costs);
    return status;
}

int paired_standing(const struct model *m, const struct page_cell *c,
                    const struct page_cell *fastest, size_t variants, struct standing *standing)
{
    double costs[ROUNDS_MAX], least[ROUNDS_MAX];
    bool looked = model_fact(&m->environment, LOOKS_FACT)[0] != '\0';
    size_t count = 0;
    process_medians(m, c, costs);
    process_medians(m, fastest, least);
    for (size_t r = 0; r < ROUNDS_MAX; r++)
        if (!isnan(costs[r]) && !isnan(least[r]))
            costs[count++] = log(costs[r]) - log(least[r]);
    return standing_make(standing, costs, count, variants, looked ? LOOKS_THREE : LOOKS_ONE);
}

struct words paired_cost_of_best(const struct model *m, const struct page_cell *c, size_t count)
{
    double medians[ROUNDS_MAX], coverage;
    size_t low, high, n = 0, measured = process_medians(m, c, medians);
    for (size_t r = 0; r < ROUNDS_MAX; r++)
        if (isfinite(medians[r]))
            medians[n++] = medians[r];
    stats_median(medians, n); /* which sorts them */
    bool found =
        stats_median_ranks(measured, 1 - (1 - STATS_LEVEL) / (double)count, &low, &high, &coverage);
    return number_interval(c->median_ns, found ? medians[low] : NAN, found ? medians[high] : NAN);
}

struct words ratio_words(struct ratio r)
{
    if (!isfinite(r.median))
        return words_format("n/a");
    if (!isfinite(r.low))
        return words_format("%s×, no interval", number_plain(r.median).text);
    return words_format("%s× [%s, %s]", number_plain(r.median).text, number_plain(r.low).text,
                        number_plain(r.high).text);
}

size_t cell_samples(const struct model *m, const struct page_cell *c, double **values)
{
    struct sample *x;
    size_t count = samples_of(m, c, &x);
    *values = count ? malloc(count * sizeof(**values)) : NULL;
    for (size_t i = 0; *values && i < count; i++)
        (*values)[i] = x[i].ns_per_op;
    free(x);
    if (!*values)
        return 0;
    stats_median(*values, count); /* which sorts them */
    return count;
}
