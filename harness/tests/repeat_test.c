/* Ratios of two runs are held against each other, cell by cell, whatever the machine's speed was.
 */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/repeat.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 20, ARMS_MAX = 16 };

static void add_arm(struct arms *arms, const char *label, const char *variant, double ns,
                    size_t rounds)
{
    struct arm *arm = &arms->items[arms->count++];
    *arm = (struct arm){.costs = malloc((rounds + 1) * sizeof(double))};
    assert_non_null(arm->costs);
    snprintf(arm->label, sizeof(arm->label), "%s", label);
    snprintf(arm->cell.variant, LABEL_MAX, "%s", variant);
    for (size_t r = 0; r < rounds; r++)
        arm->costs[r] = log(ns) + 0.02 * sin((double)(r * 13 + arms->count * 78));
    arms->rounds = rounds;
}

static struct arms empty(void)
{
    struct arms arms = {.items = calloc(ARMS_MAX, sizeof(*arms.items))};
    assert_non_null(arms.items);
    return arms;
}

/* The second run is on a machine of half the speed, and one ratio has changed. */
static void test_only_what_changed_is_apart(void **state)
{
    struct arms first = empty(), second = empty();
    struct repeats repeats;
    (void)state;
    add_arm(&first, "handoff", "a", 100, ROUNDS);
    add_arm(&first, "handoff", "b", 150, ROUNDS);
    add_arm(&first, "handoff", "c", 200, ROUNDS);
    add_arm(&first, "floor", "", 10, ROUNDS);
    add_arm(&second, "handoff", "c", 400, ROUNDS);
    add_arm(&second, "handoff", "b", 360, ROUNDS);
    add_arm(&second, "handoff", "a", 200, ROUNDS);
    add_arm(&second, "floor", "", 20, ROUNDS);
    assert_int_equal(repeats_make(&repeats, &first, &second), 0);
    assert_int_equal(repeats.count, 2);
    assert_int_equal(repeats.apart, 1);
    assert_string_equal(repeats.items[0].variant, "b");
    assert_string_equal(repeats.items[0].base, "a");
    assert_true(repeats.items[0].apart && !repeats.items[1].apart);
    assert_float_equal(repeats.items[0].change, log(1.2), 0.02);
    assert_float_equal(repeats.items[0].first.ratio, 1.5, 0.02);
    assert_float_equal(repeats.items[1].change, 0, 0.02);
    repeats_free(&repeats);
    arms_free(&first);
    arms_free(&second);
}

static void test_runs_without_a_ratio_in_common(void **state)
{
    struct arms first = empty(), second = empty();
    struct repeats repeats;
    (void)state;
    assert_int_equal(repeats_make(&repeats, &first, &second), -ENODATA);
    add_arm(&first, "handoff", "a", 100, ROUNDS);
    add_arm(&first, "handoff", "b", 100, ROUNDS);
    add_arm(&second, "handoff", "a", 100, ROUNDS);
    add_arm(&second, "park-wake", "b", 100, ROUNDS);
    assert_int_equal(repeats_make(&repeats, &first, &second), -ENODATA);
    arms_free(&second);
    second = empty();
    add_arm(&second, "handoff", "a", 100, 5); /* too few for an interval */
    add_arm(&second, "handoff", "b", 100, 5);
    assert_int_equal(repeats_make(&repeats, &first, &second), -ENODATA);
    arms_free(&first);
    arms_free(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_what_changed_is_apart),
        cmocka_unit_test(test_runs_without_a_ratio_in_common),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
