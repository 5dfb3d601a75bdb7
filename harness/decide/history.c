/* Student's prediction interval (history.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/history.h"
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

int history_predict(const double *past, size_t count, double newest, struct prediction *out)
{
    if (count < HISTORY_LEAST)
        return -ENODATA;
    if (count > HISTORY_MOST) {
        past += count - HISTORY_MOST;
        count = HISTORY_MOST;
    }
    double mean = 0, squares = 0, k = (double)count;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(past[i]))
            return -EINVAL;
        mean += (past[i] - mean) / (double)(i + 1);
    }
    if (!isfinite(newest))
        return -EINVAL;
    for (size_t i = 0; i < count; i++)
        squares += (past[i] - mean) * (past[i] - mean);
    double deviation = sqrt(squares / (k - 1)), error = deviation * sqrt(1 + 1 / k);
    double reach = gsl_cdf_tdist_Pinv(0.975, k - 1) * error;
    double t = newest == mean ? 0 : (newest - mean) / error;
    *out = (struct prediction){
        .count = count,
        .mean = mean,
        .deviation = deviation,
        .low = mean - reach,
        .high = mean + reach,
        .t = t,
        .p = isfinite(t) ? 2 * gsl_cdf_tdist_Q(fabs(t), k - 1) : 0,
        .outside = newest < mean - reach || newest > mean + reach,
    };
    return 0;
}
