/* Sends, receives and selects that end at a deadline or through a cancel channel: each either
 * happened and reports it, or did not happen and left nothing behind, on both sides; even if the
 * peer comes in the last instant. Nothing here depends on how long anything takes. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/tests/check/random.h"
#include "core/tests/selector.h"
#include <stdio.h>

enum { MS = 1000000 }; /* in nanoseconds */

static void assert_untouched(hchan *c, size_t len)
{
    assert_nobody_parked(c);
    assert_int_equal(chanlen(c), len);
}

/* Deadlines. */

static void test_a_deadline_is_a_moment_from_now_or_never(void **state)
{
    (void)state;
    int64_t before = nanotime();
    int64_t at = hchan_deadline(5 * MS), now = hchan_deadline(0);
    int64_t after = nanotime();
    assert_true(at >= before + 5 * MS && at <= after + 5 * MS);
    assert_true(now >= before && now <= after);
    assert_true(hchan_deadline(-1) <= nanotime());
    assert_true(hchan_deadline(INT64_MIN) <= nanotime());
    assert_true(hchan_deadline(INT64_MAX) == HCHAN_FOREVER);
    assert_true(hchan_deadline(INT64_MAX - 1) == HCHAN_FOREVER);
    assert_true(hchan_deadline(INT64_MAX - before) == HCHAN_FOREVER);
    assert_true(hchan_deadline(INT64_MAX / 2) > INT64_MAX / 2); /* 146 years are not for ever */
    assert_true(hchan_deadline(INT64_MAX / 2) < HCHAN_FOREVER);
}

/* Deadlines in the past, at present and near: for each, nothing happens, but not before the
 * deadline. */
static size_t deadlines(int64_t out[5])
{
    const int64_t all[] = {INT64_MIN, -1, 0, nanotime(), hchan_deadline(MS)};
    memcpy(out, all, sizeof(all));
    return sizeof(all) / sizeof(all[0]);
}

static void test_what_timed_out_leaves_nothing_queued_and_nothing_lost(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t capacity = 0; capacity < 3; capacity++) {
        hchan *c = make(v, sizeof(long), capacity), *done = make(v, 0, 0);
        int64_t until[5];
        long got = -1;
        bool received = true;
        for (size_t i = 0, n = deadlines(until); i < n; i++)
            for (int with_done = 0; with_done < 2; with_done++) {
                hchan *cancel = with_done ? done : NULL;
                mark();
                assert_int_equal(chanrecv_within(c, &got, &received, cancel, until[i]),
                                 HCHAN_TIMEDOUT);
                assert_true(nanotime() >= until[i]);
                ASSERT_MARKED(v, HCHAN_SELECT_TIMEDOUT);
                assert_untouched(c, 0);
            }
        assert_int_equal(got, -1);
        for (long i = 0; i < (long)capacity; i++)
            chansend1(c, &i);
        for (size_t i = 0, n = deadlines(until); i < n; i++)
            for (int with_done = 0; with_done < 2; with_done++) {
                hchan *cancel = with_done ? done : NULL;
                mark();
                assert_int_equal(chansend_within(c, &(long){99}, cancel, until[i]), HCHAN_TIMEDOUT);
                assert_true(nanotime() >= until[i]);
                ASSERT_MARKED(v, HCHAN_SELECT_TIMEDOUT);
                assert_untouched(c, capacity);
            }
        for (long i = 0; i < (long)capacity; i++) {
            assert_true(chanrecv2(c, &got));
            assert_int_equal(got, i);
        }
        assert_false(chanrecv(c, &got, false, NULL)); /* 99 was never sent */
        assert_false(chan_has_receiver(done));
        chanfree(c);
        chanfree(done);
    }
}

static void test_a_select_that_timed_out_leaves_every_queue(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *a = make(v, sizeof(long), 0), *full = make(v, sizeof(long), 1);
        int64_t until[5];
        long value = 3;
        const struct scase cases[] = {RECV(a, &value), SEND(full, &value), SEND(a, &value),
                                      RECV(NULL, &value), RECV(a, &value)};
        chansend1(full, &(long){8});
        for (size_t i = 0, n = deadlines(until); i < n; i++) {
            bool received = true;
            mark();
            assert_int_equal(selectgo_until(cases, 5, until[i], &received), -1);
            assert_true(nanotime() >= until[i]);
            ASSERT_MARKED(v, HCHAN_SELECT_TIMEDOUT);
            assert_false(received);
            assert_untouched(a, 0);
            assert_untouched(full, 1);
        }
        assert_int_equal(value, 3);
        /* A queue of waiters closes the gap when one in the middle times out. */
        struct selector s;
        struct party first, last;
        start_recv(&first, a);
        until_receivers(a, 1);
        start_select_until(&s, cases, 1, hchan_deadline(MS));
        start_recv(&last, a);
        end_select(&s);
        until_receivers(a, 2);
        chansend1(a, &(long){1});
        chansend1(a, &(long){2});
        end(&first);
        end(&last);
        assert_int_equal(first.value, 1);
        assert_int_equal(last.value, 2);
        chanfree(a);
        chanfree(full);
    }
}

static void test_a_ready_case_happens_whatever_the_deadline(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1), *other = make(v, sizeof(long), 0);
        int64_t until[5];
        long got = 0;
        bool received = false;
        const struct scase cases[] = {RECV(other, NULL), RECV(c, &got)};
        for (size_t i = 0, n = deadlines(until); i < n; i++) {
            mark();
            assert_int_equal(chansend_within(c, &(long){5}, other, until[i]), HCHAN_OK);
            ASSERT_MARKED(v, HCHAN_SELECT_READY, HCHAN_SEND_BUFFER);
            mark();
            assert_int_equal(chanrecv_within(c, &got, &received, NULL, until[i]), HCHAN_OK);
            ASSERT_MARKED(v, HCHAN_SELECT_READY, HCHAN_RECV_BUFFER);
            assert_true(received && got == 5);
            chansend1(c, &(long){6});
            assert_int_equal(selectgo_until(cases, 2, until[i], &received), 1);
            assert_true(received && got == 6);
        }
        closechan(c);
        for (size_t i = 0, n = deadlines(until); i < n; i++) {
            got = 1;
            assert_int_equal(chanrecv_within(c, &got, &received, NULL, until[i]), HCHAN_OK);
            assert_true(!received && got == 0);
        }
        chanfree(c);
        chanfree(other);
    }
}

struct send_call {
    hchan *c, *done;
    int64_t deadline;
    enum hchan_end end;
};

static void call_send(void *arg)
{
    struct send_call *call = arg;
    call->end = chansend_within(call->c, &(long){1}, call->done, call->deadline);
}

static void test_a_bounded_send_on_a_closed_channel_panics(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 0), *done = make(v, 0, 0);
        const int64_t until[] = {0, HCHAN_FOREVER};
        closechan(c);
        for (size_t i = 0; i < 2; i++)
            for (int with_done = 0; with_done < 2; with_done++) {
                struct send_call call = {c, with_done ? done : NULL, until[i], HCHAN_OK};
                const char *message = NULL;
                assert_false(hchan_try(call_send, &call, &message));
                assert_string_equal(message, "send on closed channel");
                assert_untouched(done, 0);
            }
        chanfree(c);
        chanfree(done);
    }
}

static void test_without_a_channel_a_deadline_ends_the_wait(void **state)
{
    (void)state;
    int64_t until[5];
    for (size_t i = 0, n = deadlines(until); i < n; i++) {
        assert_int_equal(chansend_within(NULL, &(long){1}, NULL, until[i]), HCHAN_TIMEDOUT);
        assert_int_equal(chanrecv_within(NULL, &(long){1}, NULL, NULL, until[i]), HCHAN_TIMEDOUT);
        assert_int_equal(selectgo_until(NULL, 0, until[i], NULL), -1);
        assert_true(nanotime() >= until[i]);
    }
    FOR_EACH_VARIANT(v)
    {
        hchan *done = make(v, 0, 0); /* it is waited for even without other cases */
        assert_int_equal(chanrecv_within(NULL, NULL, NULL, done, hchan_deadline(MS)),
                         HCHAN_TIMEDOUT);
        closechan(done);
        assert_int_equal(chanrecv_within(NULL, NULL, NULL, done, HCHAN_FOREVER), HCHAN_CANCELLED);
        chanfree(done);
    }
}

/* A thread that does one bounded operation. */
struct bounded {
    pthread_t thread;
    hchan *c, *done;
    int64_t deadline;
    bool send, received;
    long value;
    enum hchan_end end;
};

static void *bounded_body(void *arg)
{
    struct bounded *b = arg;
    b->end = b->send ? chansend_within(b->c, &b->value, b->done, b->deadline)
                     : chanrecv_within(b->c, &b->value, &b->received, b->done, b->deadline);
    return NULL;
}

static void start_bounded(struct bounded *b)
{
    assert_int_equal(pthread_create(&b->thread, NULL, bounded_body, b), 0);
}

static void end_bounded(struct bounded *b)
{
    assert_int_equal(pthread_join(b->thread, NULL), 0);
}

static void test_a_deadline_that_is_far_or_never_does_not_end_a_wait(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (int never = 0; never < 2; never++)
        for (int with_done = 0; with_done < 2; with_done++) {
            hchan *c = make(v, sizeof(long), 0), *done = make(v, 0, 0);
            struct bounded b = {.c = c,
                                .done = with_done ? done : NULL,
                                .deadline = never ? HCHAN_FOREVER : HCHAN_FOREVER - 1};
            long got = 0;
            start_bounded(&b);
            until_receivers(c, 1);
            chansend1(c, &(long){4});
            end_bounded(&b);
            assert_int_equal(b.end, HCHAN_OK);
            assert_true(b.received && b.value == 4);
            b.send = true;
            start_bounded(&b);
            until_senders(c, 1);
            assert_true(chanrecv2(c, &got));
            end_bounded(&b);
            assert_int_equal(b.end, HCHAN_OK);
            assert_int_equal(got, 4);
            assert_untouched(c, 0);
            assert_untouched(done, 0);
            chanfree(c);
            chanfree(done);
        }
}

/* Cancel channels. */

static void test_a_cancel_that_came_before_ends_what_would_wait(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (int closed = 0; closed < 2; closed++)
        for (int send = 0; send < 2; send++) {
            hchan *c = make(v, sizeof(long), 0), *done = make(v, 0, 1);
            struct bounded b = {.c = c, .done = done, .deadline = HCHAN_FOREVER, .send = send};
            if (closed)
                closechan(done);
            else
                chansend1(done, NULL);
            bounded_body(&b);
            assert_int_equal(b.end, HCHAN_CANCELLED);
            assert_untouched(c, 0);
            assert_untouched(done, 0); /* a value in it is taken */
            chanfree(c);
            chanfree(done);
        }
}

static void test_a_cancel_ends_what_waits(void **state)
{
    enum { WAITERS = 4 };
    (void)state;
    FOR_EACH_VARIANT(v)
    for (int send = 0; send < 2; send++) {
        hchan *c = make(v, sizeof(long), 0), *done = make(v, 0, 0);
        struct bounded b[WAITERS];
        for (size_t i = 0; i < WAITERS; i++) {
            b[i] = (struct bounded){.c = c, .done = done, .deadline = HCHAN_FOREVER, .send = send};
            start_bounded(&b[i]);
        }
        until_receivers(done, WAITERS);
        chansend1(done, NULL); /* one of them */
        until_receivers(done, WAITERS - 1);
        closechan(done); /* and the rest */
        for (size_t i = 0; i < WAITERS; i++) {
            end_bounded(&b[i]);
            assert_int_equal(b[i].end, HCHAN_CANCELLED);
        }
        assert_untouched(c, 0);
        chanfree(c);
        chanfree(done);
    }
}

/* Two threads that go through rounds together, and tell each other how far they are. */

static void until_round(_Atomic uint32_t *word, uint32_t round)
{
    while (load_acq(word) < round) /* pairs with store_rel of a new round */
        sched_yield();
}

static uint64_t random_state;

struct cancel_race {
    hchan *c, *done;
    bool send;
    uint32_t rounds;
    _Atomic uint32_t begun, ended;
    enum hchan_end end;
    long value;
};

static void *cancel_racer(void *arg)
{
    struct cancel_race *r = arg;
    for (uint32_t round = 1; round <= r->rounds; round++) {
        until_round(&r->begun, round);
        r->value = r->send ? (long)round : -1;
        r->end = r->send ? chansend_within(r->c, &r->value, r->done, HCHAN_FOREVER)
                         : chanrecv_within(r->c, &r->value, NULL, r->done, HCHAN_FOREVER);
        store_rel(&r->ended, round); /* pairs with until_round */
    }
    return NULL;
}

/* In each round a peer tries once, and one cancel is left in `done`. Either the operation happened
 * on both sides, and the cancel is still there; or it happened on neither, and the cancel is
 * gone. */
static void check_cancel_race(const struct hchan_variant *v, bool send, uint64_t won[2])
{
    struct cancel_race r = {.c = make(v, sizeof(long), 0),
                            .done = make(v, 0, 1),
                            .send = send,
                            .rounds = SANITIZED ? 200 : 1000};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_racer, &r), 0);
    for (uint32_t round = 1; round <= r.rounds; round++) {
        long value = (long)round;
        bool met = false;
        store_rel(&r.begun, round); /* pairs with until_round */
        for (uint64_t turns = random_below(&random_state, 20); turns > 0 && !met; turns--) {
            met = send ? chanrecv(r.c, &value, false, NULL) : chansend(r.c, &value, false, NULL);
            sched_yield();
        }
        chansend1(r.done, NULL);
        if (!met)
            met = send ? chanrecv(r.c, &value, false, NULL) : chansend(r.c, &value, false, NULL);
        until_round(&r.ended, round);
        assert_int_equal(r.end, met ? HCHAN_OK : HCHAN_CANCELLED);
        assert_int_equal(chanlen(r.done), met);
        if (met) {
            assert_int_equal(value, round);
            assert_int_equal(r.value, round);
            chanrecv1(r.done, NULL);
        }
        won[met]++;
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_untouched(r.c, 0);
    assert_untouched(r.done, 0);
    chanfree(r.c);
    chanfree(r.done);
}

static void test_a_cancel_or_the_operation_wins_but_never_both(void **state)
{
    (void)state;
    uint64_t won[2] = {0};
    FOR_EACH_VARIANT(v)
    for (int send = 0; send < 2; send++)
        check_cancel_race(v, send, won);
    print_message("%llu operations happened, %llu were cancelled\n", (unsigned long long)won[1],
                  (unsigned long long)won[0]);
    assert_true(won[0] > 0 && won[1] > 0);
}

/* The last instant: a bounded operation against a peer that comes at about the time of the
 * deadline. */

enum race_kind { RACE_SEND, RACE_RECV, RACE_SELECT_SEND, RACE_SELECT_RECV, RACE_KINDS };

struct last_instant {
    hchan *c[2]; /* the second is a select's other channel */
    enum race_kind kind;
    bool both;        /* the peer is bounded, too */
    bool over;        /* published with `begun` */
    int64_t deadline; /* of the round, published with `begun` */
    int64_t peer_at;  /* about when the peer comes */
    int64_t late;     /* this many nanoseconds after the deadline; see play_round() */
    _Atomic uint32_t begun, ended;
    bool happened; /* whether it happened on the peer's side */
    long value;
};

static bool sends(const struct last_instant *l)
{
    return l->kind == RACE_SEND || l->kind == RACE_SELECT_SEND;
}

/* The peer's single attempt. */
static bool peer_tries(struct last_instant *l)
{
    hchan *c = l->c[0];
    if (l->both)
        return sends(l) ? chanrecv_within(c, &l->value, NULL, NULL, l->deadline) == HCHAN_OK
                        : chansend_within(c, &l->value, NULL, l->deadline) == HCHAN_OK;
    return sends(l) ? chanrecv(c, &l->value, false, NULL) : chansend(c, &l->value, false, NULL);
}

static void *last_instant_peer(void *arg)
{
    struct last_instant *l = arg;
    for (uint32_t round = 1;; round++) {
        until_round(&l->begun, round);
        if (l->over)
            return NULL;
        l->value = sends(l) ? -1 : (long)round;
        while (nanotime() < l->peer_at)
            cpu_relax();
        l->happened = peer_tries(l);
        store_rel(&l->ended, round); /* pairs with until_round */
    }
}

/* The bounded side. Returns whether it happened. */
static bool bounded_tries(struct last_instant *l, long *value)
{
    bool received = false;
    const struct scase cases[] = {
        RECV(l->c[1], NULL),
        {.kind = sends(l) ? SCASE_SEND : SCASE_RECV, .c = l->c[0], .elem = value}};
    switch (l->kind) {
    case RACE_SEND:
        return chansend_within(l->c[0], value, NULL, l->deadline) == HCHAN_OK;
    case RACE_RECV: {
        bool ok = chanrecv_within(l->c[0], value, &received, NULL, l->deadline) == HCHAN_OK;
        assert_true(!ok || received);
        return ok;
    }
    default:
        return selectgo_until(cases, 2, l->deadline, &received) == 1;
    }
}

/* One round: what the two sides report must agree, and fit the contents of the buffer. A wait does
 * not end at its deadline but some time later (the kernel's timer slack and a wake), and until then
 * the peer can still come. So the peer comes later after each round that happened, and earlier
 * after each that did not: the last instant is where both are equally likely. */
static bool play_round(struct last_instant *l, uint32_t round)
{
    hchan *c = l->c[0];
    bool buffered = chancap(c) > 0;
    if (buffered && sends(l))
        chansend1(c, &(long){-2}); /* full, so that a send waits */
    l->deadline = hchan_deadline((int64_t)random_below(&random_state, 50) * 1000);
    l->peer_at = l->deadline + l->late + (int64_t)random_below(&random_state, 10000) - 5000;
    store_rel(&l->begun, round); /* pairs with until_round */
    long value = sends(l) ? (long)round : -1;
    bool happened = bounded_tries(l, &value);
    if (!happened)
        assert_true(nanotime() >= l->deadline);
    until_round(&l->ended, round);
    if (!buffered) {
        assert_int_equal(happened, l->happened);
        if (happened)
            assert_int_equal(value, l->value);
    } else if (sends(l)) { /* the peer took the value that was in the way, if it came for it */
        long got;
        if (!l->happened)
            assert_false(happened);
        else
            assert_int_equal(l->value, -2);
        assert_int_equal(chanlen(c), !l->happened + happened);
        while (chanrecv(c, &got, false, NULL))
            assert_int_equal(got, l->happened ? (long)round : -2);
    } else { /* a value that was not received in time is in the buffer */
        long got;
        assert_true(l->happened || !happened);
        assert_int_equal(chanlen(c), l->happened && !happened);
        if (happened)
            assert_int_equal(value, round);
        else if (chanrecv(c, &got, false, NULL))
            assert_int_equal(got, round);
    }
    assert_untouched(c, 0);
    assert_untouched(l->c[1], 0);
    l->late += happened ? 2000 : -2000;
    return happened;
}

/* Plays rounds until there have been enough, and both ends have been seen often enough. */
static void check_last_instant(const struct hchan_variant *v, enum race_kind kind, size_t capacity,
                               bool both, uint64_t ended[2])
{
    enum { ROUNDS = SANITIZED ? 40 : 300, EACH = 3 };
    struct last_instant l = {.c = {make(v, sizeof(long), capacity), make(v, sizeof(long), 0)},
                             .kind = kind,
                             .both = both};
    uint64_t seen[2] = {0};
    uint32_t round = 0;
    pthread_t peer;
    assert_int_equal(pthread_create(&peer, NULL, last_instant_peer, &l), 0);
    while (round < ROUNDS || seen[0] < EACH || seen[1] < EACH) {
        bool happened = play_round(&l, ++round);
        seen[happened]++;
    }
    l.over = true;
    store_rel(&l.begun, round + 1); /* pairs with until_round */
    assert_int_equal(pthread_join(peer, NULL), 0);
    ended[0] += seen[0];
    ended[1] += seen[1];
    chanfree(l.c[0]);
    chanfree(l.c[1]);
}

static void test_in_the_last_instant_either_both_sides_have_it_or_neither(void **state)
{
    static const char *const names[] = {"send", "receive", "select, send", "select, receive"};
    (void)state;
    for (enum race_kind kind = 0; kind < RACE_KINDS; kind++) {
        uint64_t ended[2] = {0};
        FOR_EACH_VARIANT(v)
        for (size_t capacity = 0; capacity < 2; capacity++)
            for (int both = 0; both < 2; both++)
                check_last_instant(v, kind, capacity, both, ended);
        print_message("%-15s: %llu happened, %llu timed out\n", names[kind],
                      (unsigned long long)ended[1], (unsigned long long)ended[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_deadline_is_a_moment_from_now_or_never),
        cmocka_unit_test(test_what_timed_out_leaves_nothing_queued_and_nothing_lost),
        cmocka_unit_test(test_a_select_that_timed_out_leaves_every_queue),
        cmocka_unit_test(test_a_ready_case_happens_whatever_the_deadline),
        cmocka_unit_test(test_a_bounded_send_on_a_closed_channel_panics),
        cmocka_unit_test(test_without_a_channel_a_deadline_ends_the_wait),
        cmocka_unit_test(test_a_deadline_that_is_far_or_never_does_not_end_a_wait),
        cmocka_unit_test(test_a_cancel_that_came_before_ends_what_would_wait),
        cmocka_unit_test(test_a_cancel_ends_what_waits),
        cmocka_unit_test(test_a_cancel_or_the_operation_wins_but_never_both),
        cmocka_unit_test(test_in_the_last_instant_either_both_sides_have_it_or_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
