/* Pointers that are no channels, in each call, and names that are no variants: one line on standard
 * error says which call was wrong and how, and the process aborts. Freed channels are those of a
 * traced instance, which keeps them for a while. */
/* SPDX-License-Identifier: MIT */
#define HCHAN_CHECKED
#include "core/tests/child.h"
#include <hchan/context.h>
#include <hchan/time.h>
#include <hchan/typed.h>

HCHAN_TYPE(numbers, long);

static long value = 1;

/* Each call, on a channel that may be anything. */
static void call_chansend1(hchan *c)
{
    chansend1(c, &value);
}

static void call_chansend(hchan *c)
{
    chansend(c, &value, false, NULL);
}

static void call_chanrecv1(hchan *c)
{
    chanrecv1(c, &value);
}

static void call_chanrecv2(hchan *c)
{
    chanrecv2(c, &value);
}

static void call_chanrecv(hchan *c)
{
    chanrecv(c, &value, false, NULL);
}

static void call_hchan_send(hchan *c)
{
    hchan_send(c, &value);
}

static void call_hchan_try_send(hchan *c)
{
    hchan_try_send(c, &value);
}

static void call_chansend_within(hchan *c)
{
    chansend_within(c, &value, NULL, 0);
}

static void call_hchan_send_within(hchan *c)
{
    hchan_send_within(c, &value, NULL, HCHAN_FOREVER);
}

static void call_chanrecv_within(hchan *c)
{
    chanrecv_within(c, &value, NULL, NULL, 0);
}

static void call_selectgo(hchan *c)
{
    selectgo((struct scase[]){{SCASE_RECV, c, {&value}}}, 1, false, NULL);
}

/* Beside a channel that is one, in either order. */
static hchan *sound;

static void call_selectgo_first(hchan *c)
{
    selectgo((struct scase[]){{SCASE_RECV, c, {&value}}, {SCASE_RECV, sound, {NULL}}}, 2, true,
             NULL);
}

static void call_selectgo_last(hchan *c)
{
    selectgo_until((struct scase[]){{SCASE_RECV, sound, {NULL}}, {SCASE_SEND, c, {&value}}}, 2, 0,
                   NULL);
}

static void call_done(hchan *c)
{
    chanrecv_within(sound, &value, NULL, c, 0);
}

static void call_closechan(hchan *c)
{
    closechan(c);
}

static void call_hchan_close(hchan *c)
{
    hchan_close(c);
}

static void call_chanfree(hchan *c)
{
    chanfree(c);
}

static void call_hchan_retain(hchan *c)
{
    hchan_retain(c);
}

static void call_hchan_release(hchan *c)
{
    hchan_release(c);
}

static void call_chanlen(hchan *c)
{
    chanlen(c);
}

static void call_chancap(hchan *c)
{
    chancap(c);
}

static void call_chan_parked_receivers(hchan *c)
{
    chan_parked_receivers(c);
}

static void call_chan_parked_senders(hchan *c)
{
    chan_parked_senders(c);
}

static void call_chan_has_receiver(hchan *c)
{
    chan_has_receiver(c);
}

static void call_chan_has_sender(hchan *c)
{
    chan_has_sender(c);
}

static void call_hchan_variant_of(hchan *c)
{
    hchan_variant_of(c);
}

static const struct {
    void (*call)(hchan *c);
    const char *name; /* in the message */
} calls[] = {
    {call_chansend1, "chansend1"},
    {call_chansend, "chansend"},
    {call_chanrecv1, "chanrecv1"},
    {call_chanrecv2, "chanrecv2"},
    {call_chanrecv, "chanrecv"},
    {call_hchan_send, "hchan_send"},
    {call_hchan_try_send, "hchan_try_send"},
    {call_chansend_within, "chansend_within"},
    {call_hchan_send_within, "hchan_send_within"},
    {call_chanrecv_within, "chanrecv_within"},
    {call_selectgo, "selectgo"},
    {call_selectgo_first, "selectgo"},
    {call_selectgo_last, "selectgo_until"},
    {call_done, "chanrecv_within"},
    {call_closechan, "closechan"},
    {call_hchan_close, "hchan_close"},
    {call_chanfree, "chanfree"},
    {call_hchan_retain, "hchan_retain"},
    {call_hchan_release, "hchan_release"},
    {call_chanlen, "chanlen"},
    {call_chancap, "chancap"},
    {call_chan_parked_receivers, "chan_parked_receivers"},
    {call_chan_parked_senders, "chan_parked_senders"},
    {call_chan_has_receiver, "chan_has_receiver"},
    {call_chan_has_sender, "chan_has_sender"},
    {call_hchan_variant_of, "hchan_variant_of"},
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

struct misuse {
    void (*call)(hchan *c);
    hchan *c;
};

static void misuse(void *arg)
{
    const struct misuse *m = arg;
    m->call(m->c);
}

/* The call, on what is no channel (any more), ends with this one line. */
static void assert_refused(void (*call)(hchan *c), hchan *c, const char *name, const char *why)
{
    char text[512], wanted[256];
    int status = run_in_child(misuse, &(struct misuse){call, c}, text, sizeof(text));
    snprintf(wanted, sizeof(wanted), "fatal error: %s: %s\n", name, why);
    assert_string_equal(text, wanted);
    assert_true(aborted(status));
}

static void test_each_call_tells_a_freed_channel(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        sound = make(v, sizeof(long), 1);
        hchan *freed = make(v, sizeof(long), 1), *given_back = make(v, sizeof(long), 0);
        chanfree(freed);
        hchan_release(given_back);
        for (size_t i = 0; i < CALLS; i++)
            assert_refused(calls[i].call, i % 2 ? freed : given_back, calls[i].name,
                           "the channel was freed");
        chanfree(sound);
    }
}

static void test_each_call_tells_what_is_no_channel(void **state)
{
    static union {
        max_align_t aligned;
        unsigned char bytes[4096];
    } memory;
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        sound = make(v, sizeof(long), 1);
        for (size_t i = 0; i < CALLS; i++)
            assert_refused(calls[i].call, (hchan *)(void *)&memory.bytes[2048], calls[i].name,
                           "this is not a channel");
        chanfree(sound);
    }
}

/* Without the macros of HCHAN_CHECKED, as a program calls that is not being debugged. */
static void unchecked_chansend1(hchan *c)
{
    (chansend1)(c, &value);
}

static void unchecked_chansend(hchan *c)
{
    (chansend)(c, &value, true, NULL);
}

static void unchecked_chanrecv1(hchan *c)
{
    (chanrecv1)(c, &value);
}

static void unchecked_chanrecv2(hchan *c)
{
    (chanrecv2)(c, &value);
}

static void unchecked_chanrecv(hchan *c)
{
    (chanrecv)(c, &value, true, NULL);
}

static void unchecked_hchan_send(hchan *c)
{
    (hchan_send)(c, &value);
}

static void unchecked_hchan_try_send(hchan *c)
{
    (hchan_try_send)(c, &value);
}

static void test_a_freed_channel_is_told_without_a_check(void **state)
{
    static const struct {
        void (*call)(hchan *c);
        const char *name;
    } unchecked[] = {
        {unchecked_chansend1, "chansend1"},
        {unchecked_chansend, "chansend"},
        {unchecked_chanrecv1, "chanrecv1"},
        {unchecked_chanrecv2, "chanrecv2"},
        {unchecked_chanrecv, "chanrecv"},
        {unchecked_hchan_send, "hchan_send"},
        {unchecked_hchan_try_send, "hchan_try_send"},
    };
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = make(v, sizeof(long), 1);
        chanfree(c);
        for (size_t i = 0; i < sizeof(unchecked) / sizeof(unchecked[0]); i++)
            assert_refused(unchecked[i].call, c, unchecked[i].name, "the channel was freed");
    }
}

static void test_many_channels_may_be_freed(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        hchan *c = NULL;
        for (unsigned i = 0; i < 1000; i++) {
            c = make(v, sizeof(long), i % 300 ? i % 5 : 100000);
            chanfree(c);
        }
        assert_refused(call_chanlen, c, "chanlen", "the channel was freed");
    }
}

static void test_nil_is_a_channel(void **state)
{
    (void)state;
    assert_int_equal(chanlen(NULL), 0);
    assert_int_equal(chancap(NULL), 0);
    assert_false(chansend(NULL, &value, false, NULL));
    assert_false(chanrecv(NULL, &value, false, NULL));
    assert_int_equal(hchan_try_send(NULL, &value), HCHAN_BLOCKED);
    assert_null(hchan_variant_of(NULL));
    assert_null(hchan_checked(NULL, "nobody"));
    chanfree(NULL);
}

static void test_a_channel_knows_its_instance(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, 0, 0);
        assert_ptr_equal(hchan_variant_of(c), v);
        assert_ptr_equal(hchan_checked(c, "nobody"), c);
        chanfree(c);
    }
}

static void free_a_shared_one(hchan *c)
{
    hchan_retain(c);
    chanfree(c);
}

static void test_a_channel_that_others_hold_is_not_freed(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        hchan *c = make(v, 0, 0);
        assert_refused(free_a_shared_one, c, "chanfree",
                       "others hold the channel: hchan_release() gives back one reference");
        chanfree(c);
    }
}

static void chansend1_null(hchan *c)
{
    chansend1(c, NULL);
}

static void chansend_null(hchan *c)
{
    chansend(c, NULL, true, NULL);
}

static void hchan_send_null(hchan *c)
{
    hchan_send(c, NULL);
}

static void hchan_try_send_null(hchan *c)
{
    hchan_try_send(c, NULL);
}

static void chansend_within_null(hchan *c)
{
    chansend_within(c, NULL, sound, HCHAN_FOREVER);
}

static void hchan_send_within_null(hchan *c)
{
    hchan_send_within(c, NULL, NULL, HCHAN_FOREVER);
}

static void selectgo_null(hchan *c)
{
    selectgo((struct scase[]){{SCASE_RECV, sound, {NULL}}, {SCASE_SEND, c, {NULL}}}, 2, false,
             NULL);
}

static void selectgo_until_null(hchan *c)
{
    selectgo_until((struct scase[]){{SCASE_SEND, c, {NULL}}}, 1, HCHAN_FOREVER, NULL);
}

static void test_a_traced_send_of_nothing_is_told(void **state)
{
    static const struct {
        void (*call)(hchan *c);
        const char *name;
    } sends[] = {
        {chansend1_null, "chansend1"},
        {chansend_null, "chansend"},
        {hchan_send_null, "hchan_send"},
        {hchan_try_send_null, "hchan_try_send"},
        {chansend_within_null, "chansend_within"},
        {hchan_send_within_null, "hchan_send_within"},
        {selectgo_null, "selectgo"},
        {selectgo_until_null, "selectgo_until"},
    };
    (void)state;
    FOR_EACH_TRACED(v)
    for (size_t i = 0; i < sizeof(sends) / sizeof(sends[0]); i++) {
        hchan *c = make(v, sizeof(long), 1), *events = make(v, 0, 1);
        sound = make(v, sizeof(long), 0);
        assert_refused(sends[i].call, c, sends[i].name,
                       "elem is NULL, and the channel's elements are not empty");
        sends[i].call(events);
        assert_int_equal(chanlen(events), 1);
        chanfree(c);
        chanfree(events);
        chanfree(sound);
    }
}

/* Names. */

static void make_unfound(hchan *c)
{
    (void)c;
    makechan(hchan_variant_find("tickett"), sizeof(long), 4);
}

static void make_typed_unfound(hchan *c)
{
    (void)c;
    numbers_make(hchan_variant_find(NULL), 4);
}

static void make_timer_unfound(hchan *c)
{
    (void)c;
    hchan_after(hchan_variant_find("tickett"), 1);
}

static void make_ticker_unfound(hchan *c)
{
    (void)c;
    hchan_ticker(hchan_variant_find("tickett"), 1);
}

static void make_context_unfound(hchan *c)
{
    (void)c;
    hchan_context_background(hchan_variant_find("tickett"));
}

static void name_nearly(hchan *c)
{
    (void)c;
    hchan_variant_named("tickett");
}

static void name_null(hchan *c)
{
    (void)c;
    hchan_variant_named(NULL);
}

static void test_a_misspelt_variant_makes_no_channel(void **state)
{
    static const char why[] = "the variant is NULL: hchan_variant_named() tells a misspelt name";
    (void)state;
    assert_refused(make_unfound, NULL, "makechan", why);
    assert_refused(make_typed_unfound, NULL, "makechan", why);
    assert_refused(make_timer_unfound, NULL, "hchan_after", why);
    assert_refused(make_ticker_unfound, NULL, "hchan_ticker", why);
    assert_refused(make_context_unfound, NULL, "hchan_context_background", why);
    char text[1024];
    int status = run_in_child(misuse, &(struct misuse){name_nearly, NULL}, text, sizeof(text));
    assert_string_equal(text,
                        "fatal error: unknown variant \"tickett\": did you mean \"ticket\"?\n");
    assert_true(aborted(status));
    status = run_in_child(misuse, &(struct misuse){name_null, NULL}, text, sizeof(text));
    assert_non_null(strstr(text, "fatal error: unknown variant \"(NULL)\": there are "));
    assert_true(aborted(status));
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        assert_non_null(strstr(text, hchan_variant_name(v)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_tells_a_freed_channel),
        cmocka_unit_test(test_each_call_tells_what_is_no_channel),
        cmocka_unit_test(test_a_freed_channel_is_told_without_a_check),
        cmocka_unit_test(test_many_channels_may_be_freed),
        cmocka_unit_test(test_nil_is_a_channel),
        cmocka_unit_test(test_a_channel_knows_its_instance),
        cmocka_unit_test(test_a_channel_that_others_hold_is_not_freed),
        cmocka_unit_test(test_a_traced_send_of_nothing_is_told),
        cmocka_unit_test(test_a_misspelt_variant_makes_no_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
