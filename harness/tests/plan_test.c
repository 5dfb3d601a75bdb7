/* Plans: what the choices ask for and nothing else; names that can be read back. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/machine/topo.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/plan.h"
#include "harness/tests/two_pus.h"
#include "scripts/test.h"
#include <stddef.h>
#include <string.h>

static size_t count_scenario(const struct plan *plan, const char *scenario)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->count; i++)
        n += strcmp(plan->cells[i].scenario, scenario) == 0;
    return n;
}

static void test_every_cell_of_the_big_plans_can_be_read_back_from_its_name(void **state)
{
    (void)state;
    for (int full = 0; full < 2; full++) {
        struct plan plan;
        assert_int_equal(plan_make(&plan, &(struct choices){.full = full}, two_pus), EXIT_OK);
        for (size_t i = 0; i < plan.count; i++) {
            struct cell cell;
            assert_true(cell_parse(&cell, plan.cells[i].name));
            assert_memory_equal(&cell, &plan.cells[i], sizeof(cell));
        }
        plan_free(&plan);
    }
}

static void test_no_cell_twice(void **state)
{
    (void)state;
    struct plan plan;
    assert_int_equal(plan_make(&plan, &(struct choices){.full = true}, two_pus), EXIT_OK);
    for (size_t i = 0; i < plan.count; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(plan.cells[i].name, plan.cells[k].name);
    plan_free(&plan);
}

static void test_the_quick_plan_has_every_scenario_for_the_four_variants(void **state)
{
    static const char *const four[] = {"spin-mutex", "ticket", "futex-park", "fastpath"};
    (void)state;
    struct plan plan;
    assert_int_equal(plan_make(&plan, &(struct choices){.quick = true}, two_pus), EXIT_OK);
    for (size_t v = 0; v < 4; v++)
        for (const struct scenario *const *s = scenario_all(four[v]); *s; s++) {
            size_t n = (*s)->group != NULL; /* that runs where it is named */
            for (size_t i = 0; i < plan.count; i++)
                n += strcmp(plan.cells[i].scenario, (*s)->name) == 0 &&
                     strcmp(plan.cells[i].variant, four[v]) == 0;
            assert_true(n >= 1);
        }
    plan_free(&plan);
}

static size_t count_grouped(const struct plan *plan, const char *group)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct scenario *s =
            scenario_find(plan->cells[i].scenario, plan->cells[i].variant, INSTANCE_MEASURED);
        n += s->group && (!group || strcmp(s->group, group) == 0);
    }
    return n;
}

static void test_a_group_is_in_a_plan_where_it_or_its_scenario_is_named(void **state)
{
    (void)state;
    struct plan plan;
    for (int full = 0; full < 2; full++) {
        assert_int_equal(plan_make(&plan, &(struct choices){.full = full}, two_pus), EXIT_OK);
        assert_int_equal(count_grouped(&plan, NULL), 0);
        plan_free(&plan);
    }
    const struct choices group = {.groups = {{"go-bench"}, 1}, .variants = {{"ticket"}, 1}};
    assert_int_equal(plan_make(&plan, &group, two_pus), EXIT_OK);
    assert_int_equal(count_scenario(&plan, "handoff"), 0);
    assert_int_equal(count_grouped(&plan, "workloads"), 0);
    assert_true(count_grouped(&plan, "go-bench") >= 12);
    plan_free(&plan);
    const struct choices both = {
        .groups = {{"workloads"}, 1}, .scenarios = {{"handoff"}, 1}, .variants = {{"ticket"}, 1}};
    assert_int_equal(plan_make(&plan, &both, two_pus), EXIT_OK);
    assert_int_equal(count_scenario(&plan, "handoff"), 2);
    assert_true(count_grouped(&plan, "workloads") >= 6);
    plan_free(&plan);
}

static void test_think_time_is_in_the_names_of_those_that_have_it(void **state)
{
    (void)state;
    struct plan plan;
    struct cell cell;
    const struct choices choices = {.scenarios = {{"prod-cons", "handoff", "go-chan-closed"}, 3},
                                    .variants = {{"ticket"}, 1},
                                    .threads = {{2, 3}, 2}, /* of pairs, an odd number is none */
                                    .work = {{0, 100}, 2},
                                    .place = "l3"};
    assert_int_equal(plan_make(&plan, &choices, two_pus), EXIT_OK);
    assert_int_equal(count_scenario(&plan, "handoff"), 1);
    assert_int_equal(count_scenario(&plan, "prod-cons"), 2);
    assert_int_equal(count_scenario(&plan, "go-chan-closed"), 2); /* it has no think time */
    assert_true(cell_parse(
        &cell, "prod-cons/variant=ticket/capacity=128/elem=8/threads=2/work=100/place=l3"));
    assert_int_equal(cell.params.work, 100);
    assert_true(cell_parse(&cell, "handoff/variant=ticket/elem=8/place=l3"));
    assert_int_equal(cell.params.work, PARAM_ABSENT);
    plan_free(&plan);
}

static void test_every_cell_of_the_groups_can_be_read_back_from_its_name(void **state)
{
    (void)state;
    struct plan plan;
    const struct choices choices = {.groups = {{"go-bench", "workloads"}, 2},
                                    .threads = {{1, 2, 4, 7, 1024}, 5},
                                    .work = {{0, 1000000}, 2}};
    assert_int_equal(plan_make(&plan, &choices, two_pus), EXIT_OK);
    for (size_t i = 0; i < plan.count; i++) {
        struct cell cell;
        assert_true(cell_parse(&cell, plan.cells[i].name));
        assert_memory_equal(&cell, &plan.cells[i], sizeof(cell));
    }
    plan_free(&plan);
}

static void test_two_thread_scenarios_run_on_one_pu_and_on_two(void **state)
{
    (void)state;
    struct plan plan;
    const struct choices choices = {.scenarios = {{"handoff"}, 1}, .variants = {{"ticket"}, 1}};
    assert_int_equal(plan_make(&plan, &choices, two_pus), EXIT_OK);
    assert_int_equal(count_scenario(&plan, "handoff"), 2);
    assert_string_equal(plan.cells[0].name, "handoff/variant=ticket/elem=8/place=same-pu");
    assert_string_equal(plan.cells[1].name, "handoff/variant=ticket/elem=8/place=l3");
    plan_free(&plan);
}

/* A block's cells differ in the variant only, and stand together; floors are blocks of their own.
 */
static void test_what_differs_in_the_variant_only_is_one_block(void **state)
{
    (void)state;
    struct plan plan;
    assert_int_equal(plan_make(&plan, &(struct choices){.full = true}, two_pus), EXIT_OK);
    assert_int_equal(plan.block[0], 0);
    assert_int_equal(plan.block[plan.count - 1], plan.blocks - 1);
    for (size_t i = 1; i < plan.count; i++) {
        const struct cell *a = &plan.cells[i - 1], *b = &plan.cells[i];
        bool floors = !a->variant[0] && !b->variant[0];
        bool alike = memcmp(&a->params, &b->params, sizeof(a->params)) == 0 &&
                     strcmp(a->scenario, b->scenario) == 0;
        assert_in_range(plan.block[i], plan.block[i - 1], plan.block[i - 1] + 1);
        if (plan.block[i] == plan.block[i - 1])
            assert_true(floors ? strcmp(a->params.place, b->params.place) == 0 : alike);
        else
            assert_false(alike);
    }
    plan_free(&plan);
}

static void test_values_that_nothing_takes_are_refused(void **state)
{
    static const struct choices refused[] = {
        {.scenarios = {{"handoff"}, 1}, .capacity = {{5}, 1}}, /* it has none */
        {.scenarios = {{"buffer-hop"}, 1}, .threads = {{1, 8}, 2}},
        {.scenarios = {{"handoff"}, 1}, .threads = {{7}, 1}},
        {.scenarios = {{"buffer-hop", "handoff"}, 2}, .threads = {{1}, 1}}, /* the second */
        {.scenarios = {{"handoff"}, 1}, .work = {{0}, 1}},
        {.scenarios = {{"prod-cons"}, 1}, .work = {{1000001}, 1}},
        {.scenarios = {{"prod-cons"}, 1}, .threads = {{3}, 1}},
        {.groups = {{"go-bench"}, 1}, .scenarios = {{"nobody"}, 1}},
        {.groups = {{"go"}, 1}},
        {.work = {{100}, 1}}, /* none without a group has any */
        {.scenarios = {{"floor-memcpy"}, 1}, .elem = {{65536}, 1}},
        {.scenarios = {{"floor-memcpy"}, 1}, .threads = {{7}, 1}},
        {.scenarios = {{"floor-atomic"}, 1}, .variants = {{"ticket"}, 1}},
        {.scenarios = {{"recv-closed"}, 1}, .place = "l3"},
        {.scenarios = {{"buffer-hop"}, 1}, .capacity = {{1000000}, 1}, .elem = {{65535}, 1}},
    };
    (void)state;
    struct plan plan;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(plan_make(&plan, &refused[i], two_pus), EXIT_USAGE);
}

static void test_every_size_of_element_has_its_copy_among_the_floors(void **state)
{
    (void)state;
    struct plan plan;
    const struct choices choices = {.scenarios = {{"handoff"}, 1}, .elem = {{64, 4096}, 2}};
    assert_int_equal(plan_make(&plan, &choices, two_pus), EXIT_OK);
    assert_int_equal(count_scenario(&plan, "floor-memcpy"), 3); /* and the usual one */
    plan_free(&plan);
    const struct choices floors = {.scenarios = {{"floor-memcpy"}, 1}, .elem = {{0, 65535}, 2}};
    assert_int_equal(plan_make(&plan, &floors, two_pus), EXIT_OK);
    assert_int_equal(count_scenario(&plan, "floor-memcpy"), 3);
    plan_free(&plan);
}

/* Two packages of two cores with SMT. */
static void test_a_quick_plan_takes_two_cores_and_a_full_one_every_relation(void **state)
{
    (void)state;
    struct topo *big = topo_load("pack:2 l3:1 l2:2 core:1 pu:2");
    for (int full = 0; full < 2; full++) {
        struct plan plan;
        struct choices choices = {.full = full,
                                  .scenarios = {{"park-wake"}, 1},
                                  .variants = {{"ticket"}, 1},
                                  .elem = {{8}, 1}};
        assert_int_equal(plan_make(&plan, &choices, big), EXIT_OK);
        size_t smt = 0;
        for (size_t i = 0; i < plan.count; i++)
            smt += plan.cells[i].variant[0] && strcmp(plan.cells[i].params.place, "smt") == 0;
        assert_int_equal(count_scenario(&plan, "park-wake"), full ? 4 : 2);
        assert_int_equal(smt, full);
        plan_free(&plan);
    }
    topo_free(big);
}

static void test_values_cross_and_values_that_do_not_fit_are_left_out(void **state)
{
    (void)state;
    struct plan plan;
    const struct choices choices = {
        .scenarios = {{"buffer-hop", "recv-closed"}, 2},
        .variants = {{"ticket"}, 1},
        .capacity = {{1, 64}, 2},
        .elem = {{0, 8, 4096}, 3},
        .threads = {{1}, 1},
    };
    assert_int_equal(plan_make(&plan, &choices, two_pus), EXIT_OK);
    assert_int_equal(count_scenario(&plan, "buffer-hop"), 2 * 3 * 1);
    assert_int_equal(count_scenario(&plan, "recv-closed"), 3); /* it has no capacity */
    plan_free(&plan);
}

static void test_one_pu_alone_still_makes_a_plan(void **state)
{
    (void)state;
    struct topo *one = topo_load("pack:1 core:1 pu:1");
    struct plan plan;
    assert_non_null(one);
    assert_int_equal(plan_make(&plan, &(struct choices){.quick = true}, one), EXIT_OK);
    for (size_t i = 0; i < plan.count; i++)
        assert_true(plan.cells[i].params.place[0] == '\0' ||
                    strcmp(plan.cells[i].params.place, "same-pu") == 0);
    plan_free(&plan);
    topo_free(one);
}

static void test_a_floor_that_needs_two_pus_is_refused_on_one(void **state)
{
    (void)state;
    struct plan plan;
    struct choices choices = {.scenarios = {{"floor-wake"}, 1}, .place = "same-pu"};
    assert_int_equal(plan_make(&plan, &choices, two_pus), EXIT_USAGE);
    choices.place = NULL;
    assert_int_equal(plan_make(&plan, &choices, two_pus), EXIT_OK);
    assert_int_equal(count_scenario(&plan, "floor-wake"), 1);
    plan_free(&plan);
}

/* What a quick sweep has beside the four named variants and that of goroutines is compared where
 * somebody parks. */
static void test_other_variants_are_in_the_quick_plan_where_somebody_parks(void **state)
{
    (void)state;
    struct plan plan;
    size_t others = 0;
    assert_int_equal(plan_make(&plan, &(struct choices){.quick = true}, two_pus), EXIT_OK);
    for (size_t i = 0; i < plan.count; i++) {
        const struct cell *c = &plan.cells[i];
        if (!strchr(c->variant, '+') || strcmp(c->variant, "futex+go+check") == 0)
            continue;
        assert_true(strcmp(c->path, "handoff") == 0 || strcmp(c->path, "park") == 0);
        others++;
    }
    assert_true(others > 0);
    plan_free(&plan);
}

static void test_more_processes_take_longer(void **state)
{
    (void)state;
    struct plan a, b;
    assert_int_equal(plan_make(&a, &(struct choices){.processes = 1}, two_pus), EXIT_OK);
    assert_int_equal(plan_make(&b, &(struct choices){.processes = 3}, two_pus), EXIT_OK);
    assert_true(plan_seconds(&a) > 0);
    assert_true(plan_seconds(&b) > 2.9 * plan_seconds(&a));
    plan_free(&a);
    plan_free(&b);
}

static void test_names_that_are_not_cells_are_refused(void **state)
{
    static const char *const names[] = {
        "",
        "handoff",
        "handoff/variant=ticket",
        "handoff/variant=ticket/elem=8/place=nowhere/x=1",
        "handoff/variant=nobody/elem=8/place=l3",
        "nothing/variant=ticket/elem=8",
        "handoff/elem=8/variant=ticket/place=l3",
        "handoff/variant=ticket/elem=08/place=l3",
        "handoff/variant=ticket/elem=8/work=0/place=l3",
        "prod-cons/variant=ticket/capacity=128/elem=8/threads=2/place=l3",
        "prod-cons/variant=ticket/capacity=128/elem=8/threads=3/work=0/place=l3",
        "prod-cons/variant=ticket/capacity=128/elem=8/threads=2/work=/place=l3",
        "prod-cons/variant=ticket/capacity=128/elem=8/threads=2/work=1x/place=l3",
        "prod-cons/variant=ticket/capacity=128/elem=8/threads=2/work=1000001/place=l3",
        "prod-cons/variant=ticket/capacity=128/elem=8/work=0/threads=2/place=l3",
        "floor-empty/variant=ticket",
    };
    (void)state;
    struct cell cell;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (cell_parse(&cell, names[i]))
            fail_msg("'%s' was taken for a cell", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell_of_the_big_plans_can_be_read_back_from_its_name),
        cmocka_unit_test(test_no_cell_twice),
        cmocka_unit_test(test_the_quick_plan_has_every_scenario_for_the_four_variants),
        cmocka_unit_test(test_a_group_is_in_a_plan_where_it_or_its_scenario_is_named),
        cmocka_unit_test(test_think_time_is_in_the_names_of_those_that_have_it),
        cmocka_unit_test(test_every_cell_of_the_groups_can_be_read_back_from_its_name),
        cmocka_unit_test(test_two_thread_scenarios_run_on_one_pu_and_on_two),
        cmocka_unit_test(test_what_differs_in_the_variant_only_is_one_block),
        cmocka_unit_test(test_values_that_nothing_takes_are_refused),
        cmocka_unit_test(test_every_size_of_element_has_its_copy_among_the_floors),
        cmocka_unit_test(test_a_quick_plan_takes_two_cores_and_a_full_one_every_relation),
        cmocka_unit_test(test_values_cross_and_values_that_do_not_fit_are_left_out),
        cmocka_unit_test(test_one_pu_alone_still_makes_a_plan),
        cmocka_unit_test(test_a_floor_that_needs_two_pus_is_refused_on_one),
        cmocka_unit_test(test_other_variants_are_in_the_quick_plan_where_somebody_parks),
        cmocka_unit_test(test_more_processes_take_longer),
        cmocka_unit_test(test_names_that_are_not_cells_are_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
