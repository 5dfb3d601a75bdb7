/* `hchanlab selftest`, as a user has it: the cells that it makes, what it counts, and what it
 * refuses. Times are held to what no load changes: a known wait never takes less than it waits. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/tests/commands.h"
#include <jansson.h>
#include <math.h>

#define SMALL "$H selftest --scenario recv-closed --variant ticket --samples 1 --window 100us "

static void test_each_cell_has_its_twins(void **state)
{
    (void)state;
    const struct said *said = in_folder(SMALL "--copies 4 --waste 2,5 --dry-run | grep recv-");
    assert_string_equal(said->out, "recv-closed/variant=ticket/elem=8\n"
                                   "recv-closed/variant=ticket~2/elem=8\n"
                                   "recv-closed/variant=ticket~3/elem=8\n"
                                   "recv-closed/variant=ticket~4/elem=8\n"
                                   "recv-closed/variant=ticket~waste2/elem=8\n"
                                   "recv-closed/variant=ticket~waste5/elem=8\n");
    said = in_folder("$H selftest --scenario lock --variant ticket --threads 2 --place same-pu "
                     "--dry-run | grep -c waste");
    assert_string_equal(said->out, "0\n"); /* a crowd */
}

static void test_cells_are_drawn_by_the_seed(void **state)
{
    char first[4096];
    (void)state;
    strcpy(first, in_folder("$H selftest --cells 3 --copies 1 --seed 7 --dry-run | grep -v "
                            "'known\\|floor\\|waste\\| cells'")
                      ->out);
    assert_int_equal(count_lines(first), 3);
    assert_string_equal(in_folder("$H selftest --cells 3 --copies 1 --seed 7 --dry-run | grep -v "
                                  "'known\\|floor\\|waste\\| cells'")
                            ->out,
                        first);
}

static double count_of(const json_t *all, const char *arms, const char *what)
{
    const json_t *groups = json_object_get(json_object_get(all, arms), what);
    return json_number_value(json_object_get(json_object_get(groups, "all"), "count"));
}

static void test_a_run_is_measured_and_judged(void **state)
{
    char command[1024];
    (void)state;
    struct said *said = in_folder(SMALL "--reps 2 --waste 5 --seed 9 --db a.db --json | "
                                        "sed -n '/^{/,$p' >out; $H selftest --run latest "
                                        "--db a.db --json >again; cmp out again; cat out");
    json_t *all = json_loads(said->out, 0, NULL);
    if (!all)
        fail_msg("%s%s", said->out, said->err);
    assert_float_equal(count_of(all, "equal_arms", "wrong"), 1, 0);
    const json_t *power = json_array_get(json_object_get(all, "wasting_arms"), 0);
    assert_float_equal(json_number_value(json_object_get(
                           json_object_get(json_object_get(power, "slower"), "all"), "count")),
                       2, 0);
    assert_int_equal(json_array_size(json_object_get(all, "known")), 5);
    json_decref(all);
    assert_string_equal(ask("SELECT count(*) FROM cells"), "9"); /* 3, 5 known ones, the timer */
    assert_string_equal(ask("SELECT count(*) FROM trials WHERE status = 0"), "18");
    snprintf(command, sizeof(command), "%s", ask("SELECT command FROM runs"));
    assert_non_null(strstr(command, " selftest "));
    assert_non_null(strstr(command, " --waste 5 "));
    assert_non_null(strstr(command, " --seed 9 "));
    /* Any other command that measures reads the names of twins, too. */
    assert_int_equal(in_folder("$H rerun 1 --db a.db")->status, EXIT_OK);
    assert_int_equal(in_folder("$H compare ticket ticket~2 --db a.db")->status, EXIT_CANT_TELL);
}

static void test_two_runs_of_a_plan_are_held_against_each_other(void **state)
{
    (void)state;
    in_folder("$H sweep --scenario recv-closed --variant ticket,futex-park --reps 6 --samples 1 "
              "--window 100us --db a.db; $H rerun 1 --db a.db");
    const struct said *said = in_folder("$H selftest --run 1 --again 2 --db a.db");
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->out, "runs 1 and 2: 1 ratios of variants"));
    json_t *all =
        json_loads(in_folder("$H selftest --run 2 --again 1 --db a.db --json")->out, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(all, "first")), 2);
    assert_int_equal(json_array_size(json_object_get(all, "ratios")), 1);
    json_decref(all);
}

/* The least of the costs in the records of a cell. */
static double least_ns(const char *cell)
{
    char line[256];
    double least = INFINITY;
    snprintf(line, sizeof(line), "$H cell %s --samples 3 --window-ns 1000000", cell);
    struct said *said = in_folder(line);
    assert_int_equal(said->status, EXIT_OK);
    for (char *rest = said->out, *text; (text = strtok_r(rest, "\n", &rest));) {
        json_t *record = json_loads(text, 0, NULL);
        const json_t *ns = json_object_get(record, "ns_per_op");
        if (json_is_number(ns))
            least = fmin(least, json_number_value(ns));
        json_decref(record);
    }
    assert_true(isfinite(least));
    return least;
}

static void test_what_is_known_takes_as_long_at_least(void **state)
{
    (void)state;
    assert_true(least_ns("busy-wait/variant=known/work=1000") >= 1000);
    assert_true(least_ns("busy-wait/variant=known/work=1000000") >= 1e6);
    assert_true(least_ns("busy-wait/variant=known~waste100/work=100000") >= 2e5);
}

static void test_bad_input_gets_one_clear_line(void **state)
{
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"$H selftest --copies 18", "from 1 to 16"},
        {"$H selftest --waste 0", "from 1 to 100"},
        {"$H selftest --waste 1,2,3,4,5,6,7,8,9", "--waste: 9 shares: give 8 at most"},
        {"$H selftest --adaptive", "--adaptive: a self-test has none"},
        {"$H selftest --peers", "--peers: a self-test has none"},
        {"$H selftest --run latest --reps 3", "leave --reps out"},
        {"$H selftest --scenario floor-empty --dry-run", "no cell of our variants"},
        {"$H sweep --scenario floor-empty --reps 2 --db a.db >out 2>&1; $H selftest --run latest "
         "--db a.db",
         "run 1 has no twins"},
        {"$H selftest --again 1", "--again 1: name the other run with --run"},
        {"$H sweep --scenario floor-empty --reps 2 --db b.db >out 2>&1; $H selftest --run 1 "
         "--again latest --db b.db",
         "are both run"},
        {"$H cell recv-closed/variant=ticket~1/elem=8", "no variant or peer 'ticket~1'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct said *said = in_folder(rows[i].line);
        if (said->status == EXIT_OK || !strstr(said->err, rows[i].says) ||
            count_lines(said->err) != 1)
            fail_msg("%s: status %d: %s", rows[i].line, said->status, said->err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, clean_up)
        TEST(test_each_cell_has_its_twins),
        TEST(test_cells_are_drawn_by_the_seed),
        TEST(test_a_run_is_measured_and_judged),
        TEST(test_two_runs_of_a_plan_are_held_against_each_other),
        TEST(test_what_is_known_takes_as_long_at_least),
        TEST(test_bad_input_gets_one_clear_line),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
