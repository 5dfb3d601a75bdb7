/* The sweep against cells that end in every way that a process can. sweep_run() starts
 * /proc/self/exe with the arguments `cell NAME ...`, so this program plays the cells, too
 * (sweep_cells.h). What came of it is read from the store. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/child.h"
#include "harness/sweep/peer_program.h"
#include "harness/tests/sweep_over.h"
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* A signal at the worst moment: after the sweep looked, before it waits. Whichever call it waits
 * with is the library's own after that. */
static bool interrupt_at_wait;

static void at_wait(void)
{
    if (interrupt_at_wait)
        raise(SIGINT);
    interrupt_at_wait = false;
}

int poll(struct pollfd *fds, nfds_t count, int ms)
{
    int (*real)(struct pollfd *, nfds_t, int) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "poll");
    at_wait();
    return real(fds, count, ms);
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *time, const sigset_t *mask)
{
    int (*real)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "ppoll");
    at_wait();
    return real(fds, count, time, mask);
}

static void test_cells_that_end_well_are_ok(void **state)
{
    (void)state;
    assert_int_equal(sweep("well", 2, never), EXIT_OK);
    assert_all("well", TRIAL_OK, 2, "");
    assert_int_equal(samples_of("well"), 2);
    assert_results(2, 0, 0, 0);
}

/* Samples are paired with those of the same round, so the number must be the sweep's own. */
static void test_samples_have_the_number_of_their_process(void **state)
{
    (void)state;
    struct sample *samples;
    size_t count;
    assert_int_equal(sweep("misnumbered", 2, never), EXIT_OK);
    assert_all("misnumbered", TRIAL_OK, 2, "");
    assert_int_equal(store_samples(store, cell_id("misnumbered"), &samples, &count), 0);
    assert_int_equal(count, 2);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(samples[i].process, i);
    free(samples);
}

/* Each round runs its blocks one after the other, in an order of its own, and each process's place
 * in the run is kept. */
static void test_the_cells_of_a_block_run_side_by_side(void **state)
{
    (void)state;
    cells_a_block = 2;
    assert_int_equal(sweep("well look deaf long skip failure", 4, never), EXIT_OK);
    cells_a_block = 16;
    assert_query("SELECT count(*) FROM trials", 24);
    assert_query("SELECT count(DISTINCT position) FROM trials WHERE position < 24", 24);
    assert_query("SELECT count(*) FROM trials WHERE position / 6 != process", 0);
    assert_query("SELECT count(*) FROM (SELECT max(position) - min(position) AS apart FROM trials "
                 "GROUP BY process, block) WHERE apart = 1",
                 12);
    assert_query("SELECT count(*) FROM trials AS a, trials AS b WHERE a.position < b.position "
                 "AND a.started_ms > b.started_ms",
                 0);
    assert_query(
        "SELECT count(DISTINCT orders) > 1 FROM (SELECT group_concat(block) AS orders FROM "
        "(SELECT * FROM trials ORDER BY position) GROUP BY process)",
        1);
}

static void test_an_acknowledged_record_is_in_the_store(void **state)
{
    (void)state;
    assert_int_equal(sweep("look", 1, never), EXIT_OK);
    assert_all("look", TRIAL_OK, 1, "");
}

static void test_how_a_process_ended_counts_whatever_it_said(void **state)
{
    (void)state;
    assert_int_equal(
        sweep("crash crash-after-end crash-after-failure exit-3 exit-66 half no-end", 1, never),
        EXIT_OK);
    assert_all("crash", TRIAL_FAILED, 1, "ended by signal 9 (Killed) before it was done");
    assert_all("crash-after-end", TRIAL_FAILED, 1,
               "ended by signal 9 (Killed) after it had said: it was done");
    assert_all("crash-after-failure", TRIAL_FAILED, 1, "after it had said: went wrong");
    assert_all("exit-3", TRIAL_FAILED, 1, "ended with status 3 after it had said: it was done");
    assert_all("exit-66", TRIAL_FAILED, 1, "ended with status 66 after it had said: no such");
    assert_all("half", TRIAL_FAILED, 1, "ended with status 0 before it was done");
    assert_all("no-end", TRIAL_FAILED, 1, "ended with status 0 before it was done");
    assert_int_equal(samples_of("crash"), 1);
    assert_int_equal(samples_of("half"), 1);
    assert_results(0, 0, 7, 0);
}

static void test_a_skipped_cell_is_no_failure(void **state)
{
    (void)state;
    assert_int_equal(sweep("skip failure", 1, never), EXIT_OK);
    assert_all("skip", TRIAL_SKIPPED, 1, "no such place here");
    assert_all("failure", TRIAL_FAILED, 1, "went wrong");
    assert_results(0, 0, 1, 1);
    assert_string_equal(result.first[TRIAL_FAILED], "failure: went wrong");
}

static void test_a_line_that_is_no_record_is_told(void **state)
{
    (void)state;
    assert_int_equal(sweep("garbage twice", 1, never), EXIT_OK);
    assert_all("garbage", TRIAL_FAILED, 1, "no record, or one twice: no ? record");
    assert_all("twice", TRIAL_FAILED, 1, "no record, or one twice: {");
    assert_int_equal(samples_of("twice"), 1);
    assert_int_equal(samples_of("garbage"), 1);
}

static void test_a_record_longer_than_the_pipe_arrives(void **state)
{
    (void)state;
    static struct latency h;
    assert_int_equal(sweep("long", 1, never), EXIT_OK);
    assert_all("long", TRIAL_OK, 1, "");
    assert_int_equal(store_latency(store, cell_id("long"), "send", &h), 0);
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        assert_int_equal(h.bucket[i], 100000000000000u + i);
}

static void test_acknowledgements_that_nobody_reads_hold_up_nobody(void **state)
{
    (void)state;
    assert_int_equal(sweep("deaf", 1, never), EXIT_OK);
    assert_all("deaf", TRIAL_OK, 1, "");
    assert_int_equal(samples_of("deaf"), UNREAD);
}

static void test_cells_that_hang_are_killed_and_the_sweep_goes_on(void **state)
{
    (void)state;
    assert_int_equal(sweep("hang mute", 2, soon), EXIT_OK);
    assert_all("hang", TRIAL_TIMEOUT, 2, "killed at its time limit of 0.300 s");
    assert_all("mute", TRIAL_TIMEOUT, 2, "killed at its time limit");
    assert_results(0, 4, 0, 0);
    assert_non_null(strstr(result.first[TRIAL_TIMEOUT], "killed"));
    assert_string_equal(result.first[TRIAL_FAILED], "");
}

/* Given a cell that says it failed and does not end then, then it has failed, whatever the time. */
static void test_a_failure_is_kept_where_the_process_hangs_after_it(void **state)
{
    for (uint64_t limit = soon;; limit *= 2) { /* on a busy machine it says so later */
        assert_int_equal(sweep("hang-after-failure", 1, limit), EXIT_OK);
        if (result.count[TRIAL_FAILED])
            break;
        assert_int_equal(remove_store(state), 0);
        assert_int_equal(make_store(state), 0);
    }
    assert_all("hang-after-failure", TRIAL_FAILED, 1, "after it had said: went wrong");
    assert_results(0, 0, 1, 0);
}

static void test_a_kill_that_comes_before_the_child_has_run_finds_it(void **state)
{
    (void)state;
    assert_int_equal(sweep("hang", 5, 1), EXIT_OK);
    assert_all("hang", TRIAL_TIMEOUT, 5, "killed");
}

/* A pipe that each process started from here on holds open, until all have ended. */
static int lifeline[2];

static void throw_lifeline(void)
{
    assert_int_equal(pipe(lifeline), 0);
}

static void assert_all_gone(void)
{
    struct pollfd fd = {.fd = lifeline[0], .events = POLLIN};
    close(lifeline[1]);
    assert_int_equal(poll(&fd, 1, 60000), 1);
    assert_true(fd.revents & POLLHUP);
    close(lifeline[0]);
}

static void test_what_a_cell_started_ends_with_it(void **state)
{
    /* The sample comes after the fork; on a busy machine that takes more than one limit. */
    uint64_t limit = soon;
    throw_lifeline();
    for (;;) {
        assert_int_equal(sweep("hang-with-child", 1, limit), EXIT_OK);
        assert_all("hang-with-child", TRIAL_TIMEOUT, 1, "killed");
        if (samples_of("hang-with-child") > 0)
            break;
        limit *= 2;
        assert_int_equal(remove_store(state), 0);
        assert_int_equal(make_store(state), 0);
    }
    assert_all_gone();
}

static void test_what_a_cell_leaves_behind_is_ended_and_not_waited_for(void **state)
{
    (void)state;
    throw_lifeline();
    assert_int_equal(sweep("leave-child", 2, never), EXIT_OK);
    assert_all("leave-child", TRIAL_OK, 2, "");
    assert_all_gone();
}

static void test_a_program_that_cannot_be_started_says_why(void **state)
{
    (void)state;
    char *filler = calloc(1, 300000); /* one variable may be 128 KiB */
    memset(filler, 'x', 299999);
    setenv("HCHANLAB_SWEEP_TEST_FILLER", filler, 1);
    int status = sweep("well", 1, never);
    unsetenv("HCHANLAB_SWEEP_TEST_FILLER");
    free(filler);
    assert_int_equal(status, EXIT_OK);
    assert_all("well", TRIAL_FAILED, 1, "could not be started: Argument list too long");
}

/* Given a cell that hangs almost for ever, when SIGINT comes after its record was stored, then the
 * record is kept, and nothing else is run or said of the cell. */
/* A command that lost its last arguments would measure something else. */
static void test_a_command_that_is_too_long_is_not_cut(void **state)
{
    (void)state;
    const char *arguments[34];
    char *peer_arguments[29], word[] = "x";
    for (size_t i = 0; i < 33; i++)
        arguments[i] = "silent";
    for (size_t i = 0; i < 28; i++)
        peer_arguments[i] = word;
    arguments[33] = peer_arguments[28] = NULL;
    struct child child;
    assert_int_equal(child_start(&child, &(struct child_job){.arguments = arguments}), -E2BIG);
    assert_int_equal(peer_program_become("/", "cell", (const unsigned[]){0, 1}, peer_arguments),
                     -E2BIG);
}

static void test_an_interrupt_keeps_what_was_measured(void **state)
{
    uint32_t counts[TRIAL_STATUSES];
    char message[REASON_MAX];
    (void)state;
    assert_int_equal(sweep("interrupt", 3, never), EXIT_INTERRUPTED);
    assert_int_equal(samples_of("interrupt"), 1);
    assert_int_equal(store_trials(store, cell_id("interrupt"), counts, message, sizeof(message)),
                     0);
    for (unsigned i = 0; i < TRIAL_STATUSES; i++)
        assert_int_equal(counts[i], 0);
    assert_results(0, 0, 0, 0);
}

static void test_an_interrupt_just_before_the_wait_is_not_lost(void **state)
{
    (void)state;
    interrupt_at_wait = true;
    assert_int_equal(sweep("silent", 3, never), EXIT_INTERRUPTED);
    assert_false(interrupt_at_wait);
}

static void test_signals_are_as_before_when_the_sweep_is_over(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGCHLD, SIGPIPE};
    sigset_t mask;
    struct sigaction action;
    (void)state;
    assert_int_equal(sweep("interrupt", 1, never), EXIT_INTERRUPTED);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        assert_false(sigismember(&mask, signals[i]));
        sigaction(signals[i], NULL, &action);
        assert_true(action.sa_handler == SIG_DFL);
    }
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "cell") == 0)
        return play(argv[2], argc, argv);
    const struct CMUnitTest tests[] = {
        TEST(test_cells_that_end_well_are_ok),
        TEST(test_samples_have_the_number_of_their_process),
        TEST(test_the_cells_of_a_block_run_side_by_side),
        TEST(test_an_acknowledged_record_is_in_the_store),
        TEST(test_how_a_process_ended_counts_whatever_it_said),
        TEST(test_a_skipped_cell_is_no_failure),
        TEST(test_a_line_that_is_no_record_is_told),
        TEST(test_a_record_longer_than_the_pipe_arrives),
        TEST(test_acknowledgements_that_nobody_reads_hold_up_nobody),
        TEST(test_cells_that_hang_are_killed_and_the_sweep_goes_on),
        TEST(test_a_failure_is_kept_where_the_process_hangs_after_it),
        TEST(test_a_kill_that_comes_before_the_child_has_run_finds_it),
        TEST(test_what_a_cell_started_ends_with_it),
        TEST(test_what_a_cell_leaves_behind_is_ended_and_not_waited_for),
        TEST(test_a_program_that_cannot_be_started_says_why),
        TEST(test_a_command_that_is_too_long_is_not_cut),
        TEST(test_an_interrupt_keeps_what_was_measured),
        TEST(test_an_interrupt_just_before_the_wait_is_not_lost),
        TEST(test_signals_are_as_before_when_the_sweep_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
