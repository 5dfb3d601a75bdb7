/* Latency histograms in log-linear buckets: 128 buckets for each power of two, so that a value is
 * known to within 1%. Recording is an index and an increment; histograms of several threads are
 * added up after the window. Values are nanoseconds. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_HIST_H
#define HARNESS_BASE_HIST_H

#include "harness/base/cell.h"
#include <stdint.h>

/* The bucket of a value, in 0..HIST_BUCKETS-1; the last one takes all values beyond the range. */
static inline uint32_t hist_bucket(uint64_t ns)
{
    if (ns < 128)
        return (uint32_t)ns;
    uint32_t power = 63U - (uint32_t)__builtin_clzll(ns);
    uint32_t bucket = ((power - 6U) << 7) + (uint32_t)((ns >> (power - 7U)) & 127U);
    return bucket < HIST_BUCKETS ? bucket : HIST_BUCKETS - 1;
}

/* Records one value. Not thread-safe: a histogram belongs to one thread until it is merged. */
static inline void hist_record(struct latency *h, uint64_t ns)
{
    h->bucket[hist_bucket(ns)]++;
    if (h->count == 0 || (double)ns < h->min_ns)
        h->min_ns = (double)ns;
    if (h->count == 0 || (double)ns > h->max_ns)
        h->max_ns = (double)ns;
    h->count++;
}

/* The smallest value that falls in the bucket, and the first that no longer does. */
uint64_t hist_bucket_low(uint32_t bucket);
uint64_t hist_bucket_high(uint32_t bucket);

/* Adds `from` to `into`; the sides must be the same. */
void hist_merge(struct latency *into, const struct latency *from);

/* The value below which the share `q` (0..1) of the records lies: the middle of its bucket, clamped
 * to the least and the greatest record. NaN if nothing was recorded. */
double hist_quantile(const struct latency *h, double q);

#endif
