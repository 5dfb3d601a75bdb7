/* Sweeps that are cut short at any moment, and gone on with: each process of each cell is in the
 * store once, and nothing is there of one that did not end. sweep_run() starts /proc/self/exe with
 * the arguments `cell NAME ...`, so this program plays the cells, too (sweep_cells.h). */
/* SPDX-License-Identifier: MIT */
#include "harness/base/clock.h"
#include "harness/sweep/order.h"
#include "harness/tests/sweep_over.h"
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

/* What is in the store is of processes that ended, and of nothing else. */
static void assert_nothing_is_left_over(void)
{
    static const char *const tables[] = {"samples", "outcomes", "counters", "latencies"};
    char sql[200];
    for (size_t i = 0; i < 4; i++) {
        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM %s AS x WHERE NOT EXISTS (SELECT 1 FROM trials AS t"
                 " WHERE t.cell = x.cell AND t.process = x.process)",
                 tables[i]);
        assert_query(sql, 0);
    }
}

/* Of `several` in so many processes, each row. */
static void assert_rows(const char *name, uint32_t processes)
{
    char sql[300];
    static const struct {
        const char *table, *right;
        unsigned each;
    } tables[] = {
        {"samples", "ops = 1 AND ns_per_op = 1.5 AND window_ns = 1.5", SEVERAL},
        {"outcomes", "x.name = 'send_park' AND count = 1 AND ops = 1", 1},
        {"counters", "x.name = 'L1' AND domain = 'user' AND per_op = 1", 1},
        {"latencies", "side = 'send' AND count = 1", 1},
        {"trials", "status = 0 AND message = ''", 1},
    };
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        snprintf(sql, sizeof(sql),
                 "SELECT sum(%s) FROM %s AS x JOIN cells AS c ON x.cell = c.id WHERE c.name = '%s'",
                 tables[i].right, tables[i].table, name);
        assert_query(sql, tables[i].each * processes);
        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM %s AS x JOIN cells AS c ON x.cell = c.id WHERE c.name = '%s'"
                 " AND x.process < %u",
                 tables[i].table, name, processes);
        assert_query(sql, tables[i].each * processes);
    }
}

static void test_a_run_goes_on_where_it_was_interrupted(void **state)
{
    (void)state;
    static const char names[] = "several interrupt-once well";
    /* Each process of interrupt-once interrupts the sweep once. */
    assert_int_equal(sweep(names, 3, never), EXIT_INTERRUPTED);
    assert_query("SELECT finished IS NULL FROM runs", 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(sweep_on(names, 3, false), EXIT_INTERRUPTED);
    assert_int_equal(sweep_on(names, 3, false), EXIT_OK);
    assert_query("SELECT finished IS NULL FROM runs", 0);
    assert_rows("several", 3);
    assert_rows("interrupt-once", 3);
    assert_all("well", TRIAL_OK, 3, "");
    assert_nothing_is_left_over();
    assert_query("SELECT count(DISTINCT position) FROM trials WHERE position < 9", 9);
}

/* What a cut process left goes, though it is of a run before; another run's stays. */
static void test_what_was_cut_short_is_removed_from_this_run_only(void **state)
{
    (void)state;
    int64_t other, cell;
    const struct cell a_cell = {.name = "x", .scenario = "s"};
    const struct run a_run = {
        .command = "c", .mode = "quick", .environment = "{}", .topology = "<t/>"};
    assert_int_equal(store_begin_run(store, &a_run, &other), 0);
    assert_int_equal(store_add_cell(store, other, &a_cell, &cell), 0);
    assert_int_equal(
        store_add_sample(store, cell, &(struct sample){.ops = 1, .ns_per_op = 1, .window_ns = 1}),
        0);
    assert_int_equal(sweep("interrupt-once", 1, never), EXIT_INTERRUPTED);
    assert_query("SELECT count(*) FROM samples", 2);
    assert_int_equal(sweep_on("interrupt-once", 1, false), EXIT_OK);
    assert_rows("interrupt-once", 1);
    assert_query("SELECT count(*) FROM samples", 1 + SEVERAL);
}

static void test_a_finished_run_has_nothing_to_go_on_with(void **state)
{
    (void)state;
    assert_int_equal(sweep("several", 2, never), EXIT_OK);
    assert_int_equal(sweep_on("several", 2, false), EXIT_OK);
    assert_results(0, 0, 0, 0);
    assert_rows("several", 2);
}

/* Cells that are not the run's are not measured into it. */
static void test_another_plan_is_refused(void **state)
{
    (void)state;
    assert_int_equal(sweep("interrupt-once", 2, never), EXIT_INTERRUPTED);
    assert_int_equal(sweep_on("well", 2, false), EXIT_IO);
    assert_int_equal(sweep_on("interrupt-once well", 2, false), EXIT_IO);
    assert_query("SELECT count(*) FROM trials", 0);
    assert_query("SELECT count(*) FROM samples", 1);
}

enum { ROUNDS = 40, KILLS = 20 };
static const char cut_names[] = "several well skip";

/* A sweep in a process of its own: the run's first, or one that goes on. */
static pid_t sweep_apart(bool first)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char error[512];
    struct small_plan small;
    if (!freopen("/dev/null", "w", stderr))
        _exit(99);
    store = store_open(path, STORE_WRITE, error, sizeof(error));
    if (!store)
        _exit(98);
    make_plan(&small, cut_names, ROUNDS, never);
    const struct sweep_job job = {.plan = &small.plan,
                                  .store = store,
                                  .run = run,
                                  .seed = 1,
                                  .what = first ? SWEEP_NEW : SWEEP_REST};
    int status = sweep_run(&job, &result);
    store_close(store);
    _exit(status);
}

/* Cuts a sweep short after so many microseconds. True if it had ended before. */
static bool cut_after(pid_t pid, unsigned us, int signal)
{
    const struct timespec wait = {.tv_nsec = us * 1000L};
    int status;
    nanosleep(&wait, NULL);
    kill(pid, signal);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), signal);
        return false;
    }
    if (WEXITSTATUS(status) != EXIT_OK)
        assert_int_equal(WEXITSTATUS(status), EXIT_INTERRUPTED);
    return WEXITSTATUS(status) == EXIT_OK;
}

/* The processes ran in the order that an uncut sweep has. */
static void assert_order(void)
{
    struct small_plan small;
    struct order order;
    char sql[300];
    unsigned position = 0;
    make_plan(&small, cut_names, ROUNDS, never);
    assert_int_equal(order_make(&order, &small.plan), 0);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        assert_int_equal(order_shuffle(&order, &small.plan, 1, round), 0);
        for (size_t i = 0; i < small.plan.count; i++) {
            snprintf(sql, sizeof(sql),
                     "SELECT count(*) FROM trials AS t JOIN cells AS c ON t.cell = c.id WHERE"
                     " position = %u AND process = %u AND name = '%s'",
                     position++, round, small.cells[order.cells[i]].name);
            assert_query(sql, 1);
        }
    }
    order_free(&order);
}

/* Given a sweep that is cut short at twenty random moments, by SIGKILL and by SIGINT in turn, when
 * it is gone on with each time, then the run is as if nothing had been. The moments are a matter of
 * chance on a busy machine, and what has to be true is not. */
static void test_a_run_that_is_killed_at_random_moments_is_whole(void **state)
{
    (void)state;
    struct small_plan small;
    unsigned seed = (unsigned)clock_ns(), kills = 0;
    print_message("seed %u\n", seed);
    make_plan(&small, cut_names, ROUNDS, never);
    assert_int_equal(sweep_add_cells(&small.plan, store, run), 0);
    store_close(store);
    store = NULL;
    bool ended = false;
    for (; kills < KILLS && !ended; kills++)
        ended = cut_after(sweep_apart(kills == 0), (unsigned)rand_r(&seed) % 60000,
                          kills % 2 ? SIGINT : SIGKILL);
    if (!ended) {
        int status;
        pid_t last = sweep_apart(false);
        assert_int_equal(waitpid(last, &status, 0), last);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OK);
    }
    char error[512];
    store = store_open(path, STORE_WRITE, error, sizeof(error));
    assert_non_null(store);
    assert_query("SELECT count(*) FROM runs WHERE finished IS NOT NULL", 1);
    assert_query("SELECT count(*) FROM trials", 3 * ROUNDS);
    assert_rows("several", ROUNDS);
    assert_all("well", TRIAL_OK, ROUNDS, "");
    assert_int_equal(samples_of("well"), ROUNDS);
    assert_all("skip", TRIAL_SKIPPED, ROUNDS, "no such place here");
    assert_nothing_is_left_over();
    assert_order();
    assert_query("SELECT count(*) FROM trials AS a, trials AS b WHERE a.position < b.position "
                 "AND a.started_ms > b.started_ms",
                 0);
}

static void test_those_that_failed_are_measured_again_and_replaced(void **state)
{
    (void)state;
    static const char names[] = "several flaky";
    assert_int_equal(sweep(names, 3, never), EXIT_OK);
    assert_all("flaky", TRIAL_FAILED, 3, "the first time");
    assert_int_equal(samples_of("flaky"), 6);
    assert_int_equal(sweep_on(names, 3, true), EXIT_OK);
    assert_results(3, 0, 0, 0);
    assert_all("flaky", TRIAL_OK, 3, "");
    assert_int_equal(samples_of("flaky"), 3);
    assert_rows("several", 3);
    assert_query("SELECT json_extract(environment, '$.retried') FROM runs", 3);
    assert_query("SELECT count(*) FROM trials AS t JOIN cells AS c ON t.cell = c.id "
                 "WHERE name = 'flaky' AND position BETWEEN 6 AND 8",
                 3); /* when they were measured */
    assert_int_equal(sweep_on(names, 3, true), EXIT_OK);
    assert_results(0, 0, 0, 0);
    assert_query("SELECT json_extract(environment, '$.retried') FROM runs", 3);
}

/* Given a second time that is interrupted, then what there was of the first is there still. */
static void test_what_failed_stays_until_it_has_been_measured_again(void **state)
{
    (void)state;
    assert_int_equal(sweep("flaky-interrupt", 2, never), EXIT_OK);
    assert_int_equal(sweep_on("flaky-interrupt", 2, true), EXIT_INTERRUPTED);
    assert_all("flaky-interrupt", TRIAL_FAILED, 2, "the first time");
    assert_int_equal(samples_of("flaky-interrupt"), 0);
    assert_query("SELECT json_extract(environment, '$.retried') IS NULL FROM runs", 1);
}

static void test_a_record_that_comes_twice_the_second_time_is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(sweep("flaky-twice", 1, never), EXIT_OK);
    assert_int_equal(sweep_on("flaky-twice", 1, true), EXIT_OK);
    assert_all("flaky-twice", TRIAL_FAILED, 1, "it wrote a record twice");
    assert_int_equal(samples_of("flaky-twice"), 1);
}

/* Measuring again what failed does not end a run that lacks processes. */
static void test_measuring_again_leaves_an_unfinished_run_unfinished(void **state)
{
    (void)state;
    static const char names[] = "flaky interrupt-once";
    assert_int_equal(sweep(names, 2, never), EXIT_INTERRUPTED);
    assert_int_equal(sweep_on(names, 2, true), EXIT_OK);
    assert_query("SELECT finished IS NULL FROM runs", 1);
    assert_query("SELECT count(*) FROM trials WHERE status != 0", 0);
    while (sweep_on(names, 2, false) == EXIT_INTERRUPTED)
        ;
    assert_int_equal(sweep_on(names, 2, true), EXIT_OK);
    assert_query("SELECT finished IS NULL FROM runs", 0);
    assert_all("flaky", TRIAL_OK, 2, "");
    assert_rows("interrupt-once", 2);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "cell") == 0)
        return play(argv[2], argc, argv);
    const struct CMUnitTest tests[] = {
        TEST(test_a_run_goes_on_where_it_was_interrupted),
        TEST(test_what_was_cut_short_is_removed_from_this_run_only),
        TEST(test_a_finished_run_has_nothing_to_go_on_with),
        TEST(test_another_plan_is_refused),
        TEST(test_a_run_that_is_killed_at_random_moments_is_whole),
        TEST(test_those_that_failed_are_measured_again_and_replaced),
        TEST(test_what_failed_stays_until_it_has_been_measured_again),
        TEST(test_a_record_that_comes_twice_the_second_time_is_a_failure),
        TEST(test_measuring_again_leaves_an_unfinished_run_unfinished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
