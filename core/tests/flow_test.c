/* Both decision trees, outcome by outcome, for every variant: what happens, and on which path. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/support.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_send_hands_off_to_a_parked_receiver(void **state)
{
    (void)state;
    FOR_EACH_TRACED_HANDING_OVER(v)
    {
        hchan *c = make(v, sizeof(long), 3); /* a parked receiver comes before the free buffer */
        struct party receiver;
        start_recv(&receiver, c);
        until_receivers(c, 1);
        mark();
        chansend1(c, &(long){42});
        assert_only(HCHAN_SEND_HANDOFF);
        end(&receiver);
        assert_int_equal(receiver.value, 42);
        assert_true(receiver.received);
        assert_int_equal(receiver.outcomes[HCHAN_RECV_PARK], 1);
        assert_int_equal(receiver.outcomes[HCHAN_WAKE_BY_PEER], 1);
        assert_int_equal(chanlen(c), 0);
        chanfree(c);
    }
}

static void test_send_stores_where_there_is_room(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 2);
        for (long i = 0; i < 2; i++) {
            mark();
            chansend1(c, &i);
            assert_only(HCHAN_SEND_BUFFER);
        }
        assert_int_equal(chanlen(c), 2);
        assert_int_equal(chancap(c), 2);
        chanfree(c);
    }
}

static void test_send_parks_where_nobody_takes(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 3; capacity++) {
        FOR_EACH_TRACED_HANDING_OVER(v)
        {
            hchan *c = make(v, sizeof(long), capacity);
            struct party sender;
            for (long i = 0; i < (long)capacity; i++)
                chansend1(c, &i);
            start_send(&sender, c, (long)capacity);
            until_senders(c, 1);
            for (long i = 0, got; i <= (long)capacity; i++) {
                chanrecv1(c, &got);
                assert_int_equal(got, i);
            }
            end(&sender);
            assert_null(sender.panic);
            assert_int_equal(sender.outcomes[HCHAN_SEND_PARK], 1);
            assert_int_equal(sender.outcomes[HCHAN_WAKE_BY_PEER], 1);
            chanfree(c);
        }
    }
}

static void test_nonblocking_send_finds_it_full(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 3; capacity++) {
        FOR_EACH_TRACED(v)
        {
            hchan *c = make(v, sizeof(long), capacity);
            for (size_t i = 0; i < capacity; i++)
                assert_true(chansend(c, &(long){1}, false, NULL));
            mark();
            assert_false(chansend(c, &(long){1}, false, NULL));
            assert_only(HCHAN_SEND_FULL);
            assert_int_equal(chanlen(c), capacity);
            chanfree(c);
        }
    }
}

static void send_one(void *c)
{
    chansend1(c, &(long){1});
}

static void try_send_one(void *c)
{
    chansend(c, &(long){1}, false, NULL);
}

static void test_send_on_a_closed_channel_panics(void **state)
{
    (void)state;
    void (*const sends[])(void *) = {send_one, try_send_one};
    for (size_t capacity = 0; capacity < 2; capacity++) {
        FOR_EACH_TRACED(v)
        {
            hchan *c = make(v, sizeof(long), capacity);
            closechan(c);
            for (size_t i = 0; i < 2; i++) {
                const char *message = NULL;
                mark();
                assert_false(hchan_try(sends[i], c, &message));
                assert_string_equal(message, "send on closed channel");
                assert_only(HCHAN_SEND_PANIC);
            }
            chanfree(c);
        }
    }
}

static void test_receive_takes_from_a_parked_sender(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        struct party sender;
        long got = 0;
        start_send(&sender, c, 7);
        until_senders(c, 1);
        mark();
        assert_true(chanrecv2(c, &got));
        assert_only(HCHAN_RECV_HANDOFF);
        assert_int_equal(got, 7);
        end(&sender);
        chanfree(c);
    }
}

static void test_receive_takes_the_head_and_promotes_the_parked_sender(void **state)
{
    (void)state;
    FOR_EACH_TRACED_HANDING_OVER(v)
    {
        hchan *c = make(v, sizeof(long), 2);
        struct party sender;
        long got;
        chansend1(c, &(long){1});
        chansend1(c, &(long){2});
        start_send(&sender, c, 3);
        until_senders(c, 1);
        mark();
        chanrecv1(c, &got);
        assert_only(HCHAN_RECV_PROMOTE);
        assert_int_equal(got, 1);
        end(&sender);
        assert_int_equal(chanlen(c), 2); /* the sender's value is in the freed slot */
        chanrecv1(c, &got);
        assert_int_equal(got, 2);
        chanrecv1(c, &got);
        assert_int_equal(got, 3);
        chanfree(c);
    }
}

static void test_receive_takes_from_the_buffer(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        long got = 0;
        chansend1(c, &(long){5});
        mark();
        assert_true(chanrecv2(c, &got));
        assert_only(HCHAN_RECV_BUFFER);
        assert_int_equal(got, 5);
        chanfree(c);
    }
}

static void test_nonblocking_receive_finds_it_empty(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 2; capacity++) {
        FOR_EACH_TRACED(v)
        {
            hchan *c = make(v, sizeof(long), capacity);
            long got = 99;
            bool received = true;
            mark();
            assert_false(chanrecv(c, &got, false, &received));
            assert_only(HCHAN_RECV_EMPTY);
            assert_int_equal(got, 99);
            assert_false(received);
            chanfree(c);
        }
    }
}

static void test_receive_from_a_closed_channel_drains_then_yields_zero(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 3);
        long got = 9;
        chansend1(c, &(long){1});
        chansend1(c, &(long){2});
        closechan(c);
        for (long i = 1; i <= 2; i++) {
            mark();
            assert_true(chanrecv2(c, &got));
            assert_only(HCHAN_RECV_BUFFER);
            assert_int_equal(got, i);
        }
        for (int block = 0; block < 2; block++) {
            bool received = true;
            got = 9;
            mark();
            assert_true(chanrecv(c, &got, block, &received));
            assert_only(HCHAN_RECV_CLOSED);
            assert_false(received);
            assert_int_equal(got, 0);
        }
        chanfree(c);
    }
}

static void test_nonblocking_operations_meet_parked_peers(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        struct party peer;
        start_recv(&peer, c);
        until_receivers(c, 1);
        mark();
        assert_true(chansend(c, &(long){8}, false, NULL));
        assert_only(HCHAN_SEND_HANDOFF);
        end(&peer);
        assert_int_equal(peer.value, 8);
        start_send(&peer, c, 9);
        until_senders(c, 1);
        long got;
        bool received;
        mark();
        assert_true(chanrecv(c, &got, false, &received));
        assert_only(HCHAN_RECV_HANDOFF);
        assert_int_equal(got, 9);
        end(&peer);
        chanfree(c);
    }
}

static void test_a_dropped_value_is_received_all_the_same(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        long got;
        chansend1(c, &(long){1});
        chanrecv1(c, NULL);
        chansend1(c, &(long){2});
        chanrecv1(c, &got);
        assert_int_equal(got, 2);
        closechan(c);
        assert_false(chanrecv2(c, NULL));
        chanfree(c);
    }
}

static void test_elements_of_every_size_arrive_whole(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 64, 4096, HCHAN_MAX_ELEM};
    static unsigned char in[HCHAN_MAX_ELEM + 1], out[HCHAN_MAX_ELEM + 1];
    (void)state;
    for (size_t i = 0; i < sizeof(in); i++)
        in[i] = (unsigned char)(i * 7 + 1);
    FOR_EACH_VARIANT(v)
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        hchan *c = make(v, sizes[s], 2);
        memset(out, 0xee, sizeof(out));
        chansend1(c, in);
        assert_true(chanrecv2(c, out));
        assert_memory_equal(out, in, sizes[s]);
        assert_int_equal(out[sizes[s]], 0xee); /* and not a byte more */
        chanfree(c);
    }
}

static void test_zero_size_elements_need_no_memory(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, 0, HCHAN_MAX_CAPACITY);
        for (int i = 0; i < 1000; i++)
            chansend1(c, NULL);
        assert_int_equal(chanlen(c), 1000);
        chanrecv1(c, NULL);
        closechan(c);
        int left = 0;
        while (chanrecv2(c, NULL))
            left++;
        assert_int_equal(left, 999);
        chanfree(c);
    }
}

static void close_it(void *c)
{
    closechan(c);
}

static void test_nil_channel(void **state)
{
    (void)state;
    bool received = true;
    const char *message = NULL;
    assert_false(chansend(NULL, &(long){1}, false, NULL));
    assert_false(chanrecv(NULL, &(long){1}, false, &received));
    assert_false(received);
    assert_int_equal(chanlen(NULL), 0);
    assert_int_equal(chancap(NULL), 0);
    chanfree(NULL);
    assert_false(hchan_try(close_it, NULL, &message));
    assert_string_equal(message, "close of nil channel");
}

static void *send_nil(void *arg)
{
    chansend1(NULL, arg);
    return NULL;
}

static void *recv_nil(void *arg)
{
    chanrecv1(NULL, arg);
    return NULL;
}

/* "For ever" cannot be waited for. What can be seen is that the thread has given up its PU: it
 * sleeps in the kernel, and has not ended. */
static void test_blocking_on_a_nil_channel_sleeps(void **state)
{
    (void)state;
    void *(*const bodies[])(void *) = {send_nil, recv_nil};
    for (size_t i = 0; i < 2; i++) {
        pid_t child = fork_child();
        if (child == 0) {
            long value = 0;
            bodies[i](&value);
            _exit(0);
        }
        assert_sleeps(child);
    }
}

static void test_makechan_refuses_what_it_cannot_make(void **state)
{
    static const struct {
        size_t elemsize, capacity;
        int error;
    } bad[] = {
        {8, (size_t)1 << 40, E2BIG},
        {1, (size_t)1 << 40, E2BIG},
        {0, (size_t)1 << 40, E2BIG},
        {8, SIZE_MAX, E2BIG},
        {8, SIZE_MAX / 8 + 1, E2BIG},
        {HCHAN_MAX_ELEM + 1, 1, E2BIG},
        {SIZE_MAX, 0, E2BIG},
        {8, HCHAN_MAX_CAPACITY + 1, E2BIG},
        {4096, HCHAN_MAX_BUFFER / 4096 + 1, E2BIG},
    };
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        errno = 0;
        assert_null(makechan(v, bad[i].elemsize, bad[i].capacity));
        assert_int_equal(errno, bad[i].error);
    }
}

static void test_the_registry_knows_its_own(void **state)
{
    (void)state;
    static const char *const named[] = {"spin-mutex", "ticket", "futex-park", "fastpath"};
    for (size_t i = 0; i < 4; i++)
        assert_non_null(hchan_variant_find(named[i]));
    assert_null(hchan_variant_find("nobody"));
    assert_null(hchan_variant_find(""));
    assert_null(hchan_variant_find(NULL));
    assert_string_equal(hchan_variant_nearest("tickett"), "ticket");
    assert_string_equal(hchan_variant_nearest("spin_mutex"), "spin-mutex");
    assert_string_equal(hchan_variant_nearest("ticket"), "ticket");
    assert_null(hchan_variant_nearest("nobody knows"));
    assert_null(hchan_variant_nearest(NULL));
    assert_false(hchan_is_traced(hchan_variant_default()));
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v)) {
        assert_ptr_equal(hchan_variant_find(hchan_variant_name(v)), v);
        assert_ptr_not_equal(hchan_traced(v), v);
        assert_ptr_equal(hchan_traced(hchan_traced(v)), hchan_traced(v));
        assert_ptr_equal(hchan_measured(hchan_traced(v)), v);
        assert_ptr_equal(hchan_measured(v), v);
        assert_true(hchan_is_traced(hchan_traced(v)));
        assert_false(hchan_is_traced(v));
        assert_ptr_equal(hchan_variant_named(hchan_variant_name(v)), v);
        assert_string_equal(hchan_variant_name(hchan_traced(v)), hchan_variant_name(v));
        assert_true(strlen(hchan_variant_summary(v)) > 10);
        assert_true(strlen(hchan_variant_lock(v)) > 0);
        assert_true(strlen(hchan_variant_park(v)) > 0);
        assert_true(strlen(hchan_variant_fastpath(v)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_send_hands_off_to_a_parked_receiver),
        cmocka_unit_test(test_send_stores_where_there_is_room),
        cmocka_unit_test(test_send_parks_where_nobody_takes),
        cmocka_unit_test(test_nonblocking_send_finds_it_full),
        cmocka_unit_test(test_send_on_a_closed_channel_panics),
        cmocka_unit_test(test_receive_takes_from_a_parked_sender),
        cmocka_unit_test(test_receive_takes_the_head_and_promotes_the_parked_sender),
        cmocka_unit_test(test_receive_takes_from_the_buffer),
        cmocka_unit_test(test_nonblocking_receive_finds_it_empty),
        cmocka_unit_test(test_receive_from_a_closed_channel_drains_then_yields_zero),
        cmocka_unit_test(test_nonblocking_operations_meet_parked_peers),
        cmocka_unit_test(test_a_dropped_value_is_received_all_the_same),
        cmocka_unit_test(test_elements_of_every_size_arrive_whole),
        cmocka_unit_test(test_zero_size_elements_need_no_memory),
        cmocka_unit_test(test_nil_channel),
        cmocka_unit_test(test_blocking_on_a_nil_channel_sleeps),
        cmocka_unit_test(test_makechan_refuses_what_it_cannot_make),
        cmocka_unit_test(test_the_registry_knows_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
