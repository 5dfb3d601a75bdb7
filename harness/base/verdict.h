/* What may be said of two arms that were measured side by side: B is slower than A, faster, the
 * same within some percent, or nobody can tell. A verdict is made of the differences log B - log A,
 * one a round, of the medians of the two processes, by signed ranks (signed_rank.h). Its error
 * rates are the ones that it promises: of arms that are equal, one comparison in twenty is called
 * slower or faster, and of arms that differ by the margin, one in twenty is called the same.
 *
 *     struct verdict v;
 *     int status = verdict_make(&v, differences, rounds, LOOKS_ONE, VERDICT_MARGIN);
 *     if (!status)
 *         puts(verdict_says(&v).text);
 *
 * It needs the C library only. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_VERDICT_H
#define HARNESS_BASE_VERDICT_H

#include "harness/base/looks.h"
#include "harness/base/numbers.h"
#include <stdbool.h>
#include <stddef.h>

enum {
    VERDICT_MARGIN = 5, /* percent; the usual margin */
    VERDICT_MARGIN_MAX = 100,
    VERDICT_ROUNDS = 20,     /* the usual rounds */
    VERDICT_ROUNDS_MIN = 12, /* below, one outlier opens the interval */
};

enum verdict_kind { VERDICT_CANT_TELL, VERDICT_SLOWER, VERDICT_FASTER, VERDICT_SAME };

struct verdict {
    enum verdict_kind kind;
    struct ratio_interval times;
    size_t rounds;
    double p;
    /* Of the same: percent that the two differ by at most, never more than the margin. Of slower
     * and faster: the margin, if they differ by less than that; otherwise 0. */
    unsigned within;
    double
        smallest; /* a true difference that three runs of four find, as a share; NaN if unknown */
    size_t more;  /* rounds after which there would be a verdict, about; 0 if there is one */
    bool few_rounds; /* fewer than VERDICT_ROUNDS_MIN, and an interval all the same */
    bool no_spread;  /* all differences are equal, as when the clock is too coarse */
};

/* Fills *v from `rounds` differences, with a margin from 1 to VERDICT_MARGIN_MAX percent. Returns
 * 0; -EINVAL if a difference is NaN or infinite, or there is none; -E2BIG if there are more than
 * SIGNED_RANK_MAX; -ENOMEM. */
int verdict_make(struct verdict *v, const double *differences, size_t rounds, enum looks looks,
                 unsigned margin);

/* One of slower, faster, same, can't tell. */
const char *verdict_name(enum verdict_kind kind);

/* The verdict in a line: "slower by 3.7% [0.8, 6.4]", "same within 3%", "can't tell: 1.02× [0.95,
 * 1.09]; 10% would have shown in three runs of four; some 30 more rounds would tell". */
struct words verdict_says(const struct verdict *v);

/* What a reader has to know besides: that the rounds are few, that there is no spread; "" if
 * nothing. */
struct words verdict_notes(const struct verdict *v);

/* Whether values lie in two clumps: the greatest gap between neighbours that leaves `least` values
 * on either side is longer than CLUMPS_APART. Then values below *at belong to the lower clump. The
 * values are sorted in place. */
#define CLUMPS_APART 0.15
bool clumps_two(double *values, size_t count, size_t least, double *at);

/* A machine with two speeds, where the arms answer to them differently, has two ratios and no
 * common one. */
struct speeds {
    bool differ; /* the two intervals have no ratio in common; otherwise the rest is not set */
    size_t fast_rounds, slow_rounds;
    struct ratio_interval fast, slow;
};

/* Looks for two speeds: levels[r] says how slow the machine was in round r, as a log with any
 * origin, measured by something beside the two arms; NaN where nothing says so, and such rounds are
 * left out. Returns 0, or a negative errno as verdict_make(). */
int verdict_speeds(struct speeds *s, const double *differences, const double *levels, size_t rounds,
                   enum looks looks);

/* "1.00× at full speed, 0.70× when the machine is slow", of speeds that differ. */
struct words speeds_say(const struct speeds *s);

#endif
