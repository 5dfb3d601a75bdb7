/* Close, panics, and the order in which parked Gs are served, for every variant. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARTIES = 8 };

static void close_it(void *c)
{
    closechan(c);
}

static void test_parked_receivers_are_served_first_in_first_out(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        struct party p[PARTIES];
        for (size_t i = 0; i < PARTIES; i++) {
            start_recv(&p[i], c);
            until_receivers(c, i + 1);
        }
        for (long i = 0; i < PARTIES; i++)
            chansend1(c, &i);
        for (long i = 0; i < PARTIES; i++) {
            end(&p[i]);
            assert_int_equal(p[i].value, i);
        }
        chanfree(c);
    }
}

static void test_parked_senders_are_served_first_in_first_out(void **state)
{
    (void)state;
    for (long capacity = 0; capacity <= 3; capacity += 3) {
        FOR_EACH_HANDING_OVER(v)
        {
            hchan *c = make(v, sizeof(long), (size_t)capacity);
            struct party p[PARTIES];
            for (long i = 0; i < capacity; i++)
                chansend1(c, &i);
            for (long i = 0; i < PARTIES; i++) {
                start_send(&p[i], c, capacity + i);
                until_senders(c, (size_t)i + 1);
            }
            for (long i = 0, got; i < capacity + PARTIES; i++) {
                chanrecv1(c, &got);
                assert_int_equal(got, i);
            }
            for (size_t i = 0; i < PARTIES; i++)
                end(&p[i]);
            chanfree(c);
        }
    }
}

static void test_close_wakes_every_parked_receiver_with_zero_and_false(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t n = 1; n <= PARTIES; n++) {
        hchan *c = make(v, sizeof(long), n % 2 ? 0 : 4);
        struct party p[PARTIES];
        for (size_t i = 0; i < n; i++)
            start_recv(&p[i], c);
        until_receivers(c, n);
        closechan(c);
        for (size_t i = 0; i < n; i++) {
            end(&p[i]);
            assert_false(p[i].received);
            assert_int_equal(p[i].value, 0);
        }
        assert_int_equal(chan_parked_receivers(c), 0);
        chanfree(c);
    }
}

static void test_close_makes_every_parked_sender_panic_and_drops_its_value(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t n = 1; n <= PARTIES; n++) {
        size_t capacity = n % 2 ? 0 : 2;
        hchan *c = make(v, sizeof(long), capacity);
        struct party p[PARTIES];
        for (size_t i = 0; i < capacity; i++)
            chansend1(c, &(long){5});
        for (size_t i = 0; i < n; i++)
            start_send(&p[i], c, 100);
        until_senders(c, n);
        closechan(c);
        for (size_t i = 0; i < n; i++) {
            end(&p[i]);
            assert_non_null(p[i].panic);
            assert_string_equal(p[i].panic, "send on closed channel");
        }
        long got;
        for (size_t i = 0; i < capacity; i++) {
            assert_true(chanrecv2(c, &got));
            assert_int_equal(got, 5);
        }
        assert_false(chanrecv2(c, &got));
        chanfree(c);
    }
}

static void test_closed_waiters_are_counted_as_woken_by_close(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        struct party p;
        start_send(&p, c, 1);
        until_senders(c, 1);
        closechan(c);
        end(&p);
        assert_int_equal(p.outcomes[HCHAN_SEND_PARK], 1);
        assert_int_equal(p.outcomes[HCHAN_WAKE_BY_CLOSE], 1);
        assert_int_equal(p.outcomes[HCHAN_SEND_PANIC], 0);
        chanfree(c);
    }
}

static void test_close_of_closed_channel_panics(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        const char *message = NULL;
        chansend1(c, &(long){3});
        closechan(c);
        assert_false(hchan_try(close_it, c, &message));
        assert_string_equal(message, "close of closed channel");
        long got; /* and the channel still works */
        assert_true(chanrecv2(c, &got));
        assert_int_equal(got, 3);
        chanfree(c);
    }
}

struct nested {
    hchan *c;
    const char *inner;
    bool after;
};

static void nest(void *arg)
{
    struct nested *n = arg;
    hchan_try(close_it, NULL, &n->inner);
    n->after = true;
    closechan(n->c);
}

static void test_recover_points_nest(void **state)
{
    (void)state;
    hchan *c = make(hchan_variant_next(NULL), 0, 0);
    struct nested n = {.c = c};
    const char *outer = NULL;
    closechan(c);
    assert_false(hchan_try(nest, &n, &outer));
    assert_string_equal(n.inner, "close of nil channel");
    assert_true(n.after);
    assert_string_equal(outer, "close of closed channel");
    assert_false(hchan_try(close_it, c, NULL));
    chanfree(c);
}

static void send_on_closed(void *variant)
{
    hchan *c = makechan(variant, sizeof(long), 0);
    closechan(c);
    chansend1(c, &(long){1});
}

static void test_a_panic_without_recover_point_ends_the_process_with_status_2(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        char text[128];
        int status = run_in_child(send_on_closed, (void *)(uintptr_t)v, text, sizeof(text));
        assert_true(exited_with(status, 2));
        assert_string_equal(text, "panic: send on closed channel\n");
    }
}

/* The traced instance reports a channel that is freed while a G waits on it. */
static void test_freeing_a_channel_that_somebody_waits_on_is_an_error(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        pid_t child = fork_child();
        if (child == 0) {
            struct party p;
            close(STDERR_FILENO);
            hchan *c = makechan(v, sizeof(long), 0);
            start_recv(&p, c);
            until_receivers(c, 1);
            chanfree(c);
            _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(aborted(status));
    }
}

/* A thread is cancelled inside hchan_try(). The next thread gets its G, but not its recover
 * point. */
static void wait_to_be_cancelled(void *arg)
{
    (void)arg;
    for (;;)
        pause();
}

static void *try_for_ever(void *arg)
{
    return (void *)hchan_try(wait_to_be_cancelled, arg, NULL);
}

static void *close_nil(void *arg)
{
    closechan(arg);
    return NULL;
}

static void test_a_panic_does_not_go_to_a_thread_that_has_gone(void **state)
{
    (void)state;
    int status;
    pid_t child = fork_child();
    if (child == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, try_for_ever, NULL);
        pthread_cancel(thread);
        pthread_join(thread, NULL);
        pthread_create(&thread, NULL, close_nil, NULL);
        pthread_join(thread, NULL);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(exited_with(status, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parked_receivers_are_served_first_in_first_out),
        cmocka_unit_test(test_parked_senders_are_served_first_in_first_out),
        cmocka_unit_test(test_close_wakes_every_parked_receiver_with_zero_and_false),
        cmocka_unit_test(test_close_makes_every_parked_sender_panic_and_drops_its_value),
        cmocka_unit_test(test_closed_waiters_are_counted_as_woken_by_close),
        cmocka_unit_test(test_close_of_closed_channel_panics),
        cmocka_unit_test(test_recover_points_nest),
        cmocka_unit_test(test_a_panic_without_recover_point_ends_the_process_with_status_2),
        cmocka_unit_test(test_freeing_a_channel_that_somebody_waits_on_is_an_error),
        cmocka_unit_test(test_a_panic_does_not_go_to_a_thread_that_has_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
