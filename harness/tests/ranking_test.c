/* Variants of a cell are ranked by what they cost side by side, and ties are ties. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/ranking.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 20, ARMS_MAX = 8 };

static struct arms arms;

static int setup(void **state)
{
    (void)state;
    arms = (struct arms){.items = calloc(ARMS_MAX, sizeof(*arms.items)), .rounds = ROUNDS};
    return arms.items ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arms_free(&arms);
    return 0;
}

/* The machine is three times as slow in the second half, for all. */
static struct arm *add_arm(const char *label, const char *variant, double ns, double noise)
{
    struct arm *arm = &arms.items[arms.count++];
    *arm = (struct arm){.costs = malloc(ROUNDS * sizeof(double)),
                        .started_ms = calloc(ROUNDS, sizeof(uint64_t))};
    assert_true(arm->costs && arm->started_ms);
    snprintf(arm->label, sizeof(arm->label), "%s", label);
    snprintf(arm->cell.variant, LABEL_MAX, "%s", variant);
    for (size_t r = 0; r < ROUNDS; r++)
        arm->costs[r] = log(ns) + noise * sin((double)(r * 13 + arms.count * 78)) +
                        (r < ROUNDS / 2 ? 0 : log(3));
    return arm;
}

static struct ranking ranked(const char *label)
{
    struct ranking ranking;
    assert_int_equal(ranking_make(&ranking, &arms, label), 0);
    return ranking;
}

static void test_the_cheapest_comes_first_and_what_ties_is_told(void **state)
{
    (void)state;
    add_arm("x", "slow", 180, 0.02);
    add_arm("x", "fast", 100, 0.02);
    add_arm("x", "tied", 100.2, 0.02);
    add_arm("x", "", 10, 0); /* a floor */
    add_arm("y", "other", 1, 0);
    struct ranking r = ranked("x");
    assert_int_equal(r.count, 3);
    assert_int_equal(r.best_count, 2);
    assert_int_equal(r.rounds, ROUNDS);
    assert_true(r.items[0].may_be_best && r.items[1].may_be_best && !r.items[2].may_be_best);
    assert_string_equal(r.items[2].arm->cell.variant, "slow");
    assert_float_equal(r.items[2].times.ratio, 1.8, 0.05);
    assert_true(r.items[2].times.low > 1.7 && r.items[2].times.high < 1.9);
    assert_true(r.items[0].times.ratio == 1 && isnan(r.items[0].times.low));
    assert_ptr_equal(ranking_next(&r), &r.items[2]);
    assert_ptr_equal(ranking_find(&r, "slow"), &r.items[2]);
    assert_null(ranking_find(&r, "other"));
    ranking_free(&r);
}

/* In these rounds its processes ran an hour after the others', when the machine was faster. */
static void test_rounds_that_were_not_side_by_side_do_not_count(void **state)
{
    (void)state;
    add_arm("x", "fast", 100, 0.02);
    struct arm *late = add_arm("x", "late", 150, 0.02);
    for (size_t r = 0; r < 12; r++) {
        late->costs[r] = log(10);
        late->started_ms[r] = 3600000;
    }
    struct ranking r = ranked("x");
    assert_string_equal(r.items[0].arm->cell.variant, "fast");
    assert_false(r.items[1].may_be_best);
    assert_float_equal(r.items[1].times.ratio, 1.5, 0.05);
    ranking_free(&r);
}

static void test_one_variant_is_the_best_of_one(void **state)
{
    (void)state;
    add_arm("x", "alone", 100, 0.02);
    struct ranking r = ranked("x");
    assert_int_equal(r.count, 1);
    assert_true(r.items[0].may_be_best);
    assert_null(ranking_next(&r));
    ranking_free(&r);
}

static void test_a_cell_without_costs_has_no_ranking(void **state)
{
    struct ranking r;
    (void)state;
    struct arm *arm = add_arm("x", "failed", 100, 0);
    for (size_t i = 0; i < ROUNDS; i++)
        arm->costs[i] = NAN;
    assert_int_equal(ranking_make(&r, &arms, "x"), -ENODATA);
    assert_int_equal(ranking_make(&r, &arms, "nothing"), -ENODATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_the_cheapest_comes_first_and_what_ties_is_told),
        TEST(test_rounds_that_were_not_side_by_side_do_not_count),
        TEST(test_one_variant_is_the_best_of_one),
        TEST(test_a_cell_without_costs_has_no_ranking),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
