/* The list of those who are parked, and the watcher's reports, as a user sees them. */
#include "core/lines.h"
#include "core/tests/support.h"
#include "core/tests/watch_shared.h"
#include "core/watch.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The list, with something happening between its looks at a G. */
struct g;
static void (*looked)(struct g *gp);
#define PARKED_LOOKED(gp) (looked ? looked(gp) : (void)0)
#include "core/parked.c"

#define HOUR_NS (INT64_C(3600) * 1000000000)

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Those who are parked, until there are `count`. The caller frees it. */
static struct hchan_parked *until_parked(size_t count)
{
    for (;; sched_yield()) {
        size_t n;
        struct hchan_parked *list = hchan_parked_now(&n);
        assert_non_null(list);
        if (n == count)
            return list;
        free(list);
    }
}

/* A thread that waits, in one of the ways there are, at a line that it tells. */
struct waiter {
    void (*wait)(struct waiter *w);
    hchan *a, *b, *c;
    int64_t deadline;
    int line;
    bool went_on; /* so that no wait is the last call of its function */
    pthread_t thread;
};

static void wait_recv(struct waiter *w)
{
    w->line = __LINE__ + 1;
    chanrecv2(w->a, NULL);
    w->went_on = true;
}

static void wait_send_body(void *arg)
{
    struct waiter *w = arg;
    w->line = __LINE__ + 1;
    chansend1(w->a, &(long){1});
    w->went_on = true;
}

static void wait_send(struct waiter *w)
{
    hchan_try(wait_send_body, w, NULL);
}

static void wait_select(struct waiter *w)
{
    const struct scase cases[] = {{SCASE_RECV, w->b, NULL},
                                  {SCASE_RECV, NULL, NULL},
                                  {SCASE_SEND, w->a, &(long){1}},
                                  {SCASE_RECV, w->a, NULL}};
    w->line = __LINE__ + 1;
    selectgo_until(cases, 4, w->deadline, NULL);
    w->went_on = true;
}

static void wait_within(struct waiter *w)
{
    w->line = __LINE__ + 1;
    chanrecv_within(w->a, NULL, NULL, w->b, w->deadline);
    w->went_on = true;
}

static void wait_afar(struct waiter *w)
{
    w->line = receive_from_afar_line;
    receive_from_afar(chanrecv2, w->a);
    w->went_on = true;
}

static void wait_nothing(struct waiter *w)
{
    w->line = __LINE__ + 1;
    selectgo_until(NULL, 0, w->deadline, NULL);
    w->went_on = true;
}

static void *waiter_main(void *arg)
{
    struct waiter *w = arg;
    w->wait(w);
    return NULL;
}

static void start_wait(struct waiter *w)
{
    assert_int_equal(pthread_create(&w->thread, NULL, waiter_main, w), 0);
}

static void end_wait(struct waiter *w)
{
    assert_int_equal(pthread_join(w->thread, NULL), 0);
}

/* What a list has of a waiter. */
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

/* Given one that waits for a channel, then the list has it, with its reason, channels and line, and
 * has it no more once it has gone on. */
static void test_those_who_wait_for_channels_are_listed(void **state)
{
    (void)state;
    static const struct {
        void (*wait)(struct waiter *w);
        const char *reason, *file;
        size_t channels;
        bool bounded;
    } rows[] = {
        {wait_recv, "chan receive", "watch_test.c", 1, false},
        {wait_send, "chan send", "watch_test.c", 1, false},
        {wait_select, "select", "watch_test.c", 3, false},
        {wait_select, "select", "watch_test.c", 3, true},
        {wait_within, "select", "watch_test.c", 2, true},
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

/* Those who wait for nil channels wait for ever, but with a deadline. */
static void test_those_who_wait_for_nil_are_listed(void **state)
{
    (void)state;
    pid_t child = fork_child();
    if (child == 0) {
        struct waiter waiters[] = {{.wait = wait_recv},
                                   {.wait = wait_send},
                                   {.wait = wait_nothing, .deadline = HCHAN_FOREVER},
                                   {.wait = wait_nothing, .deadline = hchan_deadline(HOUR_NS)}};
        static const char *const words[] = {"chan receive (nil chan)", "chan send (nil chan)",
                                            "select (no cases)", "select (no cases)"};
        for (size_t i = 0; i < 4; i++) {
            start_wait(&waiters[i]);
            struct hchan_parked *list = until_parked(i + 1);
            assert_parked(&list[i], words[i], i == 3, 0); /* by number: the last one is new */
            assert_place(&list[i], "wait_", "watch_test.c", waiters[i].line);
            free(list);
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Given one that waits on, then its time grows, and a new wait's starts anew. */
static void test_time_grows_while_one_waits(void **state)
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

static hchan *first_wait, *second_wait;

static void *wait_twice(void *arg)
{
    chanrecv1(first_wait, NULL);
    chansend1(second_wait, &(long){1});
    return arg;
}

static void let_it_wait_again(struct g *gp)
{
    (void)gp;
    looked = NULL;
    chansend1(first_wait, &(long){1});
    until_senders(second_wait, 1);
}

/* Given one that waits for something else by the time that its channel is read, then the list has
 * no mixture of both: it has gone on. */
static void test_a_wait_that_ends_while_it_is_read_is_not_listed(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        pthread_t thread;
        size_t count;
        first_wait = make(v, sizeof(long), 0);
        second_wait = make(v, sizeof(long), 0);
        mark(); /* which makes our G: not below, while the list is read */
        assert_int_equal(pthread_create(&thread, NULL, wait_twice, NULL), 0);
        until_receivers(first_wait, 1);
        looked = let_it_wait_again;
        free(hchan_parked_now(&count));
        assert_null(looked);
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

/* One that goes through all ways to wait, on channels that belong to each. */
static _Atomic uint32_t over, all_over;
static hchan *for_recv, *for_send, *for_select;

static void *take_turns(void *arg)
{
    (void)arg;
    while (!load_acq(&over)) { /* pairs with store_rel of the test */
        const struct scase cases[] = {{SCASE_RECV, for_select, NULL},
                                      {SCASE_RECV, NULL, NULL},
                                      {SCASE_RECV, for_select, NULL}};
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
        const struct scase cases[] = {{SCASE_SEND, for_recv, &(long){1}},
                                      {SCASE_RECV, for_send, NULL},
                                      {SCASE_SEND, for_select, &(long){1}}};
        int chosen = selectgo_until(cases, 3, hchan_deadline(20000000), NULL);
        if (chosen < 0 && load_acq(&all_over)) /* pairs as above: nobody is left to be served */
            return NULL;
    }
}

/* What a list says of one of them must be of one wait. */
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

/* Given a storm, when somebody lists all the time, then no entry mixes two waits. */
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
    hchan_place_symbol((const void *)1, (char[32]){0}, 32); /* in no file: a number */
}

/* Whole processes: what a body, run in a child, says on standard error, and how it ends. */
static char said[8192];

static int run_child(void (*body)(void))
{
    int out[2], status;
    assert_int_equal(pipe(out), 0);
    fflush(NULL);
    pid_t child = fork_child();
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        close(out[0]);
        close(out[1]);
        alarm(120); /* a hang is a failure */
        body();
        _exit(99);
    }
    close(out[1]);
    size_t used = 0;
    for (ssize_t n; (n = read(out[0], said + used, sizeof(said) - 1 - used)) > 0;)
        used += (size_t)n;
    said[used] = '\0';
    close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void assert_said(const char *part)
{
    if (!strstr(said, part))
        fail_msg("wanted '%s' in:\n%s", part, said);
}

static void assert_said_lines(size_t count)
{
    size_t lines = 0;
    for (const char *p = said; *p; p++)
        lines += *p == '\n';
    if (lines != count)
        fail_msg("wanted %zu lines:\n%s", count, said);
}

static void *recv_from(void *c)
{
    chanrecv2(c, NULL);
    return NULL;
}

/* Main and a worker, each of whom waits for the other. */
static void deadlock_of_two(void)
{
    hchan *a = makechan(test_variant(NULL), sizeof(long), 0),
          *b = makechan(test_variant(NULL), 0, 0);
    pthread_t worker;
    hchan_register();
    hchan_watch_start(&(struct hchan_watch){.deadlock = true, .place = hchan_place_line});
    hchan_go(&worker, recv_from, a);
    chansend1(b, NULL);
}

static void deadlock_on_nil(void)
{
    hchan_register();
    hchan_watch_start(NULL);
    chansend1(NULL, NULL);
}

static void deadlock_without_cases(void)
{
    hchan_register();
    hchan_watch_start(NULL);
    selectgo(NULL, 0, true, NULL);
}

static void goodbye(void)
{
    fputs("goodbye\n", stderr);
}

/* A worker is stuck for ever, and main, which does not count any more, waits for its end. */
static void deadlock_in_a_join(void)
{
    pthread_t worker;
    atexit(goodbye);
    hchan_register();
    hchan_watch_start(NULL);
    hchan_go(&worker, recv_from, NULL);
    hchan_unregister();
    pthread_join(worker, NULL);
}

/* Given a program that can go on no more, then it says so as a Go program does, and who waits for
 * what, and ends with status 2. (go run says "exit status 2" as well; go 1.19 was asked.) */
static void test_a_deadlock_ends_the_process_as_in_go(void **state)
{
    (void)state;
    static const struct {
        void (*body)(void);
        const char *says;
        size_t goroutines;
    } rows[] = {{deadlock_of_two, "[chan receive, ", 2},
                {deadlock_of_two, "[chan send, ", 2},
                {deadlock_on_nil, "[chan send (nil chan), ", 1},
                {deadlock_without_cases, "[select (no cases), ", 1},
                {deadlock_in_a_join, "[chan receive (nil chan), ", 1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static const char title[] = "fatal error: all goroutines are asleep - deadlock!\n\n";
        assert_int_equal(run_child(rows[i].body), 2);
        assert_memory_equal(said, title, sizeof(title) - 1);
        assert_said(rows[i].says);
        assert_said_lines(2 + rows[i].goroutines);
    }
}

/* Main waits for ever, and somebody who is registered runs, or waits for a while only. */
static void *run_on(void *arg)
{
    (void)arg;
    sleep_ms(400);
    _exit(17);
}

static void no_deadlock_while_one_runs(void)
{
    pthread_t worker;
    hchan_register();
    hchan_watch_start(NULL);
    hchan_go(&worker, run_on, NULL);
    chanrecv1(NULL, NULL);
}

static void *wait_and_end(void *arg)
{
    (void)arg;
    chanrecv_within(NULL, NULL, NULL, NULL, hchan_deadline(400000000));
    _exit(17);
}

static void no_deadlock_while_one_is_bounded(void)
{
    pthread_t worker;
    hchan_register();
    hchan_watch_start(NULL);
    hchan_go(&worker, wait_and_end, NULL);
    chanrecv1(NULL, NULL);
}

static void test_no_deadlock_is_seen_where_there_is_none(void **state)
{
    (void)state;
    assert_int_equal(run_child(no_deadlock_while_one_runs), 17);
    assert_string_equal(said, "");
    assert_int_equal(run_child(no_deadlock_while_one_is_bounded), 17);
    assert_string_equal(said, "");
}

static struct waiter stuck = {.wait = wait_recv}, stuck_too = {.wait = wait_send};

static void start_stuck(void)
{
    start_wait(&stuck);
    free(until_parked(1));
    start_wait(&stuck_too);
    free(until_parked(2));
}

static void exit_while_two_are_parked(void)
{
    hchan_watch_start(NULL);
    start_stuck();
    exit(3);
}

static void exit_by_a_panic(void)
{
    hchan_watch_start(NULL);
    start_stuck();
    closechan(NULL);
}

static void exit_after_stop(void)
{
    hchan_watch_start(NULL);
    start_stuck();
    hchan_watch_stop();
    hchan_watch_stop(); /* nothing */
    exit(4);
}

static void test_those_who_are_parked_at_exit_are_told(void **state)
{
    (void)state;
    assert_int_equal(run_child(exit_while_two_are_parked), 3);
    assert_memory_equal(said, "hchan: 2 goroutines are parked at exit:\ngoroutine ", 50);
    assert_said(" [chan receive (nil chan), ");
    assert_said(" [chan send (nil chan), ");
    assert_said_lines(3);
    assert_int_equal(run_child(exit_by_a_panic), 2);
    assert_memory_equal(said, "panic: close of nil channel\nhchan: 2 goroutines are parked", 58);
    assert_int_equal(run_child(exit_after_stop), 4);
    assert_string_equal(said, "");
}

static int report[2]; /* a pipe */

/* Waits until the watcher has written so many lines to the pipe `report`, and writes them on. */
static void until_reported(size_t lines)
{
    char c;
    while (lines > 0 && read(report[0], &c, 1) == 1) {
        fputc(c, stderr);
        lines -= c == '\n';
    }
    fflush(stderr);
}

static void signal_twice(void)
{
    if (pipe(report))
        _exit(98);
    hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1, .stream = fdopen(report[1], "w")});
    raise(SIGUSR1);
    until_reported(1);
    start_stuck();
    raise(SIGUSR1);
    until_reported(3);
    hchan_watch_stop();
    raise(SIGUSR1); /* and now it does what it did before */
}

static void test_a_signal_lists_all(void **state)
{
    (void)state;
    assert_int_equal(run_child(signal_twice), 128 + SIGUSR1);
    assert_memory_equal(said, "hchan: 0 goroutines are parked\nhchan: 2 goroutines are parked:\n",
                        63);
    assert_said_lines(4);
}

static void leak_twice(void)
{
    if (pipe(report))
        _exit(98);
    hchan *c = makechan(test_variant(NULL), sizeof(long), 0);
    struct waiter first = {.wait = wait_recv, .a = c}, second = {.wait = wait_recv, .a = c};
    struct waiter bounded = {.wait = wait_nothing, .deadline = hchan_deadline(HOUR_NS)};
    hchan_watch_start(&(struct hchan_watch){
        .after_ns = 100000000, .stream = fdopen(report[1], "w"), .place = hchan_place_line});
    start_wait(&bounded);
    start_wait(&first);
    until_reported(2);
    start_wait(&second);
    until_reported(2); /* the new one alone */
    sleep_ms(300);
    hchan_watch_stop();
    struct pollfd fd = {.fd = report[0], .events = POLLIN};
    _exit(poll(&fd, 1, 0) == 0 && first.line == second.line ? first.line % 100 : 97);
}

/* Given some that leak, then each is told once, with its line. */
static void test_leaks_are_told_once_each(void **state)
{
    (void)state;
    int line = run_child(leak_twice);
    assert_in_range(line, 1, 96);
    assert_said_lines(4);
    assert_said("hchan: 1 goroutine is parked for more than 0.1 s:\ngoroutine ");
    assert_said(" [chan receive, ");
    if (hchan_lines_known()) {
        assert_said(" at wait_");
        assert_said("watch_test.c:");
    }
}

static void fork_under_watch(void)
{
    int status;
    hchan_watch_start(NULL);
    start_stuck();
    for (int i = 0; i < 20; i++) {
        pid_t child = fork_child();
        if (child == 0) {
            size_t count;
            struct hchan_parked *list = hchan_parked_now(&count);
            hchan *c = makechan(test_variant(NULL), sizeof(long), 1);
            free(list);
            chansend1(c, &(long){1}); /* makes a G */
#ifndef __SANITIZE_THREAD__           /* it has no new threads after such a fork */
            if (hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1}))
                _exit(1);
            hchan_watch_stop();
#endif
            if (count)
                _exit(1);
            raise(SIGUSR1); /* nobody's any more */
            _exit(1);
        }
        if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) ||
            WTERMSIG(status) != SIGUSR1)
            _exit(96);
    }
    exit(5); /* and the parent's watcher is there */
}

static void test_a_fork_has_no_watcher_and_lists_its_own(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* the watcher may be in its allocator, which a fork then leaves locked */
#endif
    assert_int_equal(run_child(fork_under_watch), 5);
    assert_said("hchan: 2 goroutines are parked at exit:\n");
    assert_said_lines(3);
}

static void *end_soon(void *arg)
{
    sleep_ms(20);
    return arg;
}

static void leave_by_pthread_exit(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, end_soon, NULL);
    hchan_watch_start(NULL);
    pthread_exit(NULL);
}

static void test_the_watcher_keeps_no_process_alive(void **state)
{
    (void)state;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    skip(); /* the one has a thread of its own; to the other, all that main had has leaked */
#endif
    assert_int_equal(run_child(leave_by_pthread_exit), 0);
    assert_string_equal(said, "");
}

static void start_and_stop(void)
{
    for (int i = 0; i < 50; i++) {
        hchan_watch_start(NULL);
        hchan_watch_stop();
    }
    _exit(0);
}

/* What rang for the one that is stopped is nothing to the next one. */
static void test_a_new_watcher_starts_anew(void **state)
{
    (void)state;
    assert_int_equal(run_child(start_and_stop), 0);
    assert_string_equal(said, "");
}

static void test_what_cannot_be_watched_is_refused(void **state)
{
    (void)state;
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.signal = SIGKILL}), EINVAL);
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.signal = -1}), EINVAL);
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.signal = SIGSEGV}), EINVAL);
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.after_ns = -1}), EINVAL);
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){.after_ns = 1}), 0);
    assert_int_equal(hchan_watch_start(NULL), EBUSY);
    hchan_watch_stop();
    assert_int_equal(hchan_watch_start(&(struct hchan_watch){0}), 0);
    hchan_watch_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_reads_as_in_a_dump),
        cmocka_unit_test(test_a_report_has_a_line_for_each_that_waits_for_so_long),
        cmocka_unit_test(test_those_who_wait_for_channels_are_listed),
        cmocka_unit_test(test_those_who_wait_for_nil_are_listed),
        cmocka_unit_test(test_time_grows_while_one_waits),
        cmocka_unit_test(test_a_wait_that_ends_while_it_is_read_is_not_listed),
        cmocka_unit_test(test_a_list_in_a_storm_never_mixes_two_waits),
        cmocka_unit_test(test_a_deadlock_ends_the_process_as_in_go),
        cmocka_unit_test(test_no_deadlock_is_seen_where_there_is_none),
        cmocka_unit_test(test_those_who_are_parked_at_exit_are_told),
        cmocka_unit_test(test_a_signal_lists_all),
        cmocka_unit_test(test_leaks_are_told_once_each),
        cmocka_unit_test(test_a_fork_has_no_watcher_and_lists_its_own),
        cmocka_unit_test(test_the_watcher_keeps_no_process_alive),
        cmocka_unit_test(test_a_new_watcher_starts_anew),
        cmocka_unit_test(test_what_cannot_be_watched_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
