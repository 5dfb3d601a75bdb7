/* Signed ranks: the values that are known, from SciPy or by hand, and what holds for any
 * differences. decide_scipy_test compares random differences with SciPy's. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/signed_rank.h"
#include "harness/tests/vectors.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

static struct signed_rank make(const double *differences, size_t count)
{
    struct signed_rank s;
    assert_int_equal(signed_rank_make(&s, differences, count), 0);
    return s;
}

static void expect_interval(const struct signed_rank *s, double level, double low, double high,
                            double coverage)
{
    struct signed_rank_interval in;
    assert_true(signed_rank_interval(s, level, &in));
    assert_float_equal(in.low, low, 1e-12);
    assert_float_equal(in.high, high, 1e-12);
    assert_float_equal(in.coverage, coverage, 5e-7);
}

static void test_known_differences_have_known_estimates_intervals_and_p(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        const struct vector *v = &vectors[i];
        struct signed_rank s = make(v->d, v->count);
        print_message("vector %d\n", v->number);
        assert_float_equal(signed_rank_estimate(&s), v->estimate, 1e-12);
        assert_float_equal(signed_rank_p(&s), v->p, 5e-11);
        expect_interval(&s, 0.05, v->low95, v->high95, v->coverage95);
        expect_interval(&s, 0.10, v->low90, v->high90, v->coverage90);
        signed_rank_free(&s);
    }
}

/* Five differences have no interval at 5%, whatever they are. */
static void test_too_few_differences_have_no_interval(void **state)
{
    static const double d[] = {0.10, 0.12, 0.08, 0.15, 0.09};
    struct signed_rank_interval in;
    (void)state;
    for (size_t count = 1; count <= 5; count++) {
        struct signed_rank s = make(d, count);
        assert_false(signed_rank_interval(&s, 0.05, &in));
        assert_true(isnan(in.low) && isnan(in.high) && isnan(in.coverage));
        assert_float_equal(signed_rank_p(&s), ldexp(2, -(int)count), 0);
        signed_rank_free(&s);
    }
}

/* The ranks to cut off: SciPy's; -1 where there is none. */
static void test_the_cut_is_the_published_one(void **state)
{
    static const double levels[] = {0.10, 0.05, 0.0221, 0.01, 0.001};
    static const struct {
        size_t count;
        int cut[5];
    } rows[] = {
        {5, {0, -1, -1, -1, -1}}, {6, {2, 0, -1, -1, -1}},    {10, {10, 8, 5, 3, -1}},
        {12, {17, 13, 10, 7, 1}}, {20, {60, 52, 44, 37, 21}}, {40, {286, 264, 240, 220, 172}},
    };
    static const double zeros[40];
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signed_rank s = make(zeros, rows[i].count);
        for (size_t k = 0; k < 5; k++) {
            size_t cut;
            bool found = signed_rank_cut(&s, levels[k], &cut);
            assert_int_equal(found ? (int)cut : -1, rows[i].cut[k]);
        }
        signed_rank_free(&s);
    }
}

/* Every subset of the ranks, one by one. */
static void test_the_distribution_counts_subsets(void **state)
{
    static const double zeros[16];
    (void)state;
    for (size_t n = 1; n <= 16; n++) {
        size_t of_sum[16 * 17 / 2 + 1] = {0}, below = 0;
        for (unsigned subset = 0; subset < 1u << n; subset++) {
            size_t sum = 0;
            for (unsigned rank = 1; rank <= n; rank++)
                sum += subset >> (rank - 1) & 1 ? rank : 0;
            of_sum[sum]++;
        }
        struct signed_rank s = make(zeros, n);
        for (size_t t = 0; t <= n * (n + 1) / 2; t++) {
            below += of_sum[t];
            assert_float_equal(signed_rank_tail(&s, t), (double)below / (double)(1u << n), 0);
        }
        signed_rank_free(&s);
    }
}

/* With many ranks the distribution is close to the normal one with the same mean and deviation. */
static void test_many_differences_keep_the_distribution(void **state)
{
    static double d[SIGNED_RANK_MAX];
    (void)state;
    for (size_t n = 100; n <= SIGNED_RANK_MAX; n += 300) {
        struct signed_rank s = make(d, n);
        double mean = (double)s.averages / 2;
        double deviation = sqrt((double)s.averages * (2 * (double)n + 1) / 12);
        for (double z = -3; z <= 3; z += 0.5) {
            double t = floor(mean + z * deviation);
            double normal = erfc(-(t + 0.5 - mean) / deviation / sqrt(2)) / 2;
            assert_float_equal(signed_rank_tail(&s, (size_t)t), normal, 0.001);
        }
        assert_float_equal(s.tail[0], ldexp(1, -(int)n), 0);
        assert_float_equal(signed_rank_tail(&s, s.averages - 1), 1 - ldexp(1, -(int)n), 0);
        signed_rank_free(&s);
    }
}

/* Differences with ties and zeros; the sequence repeats itself on every machine. */
static void fill(double *d, size_t count, unsigned *seed)
{
    for (size_t i = 0; i < count; i++) {
        *seed = *seed * 1103515245u + 12345u;
        d[i] = ((int)(*seed >> 16 & 15) - 7) / 64.0;
    }
}

static void test_swapping_the_arms_negates_everything_exactly(void **state)
{
    double d[32], minus[32];
    unsigned seed = 1;
    (void)state;
    for (size_t n = 1; n <= 32; n++) {
        struct signed_rank_interval a, b;
        fill(d, n, &seed);
        for (size_t i = 0; i < n; i++)
            minus[i] = -d[i];
        struct signed_rank s = make(d, n), t = make(minus, n);
        assert_float_equal(signed_rank_estimate(&s), -signed_rank_estimate(&t), 0);
        assert_float_equal(signed_rank_p(&s), signed_rank_p(&t), 0);
        assert_int_equal(signed_rank_interval(&s, 0.05, &a), signed_rank_interval(&t, 0.05, &b));
        if (n >= 6) {
            assert_float_equal(a.low, -b.high, 0);
            assert_float_equal(a.high, -b.low, 0);
        }
        signed_rank_free(&s);
        signed_rank_free(&t);
    }
}

/* The rule for ties and zeros: an interval excludes 0 where p is at most its level, and only there.
 */
static void test_an_interval_excludes_zero_exactly_where_p_says_so(void **state)
{
    static const double levels[] = {0.5, 0.1, 0.05, 0.0221, 0.01};
    unsigned seed = 7, excluded = 0, included = 0;
    double d[40];
    (void)state;
    for (unsigned turn = 0; turn < 600; turn++) {
        size_t n = 6 + turn % 35;
        fill(d, n, &seed);
        for (size_t i = 0; i < n; i++)
            d[i] += turn % 3 ? 0.0625 * (turn % 4) : 0;
        struct signed_rank s = make(d, n);
        for (size_t k = 0; k < sizeof(levels) / sizeof(levels[0]); k++) {
            struct signed_rank_interval in;
            if (!signed_rank_interval(&s, levels[k], &in))
                continue;
            bool excludes = in.low > 0 || in.high < 0;
            assert_int_equal(excludes, signed_rank_p(&s) <= levels[k]);
            excludes ? excluded++ : included++;
        }
        signed_rank_free(&s);
    }
    assert_true(excluded > 100 && included > 100);
}

static void test_equal_differences_have_an_interval_without_width(void **state)
{
    static const double values[] = {0, 0.25, -3};
    double d[20];
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < 20; i++)
            d[i] = values[k];
        struct signed_rank s = make(d, 20);
        assert_float_equal(signed_rank_estimate(&s), values[k], 0);
        expect_interval(&s, 0.05, values[k], values[k], 0.951559);
        assert_float_equal(signed_rank_p(&s), values[k] == 0 ? 1 : ldexp(2, -20), 0);
        signed_rank_free(&s);
    }
}

static void test_huge_and_tiny_differences_are_taken(void **state)
{
    static const double scales[] = {1.7e308, 1e-300, 4.9e-324};
    static const double signs[] = {1, 1, -1, 1, 1, 1, 1};
    double d[7];
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct signed_rank_interval in;
        for (size_t i = 0; i < 7; i++)
            d[i] = signs[i] * scales[k];
        struct signed_rank s = make(d, 7);
        assert_true(isfinite(signed_rank_estimate(&s)));
        assert_true(signed_rank_interval(&s, 0.05, &in));
        assert_true(isfinite(in.low) && isfinite(in.high) && in.low <= in.high);
        assert_true(signed_rank_p(&s) > 0.05);
        signed_rank_free(&s);
    }
}

static void test_what_is_no_number_is_refused(void **state)
{
    static const double wrong[] = {NAN, INFINITY, -INFINITY};
    static double many[SIGNED_RANK_MAX + 1];
    struct signed_rank s;
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        double d[] = {0.1, wrong[k], 0.2};
        assert_int_equal(signed_rank_make(&s, d, 3), -EINVAL);
    }
    assert_int_equal(signed_rank_make(&s, many, 0), -EINVAL);
    assert_int_equal(signed_rank_make(&s, many, SIGNED_RANK_MAX + 1), -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_differences_have_known_estimates_intervals_and_p),
        cmocka_unit_test(test_too_few_differences_have_no_interval),
        cmocka_unit_test(test_the_cut_is_the_published_one),
        cmocka_unit_test(test_the_distribution_counts_subsets),
        cmocka_unit_test(test_many_differences_keep_the_distribution),
        cmocka_unit_test(test_swapping_the_arms_negates_everything_exactly),
        cmocka_unit_test(test_an_interval_excludes_zero_exactly_where_p_says_so),
        cmocka_unit_test(test_equal_differences_have_an_interval_without_width),
        cmocka_unit_test(test_huge_and_tiny_differences_are_taken),
        cmocka_unit_test(test_what_is_no_number_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
