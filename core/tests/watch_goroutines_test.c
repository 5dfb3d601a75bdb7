/* Reports that begin on a goroutine's small stack. */
#include "core/tests/goroutines.h"
#include "core/tests/watch.h"
#include <hchan/lines.h>

static volatile bool went_on; /* so that no wait is the last call of its function */

static void receive(void *c)
{
    chanrecv1(c, NULL);
    went_on = true;
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
        {place_one, 6, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        small = rows[i].body;
        assert_int_equal(run_child(end_on_a_small_stack), rows[i].status);
        assert_memory_equal(said, rows[i].says, strlen(rows[i].says));
        if (hchan_lines_known() && rows[i].body != place_one)
            assert_said("core/tests/watch_goroutines_test.c:");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reports_bring_their_own_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
