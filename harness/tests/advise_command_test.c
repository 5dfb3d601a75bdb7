/* `hchanlab advise`, as a user has it: it answers from what was swept, and otherwise names the
 * sweep that would tell, which can be pasted. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/tests/commands.h"
#include <jansson.h>

#define QUESTION "--scenario recv-closed --variant ticket,futex-park --db a.db"

static void test_what_was_swept_is_known(void **state)
{
    (void)state;
    in_folder("$H sweep " QUESTION " --reps 6 --samples 1 --window 100us");
    const struct said *said = in_folder("$H advise " QUESTION);
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->out, "recv-closed/elem=8\n  take "));
    assert_non_null(strstr(said->out, "  by run 1 of 20"));
    assert_non_null(strstr(said->out, ", 6 rounds, 2 variants side by side\n"));
    said = in_folder("$H advise " QUESTION " --json");
    json_t *all = json_loads(said->out, 0, NULL);
    const json_t *answer = json_array_get(json_object_get(all, "answers"), 0);
    assert_int_equal(json_integer_value(json_object_get(answer, "run")), 1);
    assert_int_equal(json_array_size(json_object_get(answer, "variants")), 2);
    assert_null(json_object_get(all, "sweep"));
    json_decref(all);
}

static void test_what_is_not_known_can_be_swept(void **state)
{
    char command[2048], line[2304];
    (void)state;
    const struct said *said = in_folder("$H advise --producers 4 --consumers 1 --capacity 64 "
                                        "--think 2us --variant ticket --db a.db");
    assert_int_equal(said->status, EXIT_CANT_TELL);
    const char *at = strstr(said->out, "of measuring would tell:\n");
    assert_non_null(at);
    snprintf(command, sizeof(command), "%s", strchr(at, '\n') + 1);
    command[strcspn(command, "\n")] = '\0';
    assert_non_null(strstr(command, " --producers 4 --consumers 1 "));
    assert_non_null(strstr(command, " --work 2000"));
    assert_non_null(strstr(command, "a.db"));
    snprintf(line, sizeof(line), "eval \"%s --dry-run\"", command);
    said = in_folder(line);
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->out, "fan-in/variant=ticket/capacity=64/elem=8/threads=5/"
                                      "work=2000"));
}

/* What another machine measured is not what this one costs. */
static void test_another_machines_runs_are_told_and_left_out(void **state)
{
    (void)state;
    in_folder("$H sweep " QUESTION " --reps 6 --samples 1 --window 100us");
    ask("UPDATE runs SET environment = json_set(environment, '$.cpu_model', 'another')");
    const struct said *said = in_folder("$H advise " QUESTION);
    assert_int_equal(said->status, EXIT_CANT_TELL);
    assert_non_null(strstr(said->out, "1 run of other machines left out\n"));
    assert_non_null(strstr(said->out, "not known: no run of this machine has it"));
}

static void test_bad_input_gets_one_clear_line(void **state)
{
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"$H advise --plan full --db a.db", "more than 24 cells would answer: ask less"},
        {"$H advise --scenario nothing", "no scenario 'nothing'"},
        {"$H advise --think 1h --scenario prod-cons", "--think"},
        {"$H advise --quick --full", "choose one"},
        {"echo x >b.db; $H advise --scenario handoff --db b.db", "b.db"},
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
        TEST(test_what_was_swept_is_known),
        TEST(test_what_is_not_known_can_be_swept),
        TEST(test_another_machines_runs_are_told_and_left_out),
        TEST(test_bad_input_gets_one_clear_line),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
