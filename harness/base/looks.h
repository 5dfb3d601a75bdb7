/* What comparisons of paired rounds share: when the rounds were looked at, which sets the level,
 * and a ratio with its interval. looks_level() is in verdict.c. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_LOOKS_H
#define HARNESS_BASE_LOOKS_H

/* When the rounds were looked at. Somebody who may stop at each look says less at each one, so that
 * all of them together err as often as one does. */
enum looks {
    LOOKS_ONE,   /* the number of rounds was fixed before */
    LOOKS_THREE, /* after 10, 20 and 40 rounds, stopping at the first verdict */
    LOOKS_FOUR,  /* and after 80 */
};

/* The fact of a run's environment that says that its rounds were LOOKS_THREE, and when it looked.
 */
#define LOOKS_FACT "looks"
#define LOOKS_WHEN "10 20 40"

/* The chance to err at each look: 0.05, 0.0221 or 0.0190. */
double looks_level(enum looks looks);

/* B over A, with the interval at the looks' level; the ends are NaN if there are too few rounds for
 * one. */
struct ratio_interval {
    double ratio, low, high;
};

#endif
