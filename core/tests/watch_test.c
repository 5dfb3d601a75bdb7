/* The watcher's reports, and how it ends processes, as a user sees it. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/goroutines.h"
#include "core/tests/watch.h"
#include <errno.h>
#include <hchan/lines.h>
#include <signal.h>
#include <stdio.h>

static void *recv_from(void *c)
{
    chanrecv2(c, NULL);
    return NULL;
}

/* Main and a worker that wait for each other. */
static void deadlock_of_two(void)
{
    hchan *a = makechan(test_variant(NULL), sizeof(long), 0),
          *b = makechan(test_variant(NULL), 0, 0);
    pthread_t worker;
    hchan_register();
    hchan_watch_start(&(struct hchan_watch){.deadlock = true, .place = hchan_place_line});
    hchan_go(&worker, recv_from, a);
    chansend1(b, NULL);
}

static void deadlock_on_nil(void)
{
    hchan_register();
    hchan_watch_start(NULL);
    chansend1(NULL, NULL);
}

static void deadlock_without_cases(void)
{
    hchan_register();
    hchan_watch_start(NULL);
    selectgo(NULL, 0, true, NULL);
}

static void goodbye(void)
{
    fputs("goodbye\n", stderr);
}

/* A worker is stuck for ever, and main, which is not registered any more, waits for its end. */
static void deadlock_in_a_join(void)
{
    pthread_t worker;
    atexit(goodbye);
    hchan_register();
    hchan_watch_start(NULL);
    hchan_go(&worker, recv_from, NULL);
    hchan_unregister();
    pthread_join(worker, NULL);
}

/* Given a program in which no goroutine can go on, then it reports that as a Go program does, with
 * what each of them waits for, and ends with status 2. (`go run` adds "exit status 2"; compared
 * with go 1.19.) */
static void test_a_deadlock_ends_the_process_as_in_go(void **state)
{
    (void)state;
    static const struct {
        void (*body)(void);
        const char *says;
        size_t goroutines;
    } rows[] = {{deadlock_of_two, "[chan receive, ", 2},
                {deadlock_of_two, "[chan send, ", 2},
                {deadlock_on_nil, "[chan send (nil chan), ", 1},
                {deadlock_without_cases, "[select (no cases), ", 1},
                {deadlock_in_a_join, "[chan receive (nil chan), ", 1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static const char title[] = "fatal error: all goroutines are asleep - deadlock!\n\n";
        assert_int_equal(run_child(rows[i].body), 2);
        assert_memory_equal(said, title, sizeof(title) - 1);
        assert_said(rows[i].says);
        assert_said_lines(2 + rows[i].goroutines);
    }
}

/* Main waits for ever, while a registered thread runs, or waits until a deadline. */
static void *run_on(void *arg)
{
    (void)arg;
    sleep_ms(400);
    _exit(17);
}

static void no_deadlock_while_one_runs(void)
{
    pthread_t worker;
    hchan_register();
    hchan_watch_start(NULL);
    hchan_go(&worker, run_on, NULL);
    chanrecv1(NULL, NULL);
}

static void *wait_and_end(void *arg)
{
    (void)arg;
    chanrecv_within(NULL, NULL, NULL, NULL, hchan_deadline(400000000));
    _exit(17);
}

static void no_deadlock_while_one_is_bounded(void)
{
    pthread_t worker;
    hchan_register();
    hchan_watch_start(NULL);
    hchan_go(&worker, wait_and_end, NULL);
    chanrecv1(NULL, NULL);
}

static void test_no_deadlock_is_seen_where_there_is_none(void **state)
{
    (void)state;
    assert_int_equal(run_child(no_deadlock_while_one_runs), 17);
    assert_string_equal(said, "");
    assert_int_equal(run_child(no_deadlock_while_one_is_bounded), 17);
    assert_string_equal(said, "");
}

static void exit_while_two_are_parked(void)
{
    hchan_watch_start(NULL);
    start_stuck();
    exit(3);
}

static void exit_while_one_is_parked(void)
{
    struct waiter one = {.wait = wait_recv};
    hchan_watch_start(NULL);
    start_wait(&one);
    free(until_parked(1));
    exit(3);
}

static void exit_by_a_panic(void)
{
    hchan_watch_start(NULL);
    start_stuck();
    closechan(NULL);
}

static void exit_after_stop(void)
{
    hchan_watch_start(NULL);
    start_stuck();
    hchan_watch_stop();
    hchan_watch_stop(); /* nothing */
    exit(4);
}

static void exit_unasked(void)
{
    hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1});
    start_stuck();
    exit(6);
}

static void test_the_parked_are_reported_at_exit(void **state)
{
    (void)state;
    assert_int_equal(run_child(exit_while_two_are_parked), 3);
    assert_memory_equal(said, "hchan: 2 goroutines are parked at exit:\ngoroutine ", 50);
    assert_said(" [chan receive (nil chan), ");
    assert_said(" [chan send (nil chan), ");
    assert_said_lines(3);
    assert_int_equal(run_child(exit_while_one_is_parked), 3);
    assert_memory_equal(said, "hchan: 1 goroutine is parked at exit:\ngoroutine ", 48);
    assert_said_lines(2);
    assert_int_equal(run_child(exit_by_a_panic), 2);
    assert_memory_equal(said, "panic: close of nil channel\nhchan: 2 goroutines are parked", 58);
    assert_int_equal(run_child(exit_after_stop), 4);
    assert_string_equal(said, "");
    assert_int_equal(run_child(exit_unasked), 6);
    assert_string_equal(said, "");
}

static void signal_twice(void)
{
    hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1, .stream = report_stream()});
    raise(SIGUSR1);
    until_reported(1);
    start_stuck();
    raise(SIGUSR1);
    until_reported(3);
    hchan_watch_stop();
    raise(SIGUSR1); /* and now it does what it did before */
}

static void test_a_signal_lists_all(void **state)
{
    (void)state;
    assert_int_equal(run_child(signal_twice), 128 + SIGUSR1);
    assert_memory_equal(said, "hchan: 0 goroutines are parked\nhchan: 2 goroutines are parked:\n",
                        63);
    assert_said_lines(4);
}

static void on_own_signal(int number)
{
    (void)number;
}

/* Given a program that installs another handler while it is watched, then it keeps that one. */
static void test_a_newer_handler_stays(void **state)
{
    static const struct hchan_watch listing = {.signal = SIGUSR1};
    struct sigaction before, now, newer = {.sa_handler = on_own_signal};
    (void)state;
    assert_int_equal(sigaction(SIGUSR1, NULL, &before), 0);
    assert_int_equal(hchan_watch_start(&listing), 0);
    assert_int_equal(sigaction(SIGUSR1, &newer, NULL), 0);
    hchan_watch_stop();
    assert_int_equal(sigaction(SIGUSR1, &before, &now), 0);
    assert_ptr_equal(now.sa_handler, on_own_signal);
}

/* The handler may interrupt a goroutine, and must not take its stack. */
static void test_the_handler_runs_on_the_stack_for_signals(void **state)
{
    static const struct hchan_watch listing = {.signal = SIGUSR1};
    struct sigaction now;
    (void)state;
    assert_int_equal(hchan_watch_start(&listing), 0);
    assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
    hchan_watch_stop();
    assert_true(now.sa_flags & SA_ONSTACK);
}

static void leak_twice(void)
{
    hchan *c = makechan(test_variant(NULL), sizeof(long), 0);
    struct waiter first = {.wait = wait_recv, .a = c}, second = {.wait = wait_recv, .a = c};
    struct waiter bounded = {.wait = wait_nothing, .deadline = hchan_deadline(HOUR_NS)};
    hchan_watch_start(&(struct hchan_watch){
        .after_ns = 100000000, .stream = report_stream(), .place = hchan_place_line});
    start_wait(&bounded);
    start_wait(&first);
    until_reported(2);
    start_wait(&second);
    until_reported(2); /* only the new one */
    sleep_ms(300);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given goroutines that leak, then each is reported once, with its line. */
static void test_leaks_are_reported_once_each(void **state)
{
    (void)state;
    assert_int_equal(run_child(leak_twice), 0);
    assert_said_lines(4);
    assert_said("hchan: 1 goroutine is parked for more than 0.1 s:\ngoroutine ");
    assert_said(" [chan receive, ");
    if (hchan_lines_known()) {
        assert_said(" at wait_");
        assert_said("core/tests/watch.h:");
    }
}

static void leak_before(void)
{
    start_stuck();
    until_asleep(2);
    hchan_watch_start(&(struct hchan_watch){.after_ns = 1, .stream = report_stream()});
    until_reported(3);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given goroutines that were parked before the watcher started, then one report has them all. */
static void test_leaks_that_are_found_together_are_in_one_report(void **state)
{
    (void)state;
    assert_int_equal(run_child(leak_before), 0);
    assert_memory_equal(said, "hchan: 2 goroutines are parked for more than 0.0 s:\ngoroutine ",
                        62);
    assert_said_lines(3);
}

static const struct hchan_variant *leaking;

static void receive_in_goroutine(void *c)
{
    chanrecv1(c, NULL);
}

static void leak_a_goroutine(void)
{
    start_procs(1);
    hchan_watch_start(&(struct hchan_watch){.after_ns = 20000000, .stream = report_stream()});
    go(receive_in_goroutine, makechan(leaking, sizeof(long), 0));
    until_reported(2);
    sleep_ms(100);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given a goroutine that leaks, then it is reported once, with the time for which it is parked. */
static void test_a_goroutine_that_leaks_is_reported(void **state)
{
    (void)state;
    FOR_EACH_GO(v)
    {
        leaking = v;
        assert_int_equal(run_child(leak_a_goroutine), 0);
        assert_said("hchan: 1 goroutine is parked for more than 0.0 s:\ngoroutine ");
        assert_null(strstr(said, "just now"));
        assert_said_lines(2);
    }
}

/* Goes on and parks again for each value, until the channel is closed. */
static void wait_again(struct waiter *w)
{
    long turn;
    while (chanrecv2(w->a, &turn))
        w->went_on = true;
}

/* Has a G since its first wait, which ends soon; then runs until it is to wait again. */
static void wait_late(struct waiter *w)
{
    chanrecv1(w->a, NULL);
    until_set(&w->ready);
    chanrecv1(w->b, NULL);
}

static void leak_anew(void)
{
    const struct hchan_variant *v = test_variant(NULL);
    hchan *c = makechan(v, sizeof(long), 0);
    struct waiter late = {.wait = wait_late, .a = c, .b = makechan(v, sizeof(long), 0)};
    struct waiter again = {.wait = wait_again, .a = c};
    start_wait(&late); /* the lower number */
    until_receivers(c, 1);
    chansend1(c, &(long){1});
    hchan_watch_start(&(struct hchan_watch){.after_ns = 1, .stream = report_stream()});
    start_wait(&again);
    until_reported(2);
    store_rel(&late.ready, 1); /* pairs with load_acq in until_set */
    until_reported(2);         /* the late one */
    chansend1(c, &(long){1});
    until_reported(2); /* the other's new park */
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given a leak that was reported, then another one is reported whatever its number, and so is a new
 * park of the same goroutine; each once. */
static void test_a_new_park_is_a_new_leak(void **state)
{
    (void)state;
    assert_int_equal(run_child(leak_anew), 0);
    assert_said_lines(6);
    const char *first = strstr(said, "\ngoroutine "), *late = strstr(first + 1, "\ngoroutine "),
               *anew = strstr(late + 1, "\ngoroutine ");
    char *end;
    long number = strtol(first + 11, &end, 10);
    assert_in_range(strtol(late + 11, &end, 10), 1, number - 1);
    assert_int_equal(strtol(anew + 11, &end, 10), number);
}

static void fork_under_watch(void)
{
    int status;
    hchan_watch_start(NULL);
    start_stuck();
    for (int i = 0; i < 20; i++) {
        pid_t child = fork_child();
        if (child == 0) {
            size_t count;
            struct hchan_parked *list = hchan_parked_now(&count);
            hchan *c = makechan(test_variant(NULL), sizeof(long), 1);
            free(list);
            chansend1(c, &(long){1}); /* makes a G */
#ifndef __SANITIZE_THREAD__           /* it has no new threads after such a fork */
            if (hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1}))
                _exit(1);
            hchan_watch_stop();
#endif
            if (count)
                _exit(1);
            raise(SIGUSR1); /* which no handler catches any more */
            _exit(1);
        }
        if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) ||
            WTERMSIG(status) != SIGUSR1)
            _exit(96);
    }
    exit(5); /* and the parent's watcher still runs */
}

static void test_a_fork_has_no_watcher_and_lists_its_own(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* the watcher may be in its allocator, which a fork then leaves locked */
#endif
    assert_int_equal(run_child(fork_under_watch), 5);
    assert_said("hchan: 2 goroutines are parked at exit:\n");
    assert_said_lines(3);
}

static void *end_soon(void *arg)
{
    sleep_ms(20);
    return arg;
}

static void leave_by_pthread_exit(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, end_soon, NULL);
    hchan_watch_start(NULL);
    pthread_exit(NULL);
}

static void test_the_watcher_keeps_no_process_alive(void **state)
{
    (void)state;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    skip(); /* the one has a thread of its own; the other takes all that main had for leaked */
#endif
    assert_int_equal(run_child(leave_by_pthread_exit), 0);
    assert_string_equal(said, "");
}

static void start_and_stop(void)
{
    for (int i = 0; i < 50; i++) {
        hchan_watch_start(NULL);
        hchan_watch_stop();
    }
    _exit(0);
}

/* A ring for a watcher that has stopped does not stop the next one. */
static void test_a_new_watcher_starts_anew(void **state)
{
    (void)state;
    assert_int_equal(run_child(start_and_stop), 0);
    assert_string_equal(said, "");
}

static void test_what_cannot_be_watched_is_refused(void **state)
{
    (void)state;
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.signal = SIGKILL}), EINVAL);
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.signal = -1}), EINVAL);
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.signal = SIGSEGV}), EINVAL);
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.after_ns = -1}), EINVAL);
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.after_ns = 1}), 0);
    assert_int_equal(hchan_watch_start(NULL), EBUSY);
    hchan_watch_stop();
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){0}), 0);
    hchan_watch_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deadlock_ends_the_process_as_in_go),
        cmocka_unit_test(test_no_deadlock_is_seen_where_there_is_none),
        cmocka_unit_test(test_the_parked_are_reported_at_exit),
        cmocka_unit_test(test_a_signal_lists_all),
        cmocka_unit_test(test_a_newer_handler_stays),
        cmocka_unit_test(test_the_handler_runs_on_the_stack_for_signals),
        cmocka_unit_test(test_leaks_are_reported_once_each),
        cmocka_unit_test(test_leaks_that_are_found_together_are_in_one_report),
        cmocka_unit_test(test_a_goroutine_that_leaks_is_reported),
        cmocka_unit_test(test_a_new_park_is_a_new_leak),
        cmocka_unit_test(test_a_fork_has_no_watcher_and_lists_its_own),
        cmocka_unit_test(test_the_watcher_keeps_no_process_alive),
        cmocka_unit_test(test_a_new_watcher_starts_anew),
        cmocka_unit_test(test_what_cannot_be_watched_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
