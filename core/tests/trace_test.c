/* The trace: a park is three steps, in order, with the G that made it ready; for send, receive,
 * close and select, of threads and of goroutines. What does not fit is counted. */
/* SPDX-License-Identifier: MIT */
#include "core/g/g.h"
#include "core/tests/selector.h"
#include <errno.h>
#include <hchan/sched.h>
#include <hchan/trace.h>

enum { ROOM = 64 };

static struct hchan_event events[ROOM];

static void begin(void)
{
    memset(events, 0, sizeof(events));
    assert_int_equal(hchan_trace_start(events, ROOM), 0);
}

static size_t finish_trace(void)
{
    size_t lost = 1, count = hchan_trace_stop(&lost);
    assert_int_equal(lost, 0);
    return count;
}

static uint32_t me(void)
{
    return load_rlx(&getg()->id);
}

static void assert_step(const struct hchan_event *e, enum gstatus from, enum gstatus to,
                        const char *reason, const void *channel)
{
    assert_string_equal(hchan_gstatus_name(e->from), hchan_gstatus_name(from));
    assert_string_equal(hchan_gstatus_name(e->to), hchan_gstatus_name(to));
    assert_string_equal(e->reason, reason);
    assert_ptr_equal(e->channel, channel);
    assert_true(e->at > 0);
}

/* The life of a goroutine that parked once, in e[0..3), and was made ready by `by`. `on` is the
 * channel that it waited on, `through` the one that it was woken through. */
static void assert_life(const struct hchan_event *e, const char *reason, const void *on,
                        const void *through, uint32_t by)
{
    assert_step(&e[0], GRUNNING, GWAITING, reason, on);
    assert_step(&e[1], GWAITING, GRUNNABLE, reason, through);
    assert_step(&e[2], GRUNNABLE, GRUNNING, reason, through);
    assert_int_equal(e[0].by, 0);
    assert_int_equal(e[1].by, by);
    assert_int_equal(e[2].by, 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_not_equal(e[i].goroutine, by);
        assert_int_equal(e[i].goroutine, e[0].goroutine);
        assert_true(e[i].at >= e[0].at && e[i].at >= e[i ? i - 1 : 0].at);
    }
}

static void test_a_parked_sender_is_woken_by_a_receive(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 2; capacity++) {
        FOR_EACH_TRACED(v)
        {
            hchan *c = make(v, sizeof(long), capacity);
            struct party sender;
            for (long i = 0; i < (long)capacity; i++)
                chansend1(c, &i);
            begin();
            start_send(&sender, c, 7);
            until_senders(c, 1);
            chanrecv1(c, NULL);
            end(&sender);
            assert_int_equal(finish_trace(), 3);
            assert_life(events, "chan send", c, c, me());
            chanfree(c);
        }
    }
}

static void test_a_parked_receiver_is_woken_by_a_send(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        struct party receiver;
        begin();
        start_recv(&receiver, c);
        until_receivers(c, 1);
        chansend1(c, &(long){7});
        end(&receiver);
        assert_int_equal(finish_trace(), 3);
        assert_life(events, "chan receive", c, c, me());
        chanfree(c);
    }
}

/* Copies the three events of the goroutine of events[which] to `life`. */
static void pick_life(size_t count, size_t which, struct hchan_event life[3])
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (events[i].goroutine == events[which].goroutine && n < 3)
            life[n++] = events[i];
    assert_int_equal(n, 3);
}

static void test_close_wakes_all_parked_in_their_order(void **state)
{
    enum { PARTIES = 3 };
    (void)state;
    for (size_t send = 0; send < 2; send++) {
        FOR_EACH_TRACED(v)
        {
            hchan *c = make(v, sizeof(long), 0);
            struct party parties[PARTIES];
            struct hchan_event life[3];
            uint32_t woken = 0;
            begin();
            for (size_t i = 0; i < PARTIES; i++) {
                if (send) {
                    start_send(&parties[i], c, 1);
                    until_senders(c, i + 1);
                } else {
                    start_recv(&parties[i], c);
                    until_receivers(c, i + 1);
                }
            }
            closechan(c);
            for (size_t i = 0; i < PARTIES; i++)
                end(&parties[i]);
            assert_int_equal(finish_trace(), 3 * PARTIES);
            for (size_t i = 0; i < PARTIES; i++) {
                pick_life(3 * PARTIES, i, life);
                assert_life(life, send ? "chan send" : "chan receive", c, c, me());
            }
            for (size_t i = PARTIES; i < 3 * PARTIES; i++)
                if (events[i].to == GRUNNABLE)
                    assert_int_equal(events[i].goroutine, events[woken++].goroutine);
            assert_int_equal(woken, PARTIES);
            chanfree(c);
        }
    }
}

static void test_a_select_is_woken_through_one_of_its_channels(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *a = make(v, sizeof(long), 0), *b = make(v, sizeof(long), 0);
        long got, value = 7;
        const struct scase cases[] = {RECV(a, &got), SEND(b, &value)};
        for (size_t i = 0; i < 3; i++) { /* a receive, a send, and a close of what it receives */
            struct selector s;
            begin();
            start_select(&s, cases, 2);
            until_parked(&cases[0]);
            if (i == 0)
                chansend1(a, &value);
            else if (i == 1)
                chanrecv1(b, NULL);
            else
                closechan(a);
            end_select(&s);
            assert_int_equal(finish_trace(), 3);
            assert_life(events, "select", NULL, i == 1 ? b : a, me());
        }
        chanfree(a);
        chanfree(b);
    }
}

static void test_a_select_makes_a_parked_receiver_ready(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *a = make(v, sizeof(long), 0), *b = make(v, sizeof(long), 0);
        long value = 7;
        struct party receiver;
        const struct scase cases[] = {SEND(a, &value), RECV(b, NULL)};
        begin();
        start_recv(&receiver, a);
        until_receivers(a, 1);
        assert_int_equal(selectgo(cases, 2, true, NULL), 0);
        end(&receiver);
        assert_int_equal(finish_trace(), 3);
        assert_life(events, "chan receive", a, a, me());
        chanfree(a);
        chanfree(b);
    }
}

static void test_a_deadline_makes_no_goroutine_ready(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        begin();
        assert_int_equal(chanrecv_within(c, NULL, NULL, NULL, hchan_deadline(0)), HCHAN_TIMEDOUT);
        assert_int_equal(finish_trace(), 2);
        assert_step(&events[0], GRUNNING, GWAITING, "select", NULL);
        assert_step(&events[1], GWAITING, GRUNNING, "select", NULL);
        assert_true(events[0].bounded && events[1].bounded);
        assert_int_equal(events[0].goroutine, me());
        assert_int_equal(events[1].goroutine, me());
        chanfree(c);
    }
}

static void test_what_does_not_park_has_no_steps(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        const struct scase cases[] = {RECV(c, NULL), RECV(NULL, NULL)};
        struct party sender;
        begin();
        chansend1(c, &(long){1});
        assert_false(chansend(c, &(long){2}, false, NULL));
        assert_int_equal(selectgo(cases, 2, false, NULL), 0);
        closechan(c);
        chanrecv1(c, NULL);
        assert_int_equal(finish_trace(), 0);
        chanfree(c);
        if (v == hchan_traced(v))
            continue;
        c = make(v, sizeof(long), 0); /* nor has a park in a measured instance */
        begin();
        start_send(&sender, c, 1);
        until_senders(c, 1);
        chanrecv1(c, NULL);
        end(&sender);
        assert_int_equal(finish_trace(), 0);
        chanfree(c);
    }
}

/* Makes one park, of three steps. */
static void park_once(const struct hchan_variant *v)
{
    hchan *c = make(v, sizeof(long), 0);
    struct party sender;
    start_send(&sender, c, 1);
    until_senders(c, 1);
    chanrecv1(c, NULL);
    end(&sender);
    chanfree(c);
}

static void test_what_does_not_fit_is_counted(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        for (size_t room = 0; room <= 4; room++) {
            size_t lost, fit = room < 6 ? room : 6;
            memset(events, 0, sizeof(events));
            assert_int_equal(hchan_trace_start(room ? events : NULL, room), 0);
            park_once(v);
            park_once(v);
            assert_int_equal(hchan_trace_stop(&lost), fit);
            assert_int_equal(lost, 6 - fit);
            assert_null(events[room].reason); /* nothing is written behind the room */
            if (room >= 3)
                assert_life(events, "chan send", events[0].channel, events[0].channel, me());
        }
    }
}

static void test_a_trace_is_stopped_and_started_again(void **state)
{
    size_t lost;
    (void)state;
    FOR_EACH_TRACED(v)
    {
        lost = 1;
        assert_int_equal(hchan_trace_stop(&lost), 0); /* no trace runs */
        assert_int_equal(lost, 0);
        assert_int_equal(hchan_trace_start(NULL, 1), EINVAL);
        begin();
        assert_int_equal(hchan_trace_start(events, ROOM), EBUSY);
        park_once(v);
        assert_int_equal(finish_trace(), 3);
        memset(events, 0, sizeof(events));
        park_once(v); /* which is not traced */
        assert_null(events[0].reason);
        begin();
        park_once(v);
        assert_int_equal(finish_trace(), 3);
        assert_life(events, "chan send", events[0].channel, events[0].channel, me());
    }
}

/* Goroutines. */

static bool parks_goroutines(const struct hchan_variant *v)
{
    return hchan_variant_goroutines(v);
}

static uint32_t parked, waker; /* read when the goroutines have ended */

static void send_one(void *c)
{
    parked = me();
    chansend1(c, &(long){1});
}

static void receive_one(void *c)
{
    waker = me();
    chanrecv1(c, NULL);
}

static void test_a_goroutine_goes_the_same_way(void **state)
{
    (void)state;
    for (unsigned procs = 1; procs <= 2; procs++) {
        FOR_EACH_TRACED(v)
        {
            if (!parks_goroutines(v))
                continue;
            hchan *c = make(v, sizeof(long), 0);
            assert_int_equal(schedinit(&(struct sched_options){.procs = procs}), 0);
            begin();
            assert_int_equal(newproc(send_one, c), 0);
            until_senders(c, 1);
            assert_int_equal(newproc(receive_one, c), 0);
            schedwait();
            assert_int_equal(finish_trace(), 3);
            assert_life(events, "chan send", c, c, waker);
            assert_int_equal(events[0].goroutine, parked);
            schedstop();
            chanfree(c);
        }
    }
}

/* Storms. */

enum { VALUES = 2000 };

static void *send_many(void *c)
{
    for (long i = 0; i < VALUES; i++)
        chansend1(c, &i);
    return NULL;
}

/* Each event of a goroutine is the next step of its life: only the last ones may be lost. */
static void assert_steps_follow(const struct hchan_event *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum gstatus next = all[i].to;
        assert_true(all[i].channel && all[i].at);
        assert_int_equal(all[i].by != 0, next == GRUNNABLE);
        for (size_t k = i + 1; k < count; k++)
            if (all[k].goroutine == all[i].goroutine) {
                assert_int_equal(all[k].from, next);
                assert_true(all[k].at >= all[i].at);
                break;
            }
    }
}

/* Given two threads that park and wake each other all the time, when traces start and stop
 * meanwhile, then each trace has the events that fit, in order, and nothing is written after its
 * end. */
static void test_traces_of_a_storm_come_and_go(void **state)
{
    static struct hchan_event all[512];
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 0);
        pthread_t sender;
        size_t lost, count;
        assert_int_equal(pthread_create(&sender, NULL, send_many, c), 0);
        for (size_t i = 0; i < VALUES; i++) {
            if (i % 100 == 0)
                assert_int_equal(hchan_trace_start(all, sizeof(all) / sizeof(all[0])), 0);
            chanrecv1(c, NULL);
            if (i % 100 != 99)
                continue;
            count = hchan_trace_stop(&lost);
            assert_true(count == sizeof(all) / sizeof(all[0]) || lost == 0);
            assert_steps_follow(all, count);
            memset(all, 0, sizeof(all)); /* a race, if it were still written */
        }
        assert_int_equal(pthread_join(sender, NULL), 0);
        chanfree(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_parked_sender_is_woken_by_a_receive),
        cmocka_unit_test(test_a_parked_receiver_is_woken_by_a_send),
        cmocka_unit_test(test_close_wakes_all_parked_in_their_order),
        cmocka_unit_test(test_a_select_is_woken_through_one_of_its_channels),
        cmocka_unit_test(test_a_select_makes_a_parked_receiver_ready),
        cmocka_unit_test(test_a_deadline_makes_no_goroutine_ready),
        cmocka_unit_test(test_what_does_not_park_has_no_steps),
        cmocka_unit_test(test_what_does_not_fit_is_counted),
        cmocka_unit_test(test_a_trace_is_stopped_and_started_again),
        cmocka_unit_test(test_a_goroutine_goes_the_same_way),
        cmocka_unit_test(test_traces_of_a_storm_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
