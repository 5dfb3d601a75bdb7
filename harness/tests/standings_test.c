/* The variants of a block, ranked: with arms whose costs are made up, so that it is known how each
 * stands to the fastest. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/standings.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 20, ARMS_MAX = 16 };

static struct arms arms;

/* A drift that all arms of a round share, and a little noise of each arm's own. */
static double off(size_t arm, size_t round)
{
    return 0.3 * sin((double)round) +
           0.004 * ((round + arm) % 2 ? 1 : -1) * (1 + (double)((round * 7 + arm * 3) % 5));
}

static struct arm *add_arm(const char *label, const char *variant, double ns)
{
    struct arm *arm = &arms.items[arms.count];
    *arm = (struct arm){.costs = malloc(ROUNDS * sizeof(double)),
                        .started_ms = calloc(ROUNDS, sizeof(uint64_t)),
                        .cell = {.params = PARAMS_ABSENT}};
    assert_true(arm->costs && arm->started_ms);
    snprintf(arm->cell.variant, LABEL_MAX, "%s", variant);
    snprintf(arm->label, sizeof(arm->label), "%s", label);
    for (size_t r = 0; r < ROUNDS; r++)
        arm->costs[r] = log(ns) + off(arms.count, r);
    arms.count++;
    return arm;
}

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

static void expect(const struct ranked *r, const char *variant, enum standing_kind kind,
                   double ratio)
{
    assert_string_equal(r->arm->cell.variant, variant);
    assert_int_equal(r->standing.kind, kind);
    assert_true(fabs(r->standing.times.ratio - ratio) < 0.01 * ratio);
}

static void test_variants_stand_in_the_order_of_their_costs(void **state)
{
    struct ranking ranking;
    (void)state;
    add_arm("a", "slow", 180);
    add_arm("a", "fast", 100);
    add_arm("a", "", 1);
    add_arm("b", "elsewhere", 10);
    add_arm("a", "alike", 100.1);
    assert_int_equal(standings_make(&arms, "a", &ranking), 0);
    assert_int_equal(ranking.count, 3);
    expect(&ranking.items[0], "fast", STANDING_FASTEST, 1);
    expect(&ranking.items[1], "alike", STANDING_TIED, 1.001);
    expect(&ranking.items[2], "slow", STANDING_SLOWER, 1.8);
    assert_true(ranking.items[2].standing.times.low > 1.75);
    assert_true(ranking.items[2].standing.times.high < 1.85);
    assert_string_equal(standing_says(&ranking.items[1].standing).text, "tied");
    standings_free(&ranking);
}

/* Five rounds at 5% give no interval; six do, for two variants, and not for three. */
static void test_too_few_rounds_tell_nothing(void **state)
{
    struct ranking ranking;
    (void)state;
    add_arm("a", "fast", 100);
    add_arm("a", "slow", 200);
    arms.rounds = standing_rounds(2, LOOKS_ONE);
    assert_int_equal(arms.rounds, 6);
    for (size_t variants = 2; variants <= 3; variants++) {
        assert_int_equal(standings_make(&arms, "a", &ranking), 0);
        expect(&ranking.items[1], "slow", variants == 2 ? STANDING_SLOWER : STANDING_UNKNOWN, 2);
        standings_free(&ranking);
        add_arm("a", "slowest", 300);
    }
    assert_int_equal(standing_rounds(3, LOOKS_ONE), 7);
}

/* What was measured again later is not compared, and its cost is still told. */
static void test_rounds_that_ran_apart_are_left_out(void **state)
{
    struct ranking ranking;
    (void)state;
    add_arm("a", "fast", 100);
    struct arm *late = add_arm("a", "late", 200);
    for (size_t r = 0; r < ROUNDS; r++)
        late->started_ms[r] = ARMS_APART_MS + 1;
    assert_int_equal(standings_make(&arms, "a", &ranking), 0);
    assert_int_equal(ranking.count, 2);
    assert_int_equal(ranking.items[1].standing.kind, STANDING_UNKNOWN);
    assert_true(isnan(ranking.items[1].standing.times.ratio));
    assert_string_equal(standing_says(&ranking.items[1].standing).text, "?");
    assert_true(ranking.items[1].cost.median > 150);
    standings_free(&ranking);
}

static void test_an_arm_without_a_cost_is_not_ranked(void **state)
{
    struct ranking ranking;
    (void)state;
    struct arm *failed = add_arm("a", "failed", 1);
    for (size_t r = 0; r < ROUNDS; r++)
        failed->costs[r] = NAN;
    assert_int_equal(standings_make(&arms, "a", &ranking), 0);
    assert_int_equal(ranking.count, 0);
    standings_free(&ranking);
}

static void test_an_infinite_cost_is_refused(void **state)
{
    struct ranking ranking;
    (void)state;
    add_arm("a", "fast", 100);
    add_arm("a", "broken", 200)->costs[3] = INFINITY;
    assert_int_equal(standings_make(&arms, "a", &ranking), -EINVAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_variants_stand_in_the_order_of_their_costs),
        TEST(test_too_few_rounds_tell_nothing),
        TEST(test_rounds_that_ran_apart_are_left_out),
        TEST(test_an_arm_without_a_cost_is_not_ranked),
        TEST(test_an_infinite_cost_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
