/* Many comparisons at once: p values adjusted for how many were looked at, and the variants of
 * which each may be the fastest. It needs the C library only. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_MULTIPLE_H
#define HARNESS_BASE_MULTIPLE_H

#include <stdbool.h>
#include <stddef.h>

/* Benjamini and Hochberg's adjusted p values: of those that are marked because q[i] <= 0.05, one in
 * twenty at most is expected to be wrong. For the marks of a table. p is not changed; a p that is
 * NaN stands for no comparison, is not counted, and has a q of NaN. Returns 0; -EINVAL if a p is
 * below 0 or above 1; -ENOMEM. */
int multiple_bh(const double *p, size_t count, double *q);

/* Holm's adjusted p values: the chance that any of those marked is wrong is 0.05 at most. For a
 * claim about several cells at once. As multiple_bh() otherwise. */
int multiple_holm(const double *p, size_t count, double *adjusted);

/* Which variants are not shown slower than any other: costs[v][r] is the log of what variant v cost
 * in round r, or NaN where it was not measured. best[v] says whether v is one of them; all of them
 * together hold the fastest with a chance of 1 - level or more. Returns 0; -EINVAL if a cost is
 * infinite; -E2BIG if there are more rounds than SIGNED_RANK_MAX; -ENOMEM. */
int multiple_best(const double *const *costs, size_t variants, size_t rounds, double level,
                  bool *best);

#endif
