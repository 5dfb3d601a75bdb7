/* `hchanlab ratio`: medians and intervals by name, and lines that are refused. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/tests/program.h"
#include <math.h>

/* What the program prints for these lines of input. */
static struct said *ratios_of(const char *lines)
{
    char command[2048];
    snprintf(command, sizeof(command), "printf '%%b' '%s' | \"$H\" ratio", lines);
    return run_program(command);
}

static void test_each_name_has_its_median_and_interval(void **state)
{
    /* The ratios of b are 1.1 to 1.6, in no order and between those of others. */
    static const char lines[] = "b 10 14\\nlast 4 2\\nb 10 11\\nb 100 150\\na/x=1 2 3\\nb 1 1.6\\n"
                                "b 10 12\\na/x=1 2 5\\nb 10 13\\n";
    (void)state;
    struct said *said = ratios_of(lines);
    assert_int_equal(said->status, EXIT_OK);
    assert_string_equal(said->err, "");
    assert_string_equal(said->out, "name\tturns\tratio\tlow\thigh\n"
                                   "a/x=1\t2\t2\tn/a\tn/a\n"
                                   "b\t6\t1.35\t1.1\t1.6\n"
                                   "last\t1\t0.5\tn/a\tn/a\n");
}

static void test_what_is_no_turn_is_refused_with_its_line(void **state)
{
    static const char *const wrong[] = {"b 1",    "b 1 2 3", "b 0 1",   "b 1 0", "b 1 -2", "b 1 x",
                                        "b 1 2x", "b 1 nan", "b inf 1", "1 2",   "b 1 n/a"};
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char lines[64];
        snprintf(lines, sizeof(lines), "a 1 2\\n%s\\n", wrong[i]);
        struct said *said = ratios_of(lines);
        if (said->status != EXIT_USAGE || !strstr(said->err, "line 2: give"))
            fail_msg("'%s': status %d: %s", wrong[i], said->status, said->err);
        assert_string_equal(said->out, "");
    }
}

static void test_no_input_is_refused(void **state)
{
    (void)state;
    struct said *said = run_program("\"$H\" ratio </dev/null");
    assert_int_equal(said->status, EXIT_USAGE);
    assert_non_null(strstr(said->err, "give lines NAME OLD NEW"));
    said = run_program("\"$H\" ratio </");
    assert_int_equal(said->status, EXIT_IO);
    assert_int_equal(count_lines(said->err), 1);
}

static void test_the_help_says_what_to_give(void **state)
{
    (void)state;
    struct said *said = run_program("\"$H\" ratio --help");
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->out, "NAME OLD NEW"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_name_has_its_median_and_interval),
        cmocka_unit_test(test_what_is_no_turn_is_refused_with_its_line),
        cmocka_unit_test(test_no_input_is_refused),
        cmocka_unit_test(test_the_help_says_what_to_give),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
