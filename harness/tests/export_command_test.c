/* `hchanlab export` to tools that watch a history: Bencher and Otava read what is written. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/tests/commands.h"
#include <jansson.h>

#define SWEEP                                                                           \
    "$H sweep --scenario recv-closed --variant ticket,futex-park --reps 6 --samples 1 " \
    "--window 100us --db a.db"

static void test_bencher_gets_a_latency_for_each_cell(void **state)
{
    (void)state;
    in_folder(SWEEP);
    const struct said *said = in_folder("$H export --format bencher --db a.db");
    assert_int_equal(said->status, EXIT_OK);
    json_t *all = json_loads(said->out, 0, NULL);
    const json_t *latency =
        json_object_get(json_object_get(all, "recv-closed/variant=ticket/elem=8"), "latency");
    double value = json_number_value(json_object_get(latency, "value"));
    assert_true(value > 0);
    assert_true(json_number_value(json_object_get(latency, "lower_value")) <= value);
    assert_true(json_number_value(json_object_get(latency, "upper_value")) >= value);
    json_decref(all);
}

static void test_otava_gets_a_line_for_each_run_of_the_plan(void **state)
{
    (void)state;
    in_folder(SWEEP "; " SWEEP "; $H sweep --plan locks --scenario recv-closed --variant "
                    "ticket,futex-park --reps 6 --samples 1 --window 100us --db a.db");
    const struct said *said = in_folder("$H export 2 --format otava --db a.db");
    assert_int_equal(said->status, EXIT_OK);
    assert_int_equal(count_lines(said->out), 3);
    assert_ptr_equal(strstr(said->out, "time,run,commit,recv-closed/elem=8 "), said->out);
    assert_non_null(strstr(said->out, "Z,1,"));
    assert_non_null(strstr(said->out, "Z,2,"));
    /* Every field after the commit is a number above 0. */
    said = in_folder("$H export 2 --format otava --db a.db | tail -n +2 | cut -d , -f 4- | "
                     "tr , '\\n' | awk '!($1 > 0)' | wc -l");
    assert_string_equal(said->out, "0\n");
}

static void test_a_history_without_ratios_is_refused(void **state)
{
    (void)state;
    in_folder("$H sweep --scenario recv-closed --variant ticket --reps 2 --samples 1 --db a.db");
    const struct said *said = in_folder("$H export --format otava --db a.db");
    assert_int_equal(said->status, EXIT_USAGE);
    assert_non_null(strstr(said->err, "run 1 has no cell with two variants"));
    said = in_folder("$H export --format ottava --db a.db");
    assert_non_null(strstr(said->err, "did you mean 'otava'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, clean_up)
        TEST(test_bencher_gets_a_latency_for_each_cell),
        TEST(test_otava_gets_a_line_for_each_run_of_the_plan),
        TEST(test_a_history_without_ratios_is_refused),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
