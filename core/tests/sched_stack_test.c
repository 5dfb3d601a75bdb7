/* The stacks of goroutines: an overflow is reported, and SIGSEGV is given back. */
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <sys/mman.h>

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

struct overflow {
    size_t stack_size;
    int frames;
    const char *says;
};

static void run_and_overflow(void *arg)
{
    struct overflow *o = arg;
    schedinit(&(struct sched_options){.procs = 1, .stack_size = o->stack_size});
    newproc(overflow, &o->frames);
    schedstop();
}

static void test_a_stack_overflow_is_told(void **state)
{
    static struct overflow all[] = {
        {0, 1000, "fatal error: stack overflow: goroutine 1 needs more than its 64 KiB\n"},
        {1 << 20, 4000, "fatal error: stack overflow: goroutine 1 needs more than its 1024 KiB\n"},
        {1 << 20, 1000, ""},
    };
    char text[256];
    (void)state;
    if (SANITIZED) /* whose frames, and handlers, are others */
        return;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        int status = run_in_child(run_and_overflow, &all[i], text, sizeof(text));
        assert_string_equal(text, all[i].says);
        assert_true(*all[i].says ? aborted(status) : exited_with(status, 0));
    }
}

static void ignore_it(int number)
{
    (void)number;
}

static void ignore_it_too(int number)
{
    (void)number;
}

static void (*segv_handler(void))(int)
{
    struct sigaction now;
    assert_int_equal(sigaction(SIGSEGV, NULL, &now), 0);
    return now.sa_handler;
}

static int refuse(unsigned p, void *arg)
{
    (void)p;
    (void)arg;
    return EPERM;
}

static void test_sigsegv_is_given_back(void **state)
{
    struct sigaction mine = {.sa_handler = ignore_it}, other = {.sa_handler = ignore_it_too}, old;
    (void)state;
    assert_int_equal(sigaction(SIGSEGV, &mine, &old), 0);
    for (int i = 0; i < 2; i++) {
        start_procs(1);
        assert_true(segv_handler() != ignore_it);
        schedstop();
        assert_true(segv_handler() == ignore_it);
    }
    assert_int_equal(schedinit(&(struct sched_options){.procs = 1, .begin = refuse}), EPERM);
    assert_true(segv_handler() == ignore_it);
    start_procs(1);
    assert_int_equal(sigaction(SIGSEGV, &other, NULL), 0);
    schedstop();
    assert_true(segv_handler() == ignore_it_too); /* whose it is by now */
    assert_int_equal(sigaction(SIGSEGV, &old, NULL), 0);
}

/* A program that has put the scheduler's handler back after its end: it must not be its own
 * earlier one. */
static void put_back_and_fault(void *unmapped)
{
    struct sigaction schedulers;
    start_procs(1);
    assert_int_equal(sigaction(SIGSEGV, NULL, &schedulers), 0);
    schedstop();
    assert_int_equal(sigaction(SIGSEGV, &schedulers, NULL), 0);
    start_procs(1);
    *(volatile char *)unmapped = 1;
}

static void end_with_7(int number)
{
    (void)number;
    _exit(7);
}

static void touch(void *unmapped)
{
    *(volatile char *)unmapped = 1;
}

static void send_it(void *arg)
{
    (void)arg;
    kill(getpid(), SIGSEGV);
}

static void handle_and_run(void (*body)(void *), void *arg)
{
    signal(SIGSEGV, end_with_7);
    start_procs(1);
    go(body, arg);
    schedstop();
}

static void fault_in_goroutine(void *unmapped)
{
    handle_and_run(touch, unmapped);
}

static void send_in_goroutine(void *arg)
{
    handle_and_run(send_it, arg);
}

/* A fault that is no overflow, and a signal that is no fault, are for the handler of before. */
static void test_other_faults_are_left_to_the_handler_of_before(void **state)
{
    char text[256];
    (void)state;
    if (SANITIZED) /* whose handlers are others */
        return;
    void *unmapped = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(unmapped != MAP_FAILED);
    assert_true(exited_with(run_in_child(fault_in_goroutine, unmapped, text, sizeof(text)), 7));
    assert_true(exited_with(run_in_child(send_in_goroutine, NULL, text, sizeof(text)), 7));
    int status = run_in_child(put_back_and_fault, unmapped, text, sizeof(text));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    munmap(unmapped, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stack_overflow_is_told),
        cmocka_unit_test(test_sigsegv_is_given_back),
        cmocka_unit_test(test_other_faults_are_left_to_the_handler_of_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
