/* What a watcher says of goroutines: since when they are parked, that one blocks its P; and reports
 * that begin on a goroutine's small stack. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/goroutines.h"
#include "core/tests/watch.h"
#include <hchan/lines.h>
#include <signal.h>

static volatile bool went_on; /* so that no wait is the last call of its function */

static void receive(void *c)
{
    chanrecv1(c, NULL);
    went_on = true;
}

static const struct hchan_variant *variant;

static void park_for_long(void)
{
    start_procs(1);
    hchan_watch_start(NULL);
    go(receive, makechan(variant, sizeof(long), 0));
    until_asleep(1);
    int64_t before = 0;
    while (before < 300000000) { /* it is parked for longer than that, however long we take */
        struct hchan_parked *p = until_parked(1);
        assert_true(p->waited_ns >= before);
        before = p->waited_ns;
        free(p);
        sleep_ms(20);
    }
    exit(3);
}

/* Given a goroutine that is parked, then its time grows while a watcher runs, and the report at
 * exit has it, although no leaks were asked for. */
static void test_a_watcher_knows_since_when_a_goroutine_is_parked(void **state)
{
    (void)state;
    FOR_EACH_GO(v)
    {
        variant = v;
        assert_int_equal(run_child(park_for_long), 3);
        assert_said("hchan: 1 goroutine is parked at exit:\ngoroutine ");
        assert_null(strstr(said, "just now"));
    }
}

static void park_two_for_threads(void)
{
    hchan *c = makechan(variant, sizeof(long), 0);
    start_procs(2);
    hchan_watch_start(
        &(struct hchan_watch){.signal = SIGUSR1, .deadlock = true, .stream = report_stream()});
    go(receive, c);
    go(receive, c);
    until_reported(2);
    sleep_ms(300);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given goroutines on a channel whose way to park is for threads, so that they block their Ps, then
 * the watcher tells of one of them, once. Of others it does not. */
static void test_a_goroutine_that_blocks_its_p_is_told_of_once(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        variant = v;
        if (parks_goroutines(v))
            continue;
        assert_int_equal(run_child(park_two_for_threads), 0);
        assert_memory_equal(said, "hchan: a goroutine that is parked blocks its P, ", 48);
        assert_said("\ngoroutine ");
        assert_said("[chan receive, ");
    }
}

static void wait_on_nil(void *arg)
{
    (void)arg;
    chanrecv1(NULL, NULL);
}

static void park_two_for_goroutines(void)
{
    start_procs(2);
    hchan_watch_start(&(struct hchan_watch){.after_ns = 1, .stream = report_stream()});
    go(receive, makechan(variant, sizeof(long), 0));
    until_reported(2);
    go(wait_on_nil, NULL);
    until_reported(2);
    sleep_ms(1500);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

static void test_a_goroutine_that_leaves_its_p_does_not_block_it(void **state)
{
    (void)state;
    variant = some_variant();
    assert_int_equal(run_child(park_two_for_goroutines), 0);
    assert_null(strstr(said, "blocks"));
}

/* On a small stack. */
static void start_small(void (*body)(void *), hchan *c)
{
    struct sched_options options = {.procs = 1, .stack_size = SCHED_STACK_MIN};
    assert_int_equal(schedinit(&options), 0);
    go(receive, c);
    until_receivers(c, 1);
    go(body, c);
    schedstop();
}

static void close_nil(void *arg)
{
    (void)arg;
    closechan(NULL);
}

static void exit_4(void *arg)
{
    (void)arg;
    exit(4);
}

static void list_all(void *c)
{
    ssize_t lines = hchan_report_parked(stderr, 0, hchan_place_line);
    _exit(lines == 1 && c ? 5 : 9);
}

static void use_much(void *arg)
{
    char much[200000];
    memset(much, 7, sizeof(much));
    *(int *)arg += much[sizeof(much) / 2];
    hchan_apart(close_nil, NULL); /* a call in a call needs no more */
}

static void call_apart(void *arg)
{
    int sum = 0;
    (void)arg;
    hchan_apart(use_much, &sum);
}

static void place_one(void *arg)
{
    char text[512];
    (void)arg;
    hchan_place_line(__builtin_return_address(0), text, sizeof(text));
    fprintf(stderr, "%s\n", text);
    _exit(6);
}

static void (*small)(void *);

static void end_on_a_small_stack(void)
{
    hchan_watch_start(&(struct hchan_watch){.at_exit = true, .place = hchan_place_line});
    start_small(small, makechan(some_variant(), 0, 0));
}

#define AT_EXIT "hchan: 1 goroutine is parked at exit:\ngoroutine "

/* Given a goroutine with the smallest stack, when it panics, ends the process or makes a report,
 * with source lines, for which that stack is much too small, then there is the report, and the
 * status. */
static void test_reports_bring_their_own_stack(void **state)
{
    static const struct {
        void (*body)(void *);
        int status;
        const char *says;
    } rows[] = {
        {close_nil, 2, "panic: close of nil channel\n" AT_EXIT},
        {exit_4, 4, AT_EXIT},
        {list_all, 5, "goroutine "},
        {call_apart, 2, "panic: close of nil channel\n" AT_EXIT},
        {place_one, 6, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        small = rows[i].body;
        int status = run_child(end_on_a_small_stack);
        if (status != rows[i].status)
            print_error("%s", said);
        assert_int_equal(status, rows[i].status);
        assert_memory_equal(said, rows[i].says, strlen(rows[i].says));
        if (hchan_lines_known() && rows[i].body != place_one)
            assert_said("core/tests/watch_goroutines_test.c:");
    }
}

static void close_nil_without_memory(void *arg)
{
    (void)arg;
    setrlimit(RLIMIT_AS, &(struct rlimit){1, 1}); /* no mapping from here on */
    closechan(NULL);
}

static void panic_without_memory(void)
{
    hchan_watch_start(&(struct hchan_watch){.at_exit = true});
    start_procs(1);
    go(receive, makechan(some_variant(), 0, 0));
    go(close_nil_without_memory, NULL);
    schedstop();
}

/* Without memory for a stack of its own, a report is made on the goroutine's. */
static void test_a_report_without_a_stack_of_its_own_is_made_all_the_same(void **state)
{
    (void)state;
    if (SANITIZED) /* which need memory, too */
        return;
    assert_int_equal(run_child(panic_without_memory), 2);
    assert_memory_equal(said, "panic: close of nil channel\n" AT_EXIT, 65);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_watcher_knows_since_when_a_goroutine_is_parked),
        cmocka_unit_test(test_a_goroutine_that_blocks_its_p_is_told_of_once),
        cmocka_unit_test(test_a_goroutine_that_leaves_its_p_does_not_block_it),
        cmocka_unit_test(test_reports_bring_their_own_stack),
        cmocka_unit_test(test_a_report_without_a_stack_of_its_own_is_made_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
