/* The watcher's bell, by which a signal's handler wakes it, when signals and forks come at the
 * worst moment. The build puts the functions named __wrap_... in the place of the C library's. */
#include "core/tests/watch.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

int __real_poll(struct pollfd *fds, nfds_t n, int ms);
int __real_eventfd(unsigned value, int flags);
int __real_sigaction(int number, const struct sigaction *now, struct sigaction *before);
int __wrap_poll(struct pollfd *fds, nfds_t n, int ms);
int __wrap_eventfd(unsigned value, int flags);
int __wrap_sigaction(int number, const struct sigaction *now, struct sigaction *before);

static _Atomic uint32_t polls, rings; /* counts, of the watcher's */
static int bell = -1;
static void (*before_sigaction)(void);

int __wrap_poll(struct pollfd *fds, nfds_t n, int ms)
{
    fadd_rlx(&polls, 1);
    int ready = __real_poll(fds, n, ms);
    fadd_rlx(&rings, ready > 0 ? 1 : 0);
    return ready;
}

int __wrap_eventfd(unsigned value, int flags)
{
    return bell = __real_eventfd(value, flags);
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
    uint32_t before = load_rlx(&polls);
    while (load_rlx(&polls) - before < 2)
        sleep_ms(1);
}

static _Atomic uint32_t held, let_go;

static void hold(const void *callerpc, char *text, size_t size)
{
    snprintf(text, size, "%p", callerpc);
    store_rel(&held, 1); /* pairs with until_set */
    until_set(&let_go);
}

static void ring_too_often(void)
{
    hchan_watch_start(
        &(struct hchan_watch){.signal = SIGUSR1, .stream = report_stream(), .place = hold});
    start_stuck();
    raise(SIGUSR1);
    until_set(&held);
    if (write(bell, &(uint64_t){UINT64_MAX - 1}, sizeof(uint64_t)) < 0)
        _exit(90); /* the count is full now */
    errno = 17;
    raise(SIGUSR1);
    if (errno != 17)
        _exit(91);
    store_rel(&let_go, 1); /* pairs with until_set */
    until_reported(6);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given a watcher that is busy, and a bell that takes no more rings, when a signal comes, then the
 * interrupted code does not notice, and the list follows. */
static void test_a_signal_that_cannot_ring_is_heard_all_the_same(void **state)
{
    (void)state;
    assert_int_equal(run_child(ring_too_often), 0);
    assert_said_lines(6);
}

static void close_the_bell(void)
{
    hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1, .stream = report_stream()});
    raise(SIGUSR1);
    until_reported(1);
    until_set(&rings); /* it may have seen the signal before it heard it */
    close(bell);
    for (int i = 0; i < 2; i++) {
        errno = 17;
        raise(SIGUSR1);
        if (errno != 17)
            _exit(91);
        until_reported(1);
    }
    hchan_watch_stop();
    _exit(reported_all() && load_rlx(&rings) <= 2 ? 0 : 97);
}

/* Given a program that closes all descriptors, the watcher's too, then the watcher notices it once,
 * and answers signals at its next turn. */
static void test_a_watcher_without_its_bell_still_lists(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__
    skip(); /* it reports the race: one thread closes what another one reads */
#endif
    assert_int_equal(run_child(close_the_bell), 0);
    assert_said_lines(3);
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
    bool open = fcntl(bell, F_GETFD) >= 0; /* no other file is opened meanwhile */
    raise(SIGUSR1);
    pid_t child;
    errno = 0;
    child = fork_child();
    if (child == 0)
        _exit(errno); /* 0: there is no bell left to close */
    int status;
    if (waitpid(child, &status, 0) != child || status)
        _exit(92);
    _exit(open || load_rlx(&own_handler) == 0 ? 93 : 0);
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
        cmocka_unit_test(test_a_signal_that_cannot_ring_is_heard_all_the_same),
        cmocka_unit_test(test_a_watcher_without_its_bell_still_lists),
        cmocka_unit_test(test_a_child_rings_no_bell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
