/* The plans that come with the lab: each can be measured on any machine, holds what its name says,
 * and takes no longer than it says. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/relation.h"
#include "harness/base/say.h"
#include "harness/machine/topo.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/plan.h"
#include "harness/sweep/plan_file.h"
#include "scripts/test.h"
#include <hchan/hchan.h>
#include <stdio.h>
#include <string.h>

static struct topo *two_pus, *one_pu, *big;

static int load(void **state)
{
    (void)state;
    two_pus = topo_load("pack:1 l3:1 l2:2 core:1 pu:1");
    one_pu = topo_load("pack:1 core:1 pu:1");
    big = topo_load("pack:2 l3:2 l2:2 core:2 pu:2");
    return two_pus && one_pu && big ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    topo_free(two_pus);
    topo_free(one_pu);
    topo_free(big);
    return 0;
}

static struct plan made(const char *name, const struct topo *topo)
{
    struct plan plan;
    if (plan_make(&plan, &(struct choices){.plan = name}, topo) != EXIT_OK)
        fail_msg("%s", name);
    return plan;
}

/* How many cells have this in their names. */
static size_t count(const struct plan *plan, const char *part)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->count; i++)
        n += strstr(plan->cells[i].name, part) != NULL;
    return n;
}

static size_t count_variants(void)
{
    size_t n = 0;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        n++;
    return n;
}

static size_t plans;
static char error[512];

/* Every cell can be read back, stands once, in a block of its like; and the floors are there. */
static void check_plan(const char *name)
{
    const struct topo *const machines[] = {two_pus, one_pu, big};
    for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++) {
        struct plan plan = made(name, machines[m]);
        assert_string_equal(plan.mode, name);
        assert_int_equal(count(&plan, "floor-atomic"), 1);
        for (size_t i = 0; i < plan.count; i++) {
            struct cell cell;
            assert_true(cell_parse(&cell, plan.cells[i].name));
            assert_memory_equal(&cell, &plan.cells[i], sizeof(cell));
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(plan.cells[i].name, plan.cells[k].name);
            if (machines[m] == one_pu)
                assert_true(!cell.params.place[0] || strcmp(cell.params.place, "same-pu") == 0);
        }
        plan_free(&plan);
    }
    plans++;
}

static void test_every_plan_can_be_made_on_any_machine(void **state)
{
    (void)state;
    plans = 0;
    assert_int_equal(plan_file_names(check_plan, error, sizeof(error)), 0);
    assert_int_equal(plans, 8);
}

static void check_time(const char *name)
{
    struct plan plan = made(name, two_pus);
    double limit_s = strcmp(name, "full") == 0    ? 2 * 3600
                     : strcmp(name, "quick") == 0 ? 400
                                                  : 30 * 60;
    if (plan_seconds(&plan) > limit_s)
        fail_msg("%s takes %.0f s on two PUs", name, plan_seconds(&plan));
    plan_free(&plan);
}

static void test_no_plan_takes_longer_than_it_should(void **state)
{
    (void)state;
    assert_int_equal(plan_file_names(check_time, error, sizeof(error)), 0);
}

static void test_quick_and_full_have_every_scenario_without_a_group(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct plan plan = made(i ? "full" : "quick", two_pus);
        for (const struct scenario *const *s = scenarios_any(); *s; s++) {
            char part[64];
            snprintf(part, sizeof(part), "%s/variant=ticket", (*s)->name);
            if ((count(&plan, part) > 0) != !(*s)->group)
                fail_msg("%s: %s", plan.mode, part);
        }
        plan_free(&plan);
    }
}

static void test_full_has_every_variant_at_every_place(void **state)
{
    static const char *const places[] = {"same-pu", "smt", "l2", "l3", "package", "machine"};
    struct plan plan = made("full", big);
    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char part[64];
        unsigned a, b;
        enum relation r;
        assert_true(relation_parse(places[i], &r));
        snprintf(part, sizeof(part), "/elem=64/place=%s", places[i]);
        size_t wanted = topo_pair(big, r, &a, &b) ? count_variants() : 0;
        size_t found = 0;
        for (size_t k = 0; k < plan.count; k++)
            found += strncmp(plan.cells[k].name, "park-wake/", 10) == 0 &&
                     strstr(plan.cells[k].name, part) != NULL;
        assert_int_equal(found, wanted);
    }
    plan_free(&plan);
}

/* And no variant but for its lock. */
static void test_locks_has_each_lock_once(void **state)
{
    struct plan plan = made("locks", two_pus);
    (void)state;
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v)) {
        size_t found = 0;
        if (hchan_variant_goroutines(v))
            continue;
        for (size_t i = 0; i < plan.count; i++) {
            const struct hchan_variant *has = hchan_variant_find(plan.cells[i].variant);
            found += has && strcmp(hchan_variant_lock(has), hchan_variant_lock(v)) == 0;
        }
        if (found != 9 * (1 + 3 * 2)) /* held by away; one thread has no place */
            fail_msg("%zu cells have the lock of %s", found, hchan_variant_name(v));
    }
    assert_int_equal(count(&plan, "/variant="), count(&plan, "lock/variant="));
    plan_free(&plan);
}

static void test_the_others_vary_what_their_names_say(void **state)
{
    static const struct {
        const char *plan, *cell;
        size_t cells; /* of one variant */
    } rows[] = {
        {"capacity", "buffer-hop/variant=ticket/", 7 * 2},
        {"capacity", "prod-cons/variant=ticket/", 8 * 2},
        {"elements", "handoff/variant=ticket/", 6 * 2},
        {"elements", "buffer-hop/variant=ticket/", 6},
        {"placement", "handoff/variant=ticket/", 2},
        {"placement", "lock/variant=ticket/", 2},
        {"oversubscription", "lock/variant=ticket/", 5 * 2},
        {"oversubscription", "fan-in/variant=ticket/", 5 * 2},
        {"park", "worker-pool/variant=futex-park/", 4 * 2},
        {"park", "park-wake/variant=futex-park/", 2},
        {"park", "park-wake/variant=ticket/", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct plan plan = made(rows[i].plan, two_pus);
        if (count(&plan, rows[i].cell) != rows[i].cells)
            fail_msg("%s has %zu cells of %s", rows[i].plan, count(&plan, rows[i].cell),
                     rows[i].cell);
        plan_free(&plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_plan_can_be_made_on_any_machine),
        cmocka_unit_test(test_no_plan_takes_longer_than_it_should),
        cmocka_unit_test(test_quick_and_full_have_every_scenario_without_a_group),
        cmocka_unit_test(test_full_has_every_variant_at_every_place),
        cmocka_unit_test(test_locks_has_each_lock_once),
        cmocka_unit_test(test_the_others_vary_what_their_names_say),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
