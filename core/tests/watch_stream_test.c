/* Reports to streams that take nothing, and when streams are locked for good. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/watch.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

static FILE *full_stream(void)
{
    return fopen("/dev/full", "w");
}

static FILE *stream_to_read(void)
{
    return fopen("/dev/null", "r");
}

static FILE *unread_stream(void)
{
    FILE *stream = report_stream();
    close(report[0]);
    return stream;
}

static _Atomic uint32_t reporting;

static void note_reporting(const void *callerpc, char *text, size_t size)
{
    hchan_place_symbol(callerpc, text, size);
    store_rel(&reporting, 1); /* pairs with load_acq in until_set */
}

static FILE *(*broken_stream)(void);

static void list_to_a_broken_stream(void)
{
    hchan_watch_start(&(struct hchan_watch){
        .signal = SIGUSR1, .stream = broken_stream(), .place = note_reporting});
    start_stuck();
    raise(SIGUSR1);
    until_set(&reporting);
    hchan_watch_stop(); /* which waits for the report's end */
    _exit(0);
}

static void exit_with_a_full_stream(void)
{
    hchan_watch_start(&(struct hchan_watch){.at_exit = true, .stream = full_stream()});
    start_stuck();
    exit(3);
}

static void deadlock_with_a_full_stream(void)
{
    hchan_register();
    hchan_watch_start(&(struct hchan_watch){.deadlock = true, .stream = full_stream()});
    chanrecv1(NULL, NULL);
}

#define NOT_TAKEN "hchan: the stream for reports does not take this one: "

/* Given a stream that does not take a report, then standard error gets it, with the reason, and the
 * program goes on, or ends, as it would. */
static void test_a_report_that_its_stream_does_not_take_goes_to_standard_error(void **state)
{
    (void)state;
    static const struct {
        FILE *(*stream)(void);
        const char *says;
    } rows[] = {
        {full_stream, NOT_TAKEN "No space left on device\nhchan: 2 goroutines are parked:\n"},
        {stream_to_read, NOT_TAKEN "Bad file descriptor\nhchan: 2 goroutines are parked:\n"},
        {unread_stream, NOT_TAKEN "Broken pipe\nhchan: 2 goroutines are parked:\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        broken_stream = rows[i].stream;
        assert_int_equal(run_child(list_to_a_broken_stream), 0);
        assert_said(rows[i].says);
        assert_said_lines(4);
    }
    assert_int_equal(run_child(exit_with_a_full_stream), 3);
    assert_said("hchan: 2 goroutines are parked at exit:\n");
    assert_said_lines(4);
    assert_int_equal(run_child(deadlock_with_a_full_stream), 2);
    assert_said("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine ");
    assert_said_lines(4);
}

static void list_by_hand(void)
{
    start_stuck();
    errno = 0;
    ssize_t lines = hchan_report_parked(broken_stream(), 0, NULL);
    _exit(lines == -1 ? errno : 90);
}

/* Given a stream that takes nothing, then the caller of hchan_report_parked() gets its error. */
static void test_a_report_by_hand_returns_the_error_of_its_stream(void **state)
{
    (void)state;
    broken_stream = stream_to_read;
    assert_int_equal(run_child(list_by_hand), EBADF);
    assert_string_equal(said, "");
    broken_stream = full_stream; /* which takes lines into its buffer */
    assert_int_equal(run_child(list_by_hand), ENOSPC);
    assert_string_equal(said, "");
}

static void list_to_no_stream(void)
{
    start_stuck();
    _exit(hchan_report_parked(NULL, 0, NULL) == 2 ? 0 : 90);
}

static void test_a_report_by_hand_without_a_stream_goes_to_standard_error(void **state)
{
    (void)state;
    assert_int_equal(run_child(list_to_no_stream), 0);
    assert_said("goroutine ");
    assert_said_lines(2);
}

static void deadlock_with_full_standard_error(void)
{
    dup2(fileno(full_stream()), STDERR_FILENO);
    hchan_register();
    hchan_watch_start(NULL);
    chanrecv1(NULL, NULL);
}

static void test_a_deadlock_that_cannot_be_reported_still_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(run_child(deadlock_with_full_standard_error), 2);
    assert_string_equal(said, "");
}

static FILE *locked_stream;

/* Holds the stream's lock, and waits for ever. */
static void *park_with_the_lock(void *c)
{
    flockfile(locked_stream);
    chanrecv1(c, NULL);
    return NULL;
}

static void *print_for_ever(void *arg)
{
    for (;;)
        puts("a line of output, of which there are many");
    return arg;
}

static void deadlock_with(FILE *locked)
{
    pthread_t thread;
    locked_stream = locked;
    hchan_watch_start(&(struct hchan_watch){.deadlock = true});
    hchan_go(&thread, park_with_the_lock, makechan(test_variant(NULL), 0, 0));
    pthread_join(thread, NULL);
}

static void deadlock_with_standard_output(void)
{
    deadlock_with(stdout);
}

static void deadlock_with_standard_error(void)
{
    deadlock_with(stderr);
}

static void deadlock_with_an_unread_pipe(void)
{
    int ends[2];
    pthread_t printer;
    if (pipe(ends) || dup2(ends[1], STDOUT_FILENO) < 0)
        _exit(98);
    pthread_create(&printer, NULL, print_for_ever, NULL);
    hchan_register();
    hchan_watch_start(&(struct hchan_watch){.deadlock = true});
    chanrecv1(NULL, NULL);
}

/* Nobody holds the lock, but there is text to flush, and no room for it. */
static void deadlock_with_a_full_pipe(void)
{
    static const char some[4096];
    int ends[2];
    if (pipe(ends) || dup2(ends[1], STDOUT_FILENO) < 0)
        _exit(98);
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
    printf("not flushed yet\n");
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (write(ends[1], some, sizeof(some)) > 0)
        continue;
    fcntl(ends[1], F_SETFL, 0);
    hchan_register();
    hchan_watch_start(NULL);
    chanrecv1(NULL, NULL);
}

/* Given a stream whose lock is never given back, or a standard output that nobody reads, then a
 * deadlock is reported all the same, and ends the process. */
static void test_a_deadlock_is_reported_whatever_is_locked(void **state)
{
    static void (*const bodies[])(void) = {deadlock_with_standard_output,
                                           deadlock_with_standard_error,
                                           deadlock_with_an_unread_pipe, deadlock_with_a_full_pipe};
    (void)state;
#ifdef __SANITIZE_THREAD__
    skip(); /* its _exit() waits for standard output */
#endif
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        assert_int_equal(run_child(bodies[i]), 2);
        assert_said("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine ");
        assert_said_lines(3);
    }
}

static void list_with_a_locked_stream(void)
{
    pthread_t thread;
    locked_stream = report_stream();
    hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1, .stream = locked_stream});
    pthread_create(&thread, NULL, park_with_the_lock, makechan(test_variant(NULL), 0, 0));
    free(until_parked(1));
    raise(SIGUSR1);
    until_reported(2);
    _exit(0);
}

static void test_a_list_goes_round_a_stream_that_is_locked(void **state)
{
    (void)state;
    assert_int_equal(run_child(list_with_a_locked_stream), 0);
    assert_said("hchan: 1 goroutine is parked:\ngoroutine ");
}

static void panic_with_a_locked_stream(void)
{
    pthread_t thread;
    locked_stream = stderr;
    pthread_create(&thread, NULL, park_with_the_lock, makechan(test_variant(NULL), 0, 0));
    free(until_parked(1));
    closechan(NULL);
}

static void test_a_panic_needs_no_lock(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__
    skip(); /* its exit handler waits for standard error */
#endif
    assert_int_equal(run_child(panic_with_a_locked_stream), 2);
    assert_string_equal(said, "panic: close of nil channel\n");
}

static void deadlock_after_output(void)
{
    dup2(STDERR_FILENO, STDOUT_FILENO);
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
    printf("not flushed yet\n");
    hchan_register();
    hchan_watch_start(NULL);
    chanrecv1(NULL, NULL);
}

static void test_a_deadlock_flushes_standard_output(void **state)
{
    (void)state;
    assert_int_equal(run_child(deadlock_after_output), 2);
    assert_said("\nnot flushed yet\n");
    assert_said_lines(4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_report_that_its_stream_does_not_take_goes_to_standard_error),
        cmocka_unit_test(test_a_report_by_hand_returns_the_error_of_its_stream),
        cmocka_unit_test(test_a_report_by_hand_without_a_stream_goes_to_standard_error),
        cmocka_unit_test(test_a_deadlock_that_cannot_be_reported_still_ends_the_process),
        cmocka_unit_test(test_a_deadlock_is_reported_whatever_is_locked),
        cmocka_unit_test(test_a_list_goes_round_a_stream_that_is_locked),
        cmocka_unit_test(test_a_panic_needs_no_lock),
        cmocka_unit_test(test_a_deadlock_flushes_standard_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
