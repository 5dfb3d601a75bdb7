/* Selects that meet themselves and each other, for every variant: one channel in several cases, a
 * select that both sends and receives on a channel, and two selects over the same channels. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/selector.h"

/* One channel in several cases. */

static void test_a_channel_that_repeats_gives_one_value_to_one_case(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t capacity = 0; capacity < 2; capacity++)
        for (int parked = 0; parked < 2; parked++) {
            hchan *c = make(v, sizeof(long), capacity);
            long value[3] = {-1, -1, -1};
            const struct scase cases[] = {RECV(c, &value[0]), RECV(c, &value[1]),
                                          RECV(c, &value[2])};
            struct selector s;
            struct party sender;
            if (!parked) {
                start_send(&sender, c, 4);
                if (capacity)
                    end(&sender);
                else
                    until_senders(c, 1);
                start_select(&s, cases, 3);
                if (!capacity)
                    end(&sender);
            } else {
                start_select(&s, cases, 3);
                until_receivers(c, 3);
                chansend1(c, &(long){4});
            }
            end_select(&s);
            assert_in_range(s.chosen, 0, 2);
            for (int i = 0; i < 3; i++)
                assert_int_equal(value[i], i == s.chosen ? 4 : -1);
            assert_usable(c);
            chanfree(c);
        }
}

static void test_a_channel_that_repeats_sends_one_value_of_one_case(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t capacity = 0; capacity < 2; capacity++) {
        hchan *c = make(v, sizeof(long), capacity);
        long value[3] = {10, 11, 12}, got;
        const struct scase cases[] = {SEND(c, &value[0]), SEND(c, &value[1]), SEND(c, &value[2])};
        struct selector s;
        if (capacity)
            chansend1(c, &(long){9});
        start_select(&s, cases, 3);
        until_senders(c, 3);
        assert_true(chanrecv2(c, &got));
        end_select(&s);
        if (capacity) {
            assert_int_equal(got, 9);
            chanrecv1(c, &got);
        }
        assert_int_equal(got, 10 + s.chosen);
        assert_usable(c);
        /* And closed while all of them wait: one panic. */
        if (capacity)
            chansend1(c, &(long){9});
        start_select(&s, cases, 3);
        until_senders(c, 3);
        closechan(c);
        end_select(&s);
        assert_string_equal(s.panic, "send on closed channel");
        assert_nobody_parked(c);
        chanfree(c);
    }
}

static void test_a_channel_that_repeats_is_woken_once_by_close(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 0), *other = make(v, sizeof(long), 0);
        long value[2] = {1, 1};
        const struct scase cases[] = {RECV(c, &value[0]), RECV(other, NULL), RECV(c, &value[1])};
        struct selector s;
        start_select(&s, cases, 3);
        until_receivers(c, 2);
        closechan(c);
        end_select(&s);
        assert_true(s.chosen == 0 || s.chosen == 2);
        assert_false(s.received);
        assert_int_equal(value[s.chosen / 2], 0);
        assert_int_equal(value[1 - s.chosen / 2], 1);
        assert_usable(other);
        chanfree(c);
        chanfree(other);
    }
}

/* One party that both sends and receives on one unbuffered channel. */

static void test_a_select_both_ways_does_not_meet_itself(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        long out = 5, in = -1;
        const struct scase cases[] = {SEND(c, &out), RECV(c, &in), SEND(c, &out), RECV(c, &in)};
        for (int i = 0; i < 50; i++)
            assert_int_equal(selectgo(cases, 4, false, NULL), -1);
        for (int i = 0; i < 5; i++)
            assert_int_equal(selectgo_until(cases, 4, hchan_deadline(1000), NULL), -1);
        assert_int_equal(in, -1);
        assert_usable(c);
        chanfree(c);
    }
}

static void test_a_select_both_ways_meets_others_either_way(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        long out[2] = {5, 6}, in[2] = {-1, -1}, got = 0;
        const struct scase one[] = {SEND(c, &out[0]), RECV(c, &in[0])};
        const struct scase two[] = {RECV(c, &in[1]), SEND(c, &out[1])};
        struct selector s[2];
        start_select(&s[0], one, 2);
        until_receivers(c, 1);
        assert_int_equal(chan_parked_senders(c), 1);
        chansend1(c, &(long){7}); /* a plain sender */
        end_select(&s[0]);
        assert_int_equal(s[0].chosen, 1);
        assert_int_equal(in[0], 7);
        assert_usable(c);
        start_select(&s[0], one, 2);
        until_receivers(c, 1);
        assert_true(chanrecv2(c, &got)); /* a plain receiver */
        end_select(&s[0]);
        assert_int_equal(s[0].chosen, 0);
        assert_int_equal(got, 5);
        assert_usable(c);
        in[0] = -1;
        start_select(&s[0], one, 2); /* another of the same kind */
        until_receivers(c, 1);
        start_select(&s[1], two, 2);
        end_select(&s[0]);
        end_select(&s[1]);
        if (s[0].chosen == 0) {
            assert_int_equal(s[1].chosen, 0);
            assert_int_equal(in[1], 5);
            assert_int_equal(in[0], -1);
        } else {
            assert_int_equal(s[1].chosen, 1);
            assert_int_equal(in[0], 6);
            assert_int_equal(in[1], -1);
        }
        assert_usable(c);
        start_select(&s[0], one, 2);
        until_receivers(c, 1);
        closechan(c);
        end_select(&s[0]);
        assert_true(s[0].panic || s[0].chosen == 1);
        assert_nobody_parked(c);
        chanfree(c);
    }
}

/* Two selects against each other. */

struct duel {
    pthread_t thread;
    hchan *sends, *receives;
    bool reversed;
    long rounds;
    uint64_t sent, received, sent_sum, received_sum;
};

/* A round either sends or receives, and the other side does the opposite. */
static void *duel(void *arg)
{
    struct duel *d = arg;
    for (long i = 1, got = 0; i <= d->rounds; i++) {
        const struct scase send = SEND(d->sends, &i), receive = RECV(d->receives, &got);
        const struct scase cases[] = {d->reversed ? receive : send, d->reversed ? send : receive};
        if (cases[selectgo(cases, 2, true, NULL)].kind == SCASE_SEND) {
            d->sent++;
            d->sent_sum += (uint64_t)i;
        } else {
            d->received++;
            d->received_sum += (uint64_t)got;
        }
    }
    return NULL;
}

/* A wait that yields gives its CPU away each time. On a machine with many busy threads each round
 * then takes a turn of all of them, tens of milliseconds. */
static long duel_rounds(const struct hchan_variant *v)
{
    return strcmp(hchan_variant_park(v), "yield") == 0 ? 1000 : SANITIZED ? 2000 : 20000;
}

static void
test_selects_on_the_same_channels_in_opposite_order_do_not_lock_each_other_out(void **st)
{
    (void)st;
    FOR_EACH_VARIANT(v)
    {
        hchan *a = make(v, sizeof(long), 0), *b = make(v, sizeof(long), 0);
        const long rounds = duel_rounds(v);
        struct duel one = {.sends = a, .receives = b, .rounds = rounds};
        struct duel two = {.sends = b, .receives = a, .rounds = rounds, .reversed = true};
        assert_int_equal(pthread_create(&one.thread, NULL, duel, &one), 0);
        assert_int_equal(pthread_create(&two.thread, NULL, duel, &two), 0);
        assert_int_equal(pthread_join(one.thread, NULL), 0);
        assert_int_equal(pthread_join(two.thread, NULL), 0);
        assert_int_equal(one.sent + one.received, rounds);
        assert_int_equal(one.sent, two.received);
        assert_int_equal(two.sent, one.received);
        assert_int_equal(one.sent_sum, two.received_sum);
        assert_int_equal(two.sent_sum, one.received_sum);
        assert_usable(a);
        assert_usable(b);
        chanfree(a);
        chanfree(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_channel_that_repeats_gives_one_value_to_one_case),
        cmocka_unit_test(test_a_channel_that_repeats_sends_one_value_of_one_case),
        cmocka_unit_test(test_a_channel_that_repeats_is_woken_once_by_close),
        cmocka_unit_test(test_a_select_both_ways_does_not_meet_itself),
        cmocka_unit_test(test_a_select_both_ways_meets_others_either_way),
        cmocka_unit_test(
            test_selects_on_the_same_channels_in_opposite_order_do_not_lock_each_other_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
