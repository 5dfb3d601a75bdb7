/* The lesson's ten example programs, with threads as goroutines: what each prints, and the
 * path of each operation. Where the lesson sleeps until a goroutine is parked, these wait until one
 * is parked. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/support.h"
#include <stdio.h>

static char printed[256];

static void say(const char *format, long value)
{
    size_t used = strlen(printed);
    snprintf(printed + used, sizeof(printed) - used, format, value);
}

static void begin(void)
{
    printed[0] = '\0';
    mark();
}

/* Example 1: a send finds a receiver waiting. */
static void test_example_1_direct_handoff(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *ch = make(v, sizeof(long), 0);
        struct party goroutine;
        begin();
        start_recv(&goroutine, ch);
        until_receivers(ch, 1);
        chansend1(ch, &(long){42});
        end(&goroutine);
        say("received %ld\n", goroutine.value);
        assert_string_equal(printed, "received 42\n");
        assert_only(HCHAN_SEND_HANDOFF);
        assert_int_equal(goroutine.outcomes[HCHAN_RECV_PARK], 1);
        chanfree(ch);
    }
}

/* Example 2: a send with no receiver and no buffer parks. */
static void *late_receiver(void *arg)
{
    struct party *p = arg;
    until_senders(p->c, 1);
    say("about to receive\n", 0);
    return party_recv(arg);
}

static void test_example_2_a_send_parks(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *ch = make(v, sizeof(long), 0);
        struct party goroutine = {.c = ch};
        begin();
        say("about to send\n", 0);
        assert_int_equal(pthread_create(&goroutine.thread, NULL, late_receiver, &goroutine), 0);
        chansend1(ch, &(long){42});
        end(&goroutine);
        say("send returned\n", 0);
        say("received %ld\n", goroutine.value);
        assert_string_equal(printed,
                            "about to send\nabout to receive\nsend returned\nreceived 42\n");
        assert_only(HCHAN_SEND_PARK);
        assert_int_equal(goroutine.outcomes[HCHAN_RECV_HANDOFF], 1);
        chanfree(ch);
    }
}

/* Example 3: three sends into a buffer of three complete without blocking. */
static void test_example_3_buffer_hops(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *ch = make(v, sizeof(long), 3);
        begin();
        for (long i = 1; i <= 3; i++)
            chansend1(ch, &i);
        say("three sends complete without blocking\n", 0);
        for (int i = 0; i < 3; i++) {
            long got;
            chanrecv1(ch, &got);
            say("%ld ", got);
        }
        assert_string_equal(printed, "three sends complete without blocking\n1 2 3 ");
        assert_int_equal(since_mark(HCHAN_SEND_BUFFER), 3);
        assert_int_equal(since_mark(HCHAN_RECV_BUFFER), 3);
        assert_int_equal(since_mark(HCHAN_SEND_PARK) + since_mark(HCHAN_SEND_HANDOFF), 0);
        chanfree(ch);
    }
}

/* Example 4: the third send finds the buffer full and parks until the goroutine drains one. */
static void test_example_4_a_full_buffer_parks(void **state)
{
    (void)state;
    FOR_EACH_TRACED_HANDING_OVER(v)
    {
        hchan *ch = make(v, sizeof(long), 2);
        struct party goroutine = {.c = ch};
        begin();
        chansend1(ch, &(long){1});
        chansend1(ch, &(long){2});
        say("about to send the third\n", 0);
        assert_int_equal(pthread_create(&goroutine.thread, NULL, late_receiver, &goroutine), 0);
        chansend1(ch, &(long){3});
        end(&goroutine);
        say("drain %ld\n", goroutine.value);
        say("third send returned\n", 0);
        assert_string_equal(printed, "about to send the third\nabout to receive\ndrain 1\n"
                                     "third send returned\n");
        assert_int_equal(since_mark(HCHAN_SEND_BUFFER), 2);
        assert_int_equal(since_mark(HCHAN_SEND_PARK), 1);
        assert_int_equal(goroutine.outcomes[HCHAN_RECV_PROMOTE], 1);
        chanfree(ch);
    }
}

/* Example 5: v, ok := <-ch on a closed channel. */
static void test_example_5_receive_from_closed(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *ch = make(v, sizeof(long), 0);
        long got = 99;
        closechan(ch);
        begin();
        bool ok = chanrecv2(ch, &got);
        say("%ld ", got);
        say(ok ? "true" : "false", 0);
        assert_string_equal(printed, "0 false");
        assert_only(HCHAN_RECV_CLOSED);
        chanfree(ch);
    }
}

static void send_1(void *ch)
{
    chansend1(ch, &(long){1});
}

/* Example 6: a send on a closed channel panics, and the panic is recovered. */
static void test_example_6_send_on_closed_panics(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *ch = make(v, sizeof(long), 0);
        const char *r = NULL;
        closechan(ch);
        begin();
        if (!hchan_try(send_1, ch, &r))
            snprintf(printed, sizeof(printed), "recovered: %s", r);
        assert_string_equal(printed, "recovered: send on closed channel");
        assert_only(HCHAN_SEND_PANIC);
        chanfree(ch);
    }
}

/* Example 7: a closed channel drains its buffer before it yields zero. */
static void test_example_7_closed_drains_first(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *ch = make(v, sizeof(long), 3);
        begin();
        chansend1(ch, &(long){1});
        chansend1(ch, &(long){2});
        closechan(ch);
        for (int i = 0; i < 3; i++) {
            long got;
            bool ok = chanrecv2(ch, &got);
            say("%ld ", got);
            say(ok ? "true\n" : "false\n", 0);
        }
        assert_string_equal(printed, "1 true\n2 true\n0 false\n");
        assert_int_equal(since_mark(HCHAN_RECV_BUFFER), 2);
        assert_int_equal(since_mark(HCHAN_RECV_CLOSED), 1);
        chanfree(ch);
    }
}

/* Example 8: a sender wakes a parked receiver, which does not lock again: one acquisition to park.
 */
static void test_example_8_the_woken_receiver_does_not_lock_again(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *ch = make(v, sizeof(long), 0);
        struct party goroutine;
        begin();
        start_recv(&goroutine, ch);
        until_receivers(ch, 1);
        chansend1(ch, &(long){99});
        end(&goroutine);
        say("got %ld", goroutine.value);
        assert_string_equal(printed, "got 99");
        assert_only(HCHAN_SEND_HANDOFF);
        assert_int_equal(goroutine.outcomes[HCHAN_LOCK_ACQUIRED], 1);
        chanfree(ch);
    }
}

/* Example 9: whoever comes first parks, and the value arrives either way. Each order once. */
static void test_example_9_either_order_arrives(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *a = make(v, sizeof(long), 0), *b = make(v, sizeof(long), 0);
        struct party sender, receiver;
        begin();
        start_send(&sender, a, 1); /* the sender first */
        until_senders(a, 1);
        long got;
        chanrecv1(a, &got);
        end(&sender);
        say("%ld ", got);
        assert_only(HCHAN_RECV_HANDOFF);
        start_recv(&receiver, b); /* the receiver first */
        until_receivers(b, 1);
        mark();
        chansend1(b, &(long){2});
        end(&receiver);
        say("%ld", receiver.value);
        assert_only(HCHAN_SEND_HANDOFF);
        assert_string_equal(printed, "1 2");
        chanfree(a);
        chanfree(b);
    }
}

/* Example 10: with values in the buffer, a receiver takes the head, and the parked sender's value
 * is moved in behind them. */
static void test_example_10_never_past_a_buffer_with_values(void **state)
{
    (void)state;
    FOR_EACH_TRACED_HANDING_OVER(v)
    {
        hchan *ch = make(v, sizeof(long), 2);
        struct party goroutine = {.c = ch};
        long rest[2];
        begin();
        chansend1(ch, &(long){1});
        chansend1(ch, &(long){2});
        assert_int_equal(pthread_create(&goroutine.thread, NULL, late_receiver, &goroutine), 0);
        chansend1(ch, &(long){3});
        end(&goroutine);
        printed[0] = '\0';
        say("%ld", goroutine.value);
        assert_string_equal(printed, "1");
        assert_int_equal(goroutine.outcomes[HCHAN_RECV_PROMOTE], 1);
        assert_int_equal(goroutine.outcomes[HCHAN_RECV_HANDOFF], 0);
        assert_int_equal(chanlen(ch), 2);
        chanrecv1(ch, &rest[0]);
        chanrecv1(ch, &rest[1]);
        assert_int_equal(rest[0], 2);
        assert_int_equal(rest[1], 3);
        chanfree(ch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_1_direct_handoff),
        cmocka_unit_test(test_example_2_a_send_parks),
        cmocka_unit_test(test_example_3_buffer_hops),
        cmocka_unit_test(test_example_4_a_full_buffer_parks),
        cmocka_unit_test(test_example_5_receive_from_closed),
        cmocka_unit_test(test_example_6_send_on_closed_panics),
        cmocka_unit_test(test_example_7_closed_drains_first),
        cmocka_unit_test(test_example_8_the_woken_receiver_does_not_lock_again),
        cmocka_unit_test(test_example_9_either_order_arrives),
        cmocka_unit_test(test_example_10_never_past_a_buffer_with_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
