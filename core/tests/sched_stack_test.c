/* The stacks of goroutines: one that is too small is told. */
#include "core/tests/goroutines.h"

static __attribute__((noinline)) char deeper(int n)
{
    volatile char frame[512] = {0};
    if (n > 0)
        frame[1] = deeper(n - 1); /* into the frame, so that it is no loop to a compiler */
    return frame[1];
}

static void overflow(void *arg)
{
    deeper(*(int *)arg);
}

static void test_a_stack_overflow_is_told(void **state)
{
    (void)state;
    if (SANITIZED) /* whose frames, and handlers, are others */
        return;
    int err[2], status, frames = 1000;
    char text[256];
    assert_int_equal(pipe(err), 0);
    pid_t child = fork_child();
    if (child == 0) {
        dup2(err[1], STDERR_FILENO);
        schedinit(&(struct sched_options){.procs = 1});
        newproc(overflow, &frames);
        schedstop();
        _exit(0);
    }
    close(err[1]);
    ssize_t n = read(err[0], text, sizeof(text) - 1);
    assert_true(n > 0);
    text[n] = '\0';
    close(err[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_string_equal(text,
                        "fatal error: stack overflow: goroutine 1 needs more than its 64 KiB\n");
    /* With a bigger stack it is none. */
    assert_int_equal(schedinit(&(struct sched_options){.procs = 1, .stack_size = 1 << 20}), 0);
    go(overflow, &frames);
    schedstop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stack_overflow_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
