/* When a select panics, for every variant, and what that leaves behind; and the largest number of
 * cases. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/selector.h"

enum { NCASES_MAX = (int)HCHAN_MAX_CASES };

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

/* If another case is ready as well, either may be chosen; each is, in time. */
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
        /* The probability that one of the two never comes is 2^-99. */
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
        const struct scase cases[] = {RECV(c, NULL), {(enum scase_kind)2, c, {NULL}}};
        assert_panics(cases, 2, false, "select case of no kind");
        assert_panics(cases + 1, 1, true, "select case of no kind");
        assert_usable(c);
        chanfree(c);
    }
}

/* Many cases. */

/* A select over n channels, of which the one at `at` becomes ready: before the select, and while it
 * is parked. */
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
    /* One case is a plain receive. */
    ASSERT_COUNTED(v, s.outcomes,
                   n == 1 && hchan_variant_barges(v) ? HCHAN_RECV_BUFFER : HCHAN_RECV_PARK,
                   n > 1 ? HCHAN_SELECT_PARK : HCHAN_OUTCOMES);
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
        if (SANITIZED && v != hchan_variant_next(NULL))
            break; /* a lock's state is big there, and a select is the same of all variants */
        for (size_t i = 0; i < NCASES_MAX + 1; i++)
            cases[i] = (struct scase)RECV(make(v, sizeof(long), 1), NULL);
        for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
            check_many(v, cases, counts[k], counts[k] - 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_a_send_that_finds_its_channel_closed_panics_and_leaves_the_others_usable),
        cmocka_unit_test(test_a_send_on_a_closed_channel_is_one_choice_among_others),
        cmocka_unit_test(test_channels_of_different_instances_do_not_select_together),
        cmocka_unit_test(test_a_case_of_no_kind_panics),
        cmocka_unit_test(test_a_select_has_up_to_65536_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
