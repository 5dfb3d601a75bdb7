/* The operations that return how they ended, where Go's panic: hchan_send(), hchan_try_send(),
 * hchan_send_within() and hchan_close(), for both instances of every variant. A send either returns
 * HCHAN_OK, and its value is received once, or something else, and it never is. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/layout.h"
#include "core/tests/goroutines.h"
#include "core/tests/selector.h"

static void test_they_end_as_the_plain_ones_where_those_do_not_panic(void **state)
{
    (void)state;
    FOR_EACH_HANDING_OVER(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        struct party p;
        long got = 0;
        mark();
        assert_int_equal(hchan_send(c, &(long){1}), HCHAN_OK);
        ASSERT_MARKED(v, HCHAN_SEND_BUFFER, HCHAN_OUTCOMES);
        mark();
        assert_int_equal(hchan_try_send(c, &(long){2}), HCHAN_BLOCKED);
        ASSERT_MARKED(v, HCHAN_SEND_FULL, HCHAN_OUTCOMES);
        assert_int_equal(hchan_send_within(c, &(long){2}, NULL, 0), HCHAN_TIMEDOUT);
        chanrecv1(c, &got);
        assert_int_equal(got, 1);
        start_recv(&p, c);
        until_receivers(c, 1);
        mark();
        assert_int_equal(hchan_send(c, &(long){3}), HCHAN_OK);
        ASSERT_MARKED(v, HCHAN_SEND_HANDOFF, HCHAN_OUTCOMES);
        end(&p);
        assert_int_equal(p.value, 3);
        assert_int_equal(hchan_close(c), HCHAN_OK);
        chanfree(c);
    }
}

static void test_a_closed_channel_is_told_and_takes_nothing(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t capacity = 0; capacity < 3; capacity++) {
        hchan *c = make(v, sizeof(long), capacity), *done = make(v, 0, 0);
        long value = 5;
        assert_int_equal(hchan_close(c), HCHAN_OK);
        assert_int_equal(hchan_close(c), HCHAN_CLOSED);
        for (unsigned i = 0; i < 2; i++) {
            mark();
            assert_int_equal(hchan_send(c, &value), HCHAN_CLOSED);
            ASSERT_MARKED(v, HCHAN_SEND_PANIC, HCHAN_OUTCOMES);
            assert_int_equal(hchan_try_send(c, &value), HCHAN_CLOSED);
            assert_int_equal(hchan_send_within(c, &value, NULL, HCHAN_FOREVER), HCHAN_CLOSED);
            assert_int_equal(hchan_send_within(c, &value, NULL, 0), HCHAN_CLOSED);
            assert_int_equal(hchan_send_within(c, &value, done, HCHAN_FOREVER), HCHAN_CLOSED);
        }
        assert_int_equal(chanlen(c), 0);
        assert_false(chanrecv2(c, &value));
        assert_int_equal(value, 0);
        chanfree(c);
        chanfree(done);
    }
}

/* A thread that sends in one of the ways, and how that ended. */
enum way { PLAIN, WITHIN, WITHIN_DONE, WAYS };

struct sender {
    pthread_t thread;
    hchan *c, *done;
    enum way way;
    enum hchan_end end;
};

static void send_in_a_way(void *arg)
{
    struct sender *s = arg;
    long value = 7;
    s->end = s->way == PLAIN ? hchan_send(s->c, &value)
                             : hchan_send_within(s->c, &value, s->way == WITHIN ? NULL : s->done,
                                                 hchan_deadline((int64_t)HANG_S * 1000000000));
}

static void *send_in_a_thread(void *arg)
{
    send_in_a_way(arg);
    return NULL;
}

static void test_a_sender_that_waits_when_the_channel_is_closed_is_told(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t capacity = 0; capacity < 2; capacity++)
        for (enum way way = PLAIN; way < WAYS; way++) {
            struct sender s = {.c = make(v, sizeof(long), capacity),
                               .done = make(v, 0, 0),
                               .way = way,
                               .end = HCHAN_OK};
            long got = 0;
            if (capacity)
                chansend1(s.c, &(long){1});
            assert_int_equal(pthread_create(&s.thread, NULL, send_in_a_thread, &s), 0);
            until_senders(s.c, 1);
            assert_int_equal(hchan_close(s.c), HCHAN_OK);
            pthread_join(s.thread, NULL);
            assert_int_equal(s.end, HCHAN_CLOSED);
            assert_int_equal(chanlen(s.c), capacity);
            assert_int_equal(chanrecv2(s.c, &got), capacity == 1);
            assert_int_equal(got, capacity); /* what was sent before, and not what was refused */
            assert_false(chan_has_receiver(s.done));
            chanfree(s.c);
            chanfree(s.done);
        }
}

static void test_a_cancelled_send_is_told_from_a_closed_channel(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct sender s = {
            .c = make(v, sizeof(long), 0), .done = make(v, 0, 0), .way = WITHIN_DONE};
        assert_int_equal(pthread_create(&s.thread, NULL, send_in_a_thread, &s), 0);
        until_senders(s.c, 1);
        closechan(s.done);
        pthread_join(s.thread, NULL);
        assert_int_equal(s.end, HCHAN_CANCELLED);
        chanfree(s.c);
        chanfree(s.done);
    }
}

static void test_goroutines_are_told(void **state)
{
    enum { MANY = 20 };
    (void)state;
    FOR_EACH_GO(v)
    {
        struct sender s[MANY];
        hchan *c = make(v, sizeof(long), 0);
        start_procs(2);
        for (unsigned i = 0; i < MANY; i++) {
            s[i] = (struct sender){.c = c, .way = i % 2 ? WITHIN : PLAIN, .end = HCHAN_OK};
            go(send_in_a_way, &s[i]);
        }
        until_senders(c, MANY);
        closechan(c);
        schedstop();
        for (unsigned i = 0; i < MANY; i++)
            assert_int_equal(s[i].end, HCHAN_CLOSED);
        chanfree(c);
    }
}

static void close_it(void *c)
{
    hchan_close(c);
}

static void test_a_nil_channel(void **state)
{
    const char *message = NULL;
    (void)state;
    assert_int_equal(hchan_try_send(NULL, &(long){1}), HCHAN_BLOCKED);
    assert_int_equal(hchan_send_within(NULL, &(long){1}, NULL, 0), HCHAN_TIMEDOUT);
    assert_false(hchan_try(close_it, NULL, &message));
    assert_string_equal(message, "close of nil channel");
    fflush(NULL);
    pid_t child = fork_child();
    if (child == 0)
        _exit((int)hchan_send(NULL, &(long){1}));
    assert_sleeps(child);
}

/* A storm: senders in every way, and receivers, until one of them closes the channel while the
 * others send. What was sent with HCHAN_OK, and nothing else, must have been received. */
enum { SENDERS = 4, RECEIVERS = 2, LEAST = SANITIZED ? 30 : 200 };

/* With more threads than PUs the lock of some variants takes milliseconds. */
static uint64_t least(const struct hchan_variant *v)
{
    return v->lock_traits & LOCK_CONVOYS ? 10 : LEAST;
}

struct storm {
    hchan *c;
    _Atomic uint32_t closed_by; /* how many closes were the first */
    uint64_t received[RECEIVERS];
};

struct stormer {
    pthread_t thread;
    struct storm *storm;
    unsigned number;
    uint64_t sent;
};

static void *storm_send(void *arg)
{
    struct stormer *s = arg;
    hchan *c = s->storm->c;
    enum hchan_end end = HCHAN_OK;
    for (uint64_t i = 1; end != HCHAN_CLOSED; i++) {
        end = i % 3 == 0   ? hchan_try_send(c, &i)
              : i % 3 == 1 ? hchan_send(c, &i)
                           : hchan_send_within(c, &i, NULL, hchan_deadline(100000));
        if (end == HCHAN_OK)
            s->sent += i;
        if (s->number == 0 && i >= least(hchan_variant_of(c)))
            fadd_rlx(&s->storm->closed_by, hchan_close(c) == HCHAN_OK); /* the join orders it */
    }
    return NULL;
}

static void *storm_recv(void *arg)
{
    struct stormer *r = arg;
    for (uint64_t i; chanrecv2(r->storm->c, &i);)
        r->storm->received[r->number] += i;
    return NULL;
}

static void test_a_close_among_senders_loses_and_doubles_nothing(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t capacity = 0; capacity < 4; capacity += 3) {
        struct storm storm = {.c = make(v, sizeof(uint64_t), capacity)};
        struct stormer senders[SENDERS], receivers[RECEIVERS];
        uint64_t sent = 0, received = 0;
        for (unsigned i = 0; i < RECEIVERS; i++) {
            receivers[i] = (struct stormer){.storm = &storm, .number = i};
            pthread_create(&receivers[i].thread, NULL, storm_recv, &receivers[i]);
        }
        for (unsigned i = 0; i < SENDERS; i++) {
            senders[i] = (struct stormer){.storm = &storm, .number = i};
            pthread_create(&senders[i].thread, NULL, storm_send, &senders[i]);
        }
        for (unsigned i = 0; i < SENDERS; i++) {
            pthread_join(senders[i].thread, NULL);
            sent += senders[i].sent;
        }
        for (unsigned i = 0; i < RECEIVERS; i++) {
            pthread_join(receivers[i].thread, NULL);
            received += storm.received[i];
        }
        assert_int_equal(load_rlx(&storm.closed_by), 1); /* relaxed: joined */
        if (sent != received)
            fail_msg("%s: %llu sent, %llu received", hchan_variant_name(v),
                     (unsigned long long)sent, (unsigned long long)received);
        chanfree(storm.c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_end_as_the_plain_ones_where_those_do_not_panic),
        cmocka_unit_test(test_a_closed_channel_is_told_and_takes_nothing),
        cmocka_unit_test(test_a_sender_that_waits_when_the_channel_is_closed_is_told),
        cmocka_unit_test(test_a_cancelled_send_is_told_from_a_closed_channel),
        cmocka_unit_test(test_goroutines_are_told),
        cmocka_unit_test(test_a_nil_channel),
        cmocka_unit_test(test_a_close_among_senders_loses_and_doubles_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
