/* The newest of several runs against those before it: whether a number, such as the log of a ratio
 * to a base of the same run, lies where the runs before lead one to expect it. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_HISTORY_H
#define HARNESS_DECIDE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

/* The fewest numbers before the newest that say anything, and the most that are used: the last. */
enum { HISTORY_LEAST = 5, HISTORY_MOST = 20 };

struct prediction {
    size_t count; /* numbers that it rests on */
    double mean, deviation;
    double low, high; /* where the next number lies with a chance of 0.95 */
    double t, p;      /* of the newest */
    bool outside;
};

/* Predicts from numbers in the order of their runs. Returns 0; -ENODATA if there are fewer than
 * HISTORY_LEAST; -EINVAL if one is NaN or infinite. Source: Student's prediction interval, e.g.
 * Hahn and Meeker, Statistical Intervals, section 4.8. */
int history_predict(const double *past, size_t count, double newest, struct prediction *out);

#endif
