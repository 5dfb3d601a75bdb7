/* The watcher's bell, by which a signal's handler wakes it, when signals, forks and closed
 * descriptors come at the worst moment. The build puts the functions named __wrap_... in the place
 * of the project's own, and of the C library's. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/tests/watch.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

enum futex_end __real_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline);
int __real_sigaction(int number, const struct sigaction *now, struct sigaction *before);
enum futex_end __wrap_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline);
int __wrap_sigaction(int number, const struct sigaction *now, struct sigaction *before);

static _Atomic uint32_t turns, rings; /* counts, of the watcher's */
static void (*before_sigaction)(void);

/* The watcher's sleep is the only one that expects 0 and ends by itself. */
enum futex_end __wrap_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline)
{
    enum futex_end end = __real_futex_wait(word, expected, deadline);
    if (expected == 0 && deadline != FUTEX_FOREVER) {
        fadd_rlx(&turns, 1);
        fadd_rlx(&rings, load_rlx(word));
    }
    return end;
}

int __wrap_sigaction(int number, const struct sigaction *now, struct sigaction *before)
{
    if (before_sigaction)
        before_sigaction();
    return __real_sigaction(number, now, before);
}

/* Waits until the watcher has done a whole turn of its loop. */
static void until_looked(void)
{
    uint32_t before = load_rlx(&turns);
    while (load_rlx(&turns) - before < 2)
        sleep_ms(1);
}

static void raise_unnoticed(void)
{
    errno = 17;
    raise(SIGUSR1);
    if (errno != 17)
        _exit(91);
}

static _Atomic uint32_t held, let_go;

static void hold(const void *callerpc, char *text, size_t size)
{
    snprintf(text, size, "%p", callerpc);
    store_rel(&held, 1); /* pairs with until_set */
    until_set(&let_go);
}

static void ring_while_it_is_busy(void)
{
    hchan_watch_start(
        &(struct hchan_watch){.signal = SIGUSR1, .stream = report_stream(), .place = hold});
    start_stuck();
    raise(SIGUSR1);
    until_set(&held);
    raise_unnoticed();
    raise_unnoticed();
    store_rel(&let_go, 1); /* pairs with until_set */
    until_reported(6);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given a watcher that is busy, when signals come, then the interrupted code does not notice, and
 * one list follows. */
static void test_a_signal_is_heard_by_a_watcher_that_is_busy(void **state)
{
    (void)state;
    assert_int_equal(run_child(ring_while_it_is_busy), 0);
    assert_said_lines(6);
}

/* Closes all descriptors but those of the test, and opens files under their numbers. Returns the
 * number of bytes that were written to those, when `meanwhile` has run. */
static off_t written_after_closing_all(void (*meanwhile)(void))
{
    enum { OPENED = 16 };
    int mine[OPENED];
    off_t written = 0;
    for (int fd = 3; fd < 256; fd++)
        if (fd != report[0] && fd != report[1])
            close(fd);
    for (int i = 0; i < OPENED; i++)
        mine[i] = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    meanwhile();
    for (int i = 0; i < OPENED; i++) {
        struct stat s;
        if (fstat(mine[i], &s))
            _exit(92);
        written += s.st_size;
    }
    return written;
}

static void list_twice(void)
{
    for (int i = 0; i < 2; i++) {
        raise_unnoticed();
        until_reported(1);
    }
    hchan_watch_stop();
}

static void close_all(void)
{
    hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1, .stream = report_stream()});
    until_looked();
    off_t written = written_after_closing_all(list_twice);
    _exit(written == 0 && reported_all() ? 0 : 97);
}

/* Given a program that closes all descriptors, and opens others, as a daemon does, then the watcher
 * still lists, and writes to none of them. */
static void test_a_program_may_close_all_descriptors(void **state)
{
    (void)state;
    assert_int_equal(run_child(close_all), 0);
    assert_said_lines(2);
}

static void start_without_descriptors(void)
{
    FILE *stream = report_stream();
    while (dup(STDERR_FILENO) >= 0)
        continue;
    if (hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1, .stream = stream}))
        _exit(93);
    list_twice();
    _exit(reported_all() ? 0 : 97);
}

/* Given a process that has no descriptor left, then a watcher starts, and lists. */
static void test_a_watcher_needs_no_descriptor(void **state)
{
    (void)state;
    assert_int_equal(run_child(start_without_descriptors), 0);
    assert_string_equal(said, "hchan: 0 goroutines are parked\nhchan: 0 goroutines are parked\n");
}

/* Forks. */

static pid_t parent;
static _Atomic uint32_t own_handler;

static void on_own_signal(int number)
{
    (void)number;
    store_rlx(&own_handler, 1); /* our own thread reads it */
}

static void signal_in_child(void)
{
    if (getpid() != parent)
        raise(SIGUSR1);
}

/* In the child of a process that is watched. */
static _Noreturn void end_unwatched(void)
{
    raise(SIGUSR1);
    _exit(load_rlx(&own_handler) == 0 ? 93 : 0);
}

static int watched_signal;

static void fork_and_signal(void)
{
    int status;
    struct sigaction own = {.sa_handler = on_own_signal};
    parent = getpid();
    sigaction(SIGUSR1, &own, NULL);
    hchan_watch_start(&(struct hchan_watch){.signal = watched_signal});
    before_sigaction = signal_in_child;
    uint32_t rung = load_rlx(&rings);
    pid_t child = fork_child();
    if (child == 0)
        end_unwatched();
    if (waitpid(child, &status, 0) != child || status)
        _exit(95);
    until_looked();
    _exit(load_rlx(&rings) == rung && !load_rlx(&own_handler) ? 0 : 96);
}

/* Given a fork of a process that is watched, when a signal comes to the child before it has its own
 * handler back, then the signal is lost and does not ring the parent's bell. A later signal goes to
 * the handler. */
static void test_a_child_rings_no_bell(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* the watcher may be in its allocator, which a fork then leaves locked */
#endif
    for (watched_signal = 0; watched_signal <= SIGUSR1; watched_signal += SIGUSR1) {
        assert_int_equal(run_child(fork_and_signal), 0);
        assert_string_equal(said, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_signal_is_heard_by_a_watcher_that_is_busy),
        cmocka_unit_test(test_a_program_may_close_all_descriptors),
        cmocka_unit_test(test_a_watcher_needs_no_descriptor),
        cmocka_unit_test(test_a_child_rings_no_bell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
