/* Differences whose statistics are known, for the tests of signed ranks and verdicts. The numbers
 * of those without ties are SciPy's (wilcoxon, exact); the intervals are the Walsh averages,
 * sorted. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_VECTORS_H
#define HARNESS_TESTS_VECTORS_H

#include <stddef.h>

struct vector {
    int number; /* what the tests call it */
    size_t count;
    double d[20];
    double estimate, p;
    double low95, high95, coverage95, low90, high90, coverage90;
};

static const struct vector vectors[] = {
    {.number = 1,
     .count = 10,
     .d = {0.031, -0.012, 0.054, 0.023, 0.071, -0.026, 0.042, 0.0115, 0.093, 0.064},
     .estimate = 0.0365,
     .p = 0.02734375,
     .low95 = 0.008,
     .high95 = 0.0625,
     .coverage95 = 0.951172,
     .low90 = 0.0115,
     .high90 = 0.059,
     .coverage90 = 0.916016},
    {.number = 2,
     .count = 6,
     .d = {0.10, 0.12, 0.08, 0.15, 0.09, 0.11},
     .estimate = 0.105,
     .p = 0.03125,
     .low95 = 0.08,
     .high95 = 0.15,
     .coverage95 = 0.96875,
     .low90 = 0.09,
     .high90 = 0.13,
     .coverage90 = 0.90625},
    /* Ties and a zero, where SciPy leaves the zero out and no longer counts exactly. */
    {.number = 3,
     .count = 8,
     .d = {0, 0.02, -0.02, 0.05, 0.05, 0.03, -0.01, 0.04},
     .estimate = 0.02,
     .p = 0.1484375,
     .low95 = -0.01,
     .high95 = 0.045,
     .coverage95 = 0.960938,
     .low90 = 0,
     .high90 = 0.04,
     .coverage90 = 0.921875},
    /* Opposites that are equal in size, which SciPy splits. */
    {.number = 5,
     .count = 20,
     .d = {0.004,   -0.011, 0.009, 0.013,  -0.006, 0.002,  0.018,   -0.009, 0.0035, 0.0075,
           -0.0145, 0.011,  0.006, -0.003, 0.0155, 0.0005, -0.0085, 0.012,  0.0095, -0.002},
     .estimate = 0.003125,
     .p = 0.2024497986,
     .low95 = -0.00175,
     .high95 = 0.00775,
     .coverage95 = 0.951559,
     .low90 = -0.00075,
     .high90 = 0.007,
     .coverage90 = 0.902693},
    /* One outlier in ten opens the interval. */
    {.number = 6,
     .count = 10,
     .d = {-0.05, -0.04, -0.06, -0.055, -0.045, -0.07, -0.03, 1.20, -0.065, -0.052},
     .estimate = -0.05,
     .p = 0.083984375,
     .low95 = -0.06,
     .high95 = 0.5675,
     .coverage95 = 0.951172,
     .low90 = -0.0585,
     .high90 = -0.03,
     .coverage90 = 0.916016},
};

enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]) };

#endif
