/* `hchanlab sweep --resume`, `--retry-failed` and `hchanlab rerun`, as a user has them. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/tests/commands.h"

#define SMALL_SWEEP "$H sweep --scenario floor-empty --reps 2 --db a.db"

/* Makes run 1 a run that was killed while its last process ran: of that there is a sample, and not
 * how it ended. */
static void make_cut_run(void)
{
    assert_int_equal(in_folder(SMALL_SWEEP)->status, EXIT_OK);
    ask("DELETE FROM trials WHERE position = (SELECT max(position) FROM trials)");
    ask("UPDATE runs SET finished = NULL");
}

static void assert_whole(void)
{
    assert_string_equal(ask("SELECT count(*) = 2 * (SELECT count(*) FROM cells) FROM trials"), "1");
    assert_string_equal(ask("SELECT count(*) = 3 * (SELECT count(*) FROM trials WHERE status = 0) "
                            "FROM samples"),
                        "1");
    assert_string_equal(ask("SELECT finished IS NOT NULL FROM runs"), "1");
}

static void test_a_run_goes_on_and_says_what_it_keeps(void **state)
{
    static const char *const names[] = {"1", "latest", "before"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char line[128], wanted[128];
        make_cut_run();
        ask("UPDATE runs SET name = 'before'");
        int planned = atoi(ask("SELECT 2 * count(*) FROM cells"));
        snprintf(wanted, sizeof(wanted),
                 "run 1: %d of %d processes kept, 1 cut short and measured again\n", planned - 1,
                 planned);
        snprintf(line, sizeof(line), "$H sweep --resume %s --db a.db", names[i]);
        const struct said *said = in_folder(line);
        if (said->status != EXIT_OK || !strstr(said->err, wanted))
            fail_msg("status %d: %s", said->status, said->err);
        snprintf(wanted, sizeof(wanted), "[%d/%d]", planned - 1, planned);
        assert_non_null(strstr(said->err, wanted)); /* the progress of the whole run */
        assert_non_null(strstr(said->out, "run 1 in a.db\n"));
        assert_whole();
        in_folder("rm a.db");
    }
}

/* Interrupted by the user, who goes on with the command that the sweep names. */
static void test_an_interrupted_sweep_names_the_command_that_goes_on(void **state)
{
    (void)state;
    const struct said *said = in_folder(
        "$H sweep --scenario floor-empty --reps 30 --db a.db & p=$!; for i in $(seq 600); do "
        "$H export --db a.db --format go 2>/dev/null | grep -q ns/op && break; sleep 0.1; done; "
        "kill -TERM $p; wait $p");
    assert_int_equal(said->status, EXIT_INTERRUPTED);
    assert_non_null(strstr(said->err, "`hchanlab sweep --resume 1` goes on"));
    ask("UPDATE runs SET processes = (SELECT coalesce(max(process), 0) + 1 FROM trials)"); /* it may
                                                                                              take
                                                                                              long
                                                                                            */
    assert_int_equal(in_folder("$H sweep --resume 1 --db a.db")->status, EXIT_OK);
    assert_string_equal(ask("SELECT count(*) = (SELECT count(*) FROM cells) * (SELECT processes "
                            "FROM runs) FROM trials"),
                        "1");
}

/* A run that is being measured is nobody else's, whatever the two sweeps say. */
static void test_a_run_that_is_being_measured_is_refused(void **state)
{
    (void)state;
    const struct said *said = in_folder(
        "$H sweep --scenario floor-empty --reps 900 --db a.db 2>first.err & p=$!; "
        "for i in $(seq 600); do $H export --db a.db --format go 2>/dev/null | grep -q ns/op "
        "&& break; sleep 0.1; done; $H sweep --resume 1 --shared --db a.db; echo $?; "
        "$H sweep --retry-failed 1 --shared --db a.db; echo $?; kill -TERM $p; wait $p; echo $?");
    assert_string_equal(said->out, "3\n3\n130\n");
    assert_non_null(strstr(said->err, "hchanlab: run 1 is being measured by process "));
    assert_int_equal(count_lines(said->err), 2);
}

struct refusal {
    const char *change, *line;
    int status;
    const char *says;
};

static const struct refusal refusals[] = {
    {"UPDATE runs SET environment = json_set(environment, '$.hostname', 'elsewhere')",
     "$H sweep --resume 1 --db a.db", EXIT_ENVIRONMENT, "another hostname (elsewhere, now"},
    {"UPDATE runs SET environment = json_set(environment, '$.hchanlab_build_id', 'abc')",
     "$H sweep --resume 1 --db a.db", EXIT_ENVIRONMENT, "another hchanlab_build_id (abc, now"},
    {"UPDATE runs SET environment = json_set(environment, '$.cpu_model', 'abacus')",
     "$H sweep --resume 1 --db a.db", EXIT_ENVIRONMENT, "another cpu_model (abacus, now"},
    {"UPDATE runs SET environment = json_set(environment, '$.kernel', '1.0')",
     "$H sweep --retry-failed 1 --db a.db", EXIT_ENVIRONMENT, "another kernel (1.0, now"},
    {"SELECT 1", "LD_BIND_NOW=1 GOGC=7 $H sweep --resume 1 --db a.db", EXIT_ENVIRONMENT,
     "another variables (none, now"},
    {"UPDATE runs SET finished = started", "$H sweep --resume 1 --db a.db", EXIT_USAGE,
     "run 1 is finished: --retry-failed 1"},
    {"UPDATE runs SET samples = NULL", "$H sweep --resume 1 --db a.db", EXIT_USAGE,
     "older hchanlab, which did not keep how cells are sampled"},
    {"UPDATE runs SET samples = NULL", "$H rerun 1 --db a.db", EXIT_USAGE,
     "older hchanlab, which did not keep how cells are sampled"},
    {"UPDATE cells SET name = 'gone/variant=ticket', scenario = 'gone' WHERE name LIKE "
     "'floor-empty%'",
     "$H rerun 1 --db a.db", EXIT_ENVIRONMENT, "has the cell gone/variant=ticket: "},
    {"SELECT 1", "$H sweep --resume 2 --db a.db", EXIT_USAGE, "no run 2 in a.db: the latest is 1"},
    {"SELECT 1", "$H sweep --resume none --db a.db", EXIT_USAGE, "no run 'none' in a.db"},
    {"SELECT 1", "$H sweep --resume 1 --db b.db; r=$?; ls b.db; exit $r", EXIT_IO, "b.db"},
    {"SELECT 1", "$H sweep --resume 1 --reps 3 --db a.db", EXIT_USAGE, "leave --reps out"},
    {"SELECT 1", "$H sweep --resume 1 --full --db a.db", EXIT_USAGE, "leave --full out"},
    {"SELECT 1", "$H sweep --resume 1 --variant all --db a.db", EXIT_USAGE, "leave --variant out"},
    {"SELECT 1", "$H sweep --retry-failed 1 --elem 8 --db a.db", EXIT_USAGE, "leave --elem out"},
    {"SELECT 1", "$H sweep --retry-failed 1 --resume 1 --db a.db", EXIT_USAGE, "choose one"},
    {"SELECT 1", "HCHANLAB_PAUSE=soon $H sweep --resume 1 --db a.db", EXIT_USAGE,
     "HCHANLAB_PAUSE=soon: give seconds from 0 to 86400"},
};

/* And nothing is changed. */
static void test_what_can_not_be_gone_on_with_is_refused(void **state)
{
    (void)state;
    make_cut_run();
    in_folder("cp a.db cut.db");
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *r = &refusals[i];
        in_folder("cp cut.db a.db");
        ask(r->change);
        char trials[32], samples[32];
        snprintf(trials, sizeof(trials), "%s", ask("SELECT count(*) FROM trials"));
        snprintf(samples, sizeof(samples), "%s", ask("SELECT count(*) FROM samples"));
        const struct said *said = in_folder(r->line);
        if (said->status != r->status || !strstr(said->err, r->says))
            fail_msg("%s: status %d: %s", r->line, said->status, said->err);
        assert_string_equal(said->out, "");
        assert_string_equal(ask("SELECT count(*) FROM trials"), trials);
        assert_string_equal(ask("SELECT count(*) FROM samples"), samples);
        assert_string_equal(ask("SELECT count(*) FROM runs"), "1");
    }
}

static void test_what_failed_is_measured_again(void **state)
{
    (void)state;
    assert_int_equal(in_folder(SMALL_SWEEP)->status, EXIT_OK);
    const struct said *said = in_folder("$H sweep --retry-failed latest --db a.db");
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(
        strstr(said->err, "run 1: 0 processes that failed or ran out of time are measured again"));
    ask("UPDATE trials SET status = 1, message = 'late' WHERE position = 1");
    ask("UPDATE trials SET status = 2, message = 'wrong' WHERE position = 2");
    said = in_folder("$H sweep --retry-failed 1 --db a.db");
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->err, "run 1: 2 processes that"));
    assert_whole();
    assert_string_equal(ask("SELECT count(*) FROM trials WHERE status IN (1, 2)"), "0");
    assert_string_equal(ask("SELECT json_extract(environment, '$.retried') = 2 FROM runs"), "1");
}

static void test_a_rerun_has_the_plan_of_the_run_and_a_seed_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(in_folder(SMALL_SWEEP " --name before")->status, EXIT_OK);
    const struct said *said = in_folder("$H rerun before --db a.db --name after");
    assert_int_equal(said->status, EXIT_OK);
    assert_non_null(strstr(said->out, "run 2 in a.db\n"));
    assert_int_equal(in_folder("$H rerun 1 --db a.db --seed 77 --note 'colder room'")->status,
                     EXIT_OK);
    assert_string_equal(ask("SELECT count(DISTINCT seed) FROM runs"), "3");
    assert_string_equal(ask("SELECT seed FROM runs WHERE id = 3"), "77");
    assert_string_equal(ask("SELECT note FROM runs WHERE id = 2"), "rerun of run 1 (before)");
    assert_string_equal(ask("SELECT note FROM runs WHERE id = 3"),
                        "colder room; rerun of run 1 (before)");
    assert_string_equal(ask("SELECT count(DISTINCT all_names) FROM (SELECT group_concat(name) AS "
                            "all_names FROM (SELECT * FROM cells ORDER BY id) GROUP BY run)"),
                        "1");
    assert_string_equal(ask("SELECT count(*) FROM (SELECT DISTINCT mode, processes, samples, "
                            "window_ns, limit_ns, kill_ns FROM runs WHERE samples > 0)"),
                        "1");
    assert_string_equal(ask("SELECT count(*) = 2 * (SELECT count(*) FROM cells) FROM trials"), "1");
    /* What repeats it does. */
    char command[1100];
    snprintf(command, sizeof(command), "%s", ask("SELECT command FROM runs WHERE id = 3"));
    assert_non_null(strstr(command, " rerun 1 --seed 77 --db "));
    assert_int_equal(in_folder(command)->status, EXIT_OK);
    assert_string_equal(ask("SELECT seed FROM runs WHERE id = 4"), "77");
}

/* The run says that it looked, and a rerun of it does, too. */
static void test_an_adaptive_run_says_so(void **state)
{
    (void)state;
    assert_int_equal(in_folder("$H sweep --scenario floor-empty --adaptive --db a.db")->status,
                     EXIT_OK);
    assert_string_equal(ask("SELECT json_extract(environment, '$.looks') FROM runs"), "10 20 40");
    assert_string_equal(ask("SELECT count(*) = 10 * (SELECT count(*) FROM cells) FROM trials"),
                        "1"); /* of floors */
    assert_non_null(strstr(ask("SELECT command FROM runs"), " --adaptive "));
    ask("UPDATE runs SET finished = NULL");
    ask("DELETE FROM trials WHERE process = 9");
    assert_int_equal(in_folder("$H sweep --resume 1 --db a.db")->status, EXIT_OK);
    assert_string_equal(ask("SELECT count(*) = 10 * (SELECT count(*) FROM cells) FROM trials"),
                        "1");
    assert_int_equal(in_folder(SMALL_SWEEP)->status, EXIT_OK);
    assert_string_equal(ask("SELECT json_extract(environment, '$.looks') FROM runs WHERE id = 2"),
                        "NULL");
}

static void test_the_seconds_of_pauses_are_kept(void **state)
{
    (void)state;
    assert_int_equal(in_folder(SMALL_SWEEP " --no-pause")->status, EXIT_OK);
    assert_string_equal(ask("SELECT json_extract(environment, '$.paused_s') = 0 FROM runs"), "1");
}

/* Given programs that spin on every PU, then measuring pauses for as long as it may, and goes on.
 * In a container they may have few of the PUs that the kernel counts; what was kept says so. */
static void test_measuring_pauses_while_others_use_the_machine(void **state)
{
    (void)state;
    const struct said *said = in_folder(
        "for i in $(seq $(nproc)); do timeout 300 sh -c 'while :; do :; done' & echo $! >>pids; "
        "done; HCHANLAB_PAUSE=2 $H sweep --scenario floor-empty --reps 4 --db a.db; r=$?; "
        "kill $(cat pids); exit $r");
    assert_int_equal(said->status, EXIT_OK);
    if (strcmp(ask("SELECT avg(others_share) > 0.5 FROM trials"), "1") != 0)
        skip();
    assert_non_null(strstr(said->err, "of the PUs' time: measuring pauses\n"));
    assert_non_null(strstr(said->err, "measuring goes on after 2 s, and pauses no more\n"));
    assert_string_equal(ask("SELECT json_extract(environment, '$.paused_s') = 2 FROM runs"), "1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_run_goes_on_and_says_what_it_keeps),
        TEST(test_an_interrupted_sweep_names_the_command_that_goes_on),
        TEST(test_a_run_that_is_being_measured_is_refused),
        TEST(test_what_can_not_be_gone_on_with_is_refused),
        TEST(test_what_failed_is_measured_again),
        TEST(test_a_rerun_has_the_plan_of_the_run_and_a_seed_of_its_own),
        TEST(test_an_adaptive_run_says_so),
        TEST(test_the_seconds_of_pauses_are_kept),
        TEST(test_measuring_pauses_while_others_use_the_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
