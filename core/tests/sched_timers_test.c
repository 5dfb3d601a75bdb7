/* Deadlines of goroutines while their P is busy: they are met as soon as the goroutine that runs
 * leaves it, again after a schedstop() and in the child of a fork(); and those that end early leave
 * nothing behind. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/sched/sched_state.h"
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <dirent.h>

/* What ran, in order: written by the P's thread. */
static char order[8];
static int64_t deadline;

static void note(char who)
{
    order[strlen(order)] = who;
}

/* Computes until the deadline has passed and the P has been asked to look, and leaves it then; or
 * comes after that. */
static void work(void *arg)
{
    note('w');
    while (!strchr(order, 's') && (nanotime() < deadline || load_rlx(&sched.ps[0].turns) != 1))
        procyield(1);
    gosched();
    note(*(const char *)arg);
}

static void sleep_beside_two(void *ns)
{
    go(work, "1");
    go(work, "2");
    deadline = hchan_deadline(*(int64_t *)ns);
    chanrecv_within(NULL, NULL, NULL, NULL, deadline);
    note('s');
}

/* The longer the deadline, the surer it is that one begins to work before it passes. */
static void one_deadline_beside_two(void *arg)
{
    (void)arg;
    for (int64_t ns = 100000; order[0] != 'w'; ns *= 2) {
        memset(order, 0, sizeof(order));
        start_procs(1);
        go(sleep_beside_two, &ns);
        schedstop();
    }
}

static void check_order(void)
{
    if (strlen(order) != 5 || memcmp(order, "ws", 2) != 0) /* and not the second one that works */
        fail_msg("it ran in the order %s", order);
    memset(order, 0, sizeof(order));
}

static void test_a_deadline_is_late_by_one_run_at_most(void **state)
{
    (void)state;
    one_deadline_beside_two(NULL);
    check_order();
}

static unsigned count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    unsigned count = 0;
    assert_non_null(tasks);
    while (readdir(tasks))
        count++;
    closedir(tasks);
    return count;
}

static void test_deadlines_are_met_in_each_scheduler(void **state)
{
    unsigned before = count_threads();
    (void)state;
    for (int i = 0; i < 20; i++) {
        one_deadline_beside_two(NULL);
        check_order();
    }
    while (count_threads() != before) /* the kernel lists one that was joined a moment longer */
        sched_yield();
}

#ifndef __SANITIZE_THREAD__ /* it has no new threads after such a fork */
static void nap(void *arg)
{
    (void)arg;
    chanrecv_within(NULL, NULL, NULL, NULL, hchan_deadline(1000000));
}

static void in_a_child(void *arg)
{
    one_deadline_beside_two(arg);
    if (memcmp(order, "ws", 2) != 0)
        abort();
}

static void test_deadlines_are_met_in_a_child(void **state)
{
    char text[256];
    (void)state;
    start_procs(2);
    go(nap, NULL); /* a deadline that the child does not have */
    if (!exited_with(run_in_child(in_a_child, NULL, text, sizeof(text)), 0))
        fail_msg("the child said: %s", text);
    schedstop();
    one_deadline_beside_two(NULL);
    check_order();
}
#endif

/* core/CMakeLists.txt wraps it; only the timers' heap of what runs here grows so. */
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
static unsigned growths;

void *__wrap_realloc(void *p, size_t size)
{
    growths++;
    return __real_realloc(p, size);
}

enum { TIMES = SANITIZED ? 2000 : 100000 };

static void answered_in_time(void *arg)
{
    for (unsigned i = 0; i < TIMES; i++) {
        int64_t far = hchan_deadline(INT64_C(3600) * 1000000000 - i);
        assert_int_equal(chanrecv_within(arg, NULL, NULL, NULL, far), HCHAN_OK);
    }
}

static void answer(void *arg)
{
    for (unsigned i = 0; i < TIMES; i++)
        chansend1(arg, NULL);
}

static void test_deadlines_that_end_early_leave_nothing(void **state)
{
    hchan *c = make(some_variant(), 0, 0);
    (void)state;
    start_procs(1);
    growths = 0;
    go(answered_in_time, c);
    go(answer, c);
    schedstop();
    assert_true(growths <= 1);
    chanfree(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deadline_is_late_by_one_run_at_most),
        cmocka_unit_test(test_deadlines_are_met_in_each_scheduler),
#ifndef __SANITIZE_THREAD__
        cmocka_unit_test(test_deadlines_are_met_in_a_child),
#endif
        cmocka_unit_test(test_deadlines_that_end_early_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
