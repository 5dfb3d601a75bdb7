/* The list of the parked, and its lines in a report, as a user sees them. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/watch.h"
#include "core/tests/watch_shared.h"
#include <hchan/lines.h>
#include <stdio.h>

/* The list, with something happening while it reads a parked G: right before it reads when the G
 * went to sleep, which is the only int64_t that it reads. */
static void (*before_since)(_Atomic int64_t *since);

static void before_time(_Atomic int64_t *since)
{
    if (before_since)
        before_since(since);
}

static void before_other(const void *word)
{
    (void)word;
}

#undef load_acq
#define load_acq(word) \
    (_Generic((word), _Atomic int64_t *: before_time, default: before_other)(word), \
     atomic_load_explicit((word), memory_order_acquire))
#include "core/g/parked.c"

static void wait_afar(struct waiter *w)
{
    w->line = receive_from_afar_line;
    receive_from_afar(chanrecv2, w->a);
    w->went_on = true;
}

/* What a list says of a waiter. */
static void assert_parked(const struct hchan_parked *p, const char *reason, bool bounded,
                          size_t channels)
{
    assert_string_equal(p->reason, reason);
    assert_int_equal(p->bounded, bounded);
    assert_int_equal(p->channels, channels);
    assert_int_equal(p->park % 2, 1);
    assert_non_null(p->callerpc);
    assert_true(p->goroutine > 0 && p->thread > 0 && p->thread != getpid());
    assert_true(p->waited_ns >= 0);
}

static void assert_place(const struct hchan_parked *p, const char *function, const char *file,
                         int line)
{
    char text[512], wanted[512];
    hchan_place_line(p->callerpc, text, sizeof(text));
    if (!hchan_lines_known())
        return;
    snprintf(wanted, sizeof(wanted), "%s:%d)", file, line);
    if (!strstr(text, wanted) || strncmp(text, function, strlen(function)) != 0)
        fail_msg("at %s, wanted %s ... %s", text, function, wanted);
}

/* Given a thread that waits for a channel, then it is in the list, with its reason, channels and
 * line, until it goes on. */
static void test_waits_for_channels_are_listed(void **state)
{
    (void)state;
    static const struct {
        void (*wait)(struct waiter *w);
        const char *reason, *file;
        size_t channels;
        bool bounded;
    } rows[] = {
        {wait_recv, "chan receive", "watch.h", 1, false},
        {wait_send, "chan send", "watch.h", 1, false},
        {wait_select, "select", "watch.h", 3, false},
        {wait_select, "select", "watch.h", 3, true},
        {wait_within, "select", "watch.h", 2, true},
        {wait_afar, "chan receive", "watch_shared.c", 1, false},
    };
    FOR_EACH_VARIANT(v)
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct waiter w = {.wait = rows[i].wait,
                           .a = make(v, sizeof(long), 0),
                           .b = make(v, sizeof(long), 0),
                           .deadline = rows[i].bounded ? hchan_deadline(HOUR_NS) : HCHAN_FOREVER};
        start_wait(&w);
        struct hchan_parked *p = until_parked(1);
        assert_parked(p, rows[i].reason, rows[i].bounded, rows[i].channels);
        if (rows[i].wait == wait_select) { /* in the order of its cases */
            assert_ptr_equal(p->channel[0], w.b);
            assert_ptr_equal(p->channel[1], w.a);
            assert_ptr_equal(p->channel[2], w.a);
        } else {
            assert_ptr_equal(p->channel[0], w.a);
        }
        assert_place(p, rows[i].wait == wait_afar ? "receive_from_afar" : "wait_", rows[i].file,
                     w.line); /* written before it parked, and read under no lock: it waits */
        free(p);
        closechan(w.a);
        end_wait(&w);
        free(until_parked(0));
        chanfree(w.a);
        chanfree(w.b);
    }
}

/* Waits for nil channels, which never end but by a deadline. */
static void test_waits_for_nil_are_listed(void **state)
{
    (void)state;
    pid_t child = fork_child();
    if (child == 0) {
        struct waiter waiters[] = {{.wait = wait_recv},
                                   {.wait = wait_send},
                                   {.wait = wait_select, .deadline = HCHAN_FOREVER},
                                   {.wait = wait_nothing, .deadline = HCHAN_FOREVER},
                                   {.wait = wait_nothing, .deadline = hchan_deadline(HOUR_NS)}};
        static const char *const words[] = {"chan receive (nil chan)", "chan send (nil chan)",
                                            "select", "select (no cases)", "select (no cases)"};
        for (size_t i = 0; i < 5; i++) {
            start_wait(&waiters[i]);
            struct hchan_parked *list = until_parked(i + 1);
            assert_parked(&list[i], words[i], i == 4, 0); /* by number: the last one is new */
            assert_place(&list[i], "wait_", "watch.h", waiters[i].line);
            free(list);
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Given a thread that goes on waiting, then its time grows. */
static void test_time_grows_during_a_wait(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct waiter w = {.wait = wait_recv, .a = make(v, sizeof(long), 0)};
        start_wait(&w);
        struct hchan_parked *p;
        int64_t before = 0;
        for (int seen = 0; seen < 3; seen++) {
            p = until_parked(1);
            while (p->waited_ns <= before) {
                free(p);
                sleep_ms(1);
                p = until_parked(1);
            }
            before = p->waited_ns;
            free(p);
        }
        assert_true(before > 0 && before < INT64_C(60) * 1000000000);
        closechan(w.a);
        end_wait(&w);
        chanfree(w.a);
    }
}

static void sleep_from_now_on(_Atomic int64_t *since)
{
    before_since = NULL;
    store_rel(since, nanotime() + HOUR_NS); /* as in wait_sleeps(); the owner sleeps already */
}

/* Given a thread that goes to sleep after the list has read the clock, then it has just parked: its
 * time is not below 0. */
static void test_a_sleep_that_begins_while_the_list_is_made_has_just_begun(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct waiter w = {.wait = wait_recv, .a = make(v, sizeof(long), 0)};
        size_t count;
        start_wait(&w);
        until_asleep(1);
        before_since = sleep_from_now_on;
        struct hchan_parked *p = hchan_parked_now(&count);
        assert_null(before_since);
        assert_int_equal(count, 1);
        assert_int_equal(p->waited_ns, 0);
        free(p);
        closechan(w.a);
        end_wait(&w);
        chanfree(w.a);
    }
}

static hchan *first_wait, *second_wait;

static void *wait_twice(void *arg)
{
    chanrecv1(first_wait, NULL);
    chansend1(second_wait, &(long){1});
    return arg;
}

static void let_it_wait_again(_Atomic int64_t *since)
{
    (void)since;
    before_since = NULL;
    chansend1(first_wait, &(long){1});
    until_senders(second_wait, 1);
}

/* Given a thread that waits for something else by the time that its channel is read, then it is not
 * in the list, rather than with a mixture of both waits. */
static void test_a_wait_that_ends_while_it_is_read_is_not_listed(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        pthread_t thread;
        size_t count;
        first_wait = make(v, sizeof(long), 0);
        second_wait = make(v, sizeof(long), 0);
        mark(); /* makes our G, which cannot be made while the list is read */
        assert_int_equal(pthread_create(&thread, NULL, wait_twice, NULL), 0);
        until_receivers(first_wait, 1);
        before_since = let_it_wait_again;
        free(hchan_parked_now(&count));
        assert_null(before_since);
        assert_int_equal(count, 0);
        struct hchan_parked *p = until_parked(1);
        assert_string_equal(p->reason, "chan send");
        assert_ptr_equal(p->channel[0], second_wait);
        free(p);
        closechan(first_wait);
        chanrecv1(second_wait, NULL);
        assert_int_equal(pthread_join(thread, NULL), 0);
        chanfree(first_wait);
        chanfree(second_wait);
    }
}

/* Threads that wait in one way after the other, each way on a channel of its own. */
static _Atomic uint32_t over, all_over;
static hchan *for_recv, *for_send, *for_select;

static void *take_turns(void *arg)
{
    (void)arg;
    while (!load_acq(&over)) { /* pairs with store_rel of the test */
        const struct scase cases[] = {{SCASE_RECV, for_select, {NULL}},
                                      {SCASE_RECV, NULL, {NULL}},
                                      {SCASE_RECV, for_select, {NULL}}};
        chanrecv1(for_recv, NULL);
        chansend1(for_send, &(long){1});
        selectgo(cases, 3, true, NULL);
    }
    return NULL;
}

static void *serve_turns(void *arg)
{
    (void)arg;
    for (;;) {
        const struct scase cases[] = {{SCASE_SEND, for_recv, {&(long){1}}},
                                      {SCASE_RECV, for_send, {NULL}},
                                      {SCASE_SEND, for_select, {&(long){1}}}};
        int chosen = selectgo_until(cases, 3, hchan_deadline(20000000), NULL);
        if (chosen < 0 && load_acq(&all_over)) /* pairs as above: nothing is left to serve */
            return NULL;
    }
}

/* All that a list says of one of them must be of one wait. */
static void judge(const struct hchan_parked *p)
{
    if (strcmp(p->reason, "chan receive") == 0)
        assert_true(p->channels == 1 && p->channel[0] == for_recv && !p->bounded);
    else if (strcmp(p->reason, "chan send") == 0)
        assert_true(p->channels == 1 && p->channel[0] == for_send && !p->bounded);
    else if (p->bounded)
        assert_true(p->channels == 3 && p->channel[0] == for_recv && p->channel[1] == for_send &&
                    p->channel[2] == for_select);
    else
        assert_true(p->channels == 2 && p->channel[0] == for_select && p->channel[1] == for_select);
}

/* Given a storm, when the list is made again and again, then no entry mixes two waits. */
static void test_a_list_in_a_storm_never_mixes_two_waits(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        enum { PAIRS = 2 };
        pthread_t turns[PAIRS], serves[PAIRS];
        for_recv = make(v, sizeof(long), 0);
        for_send = make(v, sizeof(long), 0);
        for_select = make(v, sizeof(long), 0);
        store_rlx(&over, 0); /* before the threads are made, both */
        store_rlx(&all_over, 0);
        for (size_t i = 0; i < PAIRS; i++) {
            assert_int_equal(pthread_create(&turns[i], NULL, take_turns, NULL), 0);
            assert_int_equal(pthread_create(&serves[i], NULL, serve_turns, NULL), 0);
        }
        for (size_t seen = 0; seen < 2000;) {
            size_t count;
            struct hchan_parked *list = hchan_parked_now(&count);
            assert_non_null(list);
            for (size_t i = 0; i < count; i++)
                judge(&list[i]);
            seen += count + 1;
            free(list);
        }
        store_rel(&over, 1); /* pairs with load_acq above */
        for (size_t i = 0; i < PAIRS; i++)
            assert_int_equal(pthread_join(turns[i], NULL), 0);
        store_rel(&all_over, 1); /* pairs with load_acq above */
        for (size_t i = 0; i < PAIRS; i++)
            assert_int_equal(pthread_join(serves[i], NULL), 0);
        chanfree(for_recv);
        chanfree(for_send);
        chanfree(for_select);
    }
}

static void test_a_line_reads_as_in_a_dump(void **state)
{
    (void)state;
    static const void *const channels[] = {(void *)0x10, (void *)0x20, (void *)0x30,
                                           (void *)0x40, (void *)0x50, (void *)0x60};
    static const struct {
        struct hchan_parked p;
        const char *text;
    } rows[] = {
        {{.goroutine = 7,
          .thread = 42,
          .reason = "chan send",
          .waited_ns = 3249999999,
          .channels = 1},
         "goroutine 7 (thread 42) [chan send, 3.2 s]: channel 0x10"},
        {{.goroutine = 1, .thread = 2, .reason = "chan receive (nil chan)"},
         "goroutine 1 (thread 2) [chan receive (nil chan), just now]"},
        {{.goroutine = 1,
          .thread = 2,
          .reason = "select",
          .bounded = true,
          .waited_ns = 20000000,
          .channels = 2},
         "goroutine 1 (thread 2) [select, 20 ms, with a deadline]: channels 0x10, 0x20"},
        {{.goroutine = 1,
          .thread = 2,
          .reason = "select",
          .waited_ns = 125 * INT64_C(1000000000),
          .channels = 6},
         "goroutine 1 (thread 2) [select, 2 min]: channels 0x10, 0x20, 0x30, 0x40 and 2 more"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct hchan_parked p = rows[i].p;
        char text[256], cut[12];
        p.channel = channels;
        int length = hchan_parked_line(&p, NULL, text, sizeof(text));
        assert_string_equal(text, rows[i].text);
        assert_int_equal(length, strlen(text));
        assert_int_equal(hchan_parked_line(&p, NULL, cut, sizeof(cut)), length);
        assert_memory_equal(cut, text, sizeof(cut) - 1);
    }
}

static void test_a_report_has_a_line_for_each_that_waits_for_so_long(void **state)
{
    (void)state;
    const struct hchan_variant *v = test_variant(NULL);
    struct waiter plain = {.wait = wait_recv, .a = make(v, 0, 0)};
    struct waiter bounded = {.wait = wait_within,
                             .a = make(v, 0, 0),
                             .b = make(v, 0, 0),
                             .deadline = hchan_deadline(HOUR_NS)};
    char *text;
    size_t size;
    start_wait(&plain);
    start_wait(&bounded);
    free(until_parked(2));
    FILE *stream = open_memstream(&text, &size);
    assert_int_equal(hchan_report_parked(stream, 0, NULL), 2);
    assert_int_equal(hchan_report_parked(stream, HOUR_NS, hchan_place_symbol), 0);
    while (hchan_report_parked(stream, 1, NULL) == 0) /* `since` is known once it sleeps */
        sched_yield();
    fclose(stream);
    assert_non_null(strstr(text, "[chan receive, "));
    assert_non_null(strstr(text, ", with a deadline]"));
    free(text);
    closechan(plain.a);
    closechan(bounded.a);
    end_wait(&plain);
    end_wait(&bounded);
    chanfree(plain.a);
    chanfree(bounded.a);
    chanfree(bounded.b);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_reads_as_in_a_dump),
        cmocka_unit_test(test_a_report_has_a_line_for_each_that_waits_for_so_long),
        cmocka_unit_test(test_waits_for_channels_are_listed),
        cmocka_unit_test(test_waits_for_nil_are_listed),
        cmocka_unit_test(test_time_grows_during_a_wait),
        cmocka_unit_test(test_a_sleep_that_begins_while_the_list_is_made_has_just_begun),
        cmocka_unit_test(test_a_wait_that_ends_while_it_is_read_is_not_listed),
        cmocka_unit_test(test_a_list_in_a_storm_never_mixes_two_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
