/* Time limits: only a process's own time counts. The test waits for what it says it waits for, and
 * not for so long. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/clock.h"
#include "harness/base/limit.h"
#include "scripts/test.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t second = 1000000000;

static pid_t start(void)
{
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    assert_true(pid > 0);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* As if the last look had been so long ago. */
static uint64_t look_after(struct limit *limit, uint64_t ns)
{
    limit->looked_ns = clock_ns() - ns;
    return limit_left(limit);
}

static void test_a_process_that_runs_uses_its_time_up(void **state)
{
    struct limit limit;
    (void)state;
    pid_t pid = start();
    limit_begin(&limit, pid, 2 * second);
    assert_true(look_after(&limit, second / 2) <= second);
    assert_true(limit.used_ns >= second / 2);
    look_after(&limit, second);
    assert_int_equal(look_after(&limit, second), 0);
    assert_int_equal(limit.held_ns, 0);
    end(pid);
}

/* As when this process was stopped, or the machine slept: nobody knows what the other did. */
static void test_time_in_which_nobody_looked_is_not_counted(void **state)
{
    struct limit limit;
    (void)state;
    pid_t pid = start();
    limit_begin(&limit, pid, 20 * second);
    assert_int_equal(look_after(&limit, 3600 * second), second);
    assert_int_equal(limit.used_ns, second);
    assert_true(limit.stood_still);
    end(pid);
}

static void test_a_process_that_is_stopped_keeps_its_time(void **state)
{
    struct limit limit;
    int status;
    (void)state;
    pid_t pid = start();
    limit_begin(&limit, pid, 2 * second);
    kill(pid, SIGSTOP);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    for (int i = 0; i < 10; i++)
        assert_true(look_after(&limit, second) > 0);
    assert_true(limit.held && limit.stood_still);
    assert_int_equal(limit.used_ns, 0);
    kill(pid, SIGCONT);
    assert_int_equal(waitpid(pid, &status, WCONTINUED), pid);
    look_after(&limit, second);
    assert_false(limit.held);
    assert_int_equal(limit.used_ns, second);
    end(pid);
}

/* A process may stop itself, and nobody be there. */
static void test_a_process_that_never_goes_on_is_not_waited_for_for_ever(void **state)
{
    struct limit limit;
    int status;
    (void)state;
    pid_t pid = start();
    limit_begin(&limit, pid, 2 * second);
    assert_int_equal(limit.patience_ns, 3600 * second);
    limit.patience_ns = 3 * second;
    kill(pid, SIGSTOP);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(look_after(&limit, second) > 0);
    assert_true(look_after(&limit, second) > 0);
    assert_int_equal(look_after(&limit, second), 0);
    end(pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_process_that_runs_uses_its_time_up),
        cmocka_unit_test(test_time_in_which_nobody_looked_is_not_counted),
        cmocka_unit_test(test_a_process_that_is_stopped_keeps_its_time),
        cmocka_unit_test(test_a_process_that_never_goes_on_is_not_waited_for_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
