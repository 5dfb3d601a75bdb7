/* Wilcoxon's signed ranks: what paired differences say about their middle, exactly and without any
 * assumption but that each is as likely to lie above its middle as below. A set of differences
 * gives the Hodges-Lehmann estimate, an interval at any level and a p value, all from the same
 * Walsh averages, so that an interval excludes 0 exactly where p is at most its level. Ties and
 * zeros all count against a difference, and need no other rule. It needs the C library only.
 *
 *     struct signed_rank s;
 *     int status = signed_rank_make(&s, differences, count);
 *     if (!status) {
 *         ... signed_rank_estimate(&s), signed_rank_interval(&s, 0.05, &in), signed_rank_p(&s)
 *         signed_rank_free(&s);
 *     }
 *
 * Source: Hollander, Wolfe, Chicken, Nonparametric Statistical Methods, sections 3.1 to 3.3. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_SIGNED_RANK_H
#define HARNESS_BASE_SIGNED_RANK_H

#include <stdbool.h>
#include <stddef.h>

/* The most differences that a set can have: 2^-n has to be a double's normal number. */
enum { SIGNED_RANK_MAX = 1000 };

/* A set of differences, as signed_rank_make() leaves it; nothing changes it later. */
struct signed_rank {
    size_t count;    /* differences */
    size_t averages; /* count (count + 1) / 2 */
    double *walsh;   /* the averages of each two differences, and of each with itself, sorted */
    double *tail;    /* tail[t]: the chance that the ranks above the middle add up to t or less, for
                      * t up to averages / 2, if the middle is 0 */
};

/* Fills *s from differences that are in any order and stay the caller's. Returns 0; -EINVAL if one
 * of them is NaN or infinite, or if count is 0; -E2BIG if there are more than SIGNED_RANK_MAX; or
 * -ENOMEM. signed_rank_free() releases what a success has left in *s. */
int signed_rank_make(struct signed_rank *s, const double *differences, size_t count);
void signed_rank_free(struct signed_rank *s);

/* The Hodges-Lehmann estimate of the middle: the median of the averages. */
double signed_rank_estimate(const struct signed_rank *s);

/* The chance that the ranks add up to `t` or less: c(t). */
double signed_rank_tail(const struct signed_rank *s, size_t t);

/* How many averages may be cut off at each end for an interval that misses with a chance of `level`
 * at most. Returns false if the level asks for more differences than there are. */
bool signed_rank_cut(const struct signed_rank *s, double level, size_t *cut);

struct signed_rank_interval {
    double low, high;
    double coverage; /* 1 - level, or more */
};

/* The interval at `level`, between 0 and 1. Returns false, with NaN in *out, if there are
 * too few differences for that level. */
bool signed_rank_interval(const struct signed_rank *s, double level,
                          struct signed_rank_interval *out);

/* The chance, if the middle is 0, of differences that lie as far to one side as these or farther.
 */
double signed_rank_p(const struct signed_rank *s);

#endif
