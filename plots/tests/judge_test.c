/* Verdicts follow the observations. */
/* SPDX-License-Identifier: MIT */
#include "plots/judge.h"
#include "scripts/test.h"
#include <math.h>
#include <string.h>

static const struct claimed band = {40, 100, false, "lower", "holds", "higher"};

static enum verdict verdict_of(size_t count, const double (*ends)[2], const struct claimed *claimed,
                               struct judgement *j)
{
    struct observations o = {.unit = UNIT_NS};
    memset(j, 0, sizeof(*j));
    for (size_t i = 0; i < count; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        static char names[8][2];
        memcpy(names[i], name, 2);
        observe(&o, names[i], (struct words){"here"}, (ends[i][0] + ends[i][1]) / 2, ends[i][0],
                ends[i][1]);
    }
    judge(&o, claimed, j);
    observations_free(&o);
    return j->verdict;
}

static void test_a_verdict_is_what_the_intervals_say(void **state)
{
    static const struct {
        size_t count;
        double ends[2][2];
        enum verdict verdict;
    } cases[] = {
        {2, {{40, 100}, {50, 60}}, VERDICT_HOLDS},
        {2, {{10, 39}, {1, 2}}, VERDICT_LOWER},
        {2, {{101, 102}, {400, 500}}, VERDICT_HIGHER},
        {2, {{10, 20}, {400, 500}}, VERDICT_FAILS},
        {2, {{50, 60}, {400, 500}}, VERDICT_PARTLY},
        {2, {{50, 60}, {90, 110}}, VERDICT_PARTLY},
        {2, {{90, 110}, {30, 50}}, VERDICT_OPEN},
        {2, {{95, 150}, {30, 45}}, VERDICT_OPEN},
        {2, {{90, 110}, {400, 500}}, VERDICT_EDGE_HIGHER},
        {2, {{30, 50}, {1, 2}}, VERDICT_EDGE_LOWER},
        {1, {{NAN, NAN}}, VERDICT_UNMEASURED},
        {0, {{0}}, VERDICT_UNMEASURED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct judgement j;
        if (verdict_of(cases[i].count, cases[i].ends, &band, &j) != cases[i].verdict)
            fail_msg("case %zu: %s", i, verdict_words(j.verdict));
    }
}

static void test_a_comparison_that_is_off_fails_on_either_side(void **state)
{
    static const struct claimed below_one = {-INFINITY, 1, true, "", "yes", "no"};
    struct judgement j;
    (void)state;
    assert_int_equal(verdict_of(1, (const double[][2]){{1.1, 1.2}}, &below_one, &j), VERDICT_FAILS);
    assert_int_equal(verdict_of(1, (const double[][2]){{0.9, 0.95}}, &below_one, &j),
                     VERDICT_HOLDS);
    assert_int_equal(verdict_of(1, (const double[][2]){{0.9, 1.1}}, &below_one, &j), VERDICT_OPEN);
}

static void test_no_interval_is_no_verdict(void **state)
{
    struct observations o = {.unit = UNIT_NS};
    struct judgement j = {0};
    (void)state;
    observe(&o, "a", (struct words){"here"}, 50, NAN, NAN);
    judge(&o, &band, &j);
    assert_int_equal(j.verdict, VERDICT_OPEN);
    observations_free(&o);
}

static void test_the_last_of_many_observations_counts(void **state)
{
    enum { MANY = 2000 };
    struct observations o = {.unit = UNIT_NS};
    struct judgement j = {0};
    (void)state;
    for (int i = 0; i < MANY; i++)
        assert_int_equal(observe(&o, "a", (struct words){"here"}, 50, 49, 51), 0);
    assert_int_equal(observe(&o, "b", (struct words){"here"}, 500, 499, 501), 0);
    judge(&o, &band, &j);
    assert_int_equal(j.verdict, VERDICT_PARTLY);
    assert_non_null(strstr(j.says.text, "higher for b"));
    observations_free(&o);
}

static void test_the_text_names_who_differs_and_by_how_much(void **state)
{
    struct judgement j;
    (void)state;
    verdict_of(2, (const double[][2]){{50, 60}, {400, 600}}, &band, &j);
    assert_non_null(strstr(j.says.text, "holds for a"));
    assert_non_null(strstr(j.says.text, "higher for b, by 5.0×"));
    assert_non_null(strstr(j.measured.text, "(a) to "));
}

static void test_what_was_left_out_is_said(void **state)
{
    struct observations o = {.unit = UNIT_NS, .left_out = 3};
    struct judgement j = {0};
    (void)state;
    judge(&o, &band, &j);
    assert_string_equal(j.measured.text, "n/a");
    assert_non_null(strstr(j.says.text, "3 impure"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_verdict_is_what_the_intervals_say),
        cmocka_unit_test(test_a_comparison_that_is_off_fails_on_either_side),
        cmocka_unit_test(test_no_interval_is_no_verdict),
        cmocka_unit_test(test_the_last_of_many_observations_counts),
        cmocka_unit_test(test_the_text_names_who_differs_and_by_how_much),
        cmocka_unit_test(test_what_was_left_out_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
