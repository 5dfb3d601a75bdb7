/* Verdicts: each row of the table of what is said when, in its words, with its bounds and notes. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/verdict.h"
#include "harness/tests/vectors.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <string.h>

static struct verdict of(const double *d, size_t rounds, enum looks looks, unsigned margin)
{
    struct verdict v;
    assert_int_equal(verdict_make(&v, d, rounds, looks, margin), 0);
    return v;
}

static const struct vector *vector_of(int number)
{
    const struct vector *v = vectors;
    while (v->number != number)
        v++;
    return v;
}

static void expect_words(const struct verdict *v, const char *words)
{
    assert_string_equal(verdict_says(v).text, words);
}

static void test_known_differences_get_known_verdicts(void **state)
{
    static const struct {
        int vector;
        unsigned margin;
        const char *words;
    } rows[] = {
        {1, 5, "slower by 3.7% [0.8, 6.4]"},
        {1, 10, "slower by 3.7% [0.8, 6.4], within 10%"},
        {2, 5, "slower by 11.1% [8.3, 16.2]"},
        {3, 5, "same within 5%"},
        {3, 4,
         "can't tell: 1.02× [0.99, 1.05]; 5% would have shown in three runs of four; some "
         "8 more rounds would tell"},
        {5, 5, "same within 1%"},
        {5, 1, "same within 1%"},
        {6, 5,
         "can't tell: 0.95× [0.94, 1.76]; 57% would have shown in three runs of four; more "
         "than 1000 more rounds would be needed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct vector *x = vector_of(rows[i].vector);
        struct verdict v = of(x->d, x->count, LOOKS_ONE, rows[i].margin);
        expect_words(&v, rows[i].words);
        assert_float_equal(v.times.ratio, exp(x->estimate), 1e-12);
        assert_float_equal(v.times.low, exp(x->low95), 1e-12);
        assert_float_equal(v.times.high, exp(x->high95), 1e-12);
        assert_float_equal(v.p, x->p, 5e-11);
    }
    struct verdict first = of(vectors[0].d, 10, LOOKS_ONE, 5);
    assert_float_equal(first.smallest, 0.0397, 0.00005);
    assert_float_equal(of(vector_of(5)->d, 20, LOOKS_ONE, 5).smallest, 0.0068, 0.00005);
}

static void test_too_few_rounds_have_no_interval(void **state)
{
    static const double d[] = {0.10, 0.12, 0.08, 0.15, 0.09};
    (void)state;
    for (size_t n = 1; n <= 5; n++) {
        struct verdict v = of(d, n, LOOKS_ONE, 5);
        assert_int_equal(v.kind, VERDICT_CANT_TELL);
        assert_true(isnan(v.times.low) && isnan(v.smallest) && !v.few_rounds);
        assert_int_equal(v.more, VERDICT_ROUNDS - n);
    }
    struct verdict v = of(d, 5, LOOKS_ONE, 5);
    expect_words(&v, "can't tell: 1.11×, too few rounds for an interval");
}

static void test_swapping_the_arms_says_faster(void **state)
{
    double d[10];
    (void)state;
    for (size_t i = 0; i < 10; i++)
        d[i] = -vectors[0].d[i];
    struct verdict v = of(d, 10, LOOKS_ONE, 5), back = of(vectors[0].d, 10, LOOKS_ONE, 5);
    assert_int_equal(v.kind, VERDICT_FASTER);
    expect_words(&v, "faster by 3.6% [0.8, 6.1]");
    assert_float_equal(v.p, back.p, 0);
    assert_float_equal(v.times.ratio * back.times.ratio, 1, 1e-15);
    assert_float_equal(v.times.low * back.times.high, 1, 1e-15);
}

/* Looks that may stop the measuring say less at each. */
static void test_looks_have_levels_of_their_own(void **state)
{
    const struct vector *x = vector_of(1);
    (void)state;
    assert_float_equal(looks_level(LOOKS_ONE), 0.05, 0);
    assert_float_equal(looks_level(LOOKS_THREE), 0.0221, 0);
    assert_float_equal(looks_level(LOOKS_FOUR), 0.0190, 0);
    /* p = 0.027 */
    assert_int_equal(of(x->d, 10, LOOKS_ONE, 5).kind, VERDICT_SLOWER);
    assert_int_equal(of(x->d, 10, LOOKS_THREE, 5).kind, VERDICT_CANT_TELL);
    assert_int_equal(of(x->d, 10, LOOKS_FOUR, 5).kind, VERDICT_CANT_TELL);
    /* The same needs the whole interval inside the margin, not that of twice the level. */
    assert_int_equal(of(vector_of(3)->d, 8, LOOKS_ONE, 5).kind, VERDICT_SAME);
    assert_int_equal(of(vector_of(3)->d, 8, LOOKS_THREE, 5).kind, VERDICT_CANT_TELL);
    /* Six rounds can't reach the level of three looks. */
    assert_true(isnan(of(vector_of(2)->d, 6, LOOKS_THREE, 5).times.low));
}

/* Two tests at 5%, one for either side, are an interval at 10%: [0, 0.046] lies inside 5%, and the
 * one at 5%, [-0.0115, 0.05175], does not. */
static void test_the_same_needs_the_interval_of_twice_the_level(void **state)
{
    double d[8];
    (void)state;
    for (size_t i = 0; i < 8; i++)
        d[i] = 1.15 * vector_of(3)->d[i];
    struct verdict v = of(d, 8, LOOKS_ONE, 5);
    assert_true(log(v.times.high) > log1p(0.05));
    expect_words(&v, "same within 5%");
    assert_int_equal(of(d, 8, LOOKS_ONE, 4).kind, VERDICT_CANT_TELL);
}

/* A bound that is 0, or the margin, is neither outside nor inside. */
static void test_a_bound_on_the_edge_decides_nothing(void **state)
{
    static const double zero[] = {0, 0.3, 0.3, 0.3, 0.3, 0.3};
    double edge[20];
    (void)state;
    struct verdict v = of(zero, 6, LOOKS_ONE, 5);
    assert_float_equal(v.times.low, 1, 0);
    assert_int_equal(v.kind, VERDICT_CANT_TELL);
    for (size_t i = 0; i < 20; i++)
        edge[i] = i < 11 ? log1p(0.05) : -log1p(0.05);
    assert_int_equal(of(edge, 20, LOOKS_ONE, 5).kind, VERDICT_CANT_TELL);
    assert_int_equal(of(edge, 20, LOOKS_ONE, 6).kind, VERDICT_SAME);
    assert_int_equal(of(edge, 20, LOOKS_ONE, 6).within, 5);
}

static void test_notes_say_what_weakens_a_verdict(void **state)
{
    static const double zeros[20];
    (void)state;
    struct verdict v = of(vectors[0].d, 10, LOOKS_ONE, 5);
    assert_string_equal(verdict_notes(&v).text,
                        "fewer than 12 rounds: one outlier hides a difference");
    v = of(zeros, 12, LOOKS_ONE, 5);
    assert_string_equal(verdict_notes(&v).text, "no spread");
    expect_words(&v, "same within 1%");
    v = of(zeros, 11, LOOKS_ONE, 5);
    assert_string_equal(verdict_notes(&v).text,
                        "fewer than 12 rounds: one outlier hides a difference; no spread");
    v = of(vector_of(5)->d, 20, LOOKS_ONE, 5);
    assert_string_equal(verdict_notes(&v).text, "");
}

/* An interval shorter than the margin leaves 0 out or lies inside the margin. */
static void test_the_rounds_that_are_missing_make_the_interval_shorter_than_the_margin(void **state)
{
    double d[20];
    (void)state;
    for (size_t i = 0; i < 20; i++)
        d[i] = ((double)i - 9.5) / 50;
    struct verdict v = of(d, 20, LOOKS_ONE, 5);
    assert_int_equal(v.kind, VERDICT_CANT_TELL);
    double width = log(v.times.high / v.times.low), margin = log(1.05);
    assert_true(width > margin);
    assert_int_equal(v.more, ceil(20 * width * width / margin / margin) - 20);
}

static void test_huge_and_tiny_differences_have_words(void **state)
{
    static const double scales[] = {1e300, 700, 5, 1e-9, 4.9e-324};
    (void)state;
    for (size_t k = 0; k < sizeof(scales) / sizeof(scales[0]); k++)
        for (int sign = -1; sign <= 1; sign++) {
            double d[20];
            for (size_t i = 0; i < 20; i++)
                d[i] = scales[k] * (i % 3 ? sign : i % 2 ? 1 : -1);
            struct verdict v = of(d, 20, LOOKS_ONE, 5);
            const char *text = verdict_says(&v).text;
            assert_non_null(strstr(text, verdict_name(v.kind)));
            assert_true(strlen(text) < sizeof(struct words) - 1);
        }
    double small[12];
    for (size_t i = 0; i < 12; i++)
        small[i] = 2e-5 + (double)i * 1e-6;
    struct verdict v = of(small, 12, LOOKS_ONE, 5);
    expect_words(&v, "slower by 0.0026% [0.0023, 0.0028], within 5%");
}

static void test_what_is_no_number_is_refused(void **state)
{
    struct verdict v;
    double d[] = {0.1, NAN, 0.2};
    (void)state;
    assert_int_equal(verdict_make(&v, d, 3, LOOKS_ONE, 5), -EINVAL);
    assert_int_equal(verdict_make(&v, d, 0, LOOKS_ONE, 5), -EINVAL);
    assert_true(isnan(v.times.ratio));
}

static void test_two_clumps_are_far_apart_and_both_large(void **state)
{
    double at;
    double two[] = {0, 0.30, 0.02, 0.31, 0.05, 0.33};
    double spread[] = {0, 0.14, 0.28, 0.42, 0.56, 0.70};
    double outlier[] = {0, 0.01, 0.02, 0.03, 0.04, 9};
    (void)state;
    assert_true(clumps_two(two, 6, 3, &at));
    assert_float_equal(at, 0.30, 0);
    assert_false(clumps_two(two, 6, 4, &at));
    assert_false(clumps_two(spread, 6, 1, &at));
    assert_false(clumps_two(outlier, 6, 2, &at));
    assert_false(clumps_two(two, 0, 3, &at));
    /* The greatest gap that leaves enough on either side, not the greatest of all. */
    double three[] = {0, 0.01, 0.02, 0.4, 0.41, 5};
    assert_true(clumps_two(three, 6, 2, &at));
    assert_float_equal(at, 0.4, 0);
}

/* Two speeds: B costs as much as A at full speed, and 0.7 of it when the machine is slow. */
static void test_two_speeds_have_two_ratios(void **state)
{
    double d[20], level[20];
    struct speeds s;
    (void)state;
    for (size_t r = 0; r < 20; r++) {
        bool slow = r >= 8;
        double noise = (double)(r % 5) / 1000;
        level[r] = (slow ? 0.6 : 0) + noise;
        d[r] = (slow ? log(0.7) : 0) + noise - 0.002;
    }
    level[3] = NAN;
    assert_int_equal(verdict_speeds(&s, d, level, 20, LOOKS_ONE), 0);
    assert_true(s.differ);
    assert_int_equal(s.fast_rounds, 7);
    assert_int_equal(s.slow_rounds, 12);
    assert_string_equal(speeds_say(&s).text, "1.00× at full speed, 0.70× when the machine is slow");
    /* Arms that answer alike have one ratio. */
    for (size_t r = 0; r < 20; r++)
        d[r] = (double)(r % 5) / 1000;
    assert_int_equal(verdict_speeds(&s, d, level, 20, LOOKS_ONE), 0);
    assert_false(s.differ);
    /* Five slow rounds are too few. */
    for (size_t r = 0; r < 20; r++) {
        level[r] = r < 5 ? 0.6 : 0;
        d[r] = r < 5 ? -0.5 : 0;
    }
    assert_int_equal(verdict_speeds(&s, d, level, 20, LOOKS_ONE), 0);
    assert_false(s.differ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_differences_get_known_verdicts),
        cmocka_unit_test(test_too_few_rounds_have_no_interval),
        cmocka_unit_test(test_swapping_the_arms_says_faster),
        cmocka_unit_test(test_looks_have_levels_of_their_own),
        cmocka_unit_test(test_the_same_needs_the_interval_of_twice_the_level),
        cmocka_unit_test(test_a_bound_on_the_edge_decides_nothing),
        cmocka_unit_test(test_notes_say_what_weakens_a_verdict),
        cmocka_unit_test(
            test_the_rounds_that_are_missing_make_the_interval_shorter_than_the_margin),
        cmocka_unit_test(test_huge_and_tiny_differences_have_words),
        cmocka_unit_test(test_what_is_no_number_is_refused),
        cmocka_unit_test(test_two_clumps_are_far_apart_and_both_large),
        cmocka_unit_test(test_two_speeds_have_two_ratios),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
