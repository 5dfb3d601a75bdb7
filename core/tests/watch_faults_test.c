/* The watcher when the system refuses what it needs. The build puts the functions named __wrap_...
 * in the place of the C library's. Each body runs in a child of its own, and starts the first
 * watcher there. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/g/g.h"
#include "core/tests/watch.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>

void *__real_malloc(size_t size);
FILE *__real_open_memstream(char **text, size_t *size);
int __real_fclose(FILE *stream);
FILE *__real_fopen(const char *path, const char *mode);
enum futex_end __real_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline);
int64_t __real_nanotime(void);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg);
int __real_pthread_atfork(void (*before)(void), void (*after)(void), void (*in_child)(void));
int __real_atexit(void (*fn)(void));
void *__wrap_malloc(size_t size);
FILE *__wrap_open_memstream(char **text, size_t *size);
int __wrap_fclose(FILE *stream);
FILE *__wrap_fopen(const char *path, const char *mode);
enum futex_end __wrap_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline);
int64_t __wrap_nanotime(void);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg);
int __wrap_pthread_atfork(void (*before)(void), void (*after)(void), void (*in_child)(void));
int __wrap_atexit(void (*fn)(void));

/* Faults. */

enum fault { MALLOC, MEMSTREAM, FCLOSE, STAT, CREATE, ATFORK, ATEXIT, FAULTS };

static _Atomic uint32_t fails[FAULTS]; /* the number of the call that fails, from 1; 0: none */
static _Atomic uint32_t lasting;       /* and all calls after it fail as well */
static _Thread_local bool faulty; /* only this thread's calls fail: the watcher's, or a test's */

static bool strikes(enum fault which)
{
    uint32_t left = faulty ? load_acq(&fails[which]) : 0; /* pairs with store_rel of let_fail() */
    if (left > 1 || (left == 1 && !load_acq(&lasting)))   /* pairs with store_rel of the test */
        store_rel(&fails[which], left - 1); /* pairs with load_acq in until_failed() */
    return left == 1;
}

static void let_fail(enum fault which, uint32_t at)
{
    store_rel(&fails[which], at);
}

static void until_failed(enum fault which)
{
    while (load_acq(&fails[which]))
        sched_yield();
}

static const char *stat_text;        /* instead of /proc/self/stat; NULL: itself */
static _Atomic uint32_t turns, tick; /* of the watcher: its turns, and how long it sleeps, in ms */
static _Thread_local int64_t clock_now; /* as the thread has last read it */
static _Thread_local FILE *memory;

void *__wrap_malloc(size_t size)
{
    return strikes(MALLOC) ? NULL : __real_malloc(size);
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
    return memory = strikes(MEMSTREAM) ? NULL : __real_open_memstream(text, size);
}

int __wrap_fclose(FILE *stream)
{
    bool ours = stream == memory;
    int error = __real_fclose(stream);
    return ours && strikes(FCLOSE) ? EOF : error;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    if (strcmp(path, "/proc/self/stat") != 0)
        return __real_fopen(path, mode);
    if (strikes(STAT))
        return NULL;
    return stat_text ? fmemopen((char *)(uintptr_t)stat_text, strlen(stat_text), mode)
                     : __real_fopen(path, mode);
}

int64_t __wrap_nanotime(void)
{
    return clock_now = __real_nanotime();
}

/* The watcher's sleep is the only one that expects 0 and ends by itself. */
enum futex_end __wrap_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t deadline)
{
    if (expected == 0 && deadline != FUTEX_FOREVER) {
        faulty = true;
        store_rlx(&tick, (uint32_t)((deadline - clock_now) / 1000000)); /* read when it has ended */
        fadd_rlx(&turns, 1);                                            /* a count */
    }
    return __real_futex_wait(word, expected, deadline);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg)
{
    return strikes(CREATE) ? EAGAIN : __real_pthread_create(thread, attributes, fn, arg);
}

int __wrap_pthread_atfork(void (*before)(void), void (*after)(void), void (*in_child)(void))
{
    return strikes(ATFORK) ? ENOMEM : __real_pthread_atfork(before, after, in_child);
}

int __wrap_atexit(void (*fn)(void))
{
    return strikes(ATEXIT) ? ENOMEM : __real_atexit(fn);
}

/* Waits until the watcher has done a whole turn of its loop. */
static void until_looked(void)
{
    uint32_t before = load_rlx(&turns);
    while (load_rlx(&turns) - before < 2)
        sleep_ms(1);
}

/* Something that a watcher cannot be started without. */
struct need {
    enum fault fault;
    int error, signal;
};

static const struct need *need;

static void start_without(void)
{
    struct sigaction now;
    allgs_init(); /* has its own pthread_atfork() behind it */
    faulty = true;
    let_fail(need->fault, 1);
    int error = hchan_watch_start(&(struct hchan_watch){.signal = need->signal, .at_exit = true});
    sigaction(SIGUSR1, NULL, &now);
    if (error != need->error || load_acq(&fails[need->fault]) || now.sa_handler != SIG_DFL)
        _exit(90);
    if (hchan_watch_start(NULL) || hchan_watch_start(NULL) != EBUSY)
        _exit(91);
    start_stuck();
    exit(7);
}

/* Given something that a watcher needs and does not get, then the caller gets the reason, and
 * nothing is left of the watcher; later one starts, and reports once. */
static void test_a_watcher_that_cannot_start_leaves_nothing_behind(void **state)
{
    static const struct need needs[] = {
        {ATFORK, ENOMEM, SIGUSR1},
        {ATEXIT, ENOMEM, SIGUSR1},
        {CREATE, EAGAIN, SIGUSR1},
        {CREATE, EAGAIN, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        need = &needs[i];
        assert_int_equal(run_child(start_without), 7);
        assert_memory_equal(said, "hchan: 2 goroutines are parked at exit:\n", 40);
        assert_said_lines(3);
    }
}

/* Memory. */

#define NO_MEMORY "hchan: out of memory: the parked goroutines are not listed\n"

static enum fault short_of;

static void list_without_memory(void)
{
    hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1, .stream = report_stream()});
    start_stuck();
    let_fail(short_of, 1);
    raise(SIGUSR1);
    until_reported(short_of == MALLOC ? 1 : 2);
    raise(SIGUSR1);
    until_reported(3);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given no memory when a list is asked for, then the answer is a line that reports it, below the
 * title if only the lines lack memory; and the next list is whole. */
static void test_a_list_that_lacks_memory_is_reported(void **state)
{
    static const char title[] = "hchan: 2 goroutines are parked:\n";
    char start[256];
    (void)state;
    for (short_of = MALLOC; short_of <= FCLOSE; short_of++) {
        snprintf(start, sizeof(start), "%s%s%s", short_of == MALLOC ? "" : title, NO_MEMORY, title);
        assert_int_equal(run_child(list_without_memory), 0);
        assert_said_lines(short_of == MALLOC ? 4 : 5);
        assert_memory_equal(said, start, strlen(start));
    }
}

static uint32_t which_call;

static void leak_without_memory(void)
{
    struct waiter leak = {.wait = wait_recv};
    start_wait(&leak);
    until_asleep(1);
    let_fail(short_of, which_call);
    hchan_watch_start(&(struct hchan_watch){.after_ns = 1, .stream = report_stream()});
    until_reported(3);
    for (uint32_t at = 1; at <= 4; at++) { /* for the list, and for the leaks */
        until_looked();
        let_fail(MALLOC, at);
        until_reported(1);
    }
    until_looked();
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given no memory for the list, for the leaks that were reported or for the lines, then the watcher
 * reports that, and at its next turn the leak, which it reports once. */
static void test_a_leak_is_reported_once_there_is_memory(void **state)
{
    static const struct {
        enum fault short_of;
        uint32_t which_call;
    } rows[] = {{MALLOC, 1}, {MALLOC, 2}, {MEMSTREAM, 1}, {FCLOSE, 1}};
    static const char start[] = NO_MEMORY "hchan: 1 goroutine is parked for more than 0.0 s:\n";
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        short_of = rows[i].short_of;
        which_call = rows[i].which_call;
        assert_int_equal(run_child(leak_without_memory), 0);
        assert_memory_equal(said, start, strlen(start));
        assert_said_lines(7);
    }
}

static void leak_without_memory_for_long(void)
{
    struct waiter leak = {.wait = wait_recv};
    start_wait(&leak);
    until_asleep(1);
    store_rel(&lasting, 1); /* pairs with load_acq in strikes(), as does the next one */
    let_fail(MALLOC, 1);
    hchan_watch_start(&(struct hchan_watch){.after_ns = 1, .stream = report_stream()});
    until_looked();
    until_looked();
    store_rel(&lasting, 0);
    until_reported(3);
    hchan_watch_stop();
    _exit(reported_all() ? 0 : 97);
}

/* Given no memory for many turns, then the watcher reports that once, and not at every turn. */
static void test_a_want_of_memory_is_reported_once(void **state)
{
    (void)state;
    assert_int_equal(run_child(leak_without_memory_for_long), 0);
    assert_memory_equal(said, NO_MEMORY "hchan: 1 goroutine ", sizeof(NO_MEMORY) + 18);
    assert_said_lines(3);
}

static void deadlock_without_memory(void)
{
    hchan_register();
    hchan_watch_start(&(struct hchan_watch){.deadlock = true});
    let_fail(MALLOC, 1);
    chanrecv1(NULL, NULL);
}

static void exit_without_memory(void)
{
    hchan_watch_start(NULL);
    start_stuck();
    faulty = true;
    let_fail(MALLOC, 1);
    exit(3);
}

static void test_an_end_without_memory_is_the_same_end(void **state)
{
    (void)state;
    assert_int_equal(run_child(deadlock_without_memory), 2);
    assert_string_equal(said, "fatal error: all goroutines are asleep - deadlock!\n\n" NO_MEMORY);
    assert_int_equal(run_child(exit_without_memory), 3);
    assert_string_equal(said, NO_MEMORY);
}

static void test_a_list_without_memory_is_an_error_and_holds_no_lock(void **state)
{
    char *text;
    size_t size, count = 17;
    (void)state;
    FILE *stream = open_memstream(&text, &size);
    faulty = true;
    let_fail(MALLOC, 1);
    errno = 0;
    assert_null(hchan_parked_now(&count));
    assert_int_equal(errno, ENOMEM);
    assert_int_equal(count, 17);
    let_fail(MALLOC, 1);
    errno = 0;
    assert_int_equal(hchan_report_parked(stream, 0, NULL), -1);
    assert_int_equal(errno, ENOMEM);
    assert_int_equal(load_acq(&fails[MALLOC]), 0);
    faulty = false;
    fclose(stream);
    assert_string_equal(text, "");
    free(text);
    free(until_parked(0)); /* the lock is free */
}

/* Turns. */

static int64_t after_ns;

static void look_once(void)
{
    hchan_watch_start(&(struct hchan_watch){.after_ns = after_ns});
    until_looked();
    hchan_watch_stop();
    _exit((int)load_rlx(&tick));
}

/* The watcher sleeps for a quarter of after_ns, in whole ms, but not for longer than 100 ms. */
static void test_the_tick_is_a_quarter_of_what_is_too_long(void **state)
{
    static const struct {
        int64_t after_ns;
        int ms;
    } rows[] = {{0, 100},        {1, 1},           {100000000, 25},
                {399999999, 99}, {400000000, 100}, {HOUR_NS, 100}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        after_ns = rows[i].after_ns;
        assert_int_equal(run_child(look_once), rows[i].ms);
        assert_string_equal(said, "");
    }
}

static void list_when_not_alone(void)
{
    if (!stat_text)
        let_fail(STAT, 1);
    hchan_watch_start(&(struct hchan_watch){.signal = SIGUSR1, .stream = report_stream()});
    until_failed(STAT);
    until_looked();
    raise(SIGUSR1);
    until_reported(1);
    hchan_watch_stop();
    _exit(0);
}

/* Given that the state of the process cannot be read, or that other threads still run, then the
 * watcher goes on. */
static void test_a_watcher_that_is_not_known_to_be_alone_goes_on(void **state)
{
    static const char *const texts[] = {
        NULL,
        " ",
        "7 (Z 2",
        "7 (leaky) Z 1",
        "7 (leaky) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0",
        "7 (leaky) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0",
        "7 (a) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        stat_text = texts[i];
        assert_int_equal(run_child(list_when_not_alone), 0);
        assert_string_equal(said, "hchan: 0 goroutines are parked\n");
    }
    stat_text = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_without_memory_is_an_error_and_holds_no_lock),
        cmocka_unit_test(test_a_watcher_that_cannot_start_leaves_nothing_behind),
        cmocka_unit_test(test_a_list_that_lacks_memory_is_reported),
        cmocka_unit_test(test_a_leak_is_reported_once_there_is_memory),
        cmocka_unit_test(test_a_want_of_memory_is_reported_once),
        cmocka_unit_test(test_an_end_without_memory_is_the_same_end),
        cmocka_unit_test(test_the_tick_is_a_quarter_of_what_is_too_long),
        cmocka_unit_test(test_a_watcher_that_is_not_known_to_be_alone_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
