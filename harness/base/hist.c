/* Bounds, sums and quantiles of latency histograms (hist.h); recording is inline there. It owns no
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/hist.h"
#include <math.h>

uint64_t hist_bucket_low(uint32_t bucket)
{
    if (bucket < 128)
        return bucket;
    uint32_t power = (bucket >> 7) + 6;
    return (UINT64_C(1) << power) + ((uint64_t)(bucket & 127U) << (power - 7U));
}

uint64_t hist_bucket_high(uint32_t bucket)
{
    return hist_bucket_low(bucket + 1);
}

void hist_merge(struct latency *into, const struct latency *from)
{
    if (from->count == 0)
        return;
    for (uint32_t i = 0; i < HIST_BUCKETS; i++)
        into->bucket[i] += from->bucket[i];
    if (into->count == 0 || from->min_ns < into->min_ns)
        into->min_ns = from->min_ns;
    if (into->count == 0 || from->max_ns > into->max_ns)
        into->max_ns = from->max_ns;
    into->count += from->count;
}

double hist_quantile(const struct latency *h, double q)
{
    if (h->count == 0)
        return NAN;
    double rank = q * (double)h->count;
    uint64_t seen = 0;
    uint32_t i = 0;
    for (; i < HIST_BUCKETS - 1; i++) {
        seen += h->bucket[i];
        if (seen > 0 && (double)seen >= rank)
            break;
    }
    double low = (double)hist_bucket_low(i), high = (double)hist_bucket_high(i);
    double middle = high - low > 1 ? (low + high) / 2 : low;
    return fmin(fmax(middle, h->min_ns), h->max_ns);
}
