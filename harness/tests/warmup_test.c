/* Windows begin as the report says that they do (harness/base/warmup.h). */
/* SPDX-License-Identifier: MIT */
#include "harness/base/warmup.h"
#include "harness/machine/topo.h"
#include "harness/run/bench.h"
#include "harness/scenarios/scenarios.h"
#include "scripts/test.h"
#include <stdio.h>
#include <string.h>

static const char variant[] = "futex-park";

/* Runs one window of a scenario, with a warm-up if it has one. */
static struct window run(const char *name, uint64_t threads, bool warm)
{
    struct topo *topo = topo_load(NULL);
    assert_non_null(topo);
    const unsigned *pus;
    topo_pus(topo, &pus);
    const struct scenario *s = scenario_find(name, variant, INSTANCE_MEASURED);
    assert_non_null(s);
    struct window_spec spec = {
        .scenario = s,
        .variant = hchan_variant_find(variant),
        .params = {.capacity = s->capacity.normal,
                   .elem = s->elem.normal,
                   .threads = threads,
                   .work = s->work.normal},
        .topo = topo,
        .pu = {pus[0], pus[0]},
        .ops = 64,
        .window_ns = 2000000,
        .warm = warm,
    };
    struct window window;
    char error[256] = "";
    if (window_run(&spec, &window, error, sizeof(error)))
        fail_msg("%s: %s", name, error);
    topo_free(topo);
    return window;
}

static bool began_warm(const char *name, uint64_t threads, bool warm)
{
    struct window window = run(name, threads, warm);
    assert_true(window.ops_all >= window.sample.ops);
    return window.ops_all > window.sample.ops;
}

static void test_a_lead_warms_up_where_the_window_says_so(void **state)
{
    (void)state;
    assert_true(began_warm("buffer-hop", 1, true));
    assert_false(began_warm("buffer-hop", 1, false));
}

static void test_a_crowd_runs_before_any_window(void **state)
{
    (void)state;
    assert_true(began_warm("lock", 2, true));
    assert_true(began_warm("lock", 2, false));
}

static void test_scenarios_that_time_themselves_begin_cold_and_are_the_ones_named(void **state)
{
    char named[] = ", " SELF_TIMED_SCENARIOS ",";
    size_t found = 0, commas = 0;
    (void)state;
    for (const struct scenario *const *s = scenario_all(variant); *s; s++) {
        char wanted[100];
        snprintf(wanted, sizeof(wanted), " %s,", (*s)->name);
        bool is_named = strstr(named, wanted) != NULL;
        if ((*s)->times_itself != is_named)
            fail_msg("%s", (*s)->name);
        found += is_named;
        if (is_named && !(*s)->fixed_ops)
            assert_false(began_warm((*s)->name, (*s)->threads.normal, true));
    }
    for (const char *at = named; (at = strchr(at, ',')); at++)
        commas++;
    assert_int_equal(found, commas - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lead_warms_up_where_the_window_says_so),
        cmocka_unit_test(test_a_crowd_runs_before_any_window),
        cmocka_unit_test(test_scenarios_that_time_themselves_begin_cold_and_are_the_ones_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
