/* A self-test counts what is wrong: with arms whose costs are made up, so that it is known which
 * verdicts they get. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/selfcheck.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 40, ARMS_MAX = 64 };

static struct arms arms;

/* A little noise, of its own for each arm; over any ten rounds it is as often above as below. */
static double noise(size_t arm, size_t round)
{
    return 0.004 * ((round + arm) % 2 ? 1 : -1) * (1 + (double)((round * 7 + arm * 3) % 5));
}

static void add_arm(const char *scenario, const char *variant, const char *place, double ns,
                    size_t rounds)
{
    struct arm *arm = &arms.items[arms.count];
    *arm =
        (struct arm){.costs = malloc(rounds * sizeof(double)), .cell = {.params = PARAMS_ABSENT}};
    assert_non_null(arm->costs);
    snprintf(arm->cell.scenario, LABEL_MAX, "%s", scenario);
    snprintf(arm->cell.variant, LABEL_MAX, "%s", variant);
    snprintf(arm->cell.params.place, sizeof(arm->cell.params.place), "%s", place);
    snprintf(arm->label, sizeof(arm->label), "%s/place=%s", scenario, place);
    for (size_t r = 0; r < rounds; r++)
        arm->costs[r] = log(ns) + noise(arms.count, r);
    arms.count++;
    arms.rounds = rounds;
}

static void add_known(double ns, double measured_ns)
{
    add_arm("busy-wait", "known", "", measured_ns, ROUNDS);
    arms.items[arms.count - 1].cell.params.work = (uint64_t)ns;
}

static int setup(void **state)
{
    (void)state;
    arms = (struct arms){.items = calloc(ARMS_MAX, sizeof(*arms.items))};
    return arms.items ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arms_free(&arms);
    return 0;
}

static void expect(struct tally tally, size_t hits, size_t count)
{
    assert_int_equal(tally.hits, hits);
    assert_int_equal(tally.count, count);
}

static struct selfcheck checked(void)
{
    struct selfcheck check;
    assert_int_equal(selfcheck_make(&check, &arms), 0);
    return check;
}

static void test_all_pairs_of_equal_arms_are_compared(void **state)
{
    static const char *const names[] = {"ticket", "ticket~2", "ticket~3", "ticket~4", "other"};
    (void)state;
    for (size_t i = 0; i < 5; i++)
        add_arm("handoff", names[i], "same-pu", 100, ROUNDS);
    struct selfcheck check = checked();
    expect(check.wrong[GROUP_ONE_PU], 0, 12); /* six pairs, twice twenty rounds each */
    expect(check.same[GROUP_ONE_PU], 12, 12);
    expect(check.wrong_adaptive[GROUP_ONE_PU], 0, 6);
    expect(tally_sum(check.wrong), 0, 12);
    expect(check.tables, 0, 1);
    assert_int_equal(check.power_count, 0);
    assert_true(selfcheck_keeps(&check));
}

/* The arms are called equal, and are not: a machine, or a lab, that errs. */
static void test_a_lab_that_errs_is_seen(void **state)
{
    (void)state;
    add_arm("handoff", "ticket", "l3", 100, ROUNDS);
    add_arm("handoff", "ticket~2", "l3", 120, ROUNDS);
    add_arm("recv-closed", "ticket", "", 100, ROUNDS);
    add_arm("recv-closed", "ticket~2", "", 80, ROUNDS);
    struct selfcheck check = checked();
    expect(check.wrong[GROUP_MORE_PUS], 2, 2);
    expect(check.wrong[GROUP_ONE_THREAD], 2, 2);
    expect(check.wrong_adaptive[GROUP_MORE_PUS], 1, 1);
    expect(check.apart[GROUP_MORE_PUS], 2, 2);
    expect(check.tables, 1, 1);
    assert_false(selfcheck_keeps(&check));
}

static void test_power_and_equivalence_are_counted(void **state)
{
    (void)state;
    add_arm("handoff", "ticket", "same-pu", 100, ROUNDS);
    add_arm("handoff", "ticket~waste10", "same-pu", 110, ROUNDS);
    add_arm("handoff", "ticket~waste5", "same-pu", 105, ROUNDS);
    struct selfcheck check = checked();
    assert_int_equal(check.power_count, 2);
    assert_int_equal(check.powers[0].waste, 5);
    assert_int_equal(check.powers[1].waste, 10);
    for (size_t i = 0; i < 2; i++) {
        expect(check.powers[i].slower[GROUP_ONE_PU], 2, 2);
        expect(check.powers[i].same[GROUP_ONE_PU], 0, 2);
    }
    expect(tally_sum(check.wrong), 0, 0);
    assert_true(selfcheck_keeps(&check));
}

/* An arm that is said to waste 5% and wastes nothing is never found, and is called the same. */
static void test_a_lab_that_finds_nothing_is_seen(void **state)
{
    char scenario[16];
    (void)state;
    for (int i = 0; i < 4; i++) {
        snprintf(scenario, sizeof(scenario), "s%d", i);
        add_arm(scenario, "ticket", "", 100, ROUNDS);
        add_arm(scenario, "ticket~waste5", "", 100, ROUNDS);
    }
    struct selfcheck check = checked();
    expect(check.powers[0].slower[GROUP_ONE_THREAD], 0, 8);
    expect(check.powers[0].same[GROUP_ONE_THREAD], 8, 8);
    assert_false(selfcheck_keeps(&check));
}

static void test_known_costs_are_right_or_wrong(void **state)
{
    static const struct {
        double ns, measured_ns;
        bool right;
    } rows[] = {
        {100, 100, true},          {100, 151, true},         {100, 152, false},
        {100, 98.9, false},        {1000000, 1e6, true},     {1000000, 1010040, true},
        {1000000, 1020000, false}, {1000000, 0.98e6, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct known known = {rows[i].ns, rows[i].measured_ns};
        assert_true(known_is_right(&known, 25) == rows[i].right);
    }
    add_arm("handoff", "ticket", "l3", 100, ROUNDS);
    add_arm("handoff", "ticket~2", "l3", 100, ROUNDS);
    add_known(1000, 1010);
    struct selfcheck check = checked();
    assert_int_equal(check.known_count, 1);
    assert_float_equal(check.known[0].ns, 1000, 0);
    assert_true(isnan(check.timer_ns));
    assert_true(selfcheck_keeps(&check));
    add_known(10000, 11000);
    check = checked();
    assert_false(selfcheck_keeps(&check));
}

static void test_a_run_without_twins_is_none(void **state)
{
    struct selfcheck check;
    (void)state;
    assert_int_equal(selfcheck_make(&check, &arms), -ENODATA);
    add_arm("handoff", "ticket", "l3", 100, ROUNDS);
    assert_int_equal(selfcheck_make(&check, &arms), -ENODATA);
}

static void test_few_rounds_are_one_comparison(void **state)
{
    (void)state;
    add_arm("handoff", "ticket", "l3", 100, 12);
    add_arm("handoff", "ticket~2", "l3", 100, 12);
    struct selfcheck check = checked();
    expect(check.wrong[GROUP_MORE_PUS], 0, 1);
    expect(check.wrong_adaptive[GROUP_MORE_PUS], 0, 0);
}

/* A tally of so many cells, each of which counted as many, in some of which all was hit. */
static struct tally tally_of(size_t hits, size_t cells, size_t each)
{
    return (struct tally){.hits = hits * each,
                          .count = cells * each,
                          .cells = cells,
                          .hits_hits = (double)(hits * each * each),
                          .hits_count = (double)(hits * each * each),
                          .count_count = (double)(cells * each * each)};
}

/* By hand, from Wilson's formula. Where the comparisons of a cell all come out the same, a cell is
 * worth one. */
static void test_intervals_of_shares(void **state)
{
    static const struct {
        size_t hits, cells;
        double low, high;
    } rows[] = {{0, 10, 0, 0.27754}, {5, 100, 0.02154, 0.11175}, {10, 10, 0.72246, 1}};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t each = 1; each < 50; each += 7) {
            struct tally tally = tally_of(rows[i].hits, rows[i].cells, each);
            assert_float_equal(tally_interval(&tally).low, rows[i].low, 5e-5);
            assert_float_equal(tally_interval(&tally).high, rows[i].high, 5e-5);
        }
    assert_true(isnan(tally_interval(&(struct tally){0}).low));
}

/* Where each cell has a share of its hits, comparisons are worth as many as they are. */
static void test_comparisons_that_do_not_go_together_count_each(void **state)
{
    (void)state;
    struct tally even = {.hits = 100,
                         .count = 2000,
                         .cells = 100,
                         .hits_hits = 100,
                         .hits_count = 100 * 20,
                         .count_count = 100 * 400};
    assert_float_equal(tally_interval(&even).low, 0.04128, 5e-5);
    assert_float_equal(tally_interval(&even).high, 0.06044, 5e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_all_pairs_of_equal_arms_are_compared),
        TEST(test_a_lab_that_errs_is_seen),
        TEST(test_power_and_equivalence_are_counted),
        TEST(test_a_lab_that_finds_nothing_is_seen),
        TEST(test_known_costs_are_right_or_wrong),
        TEST(test_a_run_without_twins_is_none),
        TEST(test_few_rounds_are_one_comparison),
        TEST(test_intervals_of_shares),
        TEST(test_comparisons_that_do_not_go_together_count_each),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
