/* Wilcoxon's signed ranks (signed_rank.h). It owns no state.
 *
 * The distribution is held as chances, which are halved at each step, and not as counts, which
 * would overflow. The chances are multiples of 2^-count, so they are exact up to 53 differences;
 * beyond, a step adds positive numbers only, and the relative error of a chance stays below count
 * times a double's precision: 10^-13. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/signed_rank.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of two huge differences the sum can overflow, and of two tiny ones the halves can vanish. */
static double average(double a, double b)
{
    double sum = a + b;
    return isfinite(sum) ? sum / 2 : a / 2 + b / 2;
}

static void fill_walsh(struct signed_rank *s, const double *differences)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        for (size_t j = i; j < s->count; j++)
            s->walsh[n++] = average(differences[i], differences[j]);
    qsort(s->walsh, n, sizeof(*s->walsh), compare_doubles);
}

/* tail[t] is first the chance that the ranks 1 to `rank` above the middle add up to t. Sums above
 * `last` are left out: no smaller one depends on them. */
static void fill_tail(struct signed_rank *s)
{
    size_t last = s->averages / 2, reached = 0;
    s->tail[0] = 1;
    for (size_t t = 1; t <= last; t++)
        s->tail[t] = 0;
    for (size_t rank = 1; rank <= s->count; rank++) {
        reached = reached + rank < last ? reached + rank : last;
        for (size_t t = reached; t >= rank; t--)
            s->tail[t] = (s->tail[t] + s->tail[t - rank]) / 2;
        for (size_t t = 0; t < rank && t <= last; t++)
            s->tail[t] /= 2;
    }
    for (size_t t = 1; t <= last; t++)
        s->tail[t] += s->tail[t - 1];
}

int signed_rank_make(struct signed_rank *s, const double *differences, size_t count)
{
    *s = (struct signed_rank){.count = count, .averages = count * (count + 1) / 2};
    if (count == 0)
        return -EINVAL;
    if (count > SIGNED_RANK_MAX)
        return -E2BIG;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(differences[i]))
            return -EINVAL;
    s->walsh = malloc(s->averages * sizeof(*s->walsh));
    s->tail = malloc((s->averages / 2 + 1) * sizeof(*s->tail));
    if (!s->walsh || !s->tail) {
        signed_rank_free(s);
        return -ENOMEM;
    }
    fill_walsh(s, differences);
    fill_tail(s);
    return 0;
}

void signed_rank_free(struct signed_rank *s)
{
    free(s->walsh);
    free(s->tail);
    s->walsh = s->tail = NULL;
}

double signed_rank_estimate(const struct signed_rank *s)
{
    return average(s->walsh[(s->averages - 1) / 2], s->walsh[s->averages / 2]);
}

/* The distribution is symmetric. */
double signed_rank_tail(const struct signed_rank *s, size_t t)
{
    if (t >= s->averages)
        return 1;
    return t <= s->averages / 2 ? s->tail[t] : 1 - s->tail[s->averages - t - 1];
}

bool signed_rank_cut(const struct signed_rank *s, double level, size_t *cut)
{
    size_t found = 0;
    while (found <= s->averages / 2 && s->tail[found] <= level / 2)
        found++;
    if (found == 0)
        return false;
    *cut = found - 1;
    return true;
}

/* Between the average of rank cut + 1 and that of rank averages - cut, counted from 1. */
bool signed_rank_interval(const struct signed_rank *s, double level,
                          struct signed_rank_interval *out)
{
    size_t cut;
    *out = (struct signed_rank_interval){NAN, NAN, NAN};
    if (!signed_rank_cut(s, level, &cut))
        return false;
    *out = (struct signed_rank_interval){
        .low = s->walsh[cut],
        .high = s->walsh[s->averages - 1 - cut],
        .coverage = 1 - 2 * s->tail[cut],
    };
    return true;
}

double signed_rank_p(const struct signed_rank *s)
{
    size_t not_above = 0, not_below = 0;
    for (size_t i = 0; i < s->averages; i++) {
        not_above += s->walsh[i] <= 0;
        not_below += s->walsh[i] >= 0;
    }
    return fmin(1, 2 * signed_rank_tail(s, not_above < not_below ? not_above : not_below));
}
