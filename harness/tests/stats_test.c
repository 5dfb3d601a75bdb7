/* Statistics and histograms: known answers, and the properties that they promise. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/hist.h"
#include "harness/base/stats.h"
#include "scripts/test.h"
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_ranks_of_the_medians_interval(void **state)
{
    static const struct {
        size_t n, low, high;
        double coverage;
    } known[] = {
        {6, 0, 5, 0.96875},      {8, 0, 7, 0.9921875},      {9, 1, 7, 0.9609375},
        {10, 1, 8, 0.978515625}, {20, 5, 14, 0.9586105347}, {40, 13, 26, 0.9615226917},
    };
    (void)state;
    size_t low, high;
    double coverage;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_true(stats_median_ranks(known[i].n, 0.95, &low, &high, &coverage));
        assert_int_equal(low, known[i].low);
        assert_int_equal(high, known[i].high);
        assert_float_equal(coverage, known[i].coverage, 1e-9);
    }
    for (size_t n = 0; n < 6; n++)
        assert_false(stats_median_ranks(n, 0.95, &low, &high, &coverage));
}

/* Chances of a fair coin, exact: binary fractions of 2^-1088, the most significant word first. */
enum { THROWS_MAX = 1000, WORDS = 17 };

struct fraction {
    uint64_t word[WORDS];
};

static void add_fraction(struct fraction *to, const struct fraction *x)
{
    unsigned carry = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
        uint64_t sum = to->word[i] + x->word[i];
        unsigned over = sum < x->word[i];
        to->word[i] = sum + carry;
        carry = over | (to->word[i] < sum);
    }
}

static void halve_fraction(struct fraction *x)
{
    for (int i = WORDS - 1; i > 0; i--)
        x->word[i] = x->word[i] >> 1 | x->word[i - 1] << 63;
    x->word[0] >>= 1;
}

/* Whether x <= 1 - level, which is a whole number of 2^-64. */
static bool leaves_level(const struct fraction *x, double level)
{
    uint64_t left = (uint64_t)ldexp(1 - level, 64);
    bool more = false;
    for (int i = 1; i < WORDS; i++)
        more = more || x->word[i];
    return x->word[0] < left || (x->word[0] == left && !more);
}

/* The right low rank for n values: the greatest whose two tails leave the level; n / 2 if there is
 * none. chance[k] is that of k heads in n throws. */
static size_t exact_rank(const struct fraction *chance, size_t n, double level, double *coverage)
{
    struct fraction tails = {{0}};
    size_t found = n / 2;
    for (size_t rank = 0; 2 * rank + 1 < n; rank++) {
        add_fraction(&tails, &chance[rank]);
        add_fraction(&tails, &chance[rank]);
        if (!leaves_level(&tails, level))
            break;
        found = rank;
        *coverage = 1 - ldexp((double)tails.word[0], -64);
    }
    return found;
}

static void check_ranks(const struct fraction *chance, size_t n, double level)
{
    size_t low = 0, high = 0;
    double wanted = NAN, coverage = NAN;
    size_t rank = exact_rank(chance, n, level, &wanted);
    bool found = stats_median_ranks(n, level, &low, &high, &coverage);
    if (found != isfinite(wanted) || (found && (low != rank || high != n - 1 - rank)))
        fail_msg("%zu values at %g: ranks %zu to %zu, and %zu is right", n, level, low, high, rank);
    if (found)
        assert_true(fabs(coverage - wanted) < 1e-12);
}

/* Pascal's triangle, row by row. Levels that a coin reaches exactly are among them: 1/2, 3/4, ...
 */
static void test_ranks_are_those_of_exact_binomial_tails(void **state)
{
    static const double levels[] = {0.5, 0.75, 0.9, 0.9375, 0.95, 0.96875, 0.99, 0.999, 0.999999};
    struct fraction *chance = calloc(THROWS_MAX + 1, sizeof(*chance));
    (void)state;
    assert_non_null(chance);
    chance[0].word[0] = chance[1].word[0] = UINT64_C(1) << 63; /* of one throw */
    for (size_t n = 1; n <= THROWS_MAX; n++) {
        for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
            check_ranks(chance, n, levels[i]);
        for (size_t k = 0; k <= n; k++)
            halve_fraction(&chance[k]);
        for (size_t k = n + 1; k > 0 && n < THROWS_MAX; k--)
            add_fraction(&chance[k], &chance[k - 1]);
    }
    free(chance);
}

/* For so many values that 2^-n is no double: held against the normal approximation. */
static void test_ranks_of_very_many_values(void **state)
{
    static const size_t counts[] = {1022, 1100, 10000, 1000000};
    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        size_t low, high;
        double coverage, n = (double)counts[i];
        assert_true(stats_median_ranks(counts[i], 0.95, &low, &high, &coverage));
        assert_int_equal(low + high, counts[i] - 1);
        assert_true(fabs((double)low - ((n - 1) / 2 - 1.959964 * sqrt(n) / 2)) <= 1);
        assert_true(coverage >= 0.95 && coverage < 0.96);
    }
}

static void test_the_interval_covers_as_often_as_it_says(void **state)
{
    enum { TRIALS = 4000, N = 10 };
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 20);
    unsigned covered = 0;
    for (int t = 0; t < TRIALS; t++) {
        struct sample samples[N] = {{0}};
        struct summary s;
        for (uint32_t i = 0; i < N; i++) {
            samples[i].process = i;
            samples[i].ns_per_op = gsl_ran_lognormal(rng, 0, 1); /* median 1, skewed */
        }
        assert_int_equal(stats_summarise(samples, N, &s), 0);
        covered += s.ci_low_ns <= 1 && 1 <= s.ci_high_ns;
    }
    gsl_rng_free(rng);
    /* 0.9785 is promised; four standard errors of the share are 0.009. */
    assert_float_equal((double)covered / TRIALS, 0.978515625, 0.0095);
}

static void test_processes_are_the_unit_where_there_are_six(void **state)
{
    (void)state;
    struct sample samples[18];
    struct summary s;
    /* Six processes of three samples that agree within and differ between. */
    for (uint32_t i = 0; i < 18; i++)
        samples[17 - i] = (struct sample){.process = i / 3, .ns_per_op = 10.0 * (i / 3) + i % 3};
    assert_int_equal(stats_summarise(samples, 18, &s), 0);
    assert_true(s.ci_over_processes);
    assert_int_equal(s.samples, 18);
    assert_int_equal(s.processes, 6);
    assert_float_equal(s.median_ns, 26.0, 1e-12); /* between 21 and 31 */
    assert_float_equal(s.ci_low_ns, 1.0, 1e-12);
    assert_float_equal(s.ci_high_ns, 51.0, 1e-12);
    assert_float_equal(s.min_ns, 0.0, 1e-12);
    assert_float_equal(s.max_ns, 52.0, 1e-12);
}

static void test_too_few_have_no_interval(void **state)
{
    (void)state;
    struct sample samples[5] = {
        {.ns_per_op = 3}, {.ns_per_op = 1}, {.ns_per_op = 2}, {.ns_per_op = 5}, {.ns_per_op = 4}};
    struct summary s;
    assert_int_equal(stats_summarise(samples, 5, &s), 0);
    assert_float_equal(s.median_ns, 3.0, 0);
    assert_true(isnan(s.ci_low_ns) && isnan(s.ci_high_ns) && isnan(s.ci_level));
    assert_int_equal(stats_summarise(samples, 0, &s), -ENODATA);
    assert_int_equal(s.samples, 0);
}

/* Processes that drift by far more than what is looked for: in each, `others` takes a tenth more.
 */
static void test_a_paired_ratio_sees_through_drift(void **state)
{
    enum { PROCESSES = 8, WINDOWS = 3 };
    struct sample samples[PROCESSES * WINDOWS], others[PROCESSES];
    struct interval ratio;
    (void)state;
    for (uint32_t p = 0; p < PROCESSES; p++) {
        double base = p % 2 ? 100 : 300 + p;
        for (uint32_t i = 0; i < WINDOWS; i++)
            samples[p * WINDOWS + i] =
                (struct sample){.process = p, .index = i, .ns_per_op = base + i - 1};
        others[PROCESSES - 1 - p] = (struct sample){.process = p, .ns_per_op = 1.1 * base};
    }
    assert_int_equal(stats_paired_ratio(others, PROCESSES, samples, PROCESSES * WINDOWS, &ratio),
                     0);
    assert_float_equal(ratio.median, 1.1, 1e-9);
    assert_float_equal(ratio.low, 1.1, 1e-9);
    assert_float_equal(ratio.high, 1.1, 1e-9);
    assert_true(ratio.level >= 0.95);
    /* Only what both have is compared. */
    others[0].process = 99;
    assert_int_equal(stats_paired_ratio(others, 1, samples, PROCESSES * WINDOWS, &ratio), -ENODATA);
    assert_true(isnan(ratio.median) && isnan(ratio.low));
    others[0].process = 0;
    assert_int_equal(stats_paired_ratio(others, 1, samples, WINDOWS, &ratio), 0);
    assert_true(isfinite(ratio.median) && isnan(ratio.low));
}

static void test_every_bucket_is_narrow_and_holds_its_values(void **state)
{
    (void)state;
    for (uint32_t b = 0; b + 1 < HIST_BUCKETS; b++) {
        uint64_t low = hist_bucket_low(b), high = hist_bucket_high(b);
        assert_true(low < high);
        assert_int_equal(hist_bucket(low), b);
        assert_int_equal(hist_bucket(high - 1), b);
        assert_int_equal(hist_bucket(high), b + 1);
        assert_true((double)(high - low - 1) <= 0.01 * (double)low);
    }
    assert_int_equal(hist_bucket(UINT64_MAX), HIST_BUCKETS - 1);
}

static void test_quantiles_are_within_a_hundredth(void **state)
{
    (void)state;
    struct latency *h = calloc(1, sizeof(*h));
    for (uint64_t i = 1; i <= 100000; i++)
        hist_record(h, i);
    static const double q[] = {0.001, 0.5, 0.9, 0.99, 0.999};
    for (size_t i = 0; i < sizeof(q) / sizeof(q[0]); i++)
        assert_float_equal(hist_quantile(h, q[i]) / (q[i] * 100000), 1.0, 0.01);
    assert_float_equal(hist_quantile(h, 1), 100000.0, 0.01 * 100000);
    assert_float_equal(h->min_ns, 1.0, 0);
    assert_float_equal(h->max_ns, 100000.0, 0);
    free(h);
}

static void test_merging_is_as_recording_in_one(void **state)
{
    (void)state;
    struct latency *h = calloc(3, sizeof(*h));
    for (uint64_t i = 0; i < 5000; i++) {
        hist_record(&h[i % 2], i * i);
        hist_record(&h[2], i * i);
    }
    hist_merge(&h[0], &h[1]);
    assert_memory_equal(h[0].bucket, h[2].bucket, sizeof(h[0].bucket));
    assert_int_equal(h[0].count, h[2].count);
    assert_float_equal(h[0].min_ns, h[2].min_ns, 0);
    assert_float_equal(h[0].max_ns, h[2].max_ns, 0);
    memset(&h[1], 0, sizeof(h[1]));
    assert_true(isnan(hist_quantile(&h[1], 0.5)));
    hist_merge(&h[1], &h[0]);
    assert_float_equal(hist_quantile(&h[1], 0.5), hist_quantile(&h[0], 0.5), 0);
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranks_of_the_medians_interval),
        cmocka_unit_test(test_ranks_are_those_of_exact_binomial_tails),
        cmocka_unit_test(test_ranks_of_very_many_values),
        cmocka_unit_test(test_the_interval_covers_as_often_as_it_says),
        cmocka_unit_test(test_processes_are_the_unit_where_there_are_six),
        cmocka_unit_test(test_too_few_have_no_interval),
        cmocka_unit_test(test_a_paired_ratio_sees_through_drift),
        cmocka_unit_test(test_every_bucket_is_narrow_and_holds_its_values),
        cmocka_unit_test(test_quantiles_are_within_a_hundredth),
        cmocka_unit_test(test_merging_is_as_recording_in_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
