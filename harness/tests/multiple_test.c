/* Many comparisons at once: adjusted p values, and the variants that may be the fastest. The
 * expected numbers of the first test were made apart from this code; decide_scipy_test has more. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/multiple.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <string.h>

enum { TESTS = 10 };

static const double p_values[TESTS] = {0.001953125, 0.00390625, 0.009765625, 0.0136719, 0.02734375,
                                       0.048828125, 0.0839844,  0.232422,    0.556641,  0.921875};
static const double holm_values[TESTS] = {0.0195312, 0.0351562, 0.078125, 0.0957033, 0.1640625,
                                          0.2441406, 0.3359376, 0.697266, 1,         1};
static const double bh_values[TESTS] = {0.0195312, 0.0195312, 0.0325521, 0.0341798, 0.0546875,
                                        0.0813802, 0.1199777, 0.2905275, 0.61849,   0.921875};

static void test_known_p_values_in_any_order_have_known_adjusted_ones(void **state)
{
    double p[TESTS], q[TESTS], adjusted[TESTS];
    (void)state;
    for (size_t turn = 0; turn < TESTS; turn++) {
        unsigned by_bh = 0, by_holm = 0;
        for (size_t i = 0; i < TESTS; i++)
            p[(3 * i + turn) % TESTS] = p_values[i];
        assert_int_equal(multiple_bh(p, TESTS, q), 0);
        assert_int_equal(multiple_holm(p, TESTS, adjusted), 0);
        for (size_t i = 0; i < TESTS; i++) {
            assert_float_equal(q[(3 * i + turn) % TESTS], bh_values[i], 1e-6);
            assert_float_equal(adjusted[(3 * i + turn) % TESTS], holm_values[i], 1e-6);
            by_bh += q[i] <= 0.05;
            by_holm += adjusted[i] <= 0.05;
        }
        assert_int_equal(by_bh, 4);
        assert_int_equal(by_holm, 2);
    }
}

static void test_what_was_not_compared_does_not_count(void **state)
{
    const double p[] = {NAN, 0.04, NAN, 0.01};
    double q[4], adjusted[4];
    (void)state;
    assert_int_equal(multiple_bh(p, 4, q), 0);
    assert_int_equal(multiple_holm(p, 4, adjusted), 0);
    assert_true(isnan(q[0]) && isnan(q[2]) && isnan(adjusted[0]));
    assert_float_equal(q[1], 0.04, 1e-15);
    assert_float_equal(q[3], 0.02, 1e-15);
    assert_float_equal(adjusted[1], 0.04, 1e-15);
    assert_float_equal(adjusted[3], 0.02, 1e-15);
    assert_int_equal(multiple_bh(p, 0, q), 0);
}

static void test_equal_p_values_stay_equal(void **state)
{
    const double p[] = {0.02, 0.5, 0.02, 0.02};
    double q[4], adjusted[4];
    (void)state;
    assert_int_equal(multiple_bh(p, 4, q), 0);
    assert_int_equal(multiple_holm(p, 4, adjusted), 0);
    assert_true(q[0] == q[2] && q[2] == q[3]);
    assert_true(adjusted[0] == adjusted[2] && adjusted[2] == adjusted[3]);
}

static void test_what_is_no_chance_is_refused(void **state)
{
    const double wrong[] = {-0.1, 1.1, INFINITY};
    double q[1];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(multiple_bh(&wrong[i], 1, q), -EINVAL);
        assert_int_equal(multiple_holm(&wrong[i], 1, q), -EINVAL);
    }
}

enum { ROUNDS = 20 };

/* Costs that lie at `middle`, with a spread that no other variant shares. */
static void fill(double *costs, double middle, unsigned step)
{
    for (unsigned r = 0; r < ROUNDS; r++)
        costs[r] = middle + (double)(r * step % 19) / 1000;
}

static void test_the_best_are_those_not_shown_slower(void **state)
{
    double a[ROUNDS], b[ROUNDS], c[ROUNDS], none[ROUNDS];
    const double *const costs[] = {a, b, c, none};
    bool best[4];
    (void)state;
    fill(a, 1, 3);
    fill(b, 1, 7);
    fill(c, 1.1, 5);
    for (size_t r = 0; r < ROUNDS; r++)
        none[r] = NAN;
    a[4] = NAN;
    assert_int_equal(multiple_best(costs, 4, ROUNDS, 0.05, best), 0);
    assert_true(best[0] && best[1] && !best[2]);
    assert_true(best[3]); /* nothing shows it slower */
    assert_int_equal(multiple_best(costs, 1, ROUNDS, 0.05, best), 0);
    assert_true(best[0]);
    b[0] = INFINITY;
    assert_int_equal(multiple_best(costs, 2, ROUNDS, 0.05, best), -EINVAL);
}

/* The more variants, the more it takes to show one slower: with 6 rounds the least p/2 is 1/64. */
static void test_the_level_is_shared_by_the_others(void **state)
{
    double fast[ROUNDS], slow[ROUNDS];
    const double *const costs[] = {fast, slow, slow, slow, slow};
    bool best[5];
    (void)state;
    fill(fast, 1, 3);
    fill(slow, 2, 7);
    assert_int_equal(multiple_best(costs, 4, 6, 0.05, best), 0);
    assert_true(best[0] && !best[1] && !best[2] && !best[3]); /* 1/64 <= 0.05/3 */
    assert_int_equal(multiple_best(costs, 5, 6, 0.05, best), 0);
    assert_true(best[0] && best[1] && best[4]); /* 1/64 > 0.05/4 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_p_values_in_any_order_have_known_adjusted_ones),
        cmocka_unit_test(test_what_was_not_compared_does_not_count),
        cmocka_unit_test(test_equal_p_values_stay_equal),
        cmocka_unit_test(test_what_is_no_chance_is_refused),
        cmocka_unit_test(test_the_best_are_those_not_shown_slower),
        cmocka_unit_test(test_the_level_is_shared_by_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
