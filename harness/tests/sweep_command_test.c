/* `hchanlab sweep` beside other programs: another sweep, a log that nobody reads, a real-time
 * policy, a user's variables. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/sweep/alone.h"
#include "harness/tests/commands.h"
#include <signal.h>

#define SMALL_SWEEP "$H sweep --scenario floor-empty --reps 2 --db a.db"

/* Holds the lock of that name until it is ended. */
static pid_t hold_lock(void)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        pid_t other;
        char said = alone_begin(&other) == 0 ? '1' : '0';
        if (write(ready[1], &said, 1) == 1)
            pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, '1');
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void test_a_second_sweep_is_refused_and_told_who_sweeps(void **state)
{
    char name[32], wanted[64];
    (void)state;
    snprintf(name, sizeof(name), "-test-%d", (int)getpid());
    setenv("HCHANLAB_LOCK", name, 1);
    pid_t holder = hold_lock();
    snprintf(wanted, sizeof(wanted), "another sweep (process %d) measures", (int)holder);
    const struct said *said = in_folder(SMALL_SWEEP "; echo $?; ls");
    assert_string_equal(said->out, "3\n"); /* and nothing is made */
    assert_non_null(strstr(said->err, wanted));
    assert_non_null(strstr(said->err, "--shared"));
    assert_int_equal(count_lines(said->err), 1);
    assert_int_equal(in_folder(SMALL_SWEEP " --shared")->status, EXIT_OK);
    assert_non_null(strstr(ask("SELECT command FROM runs"), " --shared"));
    assert_int_equal(in_folder(SMALL_SWEEP " --dry-run")->status, EXIT_OK);
    kill(holder, SIGKILL); /* and the lock goes with it */
    assert_int_equal(waitpid(holder, NULL, 0), holder);
    assert_int_equal(in_folder(SMALL_SWEEP)->status, EXIT_OK);
    setenv("HCHANLAB_LOCK", "", 1);
    assert_int_equal(in_folder("export HCHANLAB_LOCK=$(printf %090d 0); " SMALL_SWEEP)->status,
                     EXIT_OK);
    said = in_folder("export HCHANLAB_LOCK=$(printf %0200d 0); " SMALL_SWEEP);
    assert_int_equal(said->status, EXIT_USAGE);
    assert_string_equal(said->err,
                        "hchanlab: HCHANLAB_LOCK is too long: give it 90 characters at most\n");
}

/* Given a reader of the log that ends at once, or after a line, then the sweep is measured to its
 * end, and its status says that it could not show its results. */
static void test_a_log_that_dies_does_not_end_a_sweep(void **state)
{
    static const char *const readers[] = {"true", "head -n 1 >/dev/null"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char line[256];
        snprintf(line, sizeof(line), "rm -f a.db; { " SMALL_SWEEP "; echo $? >status; } 2>&1 | %s",
                 readers[i]);
        in_folder(line);
        assert_string_not_equal(ask("SELECT max(finished) FROM runs"), "NULL");
        assert_string_equal(ask("SELECT count(*) = 2 * (SELECT count(*) FROM cells) FROM trials"),
                            "1");
        assert_string_equal(in_folder("cat status")->out, "4\n");
    }
    /* If only the log is gone, all is said that can be. */
    const struct said *said = in_folder("{ " SMALL_SWEEP "; echo $? >status; } 2>&1 >out | true; "
                                        "cat status; grep -c floor-empty out");
    assert_string_equal(said->out, "0\n1\n");
}

/* A crowd spins on every PU, and the thread that ends its window has the same policy. */
static void test_a_crowd_is_measured_in_real_time(void **state)
{
    (void)state;
    if (run_program("chrt -f 1 true")->status != 0)
        skip();
    /* Should it hang, the kernel ends what spins: a PU would be lost for ever otherwise. */
    const struct said *said = in_folder("prlimit --rttime=3000000:4000000 chrt -f 1 $H sweep "
                                        "--scenario lock --variant ticket --threads 2 --reps 1 "
                                        "--db a.db");
    if (said->status != EXIT_OK)
        fail_msg("status %d: %s", said->status, said->err);
    assert_string_equal(ask("SELECT max(status) FROM trials"), "0");
    assert_string_equal(ask("SELECT json_extract(environment, '$.sched_policy') FROM runs"),
                        "fifo");
    /* Without the right to go up, those that are watched go down, if there is room. */
    static const char as_nobody[] =
        "rm -f a.db; chmod 777 .; prlimit --rttime=3000000:4000000 --rtprio=0 chrt -f %d setpriv "
        "--reuid=65534 --regid=65534 --clear-groups $H sweep --scenario lock --variant ticket "
        "--threads 2 --reps 1 --db a.db";
    char line[512];
    if (run_program("setpriv --reuid=65534 --regid=65534 --clear-groups $H --version")->status != 0)
        return;
    snprintf(line, sizeof(line), as_nobody, 2);
    said = in_folder(line);
    assert_int_equal(said->status, EXIT_ENVIRONMENT);
    assert_non_null(strstr(said->err, "at the real-time priority 2 nothing can outrank"));
    snprintf(line, sizeof(line), as_nobody, 3);
    assert_int_equal(in_folder(line)->status, EXIT_OK);
    assert_string_equal(ask("SELECT max(status) FROM trials"), "0");
}

static void test_variables_that_would_change_the_measuring_do_not(void **state)
{
    (void)state;
    const struct said *said =
        in_folder("export BENCHMARK_LIST_TESTS=true BENCHMARK_FILTER=x "
                  "BENCHMARK_REPETITIONS=3 BENCHMARK_OUT=f GOGC=77; " SMALL_SWEEP "; ls f");
    assert_string_equal(ask("SELECT max(status) FROM trials"), "0");
    assert_string_equal(ask("SELECT count(*) = 3 * (SELECT count(*) FROM trials) FROM samples"),
                        "1");
    assert_non_null(strstr(said->err, "f'")); /* no such file */
    assert_string_equal(ask("SELECT json_extract(environment, '$.variables') FROM runs"),
                        "GOGC=77");
}

static void test_what_others_used_meanwhile_is_kept(void **state)
{
    (void)state;
    assert_int_equal(in_folder(SMALL_SWEEP)->status, EXIT_OK);
    assert_string_equal(
        ask("SELECT json_extract(environment, '$.others_share') BETWEEN 0 AND 1 AND "
            "json_extract(environment, '$.steal_meanwhile') BETWEEN 0 AND 1 FROM runs"),
        "1");
    /* And for each process, but for one that was over before the kernel's clock had ticked. */
    assert_string_equal(ask("SELECT sum(others_share BETWEEN 0 AND 1 AND steal_meanwhile BETWEEN 0 "
                            "AND 1) BETWEEN 1 AND count(*) FROM trials"),
                        "1");
    assert_string_equal(ask("SELECT count(*) FROM trials WHERE NOT others_share BETWEEN 0 AND 1"),
                        "0");
}

static void test_a_value_that_only_some_scenarios_take_is_told(void **state)
{
    (void)state;
    const struct said *said = in_folder("$H sweep --capacity 64 --threads 9 --dry-run");
    assert_int_equal(said->status, EXIT_OK);
    const char *without = strstr(said->err, "--capacity: measured without it: ");
    const char *left_out =
        strstr(said->err, "--threads: left out, since they take no such value: ");
    assert_non_null(without);
    assert_non_null(left_out);
    assert_non_null(strstr(without, "recv-closed"));
    assert_non_null(strstr(left_out, "handoff"));
    assert_null(strstr(said->out, "handoff/"));
    assert_string_equal(in_folder("$H sweep --scenario buffer-hop --capacity 64 --dry-run")->err,
                        "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_second_sweep_is_refused_and_told_who_sweeps),
        TEST(test_a_log_that_dies_does_not_end_a_sweep),
        TEST(test_a_crowd_is_measured_in_real_time),
        TEST(test_variables_that_would_change_the_measuring_do_not),
        TEST(test_what_others_used_meanwhile_is_kept),
        TEST(test_a_value_that_only_some_scenarios_take_is_told),
    };
    setenv("HCHANLAB_LOCK", "", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
