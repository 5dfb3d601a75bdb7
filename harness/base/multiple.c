/* Many comparisons at once (multiple.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/multiple.h"
#include "harness/base/signed_rank.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A p value and where it stands in the caller's array. */
struct placed {
    double p;
    size_t at;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

/* The p values in order, malloc'd; those that are NaN are left out, and adjusted[] is NaN there. */
static int sort_p(const double *p, size_t count, double *adjusted, struct placed **sorted,
                  size_t *known)
{
    *known = 0;
    for (size_t i = 0; i < count; i++)
        if (p[i] < 0 || p[i] > 1)
            return -EINVAL;
    *sorted = malloc((count + 1) * sizeof(**sorted));
    if (!*sorted)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        adjusted[i] = NAN;
        if (!isnan(p[i]))
            (*sorted)[(*known)++] = (struct placed){p[i], i};
    }
    qsort(*sorted, *known, sizeof(**sorted), compare_placed);
    return 0;
}

int multiple_bh(const double *p, size_t count, double *q)
{
    struct placed *sorted;
    size_t known;
    double least = 1;
    int status = sort_p(p, count, q, &sorted, &known);
    if (status)
        return status;
    for (size_t rank = known; rank > 0; rank--) {
        least = fmin(least, (double)known * sorted[rank - 1].p / (double)rank);
        q[sorted[rank - 1].at] = least;
    }
    free(sorted);
    return 0;
}

int multiple_holm(const double *p, size_t count, double *adjusted)
{
    struct placed *sorted;
    size_t known;
    double greatest = 0;
    int status = sort_p(p, count, adjusted, &sorted, &known);
    if (status)
        return status;
    for (size_t i = 0; i < known; i++) {
        greatest = fmax(greatest, (double)(known - i) * sorted[i].p);
        adjusted[sorted[i].at] = fmin(1, greatest);
    }
    free(sorted);
    return 0;
}

/* Whether x is shown slower than y at this level, by the rounds that both have. */
static int shown_slower(const double *x, const double *y, size_t rounds, double level,
                        double *differences, bool *slower)
{
    struct signed_rank s;
    size_t count = 0;
    double mean = 0;
    *slower = false;
    for (size_t r = 0; r < rounds; r++)
        if (!isnan(x[r]) && !isnan(y[r])) {
            differences[count++] = x[r] - y[r];
            mean += (x[r] - y[r] - mean) / (double)count;
        }
    if (count == 0)
        return 0;
    int status = signed_rank_make(&s, differences, count);
    if (status)
        return status;
    *slower = mean > 0 && signed_rank_p(&s) / 2 <= level;
    signed_rank_free(&s);
    return 0;
}

int multiple_best(const double *const *costs, size_t variants, size_t rounds, double level,
                  bool *best)
{
    double *differences = malloc((rounds + 1) * sizeof(*differences));
    int status = differences ? 0 : -ENOMEM;
    for (size_t v = 0; !status && v < variants; v++) {
        bool slower = false;
        for (size_t u = 0; !status && !slower && u < variants; u++)
            if (u != v)
                status = shown_slower(costs[v], costs[u], rounds, level / (double)(variants - 1),
                                      differences, &slower);
        best[v] = !slower;
    }
    free(differences);
    return status;
}
