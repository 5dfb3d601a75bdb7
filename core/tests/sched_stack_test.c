/* The stacks of goroutines: an overflow is reported, SIGSEGV is given back, and so are stacks of
 * another size. */
/* SPDX-License-Identifier: MIT */
#include "core/g/g.h"
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <sys/mman.h>

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

#define ENLARGE ": give schedinit() a bigger stack_size\n"

static void test_a_stack_overflow_is_told(void **state)
{
    static struct overflow all[] = {
        {0, 1000, "fatal error: stack overflow: goroutine 2 needs more than its 64 KiB" ENLARGE},
        {1 << 20, 4000,
         "fatal error: stack overflow: goroutine 2 needs more than its 1024 KiB" ENLARGE},
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

/* All of them have stacks at the same time. */
enum { CROWD = 50 };

struct crowd {
    hchan *c;
    int frames;
};

static void wait_and_go_deep(void *arg)
{
    struct crowd *crowd = arg;
    chanrecv2(crowd->c, NULL);
    deeper(crowd->frames);
}

static void run_crowd(size_t stack_size, int frames)
{
    struct crowd crowd = {make(some_variant(), 0, 0), frames};
    assert_int_equal(schedinit(&(struct sched_options){.procs = 2, .stack_size = stack_size}), 0);
    for (int i = 0; i < CROWD; i++)
        go(wait_and_go_deep, &crowd);
    until_receivers(crowd.c, CROWD);
    closechan(crowd.c);
    schedstop();
    chanfree(crowd.c);
}

static size_t mapped_bytes(void)
{
    size_t pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%zu", &pages), 1);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void test_stacks_of_another_size_are_given_back(void **state)
{
    enum { TIMES = 100, SMALL = 64 << 10, BIG = 256 << 10 };
    size_t mapped = 0, gs = 0;
    (void)state;
    for (int i = 0; i < TIMES; i++) {
        if (i == 2) { /* what is made once has been made */
            mapped = mapped_bytes();
            gs = count_gs();
        }
        run_crowd(SMALL, 20);
        run_crowd(BIG, 200); /* more than a small stack has */
    }
    assert_true(mapped_bytes() < mapped + (size_t)TIMES * CROWD * SMALL / 10);
    assert_int_equal(count_gs(), gs);
}

/* Makes goroutines until there is no memory for a stack; what is refused leaves nothing behind, and
 * the stacks of those that end are used again. In a process of its own: the status says what is
 * wrong. */
static void make_until_there_is_no_memory(void *arg)
{
    struct crowd crowd = {makechan(some_variant(), 0, 0), 0};
    _Atomic uint32_t *ran = arg;
    int error;
    schedinit(&(struct sched_options){.procs = 1});
    size_t mapped = mapped_bytes();
    struct rlimit limit = {mapped + (32 << 20), mapped + (32 << 20)};
    setrlimit(RLIMIT_AS, &limit);
    while ((error = newproc(wait_and_go_deep, &crowd)) == 0)
        ;
    mapped = mapped_bytes();
    size_t gs = count_gs();
    for (int i = 0; i < 1000; i++)
        if (newproc(wait_and_go_deep, &crowd) != error)
            _exit(2);
    if (error != ENOMEM || mapped_bytes() != mapped || count_gs() != gs)
        _exit(3);
    closechan(crowd.c);
    schedwait();
    if (newproc(count_one, ran))
        _exit(4);
    schedstop();
    _exit(load_rlx(ran) == 1 ? 0 : 5);
}

static void test_a_goroutine_without_a_stack_is_refused(void **state)
{
    _Atomic uint32_t ran = 0;
    char text[256];
    (void)state;
    if (SANITIZED) /* whose memory is much more */
        return;
    int status = run_in_child(make_until_there_is_no_memory, &ran, text, sizeof(text));
    assert_string_equal(text, "");
    assert_true(exited_with(status, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stack_overflow_is_told),
        cmocka_unit_test(test_sigsegv_is_given_back),
        cmocka_unit_test(test_other_faults_are_left_to_the_handler_of_before),
        cmocka_unit_test(test_stacks_of_another_size_are_given_back),
        cmocka_unit_test(test_a_goroutine_without_a_stack_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
