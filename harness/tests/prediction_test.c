/* The newest of several runs against those before it: numbers made with SciPy, and refusals. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/history.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>

static const double past[] = {0.012, -0.008, 0.021, 0.004, -0.015, 0.009, 0.0};

static void test_a_known_history_has_known_numbers(void **state)
{
    struct prediction p;
    (void)state;
    assert_int_equal(history_predict(past, 7, 0.055, &p), 0);
    assert_int_equal(p.count, 7);
    assert_float_equal(p.mean, 0.00328571, 1e-8);
    assert_float_equal(p.deviation, 0.01221630, 1e-8);
    assert_float_equal(p.t, 3.959813, 1e-6);
    assert_float_equal(p.p, 0.00745335, 1e-8);
    assert_true(p.outside && p.low < p.mean && p.high < 0.055);
    assert_int_equal(history_predict(past, 7, 0.03, &p), 0);
    assert_true(!p.outside && p.p > 0.05);
    assert_int_equal(history_predict(past, 7, -0.05, &p), 0);
    assert_true(p.outside && p.t < 0);
}

static void test_the_last_twenty_are_used(void **state)
{
    double many[30];
    struct prediction p, q;
    (void)state;
    for (size_t i = 0; i < 30; i++)
        many[i] = i < 10 ? 100 : (double)(i % 4);
    assert_int_equal(history_predict(many, 30, 1, &p), 0);
    assert_int_equal(history_predict(many + 10, 20, 1, &q), 0);
    assert_int_equal(p.count, HISTORY_MOST);
    assert_float_equal(p.low, q.low, 0);
}

static void test_equal_numbers_expect_the_same(void **state)
{
    const double equal[] = {2, 2, 2, 2, 2};
    struct prediction p;
    (void)state;
    assert_int_equal(history_predict(equal, 5, 2, &p), 0);
    assert_true(!p.outside && p.p == 1);
    assert_int_equal(history_predict(equal, 5, 2.1, &p), 0);
    assert_true(p.outside && p.p == 0);
}

static void test_too_few_or_no_numbers_are_refused(void **state)
{
    double wrong[] = {0, 0, NAN, 0, 0};
    struct prediction p;
    (void)state;
    assert_int_equal(history_predict(past, HISTORY_LEAST - 1, 0, &p), -ENODATA);
    assert_int_equal(history_predict(wrong, 5, 0, &p), -EINVAL);
    assert_int_equal(history_predict(past, 5, INFINITY, &p), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_known_history_has_known_numbers),
        cmocka_unit_test(test_the_last_twenty_are_used),
        cmocka_unit_test(test_equal_numbers_expect_the_same),
        cmocka_unit_test(test_too_few_or_no_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
