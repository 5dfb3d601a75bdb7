/* Which programs are ended as deadlocked, by a watcher with the default options, by schedwait() and
 * by schedstop(): those that are, and no healthy one. A healthy one waits for some time, in which
 * several checks happen; then it goes on, however slow the machine is. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/goroutines.h"
#include "core/tests/watch.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

enum { SEVERAL_CHECKS_MS = 500 };

#define DEADLOCK "fatal error: all goroutines are asleep - deadlock!\n\n"

static hchan *c;

static void receive(void *arg)
{
    (void)arg;
    chanrecv1(c, NULL);
}

static void send_later(void)
{
    sleep_ms(SEVERAL_CHECKS_MS);
    chansend1(c, NULL);
}

static void *send_later_main(void *arg)
{
    send_later();
    return arg;
}

static pthread_t start_sender(void)
{
    pthread_t sender;
    assert_int_equal(pthread_create(&sender, NULL, send_later_main, NULL), 0);
    return sender;
}

/* A goroutine that waits for what others do. */
static void start_receiver(void)
{
    c = makechan(some_variant(), 0, 0);
    start_procs(2);
    go(receive, NULL);
    until_receivers(c, 1);
}

static void main_sends_later(void)
{
    hchan_watch_start(NULL);
    start_receiver();
    send_later();
    schedstop();
    _exit(8);
}

static void watch_comes_last(void)
{
    start_receiver();
    hchan_watch_start(NULL);
    send_later();
    schedstop();
    _exit(8);
}

static void a_stranger_sends_later(void)
{
    start_receiver();
    hchan_watch_start(NULL);
    pthread_t sender = start_sender();
    schedstop();
    pthread_join(sender, NULL);
    _exit(8);
}

static void main_joins_a_stranger(void)
{
    start_receiver();
    hchan_watch_start(NULL);
    hchan_unregister(); /* nobody else is registered, and the sender is not known */
    pthread_join(start_sender(), NULL);
    schedstop();
    _exit(8);
}

static void *signal_later_main(void *arg)
{
    sleep_ms(SEVERAL_CHECKS_MS);
    kill(getpid(), SIGUSR2);
    return arg;
}

static void main_waits_for_a_signal(void)
{
    pthread_t thread;
    sigset_t set;
    int number;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    start_receiver();
    hchan_watch_start(NULL);
    pthread_create(&thread, NULL, signal_later_main, NULL);
    sigwait(&set, &number);
    pthread_join(thread, NULL);
    chansend1(c, NULL);
    schedstop();
    _exit(8);
}

static void read_and_send(void *fd)
{
    char byte;
    if (read(*(int *)fd, &byte, 1) == 1)
        chansend1(c, NULL);
}

static void a_goroutine_reads(void)
{
    int ends[2];
    if (pipe(ends))
        _exit(98);
    start_receiver();
    hchan_watch_start(NULL);
    go(read_and_send, &ends[0]);
    pid_t child = fork();
    if (child == 0) {
        sleep_ms(SEVERAL_CHECKS_MS);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    schedstop();
    _exit(8);
}

static void a_stranger_sends_to_stopping(void)
{
    start_receiver();
    pthread_detach(start_sender());
    schedstop();
    _exit(8);
}

static void *start_late_sender(void *arg)
{
    pthread_detach(start_sender());
    return arg;
}

/* The thread that is not registered has been made by one that is, which then parks. */
static void a_registered_thread_starts_a_stranger(void)
{
    pthread_t thread;
    start_receiver();
    hchan_watch_start(NULL);
    hchan_go(&thread, start_late_sender, NULL);
    pthread_detach(thread);
    schedstop();
    _exit(8);
}

static void *register_and_end(void *tid)
{
    hchan_register();
    *(int32_t *)tid = (int32_t)gettid();
    return NULL;
}

static void *tell_and_send_later(void *tid)
{
    store_rel((_Atomic int32_t *)tid, (int32_t)gettid()); /* pairs with the load_acq that waits */
    send_later();
    return NULL;
}

/* The kernel gives a thread that is not registered the number of one that was, and has ended. */
static void a_stranger_has_a_known_number(void)
{
    pthread_t thread;
    int32_t known;
    _Atomic int32_t given = 0;
    start_receiver();
    pthread_create(&thread, NULL, register_and_end, &known);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, tell_and_send_later, (void *)&given);
    pthread_detach(thread);
    while (!load_acq(&given)) /* pairs with store_rel in the thread */
        sched_yield();
    for (struct g *gp = allgs_lock(); gp; gp = gp->next_all)
        if (gp->tid == known)
            gp->tid = load_rlx(&given); /* known by now */
    allgs_unlock();
    hchan_watch_start(NULL);
    schedstop();
    _exit(8);
}

static void test_no_healthy_program_is_ended(void **state)
{
    static void (*const bodies[])(void) = {
        main_sends_later,
        watch_comes_last,
        a_stranger_sends_later,
        main_joins_a_stranger,
        main_waits_for_a_signal,
        a_goroutine_reads,
        a_stranger_sends_to_stopping,
        a_registered_thread_starts_a_stranger,
        a_stranger_has_a_known_number,
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        if (run_child(bodies[i]) != 8 || strstr(said, "deadlock!"))
            fail_msg("program %zu: %s", i, said);
}

static void stop_for_good(void)
{
    start_receiver();
    schedstop();
}

static void wait_for_good(void)
{
    start_receiver();
    schedwait();
}

static void stop_for_good_unregistered(void)
{
    start_receiver();
    hchan_unregister();
    schedstop();
}

static void *stop_main(void *arg)
{
    schedstop();
    return arg;
}

/* main() is not known to the scheduler: it joins a thread that waits, and has said that it wakes
 * nobody. */
static void a_thread_stops_for_good(void)
{
    pthread_t thread;
    start_receiver();
    pthread_create(&thread, NULL, stop_main, NULL);
    hchan_unregister();
    pthread_join(thread, NULL);
}

static void stop_under_watch(void)
{
    hchan_watch_start(NULL);
    start_receiver();
    schedstop();
}

static void nil_in_a_goroutine(void *arg)
{
    (void)arg;
    chanrecv1(NULL, NULL);
}

static void stop_with_nil(void)
{
    start_procs(1);
    go(nil_in_a_goroutine, NULL);
    schedstop();
}

static void main_has_left(void)
{
    start_receiver();
    hchan_watch_start(NULL);
    pthread_exit(NULL);
}

/* Given goroutines that no thread can wake, then the process ends as Go's does, whether a watcher
 * runs or a thread waits for them, and does not hang. */
static void test_what_would_hang_is_told(void **state)
{
    static void (*const bodies[])(void) = {
        stop_for_good,           wait_for_good,    stop_for_good_unregistered,
        a_thread_stops_for_good, stop_under_watch, stop_with_nil,
        main_has_left,
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        if (SANITIZED && bodies[i] == main_has_left) /* see watch_test.c */
            continue;
        if (run_child(bodies[i]) != 2 || strncmp(said, DEADLOCK, strlen(DEADLOCK)))
            fail_msg("program %zu: %s", i, said);
        assert_said_lines(3);
    }
}

static void *until_read(void *fd)
{
    char byte;
    return read(*(int *)fd, &byte, 1) == 1 ? fd : NULL;
}

/* A thread that is not registered reads what the watcher says, or for ever. */
static void a_stranger_reads(void)
{
    static int ends[2];
    pthread_t thread;
    if (pipe(ends))
        _exit(98);
    hchan_watch_start(
        &(struct hchan_watch){.deadlock = true, .others = true, .stream = report_stream()});
    start_receiver();
    pthread_create(&thread, NULL, until_read, &ends[0]);
    go(receive, NULL);
    hchan_unregister();
    until_reported(1);
    sleep_ms(SEVERAL_CHECKS_MS);
    hchan_watch_stop();
    _exit(reported_all() ? 8 : 9);
}

static void test_a_thread_in_the_way_is_told_of_once(void **state)
{
    (void)state;
    assert_int_equal(run_child(a_stranger_reads), 8);
    assert_string_equal(said,
                        "hchan: all goroutines are asleep, but 1 thread that is not registered"
                        " may wake one (see hchan_register()): no deadlock is reported\n");
}

static void no_descriptor(void)
{
    FILE *stream = report_stream();
    start_receiver();
    while (dup(STDERR_FILENO) >= 0)
        continue;
    hchan_watch_start(&(struct hchan_watch){.deadlock = true, .others = true, .stream = stream});
    hchan_unregister();
    until_reported(1);
    _exit(8);
}

static void test_threads_that_cannot_be_seen_are_in_the_way(void **state)
{
    (void)state;
    assert_int_equal(run_child(no_descriptor), 8);
    assert_string_equal(said,
                        "hchan: all goroutines are asleep, but whether another thread lives is"
                        " not known (/proc/self/task: Too many open files): no deadlock is"
                        " reported\n");
}

/* A promise that each thread is registered is kept to: the others do not count. */
static void a_promise(void)
{
    static int ends[2];
    pthread_t thread;
    if (pipe(ends))
        _exit(98);
    start_receiver();
    pthread_create(&thread, NULL, until_read, &ends[0]);
    hchan_unregister();
    hchan_watch_start(&(struct hchan_watch){.deadlock = true});
    pthread_join(thread, NULL);
}

static void test_without_others_only_registered_threads_count(void **state)
{
    (void)state;
    assert_int_equal(run_child(a_promise), 2);
    assert_memory_equal(said, DEADLOCK, strlen(DEADLOCK));
}

/* Given goroutines that do not end, then a stop with a deadline returns, and the scheduler runs on;
 * and no watcher takes the thread that waits so for one that is stuck. */
static void stop_within(void)
{
    hchan_watch_start(NULL);
    start_receiver();
    if (hchan_schedstop_within(hchan_deadline(300000000)) != ETIMEDOUT || gomaxprocs() != 2)
        _exit(9);
    if (newproc(receive, NULL))
        _exit(10);
    closechan(c);
    if (hchan_schedstop_within(hchan_deadline(HOUR_NS)) || gomaxprocs() != 0)
        _exit(11);
    _exit(hchan_schedstop_within(HCHAN_FOREVER) == ESRCH ? 8 : 12);
}

static void test_a_stop_may_have_a_deadline(void **state)
{
    (void)state;
    assert_int_equal(run_child(stop_within), 8);
    assert_string_equal(said, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_healthy_program_is_ended),
        cmocka_unit_test(test_what_would_hang_is_told),
        cmocka_unit_test(test_a_thread_in_the_way_is_told_of_once),
        cmocka_unit_test(test_threads_that_cannot_be_seen_are_in_the_way),
        cmocka_unit_test(test_a_stop_may_have_a_deadline),
        cmocka_unit_test(test_without_others_only_registered_threads_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
