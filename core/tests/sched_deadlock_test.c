/* Deadlocks of goroutines: one is found, also while threads wait for the goroutines to end; and the
 * end of the last goroutine is not reported as one. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/tests/goroutines.h"
#include <hchan/watch.h>

static _Atomic uint32_t count, over;

static void park_for_ever(void *arg)
{
    chanrecv1(arg, NULL);
}

static void *start_main(void *procs)
{
    start_procs(*(unsigned *)procs);
    return NULL;
}

/* schedinit() registers its caller. The test itself, which ends each deadlock, is not registered.
 */
static void start_elsewhere(unsigned procs)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, start_main, &procs), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void *wait_for_them(void *arg)
{
    (void)arg;
    hchan_register();
    schedwait();
    return NULL;
}

static void test_a_deadlock_of_goroutines_is_found(void **state)
{
    (void)state;
    hchan *c = make(some_variant(), 0, 0);
    pthread_t waiter;
    start_elsewhere(2);
    assert_false(hchan_deadlocked());
    go(park_for_ever, c);
    go(park_for_ever, c);
    pthread_create(&waiter, NULL, wait_for_them, NULL);
    while (!hchan_deadlocked())
        sched_yield();
    size_t parked;
    struct hchan_parked *list = hchan_parked_now(&parked);
    assert_int_equal(parked, 2);
    char line[256];
    hchan_parked_line(&list[0], NULL, line, sizeof(line));
    assert_non_null(strstr(line, "[chan receive"));
    assert_null(strstr(line, "thread"));
    free(list);
    closechan(c);
    pthread_join(waiter, NULL);
    assert_false(hchan_deadlocked());
    schedstop();
    chanfree(c);
}

/* Waits, again and again, for goroutines that end, or for none. Closes c, on which another thread
 * waits, when it is over. */
static void *wait_again_and_again(void *arg)
{
    while (!load_rlx(&over)) /* a flag */
        schedwait();
    closechan(arg);
    return NULL;
}

static void *receive_once(void *arg)
{
    chanrecv1(arg, NULL);
    return NULL;
}

/* A thread that waits for goroutines may go on at any time, unless one of them is stuck. Another
 * thread is parked all the time, and is woken by it in the end. */
static void test_the_last_goroutines_end_is_no_deadlock(void **state)
{
    enum { TIMES = SANITIZED ? 20000 : 2000000 };
    (void)state;
    hchan *c = make(some_variant(), 0, 0);
    pthread_t parked, waiter;
    store_rlx(&over, 0); /* no thread reads it yet */
    start_elsewhere(1);
    assert_int_equal(hchan_go(&waiter, wait_again_and_again, c), 0);
    assert_int_equal(hchan_go(&parked, receive_once, c), 0);
    until_receivers(c, 1);
    for (unsigned i = 0; i < TIMES / test_less; i++) {
        if (i % 64 == 0)
            go(count_one, &count);
        assert_false(hchan_deadlocked());
    }
    store_rlx(&over, 1); /* a flag */
    pthread_join(waiter, NULL);
    pthread_join(parked, NULL);
    schedstop();
    chanfree(c);
}

/* Several threads that wait are all parked. */
static void test_any_number_of_threads_wait_for_a_deadlock(void **state)
{
    enum { THREADS = 3 };
    (void)state;
    hchan *c = make(some_variant(), 0, 0);
    pthread_t waiter[THREADS];
    start_elsewhere(1);
    go(park_for_ever, c);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(hchan_go(&waiter[i], wait_for_them, NULL), 0);
    while (!hchan_deadlocked())
        sched_yield();
    closechan(c);
    for (int i = 0; i < THREADS; i++)
        pthread_join(waiter[i], NULL);
    schedstop();
    chanfree(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deadlock_of_goroutines_is_found),
        cmocka_unit_test(test_the_last_goroutines_end_is_no_deadlock),
        cmocka_unit_test(test_any_number_of_threads_wait_for_a_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
