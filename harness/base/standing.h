/* How a variant stands to the fastest of several: its ratio, with an interval by signed ranks, and
 * whether it is shown slower. The fastest was chosen for its cost, so the interval is at
 * 5% / (V - 1) for V variants (less where the rounds were looked at more than once): the variant
 * that is truly the fastest is called slower in one set of twenty at most. It needs the C library
 * only. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_STANDING_H
#define HARNESS_BASE_STANDING_H

#include "harness/base/looks.h"
#include "harness/base/numbers.h"
#include <stddef.h>

enum standing_kind {
    STANDING_UNKNOWN, /* too few rounds for an interval at this level */
    STANDING_FASTEST,
    STANDING_TIED, /* not shown slower than the fastest */
    STANDING_SLOWER,
};

struct standing {
    enum standing_kind kind;
    struct ratio_interval times; /* over the fastest; what is not known is NaN */
};

/* Fills *s from the differences between the logs of its costs and of the fastest's, one for each
 * round that has both; `variants` with the fastest. Returns 0; -EINVAL if a difference is NaN or
 * infinite; -E2BIG if there are more than SIGNED_RANK_MAX; -ENOMEM. */
int standing_make(struct standing *s, const double *differences, size_t count, size_t variants,
                  enum looks looks);

/* The standing of the fastest itself. */
struct standing standing_fastest(void);

/* How many rounds give an interval if so many variants stand side by side. */
size_t standing_rounds(size_t variants, enum looks looks);

/* "fastest", "1.8× [1.6, 2.0]", "tied", or "1.8× ?". */
struct words standing_says(const struct standing *s);

#endif
