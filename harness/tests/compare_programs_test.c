/* `hchanlab compare ./a ./b`: two programs are run side by side, and what they say is judged. The
 * programs are scripts that answer as Google Benchmark does, with costs that are known. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/tests/commands.h"
#include <jansson.h>
#include <sys/stat.h>

/* A program whose benchmark BM_x/1 costs what `cost` makes of the round, and BM_fail never works.
 * Each call is noted in the file `calls`. */
static void put_program(const char *name, const char *benchmarks, const char *cost)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f,
            "#!/bin/sh\n"
            "case $1 in\n"
            "--version) echo benchmark 1; exit 0 ;;\n"
            "--benchmark_list_tests=true) printf '%s'; exit 0 ;;\n"
            "esac\n"
            "echo \"%s $1\" >>calls\n"
            "n=$(grep -c \"^%s \" calls)\n"
            "case $1 in *fail*) error='\"error_occurred\": true,' ;; esac\n"
            "%s\n"
            "echo '{\"context\": {}, \"benchmarks\": [{\"name\": \"x\", '\"$error\"' \"run_type\": "
            "\"iteration\", \"real_time\": '$cost', \"time_unit\": \"us\"}]}'\n",
            benchmarks, name, name, cost);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

static void test_two_programs_get_a_verdict(void **state)
{
    (void)state;
    put_program("a", "BM_x/1\\nBM_other\\n", "cost=10.0$((n % 7))");
    put_program("b", "BM_mine\\nBM_x/1\\n", "cost=12.0$((n % 5))");
    const struct said *said = in_folder("$H compare -- ./a ./b");
    assert_int_equal(said->status, EXIT_SLOWER);
    assert_non_null(strstr(said->out, "./b against ./a\n  BM_x/1  10.0 µs -> 12.0 µs  slower by "));
    assert_non_null(strstr(said->out, "1 of 1 moved"));
    /* Twenty rounds, each of one process of both, with an exact filter. */
    said = in_folder("sort calls | uniq -c | sed 's/^ *//'");
    assert_string_equal(said->out, "20 a --benchmark_filter=^BM_x/1$\n"
                                   "20 b --benchmark_filter=^BM_x/1$\n");
    said = in_folder(
        "awk '{ print $1 }' calls | paste -sd '' | grep -oE '..' | sort -u | paste -sd ,");
    assert_string_equal(said->out, "ab,ba\n"); /* side by side, and neither always first */
}

static void test_the_forms_are_those_of_variants(void **state)
{
    (void)state;
    put_program("a", "BM_x/1\\n", "cost=10.0$((n % 7))");
    put_program("b", "BM_x/1\\n", "cost=10.0$((n % 5))");
    const struct said *said = in_folder("$H compare --json --reps 12 ./a ./b");
    assert_int_equal(said->status, EXIT_OK);
    json_t *all = json_loads(said->out, 0, NULL);
    assert_true(json_is_null(json_object_get(all, "run")));
    const json_t *cell = json_array_get(json_object_get(all, "cells"), 0);
    assert_string_equal(json_string_value(json_object_get(cell, "cell")), "BM_x/1");
    assert_string_equal(json_string_value(json_object_get(cell, "verdict")), "same");
    assert_int_equal(json_integer_value(json_object_get(cell, "rounds")), 12);
    json_decref(all);
    said = in_folder("$H compare --markdown --reps 6 --fail-above 50% ./a ./b");
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->out, "**./b against ./a**: "));
}

/* A benchmark that says that it failed has no time; the others stand. */
static void test_a_benchmark_that_fails_is_left_out_and_told(void **state)
{
    (void)state;
    put_program("a", "BM_x/1\\nBM_fail\\n", "cost=10.0$((n % 7))");
    put_program("b", "BM_x/1\\nBM_fail\\n", "cost=10.0$((n % 5))");
    const struct said *said = in_folder("$H compare --all --reps 6 ./a ./b");
    assert_non_null(strstr(said->err, "./a: BM_fail gave no time in round 1, which is left out"));
    assert_non_null(strstr(said->out, "BM_x/1 "));
    assert_non_null(strstr(said->out, "1 the same within 1%, 1 can't tell\n"));
}

/* Two builds of the lab, which are one here: whatever the verdict, both have the cell. */
static void test_two_builds_run_their_cells(void **state)
{
    (void)state;
    const struct said *said =
        in_folder("$H compare --all --reps 6 --scenario recv-closed --variant "
                  "ticket \"$H\" \"$H\"");
    assert_true(said->status == EXIT_OK || said->status == EXIT_SLOWER ||
                said->status == EXIT_CANT_TELL);
    assert_non_null(strstr(said->out, "\n  recv-closed/variant=ticket/elem=8  "));
    assert_int_equal(count_lines(said->out), 4);
}

static void test_bad_programs_get_one_clear_line(void **state)
{
    static const struct {
        const char *line, *says;
        int status;
    } rows[] = {
        {"$H compare ./a ./none", "./none", EXIT_USAGE},
        {"$H compare ./a ./other", "have no benchmark in common", EXIT_USAGE},
        {"$H compare ./a ./empty", "./empty has no benchmark", EXIT_ENVIRONMENT},
        {"$H compare ./a /bin/false", "/bin/false does not list its benchmarks", EXIT_ENVIRONMENT},
        {"$H compare ./a ticket", "'./a' is a program and 'ticket' is a variant", EXIT_USAGE},
        {"$H compare --reps 5 ./a ./a", "from 6 to 1000", EXIT_USAGE},
        {"$H compare --reps 7 ticket fastpath", "are for two programs", EXIT_USAGE},
        {"$H compare --history ./a ./a", "--history takes two variants", EXIT_USAGE},
    };
    (void)state;
    put_program("a", "BM_x/1\\n", "cost=10");
    put_program("other", "BM_y\\n", "cost=10");
    put_program("empty", "", "cost=10");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct said *said = in_folder(rows[i].line);
        if (said->status != rows[i].status || !strstr(said->err, rows[i].says) ||
            count_lines(said->err) != 1)
            fail_msg("%s: status %d: %s", rows[i].line, said->status, said->err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, clean_up)
        TEST(test_two_programs_get_a_verdict),
        TEST(test_the_forms_are_those_of_variants),
        TEST(test_a_benchmark_that_fails_is_left_out_and_told),
        TEST(test_two_builds_run_their_cells),
        TEST(test_bad_programs_get_one_clear_line),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
