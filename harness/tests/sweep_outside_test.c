/* The sweep, and what comes from outside: it or a cell is stopped, a policy gives a cell every PU,
 * the store is taken away. sweep_run() starts /proc/self/exe with the arguments `cell NAME ...`, so
 * this program plays the cells, too. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/rank.h"
#include "harness/tests/sweep_over.h"
#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* Half of what a cell is stopped for. */
static const uint64_t shorter = STOP_S * 1000000000u / 2;

static void open_again(void)
{
    char error[512];
    store = store_open(path, STORE_WRITE, error, sizeof(error));
    if (!store)
        fail_msg("%s", error);
}

/* Sweeps in a process of its own, in which begin() comes first: what that is told stays there.
 * Returns its exit status, or 77 if begin() could not. */
static int sweep_elsewhere(bool (*begin)(const void *arg), const void *arg, const char *names,
                           uint64_t kill_ns)
{
    int status;
    store_close(store); /* a connection must not be carried over a fork */
    pid_t pid = fork();
    if (pid == 0) {
        open_again();
        if (begin && !begin(arg))
            _exit(77);
        status = sweep(names, 1, kill_ns);
        store_close(store);
        _exit(status);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    open_again();
    return WEXITSTATUS(status);
}

static void test_time_for_which_the_sweep_is_stopped_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(sweep_elsewhere(NULL, NULL, "stop-sweep", shorter), EXIT_OK);
    assert_all("stop-sweep", TRIAL_OK, 1, "");
}

static void test_time_for_which_a_cell_is_stopped_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(sweep("stop", 1, shorter), EXIT_OK);
    assert_all("stop", TRIAL_OK, 1, "");
}

static void test_time_for_which_a_debugger_holds_a_cell_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(sweep("traced", 1, shorter), EXIT_OK);
    if (result.count[TRIAL_SKIPPED])
        skip();
    assert_all("traced", TRIAL_OK, 1, "");
}

struct policy {
    int policy, priority, nice;
};

/* Takes the policy. Should the test fail, the kernel ends what spins in real time: a PU would be
 * lost for ever otherwise. */
static bool take_policy(const void *arg)
{
    const struct policy *p = arg;
    const struct rlimit few = {3000000, 4000000}; /* us */
    const struct sched_param param = {.sched_priority = p->priority};
    return setrlimit(RLIMIT_RTTIME, &few) == 0 && setpriority(PRIO_PROCESS, 0, p->nice) == 0 &&
           sched_setscheduler(0, p->policy, &param) == 0;
}

/* Given a cell that spins on every PU, with a policy that may leave nothing to anybody else, then
 * it is killed at its limit all the same. */
static void test_the_limit_fires_under_every_policy(void **state)
{
    static const struct policy policies[] = {
        {SCHED_FIFO, 1, 0},   {SCHED_RR, 1, 0},    {SCHED_FIFO, 99, 0},
        {SCHED_OTHER, 0, 19}, {SCHED_BATCH, 0, 0}, {SCHED_IDLE, 0, 0},
    };
    size_t tried = 0;
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        int status = sweep_elsewhere(take_policy, &policies[i], "spin", soon);
        if (status == 77)
            continue;
        tried++;
        assert_int_equal(status, EXIT_OK);
        assert_all("spin", TRIAL_TIMEOUT, 1, "killed at its time limit of 0.300 s");
        assert_int_equal(remove_store(state), 0);
        assert_int_equal(make_store(state), 0);
    }
    assert_true(tried > 0);
}

/* In a process that may not raise its priority: 0 if the rank is as wanted, 77 if it can't be
 * tried. */
static int rank_without_rights(int priority, bool room)
{
    enum { NOBODY = 65534 };
    const struct sched_param param = {.sched_priority = priority};
    const struct rlimit none = {0, 0}, few = {3000000, 4000000};
    struct sched_param now;
    char why[160] = "";
    setrlimit(RLIMIT_RTTIME, &few);
    if (sched_setscheduler(0, SCHED_FIFO, &param) || setrlimit(RLIMIT_RTPRIO, &none) ||
        (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY)))
        return 77;
    if (rank_raise(RANK_SWEEP, why, sizeof(why)) != (room ? 0 : -EPERM))
        return 1;
    if (!room)
        return strstr(why, ": choose 3 or more") ? 0 : 2;
    rank_lower();
    return sched_getparam(0, &now) == 0 && now.sched_priority == priority - 1 ? 0 : 3;
}

static void test_without_room_above_what_is_watched_goes_below_or_nothing_is_begun(void **state)
{
    static const struct {
        int priority;
        bool room;
    } cases[] = {{1, false}, {2, false}, {3, true}, {50, true}};
    int status;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(rank_without_rights(cases[i].priority, cases[i].room));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
            skip();
        assert_int_equal(status, 0);
    }
}

static void test_a_cell_that_ignores_every_signal_is_killed(void **state)
{
    (void)state;
    assert_int_equal(sweep("ignore", 1, soon), EXIT_OK);
    assert_all("ignore", TRIAL_TIMEOUT, 1, "killed at its time limit");
}

/* Hours of measuring into a file that nobody will find are of no use. */
static void test_a_store_that_is_taken_away_ends_the_sweep_at_once(void **state)
{
    static const char *const ways[] = {"remove", "replace"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sweep(ways[i], 1000, never), EXIT_IO);
        assert_int_equal(result.count[TRIAL_OK], 1);
        assert_int_equal(remove_store(state), 0);
        assert_int_equal(make_store(state), 0);
    }
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "cell") == 0)
        return play(argv[2], argc, argv);
    const struct CMUnitTest tests[] = {
        TEST(test_time_for_which_the_sweep_is_stopped_does_not_count),
        TEST(test_time_for_which_a_cell_is_stopped_does_not_count),
        TEST(test_time_for_which_a_debugger_holds_a_cell_does_not_count),
        TEST(test_the_limit_fires_under_every_policy),
        TEST(test_without_room_above_what_is_watched_goes_below_or_nothing_is_begun),
        TEST(test_a_cell_that_ignores_every_signal_is_killed),
        TEST(test_a_store_that_is_taken_away_ends_the_sweep_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
