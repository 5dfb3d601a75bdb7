/* Each rule of Go's select, for every variant: what is chosen, what it leaves behind, and what is
 * counted. Elsewhere: fairness (select_fairness_test.c), panics (select_panic_test.c), and selects
 * that meet on one channel (select_same_channel_test.c). */
/* SPDX-License-Identifier: MIT */
#include "core/tests/selector.h"

/* A ready case is chosen, and no G parks. */

enum { READY_WAYS = 6 };

/* Makes `c` ready in one of the ways, for a case of the returned kind; `peer` may park on it. */
static enum scase_kind make_ready(const struct hchan_variant *v, unsigned way, hchan **c,
                                  struct party *peer, enum hchan_outcome *counted)
{
    peer->c = NULL;
    *c = make(v, sizeof(long), way == 1 ? 0 : 1);
    switch (way) {
    case 0:
        chansend1(*c, &(long){7});
        *counted = HCHAN_RECV_BUFFER;
        return SCASE_RECV;
    case 1:
        start_send(peer, *c, 7);
        until_senders(*c, 1);
        *counted = HCHAN_RECV_HANDOFF;
        return SCASE_RECV;
    case 2:
        chansend1(*c, &(long){7});
        start_send(peer, *c, 8);
        until_senders(*c, 1);
        *counted = HCHAN_RECV_PROMOTE;
        return SCASE_RECV;
    case 3:
        closechan(*c);
        *counted = HCHAN_RECV_CLOSED;
        return SCASE_RECV;
    case 4:
        *counted = HCHAN_SEND_BUFFER;
        return SCASE_SEND;
    default:
        start_recv(peer, *c);
        until_receivers(*c, 1);
        *counted = HCHAN_SEND_HANDOFF;
        return SCASE_SEND;
    }
}

/* Whether it is ready because of a waiter on a buffered channel. */
static bool hands_over(unsigned way)
{
    return way == 2 || way == 5;
}

static void check_ready(const struct hchan_variant *v, unsigned way, unsigned at, bool block)
{
    struct party peer;
    hchan *c;
    enum hchan_outcome counted;
    enum scase_kind kind = make_ready(v, way, &c, &peer, &counted);
    hchan *empty = make(v, sizeof(long), 0);
    long value = kind == SCASE_SEND ? 7 : 99, other = 5;
    bool received = kind == SCASE_SEND;
    struct scase cases[] = {RECV(empty, &other), SEND(empty, &other), RECV(NULL, &other)};
    cases[at] = (struct scase){.kind = kind, .c = c, .elem = &value};
    mark();
    assert_int_equal(selectgo(cases, 3, block, &received), at);
    ASSERT_MARKED(v, HCHAN_SELECT_READY, counted);
    assert_int_equal(value, counted == HCHAN_RECV_CLOSED ? 0 : 7);
    assert_int_equal(received, kind == SCASE_RECV && counted != HCHAN_RECV_CLOSED);
    assert_int_equal(other, 5);
    if (peer.c) {
        end(&peer);
        assert_null(peer.panic);
        assert_int_equal(peer.value, counted == HCHAN_RECV_PROMOTE ? 8 : 7);
    }
    assert_int_equal(chanlen(c), counted == HCHAN_RECV_PROMOTE || counted == HCHAN_SEND_BUFFER);
    assert_nobody_parked(c);
    assert_nobody_parked(empty);
    chanfree(c);
    chanfree(empty);
}

static void test_a_ready_case_is_chosen_without_parking(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (unsigned way = 0; way < READY_WAYS; way++)
        for (unsigned at = 0; at < 3 && !(hands_over(way) && hchan_variant_barges(v)); at++)
            for (int block = 0; block < 2; block++)
                check_ready(v, way, at, block);
}

static void test_where_no_case_is_ready_default_is_taken(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *full = make(v, sizeof(long), 1), *empty = make(v, sizeof(long), 1);
        hchan *unbuffered = make(v, sizeof(long), 0);
        long value = 3;
        bool received = true;
        chansend1(full, &(long){1});
        const struct scase cases[] = {SEND(full, &value), RECV(empty, &value),
                                      SEND(unbuffered, &value), RECV(unbuffered, &value)};
        mark();
        assert_int_equal(selectgo(cases, 4, false, &received), -1);
        ASSERT_MARKED(v, HCHAN_SELECT_DEFAULT);
        assert_false(received);
        assert_int_equal(value, 3);
        assert_int_equal(chanlen(full), 1);
        for (size_t i = 0; i < 4; i++) { /* and with only one case */
            received = true;
            assert_int_equal(selectgo(&cases[i], 1, false, &received), -1);
            assert_false(received);
            assert_nobody_parked(cases[i].c);
        }
        chanfree(full);
        chanfree(empty);
        chanfree(unbuffered);
    }
}

/* A parked select, woken by each case in each way. */

static void check_woken(const struct hchan_variant *v, size_t capacity, unsigned winner, bool close)
{
    enum { CASES = 4 };
    long value[CASES] = {-1, 21, -1, 23}, got = -1;
    struct scase cases[CASES] = {RECV(NULL, &value[0]), SEND(NULL, &value[1]),
                                 RECV(NULL, &value[2]), SEND(NULL, &value[3])};
    struct selector s;
    for (unsigned i = 0; i < CASES; i++) {
        cases[i].c = make(v, sizeof(long), capacity);
        if (cases[i].kind == SCASE_SEND)
            while (chansend(cases[i].c, &(long){0}, false, NULL))
                continue;
    }
    start_select(&s, cases, CASES);
    for (unsigned i = 0; i < CASES; i++)
        until_parked(&cases[i]);
    bool send = cases[winner].kind == SCASE_SEND;
    if (close)
        closechan(cases[winner].c);
    else if (send)
        assert_true(chanrecv2(cases[winner].c, &got));
    else
        chansend1(cases[winner].c, &(long){31});
    end_select(&s);
    if (close && send) {
        assert_string_equal(s.panic, "send on closed channel");
    } else {
        assert_null(s.panic);
        assert_int_equal(s.chosen, winner);
    }
    if (send && !close) /* the value, or the one in front of it */
        assert_int_equal(got, capacity ? 0 : value[winner]);
    if (!send)
        assert_int_equal(value[winner], close ? 0 : 31);
    if (!s.panic)
        assert_int_equal(s.received, !send && !close);
    ASSERT_COUNTED(v, s.outcomes, HCHAN_SELECT_PARK, send ? HCHAN_SEND_PARK : HCHAN_RECV_PARK);
    if (v == hchan_traced(v)) {
        assert_int_equal(s.outcomes[HCHAN_WAKE_BY_PEER], !close);
        assert_int_equal(s.outcomes[HCHAN_WAKE_BY_CLOSE], close);
    }
    for (unsigned i = 0; i < CASES; i++) {
        assert_nobody_parked(cases[i].c);
        if (!close || i != winner)
            assert_usable(cases[i].c);
        chanfree(cases[i].c);
    }
}

static void test_a_parked_select_is_woken_by_each_case_and_leaves_the_others(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t capacity = 0; capacity < 3; capacity++)
        for (unsigned winner = 0; winner < 4; winner++)
            for (int close = 0; close < 2; close++)
                check_woken(v, capacity, winner, close);
}

/* Given plain receivers queued around a select that loses elsewhere, when values come, then they
 * bypass it, in order. */
static void test_a_select_that_lost_does_not_hold_up_the_line(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 0), *other = make(v, sizeof(long), 0);
        const struct scase cases[] = {RECV(c, NULL), RECV(other, NULL)};
        struct party first, last;
        struct selector s;
        start_recv(&first, c);
        until_receivers(c, 1);
        start_select(&s, cases, 2);
        until_receivers(c, 2);
        start_recv(&last, c);
        until_receivers(c, 3);
        chansend1(other, &(long){1});
        chansend1(c, &(long){2}); /* whether or not the select has left the queue by now */
        chansend1(c, &(long){3});
        end(&first);
        end(&last);
        end_select(&s);
        assert_int_equal(s.chosen, 1);
        assert_int_equal(first.value, 2);
        assert_int_equal(last.value, 3);
        assert_usable(c);
        chanfree(c);
        chanfree(other);
    }
}

/* Nil channels. */

static void test_a_nil_channel_is_never_ready(void **state)
{
    (void)state;
    long value = 5;
    bool received = true;
    const struct scase nils[] = {RECV(NULL, &value), SEND(NULL, &value), RECV(NULL, &value)};
    for (size_t n = 0; n <= 3; n++) {
        assert_int_equal(selectgo(nils, n, false, &received), -1);
        assert_false(received);
    }
    assert_int_equal(value, 5);
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        struct scase cases[] = {RECV(NULL, &value), SEND(c, &value), SEND(NULL, &value)};
        for (int i = 0; i < 20; i++) {
            assert_int_equal(selectgo(cases, 3, true, NULL), 1);
            chanrecv1(c, NULL);
        }
        cases[1].kind = SCASE_RECV;
        assert_int_equal(selectgo(cases, 3, false, NULL), -1);
        struct selector s;
        start_select(&s, cases, 3);
        until_receivers(c, 1);
        chansend1(c, &(long){6});
        end_select(&s);
        assert_int_equal(s.chosen, 1);
        assert_int_equal(value, 6);
        value = 5;
        chanfree(c);
    }
}

static void test_a_blocking_select_without_a_live_case_sleeps(void **state)
{
    (void)state;
    const struct scase nils[] = {RECV(NULL, NULL), SEND(NULL, NULL)};
    for (size_t n = 0; n <= 2; n++) {
        pid_t child = fork_child();
        if (child == 0) {
            selectgo(nils, n, true, NULL);
            _exit(0);
        }
        assert_sleeps(child);
    }
}

/* Values. */

static void test_a_parked_select_that_sends_is_promoted_in_order(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 2), *other = make(v, sizeof(long), 0);
        long value = 3, got;
        const struct scase cases[] = {RECV(other, NULL), SEND(c, &value)};
        struct selector s;
        chansend1(c, &(long){1});
        chansend1(c, &(long){2});
        start_select(&s, cases, 2);
        until_senders(c, 1);
        mark();
        chanrecv1(c, &got);
        ASSERT_MARKED(v, HCHAN_RECV_PROMOTE);
        assert_int_equal(got, 1);
        end_select(&s);
        assert_int_equal(s.chosen, 1);
        for (long i = 2; i <= 3; i++) {
            chanrecv1(c, &got);
            assert_int_equal(got, i);
        }
        assert_usable(other);
        chanfree(c);
        chanfree(other);
    }
}

static void test_a_select_may_drop_what_it_receives(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1), *other = make(v, sizeof(long), 0);
        const struct scase cases[] = {RECV(c, NULL), RECV(other, NULL)};
        struct selector s;
        long got;
        chansend1(c, &(long){1});
        assert_int_equal(selectgo(cases, 2, true, NULL), 0);
        start_select(&s, cases, 2);
        until_receivers(c, 1);
        chansend1(c, &(long){2});
        end_select(&s);
        assert_true(s.received);
        chansend1(c, &(long){3});
        chanrecv1(c, &got);
        assert_int_equal(got, 3);
        closechan(c);
        assert_int_equal(selectgo(cases, 2, true, NULL), 0);
        chanfree(c);
        chanfree(other);
    }
}

static void test_elements_of_any_size_pass_through_a_select(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 4096, HCHAN_MAX_ELEM};
    static unsigned char in[HCHAN_MAX_ELEM + 1], out[HCHAN_MAX_ELEM + 1];
    (void)state;
    for (size_t i = 0; i < sizeof(in); i++)
        in[i] = (unsigned char)(i * 7 + 1);
    FOR_EACH_VARIANT(v)
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
        for (size_t capacity = 0; capacity < 2; capacity++) {
            hchan *c = make(v, sizes[s], capacity), *other = make(v, 1, 0);
            const struct scase receives[] = {RECV(other, NULL), RECV(c, out)};
            const struct scase sends[] = {RECV(other, NULL), SEND(c, in)};
            struct selector selector;
            memset(out, 0xee, sizeof(out));
            start_select(&selector, receives, 2);
            until_receivers(c, 1);
            assert_int_equal(selectgo(sends, 2, true, NULL), 1);
            end_select(&selector);
            assert_memory_equal(out, in, sizes[s]);
            assert_int_equal(out[sizes[s]], 0xee); /* and not a byte more */
            chanfree(c);
            chanfree(other);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_ready_case_is_chosen_without_parking),
        cmocka_unit_test(test_where_no_case_is_ready_default_is_taken),
        cmocka_unit_test(test_a_parked_select_is_woken_by_each_case_and_leaves_the_others),
        cmocka_unit_test(test_a_select_that_lost_does_not_hold_up_the_line),
        cmocka_unit_test(test_a_nil_channel_is_never_ready),
        cmocka_unit_test(test_a_blocking_select_without_a_live_case_sleeps),
        cmocka_unit_test(test_a_parked_select_that_sends_is_promoted_in_order),
        cmocka_unit_test(test_a_select_may_drop_what_it_receives),
        cmocka_unit_test(test_elements_of_any_size_pass_through_a_select),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
