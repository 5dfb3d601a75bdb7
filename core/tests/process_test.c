/* Channels in a process with threads, signals, forks and panics. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/tests/child.h"
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PARTIES = 6 };

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* Waits for a child, and returns its exit status, or -1 if a signal ended it. */
static int status_of(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Given threads that wait for ever on a nil channel, when others use channels of their own, then
 * they are not hindered, and the process ends when it wants to. */
static void test_threads_on_a_nil_channel_hinder_no_others(void **state)
{
    (void)state;
    pid_t child = fork_child();
    if (child == 0) {
        struct party stuck[2];
        start_send(&stuck[0], NULL, 5);
        start_recv(&stuck[1], NULL);
        FOR_EACH_VARIANT(v)
        {
            hchan *c = makechan(v, sizeof(long), 0);
            struct party p;
            start_recv(&p, c);
            chansend1(c, &(long){7});
            end(&p);
            if (p.value != 7)
                _exit(1);
            chanfree(c);
        }
        _exit(stuck[1].value == -1 ? 0 : 1); /* nothing was received from nil */
    }
    assert_int_equal(status_of(child), 0);
}

/* Given a process whose only thread has used channels, when it forks, then the child may go on with
 * them: its G is a G, and what was in the buffer is still there. */
static void test_a_fork_of_the_only_thread_keeps_its_channels(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        chansend1(c, &(long){3});
        pid_t child = fork_child();
        if (child == 0) {
            struct party p;
            long got = 0;
            start_send(&p, c, 4); /* full: it parks, in the child */
            until_senders(c, 1);
            chanrecv1(c, &got);
            bool right = got == 3;
            end(&p);
            chanrecv1(c, &got);
            _exit(right && got == 4 ? 0 : 1);
        }
        assert_int_equal(status_of(child), 0);
        assert_int_equal(chanlen(c), 1); /* the parent's channel is its own */
        chanfree(c);
    }
}

static void slow_goodbye(void)
{
    sleep_ms(50);
    if (write(STDERR_FILENO, "goodbye", 7) != 7)
        _exit(3);
}

static void *send_for_good(void *c)
{
    chansend1(c, &(long){1});
    return NULL;
}

static void panic_all_at_once(void *arg)
{
    hchan *c = makechan(test_variant(NULL), sizeof(long), 0);
    pthread_t sender[PARTIES];
    (void)arg;
    atexit(slow_goodbye);
    for (size_t i = 0; i < PARTIES; i++)
        pthread_create(&sender[i], NULL, send_for_good, c);
    until_senders(c, PARTIES);
    closechan(c);
    for (;;)
        pause();
}

/* Given several senders that are parked without a recover point, when the channel is closed, then
 * all of them panic at once, and the process still ends once: with status 2, after its exit
 * handlers, and with one message. (Two calls of exit() are undefined in C.) */
static void test_many_panics_at_once_end_the_process_once(void **state)
{
    (void)state;
    char text[512];
    assert_true(exited_with(run_in_child(panic_all_at_once, NULL, text, sizeof(text)), 2));
    assert_string_equal(text, "panic: send on closed channel\ngoodbye");
}

static void close_nil(void)
{
    closechan(NULL);
}

/* Given an exit handler that panics, when a panic ends the process, then it still ends. */
static void test_a_panic_while_the_process_ends_ends_it(void **state)
{
    (void)state;
    pid_t child = fork_child();
    if (child == 0) {
        close(STDERR_FILENO);
        atexit(close_nil);
        closechan(NULL);
    }
    assert_int_equal(status_of(child), 2);
}

static void *panic_and_recover(void *arg)
{
    struct party *p = arg;
    for (int i = 0; i < 200; i++)
        if (hchan_try(party_send_body, p, &p->panic))
            return p;
    return NULL;
}

/* Given threads that panic and recover at the same time, then each returns to its own recover
 * point. */
static void test_recover_points_belong_to_their_thread(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        struct party p[PARTIES];
        closechan(c);
        for (size_t i = 0; i < PARTIES; i++) {
            p[i] = (struct party){.c = c};
            assert_int_equal(pthread_create(&p[i].thread, NULL, panic_and_recover, &p[i]), 0);
        }
        for (size_t i = 0; i < PARTIES; i++) {
            void *failed;
            assert_int_equal(pthread_join(p[i].thread, &failed), 0);
            assert_null(failed);
            assert_string_equal(p[i].panic, "send on closed channel");
        }
        chanfree(c);
    }
}

static _Atomic uint32_t signals, over;

static void on_signal(int number)
{
    (void)number;
    fadd_rlx(&signals, 1); /* a count */
}

static void *bombard(void *arg)
{
    const pthread_t *threads = arg;
    while (!load_acq(&over)) { /* pairs with store_rel below: the threads are there until then */
        pthread_kill(threads[0], SIGUSR1);
        pthread_kill(threads[1], SIGUSR1);
        sched_yield();
    }
    return NULL;
}

struct volley {
    hchan *to, *from;
};

static void *answer(void *arg)
{
    struct volley *v = arg;
    for (long value; chanrecv2(v->to, &value);)
        chansend1(v->from, &value);
    return NULL;
}

/* Given two threads that park in turn, when signals interrupt their sleeps, then no park ends
 * before its value has come. sigaction() without SA_RESTART, since signal() would restart the
 * sleeps. */
static void test_signals_do_not_end_a_park(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_signal}, before;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    FOR_EACH_VARIANT(v)
    {
        struct volley volley = {make(v, sizeof(long), 0), make(v, sizeof(long), 0)};
        pthread_t threads[2] = {pthread_self()}, gun;
        uint32_t fired = load_rlx(&signals);
        store_rlx(&over, 0); /* before the threads are made */
        assert_int_equal(pthread_create(&threads[1], NULL, answer, &volley), 0);
        assert_int_equal(pthread_create(&gun, NULL, bombard, threads), 0);
        for (long i = 0, got; i < 300 || load_rlx(&signals) - fired < 50; i++) {
            chansend1(volley.to, &i);
            assert_true(chanrecv2(volley.from, &got));
            assert_int_equal(got, i);
        }
        store_rel(&over, 1); /* pairs with load_acq in bombard */
        assert_int_equal(pthread_join(gun, NULL), 0);
        closechan(volley.to);
        assert_int_equal(pthread_join(threads[1], NULL), 0);
        chanfree(volley.to);
        chanfree(volley.from);
    }
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_on_a_nil_channel_hinder_no_others),
        cmocka_unit_test(test_a_fork_of_the_only_thread_keeps_its_channels),
        cmocka_unit_test(test_many_panics_at_once_end_the_process_once),
        cmocka_unit_test(test_a_panic_while_the_process_ends_ends_it),
        cmocka_unit_test(test_recover_points_belong_to_their_thread),
        cmocka_unit_test(test_signals_do_not_end_a_park),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
