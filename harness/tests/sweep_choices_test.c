/* A question asked as people ask it: the cells that come of globs, locks, producers and consumers,
 * and expressions. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/machine/topo.h"
#include "harness/scenarios/scenarios.h"
#include "harness/scenarios/sides.h"
#include "harness/sweep/plan.h"
#include "harness/tests/two_pus.h"
#include "scripts/test.h"
#include <stdio.h>
#include <string.h>

static void make(struct plan *plan, const struct choices *choices)
{
    assert_int_equal(plan_make(plan, choices, two_pus), EXIT_OK);
}

static bool has_cell(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->cells[i].name, name) == 0)
            return true;
    return false;
}

/* Cells that are no floor's. */
static size_t count_measured(const struct plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->count; i++)
        n += plan->cells[i].variant[0] != '\0';
    return n;
}

static void test_a_glob_names_the_variants_that_match(void **state)
{
    struct plan plan;
    const struct choices choices = {.scenarios = {{"recv-closed"}, 1},
                                    .variants = {{"*+go+*", "ticket"}, 2}};
    size_t wanted = 0;
    (void)state;
    make(&plan, &choices);
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v)) {
        const char *name = hchan_variant_name(v);
        char cell[CELL_NAME_MAX];
        bool named = strstr(name, "+go+") || strcmp(name, "ticket") == 0;
        snprintf(cell, sizeof(cell), "recv-closed/variant=%s/elem=8", name);
        assert_true(has_cell(&plan, cell) == named);
        wanted += named;
    }
    assert_true(wanted > 1);
    assert_int_equal(count_measured(&plan), wanted);
    plan_free(&plan);
}

static void test_a_lock_names_every_variant_that_has_it(void **state)
{
    struct plan plan;
    const struct choices locks = {.scenarios = {{"recv-closed"}, 1},
                                  .locks = {{"ticket", "spi?"}, 2}};
    const struct choices both = {.scenarios = {{"recv-closed"}, 1},
                                 .locks = {{"futex"}, 1},
                                 .variants = {{"*+ring", "*+check"}, 2}};
    (void)state;
    make(&plan, &locks);
    assert_true(has_cell(&plan, "recv-closed/variant=ticket/elem=8"));
    assert_true(has_cell(&plan, "recv-closed/variant=spin-mutex/elem=8"));
    for (size_t i = 0; i < plan.count; i++) {
        const struct hchan_variant *v = hchan_variant_find(plan.cells[i].variant);
        assert_true(!v || strcmp(hchan_variant_lock(v), "ticket") == 0 ||
                    strcmp(hchan_variant_lock(v), "spin") == 0);
    }
    plan_free(&plan);
    make(&plan, &both);
    assert_true(count_measured(&plan) > 0);
    for (size_t i = 0; i < plan.count; i++) {
        const struct hchan_variant *v = hchan_variant_find(plan.cells[i].variant);
        assert_true(!v || (strcmp(hchan_variant_lock(v), "futex") == 0 &&
                           strcmp(hchan_variant_fastpath(v), "none") != 0));
    }
    plan_free(&plan);
}

static void test_producers_and_consumers_are_numbers_of_threads(void **state)
{
    static const struct {
        const char *scenario;
        uint64_t producers, consumers, threads;
    } rows[] = {
        {"fan-in", 4, 1, 5},      {"fan-in", 4, 0, 5},       {"fan-in", 0, 1, 4},
        {"fan-in", 1, 4, 0},      {"fan-in", 1023, 1, 1024}, {"fan-in", 1024, 1, 0},
        {"fan-out", 1, 4, 5},     {"fan-out", 0, 4, 5},      {"fan-out", 1, 0, 4},
        {"fan-out", 2, 1, 0},     {"cancel", 3, 1, 4},       {"worker-pool", 1, 6, 8},
        {"worker-pool", 2, 6, 0}, {"prod-cons", 3, 3, 6},    {"prod-cons", 3, 0, 6},
        {"prod-cons", 0, 3, 6},   {"prod-cons", 3, 2, 0},    {"prod-cons", 600, 600, 0},
        {"handoff", 1, 1, 2},     {"handoff", 1, 2, 0},      {"pipeline", 1, 1, 0},
        {"mutex", 1, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct scenario *s = scenario_find(rows[i].scenario, "ticket", INSTANCE_MEASURED);
        assert_non_null(s);
        uint64_t threads = sides_threads(s, rows[i].producers, rows[i].consumers);
        if (threads != rows[i].threads)
            fail_msg("row %zu, %s: %llu threads", i, s->name, (unsigned long long)threads);
    }
}

static void test_sides_choose_the_scenarios_that_have_them(void **state)
{
    struct plan plan;
    const struct choices choices = {
        .variants = {{"ticket"}, 1}, .producers = 4, .consumers = 1, .work = {{2000}, 1}};
    const struct choices group = {
        .groups = {{"workloads"}, 1}, .variants = {{"ticket"}, 1}, .consumers = 6};
    (void)state;
    make(&plan, &choices);
    assert_int_equal(count_measured(&plan), 4); /* fan-in and cancel, at two places */
    assert_true(has_cell(
        &plan, "fan-in/variant=ticket/capacity=0/elem=8/threads=5/work=2000/place=same-pu"));
    assert_true(
        has_cell(&plan, "cancel/variant=ticket/capacity=0/elem=8/threads=5/work=2000/place=l3"));
    plan_free(&plan);
    make(&plan, &group);
    assert_int_equal(count_measured(&plan), 4);
    assert_true(
        has_cell(&plan, "worker-pool/variant=ticket/capacity=0/elem=8/threads=8/work=0/place=l3"));
    assert_true(
        has_cell(&plan, "fan-out/variant=ticket/capacity=0/elem=8/threads=7/work=0/place=l3"));
    plan_free(&plan);
}

static void test_an_expression_leaves_cells_and_floors(void **state)
{
    struct plan plan, all;
    const struct choices choices = {.cell = "^lock/.*/threads=(2|4)/.*place=l3$"};
    (void)state;
    make(&plan, &choices);
    make(&all, &(struct choices){.quick = true});
    assert_int_equal(count_measured(&plan), 5 * 2);
    for (size_t i = 0; i < plan.count; i++)
        assert_true(!plan.cells[i].variant[0] || strncmp(plan.cells[i].name, "lock/", 5) == 0);
    assert_int_equal(plan.count - count_measured(&plan), all.count - count_measured(&all));
    plan_free(&plan);
    plan_free(&all);
}

/* And a process may take as long as they need. */
static void test_samples_and_windows_are_the_users(void **state)
{
    struct plan plan;
    const struct choices choices = {
        .scenarios = {{"recv-closed"}, 1}, .samples = 7, .window_ns = 10000000000};
    (void)state;
    make(&plan, &choices);
    assert_int_equal(plan.sampling.samples, 7);
    assert_int_equal(plan.sampling.window_ns, 10000000000);
    assert_true(plan.sampling.limit_ns >= plan.sampling.window_ns);
    assert_true(plan.sampling.kill_ns > 10 * plan.sampling.window_ns);
    plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_glob_names_the_variants_that_match),
        cmocka_unit_test(test_a_lock_names_every_variant_that_has_it),
        cmocka_unit_test(test_producers_and_consumers_are_numbers_of_threads),
        cmocka_unit_test(test_sides_choose_the_scenarios_that_have_them),
        cmocka_unit_test(test_an_expression_leaves_cells_and_floors),
        cmocka_unit_test(test_samples_and_windows_are_the_users),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
