/* An advice names what may be the fastest, by how much, and where that stops being so. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/advice.h"
#include "scripts/test.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 20, ARMS_MAX = 16 };

static struct advice_runs runs;

static int setup(void **state)
{
    (void)state;
    runs = (struct advice_runs){.count = 0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    advice_runs_free(&runs);
    return 0;
}

/* Behind those that are there: an older run. */
static struct advice_run *add_run(int64_t id)
{
    struct advice_run *run = &runs.items[runs.count++];
    *run = (struct advice_run){.id = id, .started = "2026-01-02T03:04:05Z"};
    run->arms =
        (struct arms){.items = calloc(ARMS_MAX, sizeof(*run->arms.items)), .rounds = ROUNDS};
    assert_non_null(run->arms.items);
    return run;
}

static struct cell cell_of(const char *variant, uint64_t capacity, const char *place)
{
    struct cell cell = {.params = PARAMS_ABSENT};
    strcpy(cell.scenario, "fan-in");
    snprintf(cell.variant, sizeof(cell.variant), "%s", variant);
    cell.params.capacity = capacity;
    snprintf(cell.params.place, sizeof(cell.params.place), "%s", place);
    snprintf(cell.name, sizeof(cell.name), "fan-in/variant=%s/capacity=%d/place=%s", variant,
             (int)capacity, place);
    return cell;
}

static void add_arm(struct advice_run *run, struct cell cell, double ns)
{
    struct arm *arm = &run->arms.items[run->arms.count++];
    *arm = (struct arm){.cell = cell, .costs = malloc(ROUNDS * sizeof(double))};
    assert_non_null(arm->costs);
    arms_label(&cell, arm->label, sizeof(arm->label));
    for (size_t r = 0; r < ROUNDS; r++)
        arm->costs[r] = log(ns) + 0.02 * sin((double)(r * 13 + run->arms.count * 78));
}

static void add_pair(struct advice_run *run, uint64_t capacity, const char *place, double spin_ns,
                     double futex_ns)
{
    add_arm(run, cell_of("spin", capacity, place), spin_ns);
    add_arm(run, cell_of("futex", capacity, place), futex_ns);
}

static const struct condition *condition_at(const struct advice *advice, const char *where)
{
    for (size_t i = 0; i < advice->condition_count; i++)
        if (strcmp(advice->conditions[i].where, where) == 0)
            return &advice->conditions[i];
    fail_msg("no condition %s", where);
    return NULL;
}

static void test_an_advice_has_its_conditions(void **state)
{
    struct advice advice;
    (void)state;
    struct advice_run *run = add_run(7);
    add_pair(run, 64, "l3", 100, 150);
    add_pair(run, 256, "l3", 101, 170);
    add_pair(run, 1024, "l3", 130, 100);
    add_pair(run, 64, "same-pu", 900, 300);
    add_pair(run, 1024, "same-pu", 1, 2); /* differs in two things: says nothing */
    const struct cell asked = cell_of("whatever", 64, "l3");
    assert_int_equal(advice_make(&advice, &runs, &asked), 0);
    assert_int_equal(advice.run->id, 7);
    assert_string_equal(advice.ranking.items[0].arm->cell.variant, "spin");
    assert_float_equal(advice.ranking.items[1].standing.times.ratio, 1.5, 0.05);
    assert_int_equal(advice.condition_count, 3);
    assert_true(condition_at(&advice, "capacity=256")->holds);
    const struct condition *c = condition_at(&advice, "capacity=1024");
    assert_false(c->holds);
    assert_string_equal(c->better, "futex");
    assert_float_equal(c->times.ratio, 1.3, 0.05);
    assert_false(condition_at(&advice, "place=same-pu")->holds);
    advice_free(&advice);
}

static void test_the_newest_run_that_knows_decides(void **state)
{
    struct advice advice;
    (void)state;
    struct advice_run *newest = add_run(9), *older = add_run(8), *oldest = add_run(3);
    add_arm(newest, cell_of("spin", 64, "l3"), 1); /* alone, it says nothing */
    add_pair(older, 64, "l3", 150, 100);
    add_pair(oldest, 64, "l3", 100, 150);
    add_pair(oldest, 8, "l3", 100, 150);
    const struct cell asked = cell_of("spin", 64, "l3");
    assert_int_equal(advice_make(&advice, &runs, &asked), 0);
    assert_int_equal(advice.run->id, 8);
    assert_string_equal(advice.ranking.items[0].arm->cell.variant, "futex");
    assert_int_equal(condition_at(&advice, "capacity=8")->run, 3);
    advice_free(&advice);
}

static void test_what_no_run_has_is_not_known(void **state)
{
    struct advice advice;
    (void)state;
    const struct cell asked = cell_of("spin", 64, "l3");
    assert_int_equal(advice_make(&advice, &runs, &asked), -ENODATA);
    struct advice_run *run = add_run(1);
    add_pair(run, 8, "l3", 100, 150);
    assert_int_equal(advice_make(&advice, &runs, &asked), -ENODATA);
    run = add_run(2);
    add_pair(run, 64, "l3", 100, 150);
    for (size_t i = 0; i < run->arms.count; i++)
        for (size_t r = ADVICE_ROUNDS - 1; r < ROUNDS; r++)
            run->arms.items[i].costs[r] = NAN; /* too few rounds */
    assert_int_equal(advice_make(&advice, &runs, &asked), -ENODATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(test_an_advice_has_its_conditions),
        TEST(test_the_newest_run_that_knows_decides),
        TEST(test_what_no_run_has_is_not_known),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
