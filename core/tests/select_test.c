/* Each rule of Go's select, for every variant: what is chosen, what it leaves behind, and what is
 * counted. */
#include "core/tests/selector.h"
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NCASES_MAX = (int)HCHAN_MAX_CASES };

/* Fairness. These come first, so that their random numbers are always the same: they are seeded by
 * the G's id, which is 1 here. The bounds are for a false alarm in a million, were they not. */

/* How often each of `ready` cases was chosen, of `cases` (the others are never ready). */
static void count_chosen(const struct hchan_variant *v, unsigned cases, unsigned ready,
                         unsigned trials, unsigned chosen[])
{
    struct scase cas[16];
    long got;
    memset(chosen, 0, cases * sizeof(chosen[0]));
    for (unsigned i = 0; i < cases; i++)
        cas[i] = (struct scase)RECV(make(v, sizeof(long), 1), &got);
    for (unsigned i = 0; i < ready; i++)
        chansend1(cas[i].c, &(long){i});
    for (unsigned t = 0; t < trials; t++) {
        int i = selectgo(cas, cases, true, NULL);
        assert_true(i >= 0 && i < (int)ready && got == i);
        chosen[i]++;
        chansend1(cas[i].c, &got);
    }
    for (unsigned i = 0; i < cases; i++)
        chanfree(cas[i].c);
}

/* Go's own bound (TestSelectFairness): a fair coin's share of n trials has a standard deviation of
 * 1 / (2 sqrt n), and a normal variable is more than 4.891638 of them off, either way, once in a
 * million. For n = 10,000: 0.0245. */
static void test_of_two_ready_cases_each_is_chosen_half_the_time(void **state)
{
    enum { TRIALS = 10000 };
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        unsigned chosen[2];
        count_chosen(v, 2, 2, TRIALS, chosen);
        double off = (double)chosen[0] / TRIALS - 0.5;
        if (off > 0.0245 || off < -0.0245)
            fail_msg("%s: the first of two cases was chosen %u times of %d", hchan_variant_name(v),
                     chosen[0], TRIALS);
    }
}

/* Pearson's statistic of k equal cases has the chi-square distribution with k - 1 degrees of
 * freedom; the quantiles are those of 1 - 1e-6 (GSL's gsl_cdf_chisq_Qinv). */
static void test_of_many_ready_cases_each_has_the_same_chance(void **state)
{
    enum { TRIALS = 10000 };
    static const struct {
        unsigned cases, ready;
        double quantile;
    } rows[] = {{3, 3, 27.631}, {10, 10, 44.811}, {10, 3, 27.631}, {16, 2, 23.928}};
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        unsigned chosen[16];
        count_chosen(v, rows[r].cases, rows[r].ready, TRIALS, chosen);
        double wanted = (double)TRIALS / rows[r].ready, chi2 = 0;
        for (unsigned i = 0; i < rows[r].ready; i++)
            chi2 += (chosen[i] - wanted) * (chosen[i] - wanted) / wanted;
        if (chi2 > rows[r].quantile)
            fail_msg("%s: chi-square %.1f of %u ready cases of %u, above %.1f",
                     hchan_variant_name(v), chi2, rows[r].ready, rows[r].cases, rows[r].quantile);
    }
}

/* Two cases on one ready channel are two chances. */
static void test_a_channel_that_repeats_has_a_chance_for_each_case(void **state)
{
    enum { TRIALS = 10000 };
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        unsigned chosen[3] = {0};
        hchan *a = make(v, 0, 1), *b = make(v, 0, 1);
        const struct scase cases[] = {RECV(a, NULL), RECV(b, NULL), RECV(a, NULL)};
        chansend1(a, NULL);
        chansend1(b, NULL);
        for (unsigned t = 0; t < TRIALS; t++) {
            int i = selectgo(cases, 3, true, NULL);
            chosen[i]++;
            chansend1(cases[i].c, NULL);
        }
        double wanted = TRIALS / 3.0, chi2 = 0;
        for (unsigned i = 0; i < 3; i++)
            chi2 += (chosen[i] - wanted) * (chosen[i] - wanted) / wanted;
        assert_true(chi2 < 27.631);
        chanfree(a);
        chanfree(b);
    }
}

/* Which of two cases of one channel a parked select was woken by, each time. */
enum { PARKED_TRIALS = 400 };

struct parked_twice {
    hchan *c;
    unsigned chosen[2];
};

static void *select_twice(void *arg)
{
    struct parked_twice *p = arg;
    const struct scase cases[] = {RECV(p->c, NULL), RECV(p->c, NULL)};
    for (unsigned t = 0; t < PARKED_TRIALS; t++)
        p->chosen[selectgo(cases, 2, true, NULL)]++;
    return NULL;
}

/* The sudogs of one channel queue in a random order: else the same case would always be woken. The
 * bound as above, for n = 400: 0.1223. The other thread's numbers are always the same, too: its G
 * is the second, and lives on. */
static void test_a_parked_channel_that_repeats_has_a_chance_for_each_case(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct parked_twice p = {.c = make(v, 0, 0)};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, select_twice, &p), 0);
        for (unsigned t = 0; t < PARKED_TRIALS; t++) {
            until_receivers(p.c, 2);
            chansend1(p.c, NULL);
        }
        pthread_join(thread, NULL);
        double off = (double)p.chosen[0] / PARKED_TRIALS - 0.5;
        if (off > 0.1223 || off < -0.1223)
            fail_msg("%s: the first of two cases was woken %u times of %d", hchan_variant_name(v),
                     p.chosen[0], PARKED_TRIALS);
        chanfree(p.c);
    }
}

/* What is ready is chosen, and nobody parks. */

enum { READY_WAYS = 6 };

/* Makes `c` ready in one of the ways, for a case of the kind returned; `peer` may park on it. */
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
        for (unsigned at = 0; at < 3; at++)
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
        for (size_t i = 0; i < 4; i++) { /* and of one case alone */
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

/* Whoever lost the select is off the queue: a value is not swallowed, and reaches who comes next.
 */
static void assert_usable(hchan *c)
{
    struct party p;
    long got = 0;
    assert_nobody_parked(c);
    while (chanrecv(c, &got, false, NULL))
        continue;
    for (size_t i = 0; i < chancap(c); i++)
        assert_true(chansend(c, &(long){1}, false, NULL));
    assert_false(chansend(c, &(long){1}, false, NULL));
    for (size_t i = 0; i < chancap(c); i++)
        assert_true(chanrecv2(c, NULL));
    start_recv(&p, c);
    until_receivers(c, 1);
    chansend1(c, &(long){11});
    end(&p);
    assert_int_equal(p.value, 11);
    if (chancap(c))
        return;
    start_send(&p, c, 12);
    until_senders(c, 1);
    assert_true(chanrecv2(c, &got));
    end(&p);
    assert_int_equal(got, 12);
}

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
    if (send && !close) /* the value, or what it stood behind */
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

/* Given plain receivers in line around a select that loses elsewhere, when values come, then they
 * go past it, in order. */
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
        chansend1(c, &(long){2}); /* whether or not the select has taken itself off by now */
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

/* Panics, and what they leave. */

struct select_call {
    const struct scase *cases;
    size_t ncases;
    bool block;
};

static void call_select(void *arg)
{
    const struct select_call *call = arg;
    selectgo(call->cases, call->ncases, call->block, NULL);
}

static void assert_panics(const struct scase *cases, size_t ncases, bool block, const char *says)
{
    struct select_call call = {cases, ncases, block};
    const char *message = NULL;
    assert_false(hchan_try(call_select, &call, &message));
    assert_string_equal(message, says);
}

static void test_a_send_that_finds_its_channel_closed_panics_and_leaves_the_others_usable(void **st)
{
    (void)st;
    FOR_EACH_VARIANT(v)
    for (int block = 0; block < 2; block++) {
        hchan *closed = make(v, sizeof(long), 1), *a = make(v, sizeof(long), 0);
        hchan *b = make(v, sizeof(long), 1);
        long value = 1;
        const struct scase cases[] = {RECV(a, &value), SEND(closed, &value), RECV(b, &value)};
        closechan(closed);
        for (int i = 0; i < 3; i++) {
            mark();
            assert_panics(cases, 3, block, "send on closed channel");
            ASSERT_MARKED(v, HCHAN_SELECT_READY, HCHAN_SEND_PANIC);
            assert_usable(a);
            assert_usable(b);
            assert_false(chanrecv2(closed, NULL));
        }
        chanfree(closed);
        chanfree(a);
        chanfree(b);
    }
}

/* Where another case is ready as well, either may be chosen; each is, in time. */
static void test_a_send_on_a_closed_channel_is_one_choice_among_others(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *closed = make(v, sizeof(long), 1), *ready = make(v, sizeof(long), 1);
        long value = 1;
        const struct scase cases[] = {SEND(closed, &value), SEND(ready, &value)};
        struct select_call call = {cases, 2, true};
        closechan(closed);
        unsigned panics = 0, sends = 0;
        /* One of the two never coming has a chance of 2^-99. */
        for (unsigned trial = 0; trial < 100; trial++) {
            bool sent = hchan_try(call_select, &call, NULL);
            assert_int_equal(chanrecv(ready, NULL, false, NULL), sent);
            panics += !sent;
            sends += sent;
        }
        assert_true(panics > 0);
        assert_true(sends > 0);
        assert_usable(ready);
        chanfree(closed);
        chanfree(ready);
    }
}

static void test_channels_of_different_instances_do_not_select_together(void **state)
{
    static const char says[] = "select over channels of different variants";
    (void)state;
    const struct hchan_variant *before = NULL;
    FOR_EACH_VARIANT(v)
    {
        const struct hchan_variant *others[] = {v, before};
        for (size_t i = 0; i < 2 && others[i]; i++) {
            hchan *a = make(v, sizeof(long), 1), *b = make(others[i], sizeof(long), 1);
            const struct scase cases[] = {RECV(NULL, NULL), RECV(a, NULL), RECV(NULL, NULL),
                                          SEND(b, &(long){1})};
            if (i == 0) {
                assert_int_equal(selectgo(cases, 4, true, NULL), 3);
            } else {
                assert_panics(cases, 4, true, says);
                assert_panics(cases, 4, false, says);
            }
            assert_usable(a); /* nothing is locked */
            assert_usable(b);
            chanfree(a);
            chanfree(b);
        }
        before = v;
    }
}

static void test_a_case_of_no_kind_panics(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        const struct scase cases[] = {RECV(c, NULL), {(enum scase_kind)2, c, NULL}};
        assert_panics(cases, 2, false, "select case of no kind");
        assert_panics(cases + 1, 1, true, "select case of no kind");
        assert_usable(c);
        chanfree(c);
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
        start_select(&s[0], one, 2); /* its like */
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
            assert_int_equal(out[sizes[s]], 0xee); /* not a byte more */
            chanfree(c);
            chanfree(other);
        }
}

/* Many cases. */

/* A select of n channels of which the one at `at` gets ready: before it, and while it is parked. */
static void check_many(const struct hchan_variant *v, struct scase *cases, size_t n, size_t at)
{
    struct selector s;
    bool received = false;
    long got = 0;
    for (size_t i = 0; i < n; i++)
        cases[i].elem = i == at ? &got : NULL;
    chansend1(cases[at].c, &(long){1});
    assert_int_equal(selectgo(cases, n, true, &received), at);
    assert_true(received);
    assert_int_equal(got, 1);
    assert_int_equal(selectgo(cases, n, false, NULL), -1);
    start_select(&s, cases, n);
    until_parked(&cases[n / 2]);
    chansend1(cases[at].c, &(long){2});
    end_select(&s);
    assert_int_equal(s.chosen, at);
    assert_int_equal(got, 2);
    ASSERT_COUNTED(v, s.outcomes, HCHAN_RECV_PARK, n > 1 ? HCHAN_SELECT_PARK : HCHAN_OUTCOMES);
    for (size_t i = 0; i < n; i++)
        if (chan_has_receiver(cases[i].c) || chan_has_sender(cases[i].c))
            fail_msg("%s: case %zu of %zu is left in its queue", hchan_variant_name(v), i, n);
}

static void test_a_select_has_up_to_65536_cases(void **state)
{
    static const size_t counts[] = {1, 2, 64, 1000, NCASES_MAX};
    struct scase *cases = calloc(NCASES_MAX + 1, sizeof(*cases));
    assert_non_null(cases);
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        for (size_t i = 0; i < NCASES_MAX + 1; i++)
            cases[i] = (struct scase)RECV(make(v, sizeof(long), 1), NULL);
        for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
            check_many(v, cases, counts[k], counts[k] - 1);
            if (SANITIZED && counts[k] > 1000)
                continue; /* a lock's state is big there */
            check_many(v, cases, counts[k], 0);
            check_many(v, cases, counts[k], counts[k] / 3);
        }
        assert_panics(cases, NCASES_MAX + 1, true, "select of too many cases");
        assert_panics(cases, NCASES_MAX + 1, false, "select of too many cases");
        for (size_t i = 0; i < NCASES_MAX + 1; i++)
            chanfree(cases[i].c);
    }
    free(cases);
}

/* Two selects against each other. */

struct duel {
    pthread_t thread;
    hchan *sends, *receives;
    bool reversed;
    long rounds;
    uint64_t sent, received, sent_sum, received_sum;
};

/* A round either sends or receives, and so does the other side, the other way round. */
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

static void
test_selects_on_the_same_channels_in_opposite_order_do_not_lock_each_other_out(void **st)
{
    enum { ROUNDS = SANITIZED ? 2000 : 20000 };
    (void)st;
    FOR_EACH_VARIANT(v)
    {
        hchan *a = make(v, sizeof(long), 0), *b = make(v, sizeof(long), 0);
        struct duel one = {.sends = a, .receives = b, .rounds = ROUNDS};
        struct duel two = {.sends = b, .receives = a, .rounds = ROUNDS, .reversed = true};
        assert_int_equal(pthread_create(&one.thread, NULL, duel, &one), 0);
        assert_int_equal(pthread_create(&two.thread, NULL, duel, &two), 0);
        assert_int_equal(pthread_join(one.thread, NULL), 0);
        assert_int_equal(pthread_join(two.thread, NULL), 0);
        assert_int_equal(one.sent + one.received, ROUNDS);
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
        cmocka_unit_test(test_of_two_ready_cases_each_is_chosen_half_the_time),
        cmocka_unit_test(test_of_many_ready_cases_each_has_the_same_chance),
        cmocka_unit_test(test_a_channel_that_repeats_has_a_chance_for_each_case),
        cmocka_unit_test(test_a_parked_channel_that_repeats_has_a_chance_for_each_case),
        cmocka_unit_test(test_a_ready_case_is_chosen_without_parking),
        cmocka_unit_test(test_where_no_case_is_ready_default_is_taken),
        cmocka_unit_test(test_a_parked_select_is_woken_by_each_case_and_leaves_the_others),
        cmocka_unit_test(test_a_select_that_lost_does_not_hold_up_the_line),
        cmocka_unit_test(
            test_a_send_that_finds_its_channel_closed_panics_and_leaves_the_others_usable),
        cmocka_unit_test(test_a_send_on_a_closed_channel_is_one_choice_among_others),
        cmocka_unit_test(test_channels_of_different_instances_do_not_select_together),
        cmocka_unit_test(test_a_case_of_no_kind_panics),
        cmocka_unit_test(test_a_nil_channel_is_never_ready),
        cmocka_unit_test(test_a_blocking_select_without_a_live_case_sleeps),
        cmocka_unit_test(test_a_channel_that_repeats_gives_one_value_to_one_case),
        cmocka_unit_test(test_a_channel_that_repeats_sends_one_value_of_one_case),
        cmocka_unit_test(test_a_channel_that_repeats_is_woken_once_by_close),
        cmocka_unit_test(test_a_select_both_ways_does_not_meet_itself),
        cmocka_unit_test(test_a_select_both_ways_meets_others_either_way),
        cmocka_unit_test(test_a_parked_select_that_sends_is_promoted_in_order),
        cmocka_unit_test(test_a_select_may_drop_what_it_receives),
        cmocka_unit_test(test_elements_of_any_size_pass_through_a_select),
        cmocka_unit_test(test_a_select_has_up_to_65536_cases),
        cmocka_unit_test(
            test_selects_on_the_same_channels_in_opposite_order_do_not_lock_each_other_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
