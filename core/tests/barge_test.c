/* Channels whose woken waiters compete again (core/chan/barge.inc.h), for the variants that do so:
 * a wake promises nothing, but no value is lost, none is left while a waiter sleeps, and each
 * sender's values stay in order. That no schedule breaks this is for explore. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/selector.h"

#define FOR_EACH_BARGING(v) \
    FOR_EACH_TRACED(v)      \
    if (hchan_variant_barges(v))

static void test_a_send_stores_and_its_receiver_takes_it_from_the_buffer(void **state)
{
    (void)state;
    FOR_EACH_BARGING(v)
    {
        hchan *c = make(v, sizeof(long), 2);
        struct party receiver;
        start_recv(&receiver, c);
        until_receivers(c, 1);
        mark();
        chansend1(c, &(long){42});
        assert_only(HCHAN_SEND_BUFFER);
        end(&receiver);
        assert_true(receiver.received);
        assert_int_equal(receiver.value, 42);
        assert_int_equal(receiver.outcomes[HCHAN_WAKE_TO_RETRY], 1);
        assert_int_equal(receiver.outcomes[HCHAN_RECV_BUFFER], 1);
        assert_int_equal(receiver.outcomes[HCHAN_RECV_PARK], 0);
        assert_int_equal(chanlen(c), 0);
        chanfree(c);
    }
}

static void test_a_receive_frees_a_slot_that_the_parked_sender_takes(void **state)
{
    (void)state;
    FOR_EACH_BARGING(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        struct party sender;
        long got;
        chansend1(c, &(long){1});
        start_send(&sender, c, 2);
        until_senders(c, 1);
        mark();
        chanrecv1(c, &got);
        assert_only(HCHAN_RECV_BUFFER);
        end(&sender);
        assert_int_equal(sender.outcomes[HCHAN_WAKE_TO_RETRY], 1);
        assert_int_equal(sender.outcomes[HCHAN_SEND_BUFFER], 1);
        assert_int_equal(got, 1);
        chanrecv1(c, &got);
        assert_int_equal(got, 2);
        chanfree(c);
    }
}

static void test_without_a_buffer_it_hands_over(void **state)
{
    (void)state;
    FOR_EACH_BARGING(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        struct party receiver;
        start_recv(&receiver, c);
        until_receivers(c, 1);
        mark();
        chansend1(c, &(long){42});
        assert_only(HCHAN_SEND_HANDOFF);
        end(&receiver);
        assert_int_equal(receiver.outcomes[HCHAN_WAKE_BY_PEER], 1);
        chanfree(c);
    }
}

/* The running thread takes the value back before the receiver that it woke retries: sooner or later
 * that succeeds. The receiver still gets the next value. */
static void test_who_is_woken_in_vain_waits_on(void **state)
{
    (void)state;
    FOR_EACH_BARGING(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        bool barged = false;
        for (long i = 0; !barged; i++) {
            struct party receiver;
            long got = -1;
            start_recv(&receiver, c);
            until_receivers(c, 1);
            chansend1(c, &i);
            barged = chanrecv(c, &got, false, NULL);
            if (barged)
                chansend1(c, &(long){-7});
            end(&receiver);
            assert_int_equal(receiver.value, barged ? -7 : i);
            assert_true(!barged || got == i);
            assert_int_equal(receiver.outcomes[HCHAN_RECV_PARK], 0);
            assert_true(receiver.outcomes[HCHAN_WAKE_TO_RETRY] >= 1);
        }
        assert_nobody_parked(c);
        chanfree(c);
    }
}

/* A parked select is claimed for its case, so it gets the value, and no other receiver does. */
static void test_a_parked_select_is_served_on_the_spot(void **state)
{
    (void)state;
    FOR_EACH_BARGING(v)
    {
        hchan *c = make(v, sizeof(long), 1), *other = make(v, sizeof(long), 0);
        struct selector s;
        long got = -1, sent = 6, none;
        const struct scase receives[] = {RECV(c, &got), RECV(other, &none)};
        const struct scase sends[] = {SEND(c, &sent), RECV(other, &none)};
        start_select(&s, receives, 2);
        until_parked(&receives[0]);
        chansend1(c, &(long){5});
        assert_false(chanrecv(c, NULL, false, NULL));
        end_select(&s);
        assert_int_equal(s.chosen, 0);
        assert_int_equal(got, 5);
        chansend1(c, &(long){5});
        start_select(&s, sends, 2);
        until_parked(&sends[0]);
        chanrecv1(c, &got);
        assert_int_equal(chanlen(c), 1);
        end_select(&s);
        assert_int_equal(s.chosen, 0);
        chanrecv1(c, &got);
        assert_int_equal(got, 6);
        chanfree(c);
        chanfree(other);
    }
}

/* With more receivers parked than the buffer has room for values, each send finds one of them: no
 * sender has to park, and each value is received once. */
static void test_receivers_parked_beyond_the_capacity_all_get_a_value(void **state)
{
    enum { RECEIVERS = 6 };
    (void)state;
    FOR_EACH_BARGING(v)
    {
        hchan *c = make(v, sizeof(long), 2);
        struct party p[RECEIVERS];
        unsigned seen = 0;
        for (size_t i = 0; i < RECEIVERS; i++)
            start_recv(&p[i], c);
        until_receivers(c, RECEIVERS);
        for (long i = 0; i < RECEIVERS; i++)
            assert_true(chansend(c, &i, false, NULL));
        for (size_t i = 0; i < RECEIVERS; i++) {
            end(&p[i]);
            seen |= 1U << p[i].value;
        }
        assert_int_equal(seen, (1U << RECEIVERS) - 1);
        chanfree(c);
    }
}

/* What was sent before the close is received, by any receiver, before one learns of the close. */
static void test_close_gives_what_is_left_to_those_who_are_parked(void **state)
{
    enum { RECEIVERS = 3, VALUES = 2 };
    (void)state;
    FOR_EACH_BARGING(v)
    {
        hchan *c = make(v, sizeof(long), VALUES);
        struct party p[RECEIVERS];
        unsigned seen = 0, closed = 0;
        for (size_t i = 0; i < RECEIVERS; i++)
            start_recv(&p[i], c);
        until_receivers(c, RECEIVERS);
        for (long i = 0; i < VALUES; i++)
            chansend1(c, &i);
        closechan(c);
        for (size_t i = 0; i < RECEIVERS; i++) {
            end(&p[i]);
            closed += !p[i].received;
            seen |= p[i].received ? 1U << p[i].value : 0;
        }
        assert_int_equal(closed, RECEIVERS - VALUES);
        assert_int_equal(seen, (1U << VALUES) - 1);
        chanfree(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_send_stores_and_its_receiver_takes_it_from_the_buffer),
        cmocka_unit_test(test_a_receive_frees_a_slot_that_the_parked_sender_takes),
        cmocka_unit_test(test_without_a_buffer_it_hands_over),
        cmocka_unit_test(test_who_is_woken_in_vain_waits_on),
        cmocka_unit_test(test_a_parked_select_is_served_on_the_spot),
        cmocka_unit_test(test_receivers_parked_beyond_the_capacity_all_get_a_value),
        cmocka_unit_test(test_close_gives_what_is_left_to_those_who_are_parked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
