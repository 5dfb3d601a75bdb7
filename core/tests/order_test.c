/* Queues that empty and fill again, lengths under traffic, and elements of size 0, for every
 * variant. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/tests/support.h"
#include <time.h>

enum { PARTIES = 4 };

/* Given receivers parked in a known order, when some are served, more arrive, and the queue becomes
 * empty in between, then values arrive in the order of parking. */
static void test_receivers_keep_their_order_while_the_queue_empties_and_refills(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity <= 2; capacity += 2) {
        FOR_EACH_HANDING_OVER(v)
        {
            hchan *c = make(v, sizeof(long), capacity);
            struct party p[3 * PARTIES];
            size_t came = 0, served = 0;
            for (size_t round = 1; round <= 3; round++) {
                for (size_t i = 0; i < PARTIES; i++, came++) {
                    start_recv(&p[came], c);
                    until_receivers(c, came + 1 - served);
                }
                size_t upto = round == 2 ? came : came - 1; /* empty after the second round */
                for (; served < upto; served++)
                    chansend1(c, &(long){(long)served});
            }
            for (; served < came; served++)
                chansend1(c, &(long){(long)served});
            for (size_t i = 0; i < came; i++) {
                end(&p[i]);
                assert_int_equal(p[i].value, i);
            }
            chanfree(c);
        }
    }
}

/* The mirror image: senders, whose values are promoted behind those in the buffer, if there is
 * one. */
static void test_senders_keep_their_order_while_the_queue_empties_and_refills(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity <= 2; capacity += 2) {
        FOR_EACH_HANDING_OVER(v)
        {
            hchan *c = make(v, sizeof(long), capacity);
            struct party p[3 * PARTIES];
            long value = 0, next = 0, got;
            size_t came = 0, left = 0; /* senders that arrived, and that must be through */
            for (; value < (long)capacity; value++)
                chansend1(c, &value);
            for (size_t round = 1; round <= 3; round++) {
                for (size_t i = 0; i < PARTIES; i++, came++) {
                    start_send(&p[came], c, value++);
                    until_senders(c, came + 1 - left);
                }
                for (size_t upto = round == 2 ? came : came - 1; left < upto; left++) {
                    chanrecv1(c, &got);
                    assert_int_equal(got, next++);
                }
            }
            for (; next < value; next++) {
                chanrecv1(c, &got);
                assert_int_equal(got, next);
            }
            for (size_t i = 0; i < came; i++)
                end(&p[i]);
            chanfree(c);
        }
    }
}

/* Given events instead of values, when they take each path, then they are counted as values are. */
static void test_elements_of_no_size_take_every_path(void **state)
{
    (void)state;
    FOR_EACH_TRACED_HANDING_OVER(v)
    {
        hchan *c = make(v, 0, 2);
        struct party p = {.c = c};
        for (size_t i = 0; i < 2; i++) {
            mark();
            chansend1(c, NULL);
            assert_only(HCHAN_SEND_BUFFER);
        }
        assert_false(chansend(c, NULL, false, NULL));
        start_send(&p, c, 0);
        until_senders(c, 1);
        mark();
        assert_true(chanrecv2(c, NULL));
        assert_only(HCHAN_RECV_PROMOTE);
        end(&p);
        assert_int_equal(chanlen(c), 2);
        for (size_t i = 0; i < 2; i++) {
            mark();
            assert_true(chanrecv2(c, NULL));
            assert_only(HCHAN_RECV_BUFFER);
        }
        start_recv(&p, c);
        until_receivers(c, 1);
        mark();
        chansend1(c, NULL);
        assert_only(HCHAN_SEND_HANDOFF);
        end(&p);
        assert_true(p.received);
        assert_int_equal(p.value, -1); /* nothing was written to the place of a value */
        closechan(c);
        assert_false(chanrecv2(c, &p.value));
        assert_int_equal(p.value, -1);
        chanfree(c);
    }
}

/* Given an empty and a nil channel, then no waiter is counted. */
static void test_nobody_waits_on_a_nil_channel(void **state)
{
    (void)state;
    assert_int_equal(chan_parked_receivers(NULL), 0);
    assert_int_equal(chan_parked_senders(NULL), 0);
    assert_false(chan_has_receiver(NULL));
    assert_false(chan_has_sender(NULL));
}

static _Atomic uint32_t over;

static void *pump_in(void *c)
{
    for (long i = 0; !load_rlx(&over); i++) /* a flag */
        chansend1(c, &i);
    return NULL;
}

static void *pump_out(void *c)
{
    for (long value; chanrecv2(c, &value);)
        ;
    return NULL;
}

/* Given traffic, when a third thread reads the length, then it is never more than the capacity,
 * even during promotions. */
static void test_a_length_never_exceeds_the_capacity(void **state)
{
    static const size_t capacities[] = {0, 1, 3};
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t i = 0; i < 3; i++) {
        hchan *c = make(v, sizeof(long), capacities[i]);
        pthread_t in[2], out;
        struct timespec start, now;
        store_rlx(&over, 0); /* before the threads are made */
        assert_int_equal(pthread_create(&out, NULL, pump_out, c), 0);
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(pthread_create(&in[k], NULL, pump_in, c), 0);
        clock_gettime(CLOCK_MONOTONIC, &start);
        do {
            for (int k = 0; k < 100; k++)
                assert_true(chanlen(c) <= chancap(c));
            sched_yield();
            clock_gettime(CLOCK_MONOTONIC, &now);
        } while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 10);
        store_rlx(&over, 1); /* a flag */
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(pthread_join(in[k], NULL), 0);
        closechan(c);
        assert_int_equal(pthread_join(out, NULL), 0);
        assert_int_equal(chanlen(c), 0);
        chanfree(c);
    }
}

/* Given short-lived threads, one after the other, when each uses a channel, then they share one G's
 * counts, which never go back: a thread's own counts are a difference. */
static void test_counts_survive_their_threads(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 8);
        uint64_t before[HCHAN_OUTCOMES], after[HCHAN_OUTCOMES];
        hchan_outcomes_read(before);
        for (long i = 0; i < 8; i++) {
            struct party p;
            start_send(&p, c, i);
            end(&p);
            assert_int_equal(p.outcomes[HCHAN_SEND_BUFFER], 1);
        }
        hchan_outcomes_read(after);
        assert_int_equal(after[HCHAN_SEND_BUFFER] - before[HCHAN_SEND_BUFFER], 8);
        chanfree(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_receivers_keep_their_order_while_the_queue_empties_and_refills),
        cmocka_unit_test(test_senders_keep_their_order_while_the_queue_empties_and_refills),
        cmocka_unit_test(test_elements_of_no_size_take_every_path),
        cmocka_unit_test(test_nobody_waits_on_a_nil_channel),
        cmocka_unit_test(test_a_length_never_exceeds_the_capacity),
        cmocka_unit_test(test_counts_survive_their_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
