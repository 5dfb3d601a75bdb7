/* Sleeping, timers and tickers, in goroutines and threads, with a scheduler and without: nothing
 * fires early, nothing that was stopped fires, ticks are dropped for a slow receiver, and nothing
 * is left behind. How late something is, is not judged. */
/* SPDX-License-Identifier: MIT */
#include "core/sync/alarm.h"
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <dirent.h>
#include <errno.h>
#include <hchan/context.h>
#include <hchan/time.h>
#include <hchan/watch.h>

enum { MS = 1000000 };
static const int64_t HOUR = INT64_C(3600) * 1000 * MS;

static _Atomic uint32_t count;

static int64_t now(void)
{
    return hchan_deadline(0);
}

static void sleep_for(void *arg)
{
    int64_t ns = *(int64_t *)arg, begin = now();
    hchan_sleep(ns);
    assert_true(now() - begin >= (ns > 0 ? ns : 0));
    fadd_rlx(&count, 1); /* a count; schedwait() orders it */
}

static void *sleep_in_thread(void *arg)
{
    sleep_for(arg);
    return NULL;
}

static void test_nobody_sleeps_too_short(void **state)
{
    static int64_t times[] = {0, -1, INT64_MIN, 1, 1000, MS, 20 * MS};
    enum { TIMES = sizeof(times) / sizeof(times[0]) };
    (void)state;
    for (unsigned i = 0; i < TIMES; i++)
        sleep_for(&times[i]); /* no scheduler runs */
    FOR_EACH_PROCS(procs)
    {
        pthread_t threads[TIMES];
        store_rlx(&count, 0); /* nobody reads it yet */
        start_procs(procs);
        for (unsigned i = 0; i < TIMES; i++) {
            go(sleep_for, &times[i]);
            assert_int_equal(pthread_create(&threads[i], NULL, sleep_in_thread, &times[i]), 0);
        }
        for (unsigned i = 0; i < TIMES; i++)
            pthread_join(threads[i], NULL);
        schedstop();
        assert_int_equal(load_rlx(&count), 2 * TIMES);
    }
}

static void sleep_until_told(void *arg)
{
    while (!load_acq((_Atomic uint32_t *)arg)) /* pairs with store_rel */
        hchan_sleep(50 * MS);
}

/* Those that sleep leave their P, are listed as what they are, and are not deadlocked. */
static void test_sleepers_are_seen(void **state)
{
    (void)state;
    _Atomic uint32_t told = 0;
    start_procs(1);
    for (int i = 0; i < 3; i++)
        go(sleep_until_told, &told);
    for (size_t sleepers = 0; sleepers != 3; sched_yield()) {
        size_t n;
        struct hchan_parked *list = hchan_parked_now(&n);
        assert_non_null(list);
        sleepers = 0;
        for (size_t i = 0; i < n; i++)
            sleepers += strcmp(list[i].reason, "sleep") == 0 && list[i].bounded;
        free(list);
        assert_false(hchan_deadlocked());
    }
    store_rel(&told, 1);
    schedstop();
}

/* Timers. */

static void receive_later(void *arg)
{
    const struct hchan_variant *v = arg;
    int64_t begin = now(), fired = 0;
    struct hchan_timer *t = hchan_after(v, 3 * MS);
    assert_non_null(t);
    chanrecv1(t->c, &fired);
    assert_true(fired >= begin + 3 * MS && fired <= now());
    assert_false(chanrecv(t->c, &fired, false, NULL)); /* once */
    assert_false(hchan_timer_stop(t));
    assert_int_equal(hchan_timer_reset(t, MS), 0);
    chanrecv1(t->c, &fired);
    assert_true(fired >= begin + 4 * MS);
    hchan_timer_free(t);
    fadd_rlx(&count, 1); /* as above */
}

static void test_a_timer_fires_once_and_not_early(void **state)
{
    (void)state;
    store_rlx(&count, 0); /* nobody reads it yet */
    FOR_EACH_VARIANT(v)
    receive_later((void *)(uintptr_t)v); /* no scheduler runs */
    uint32_t before = load_rlx(&count);
    assert_true(before > 0);
    start_procs(2);
    uint32_t more = 0;
    FOR_EACH_GO(v)
    {
        go(receive_later, (void *)(uintptr_t)v);
        go(receive_later, (void *)(uintptr_t)v);
        more += 2;
    }
    schedstop();
    assert_int_equal(load_rlx(&count), before + more);
}

static void test_timers_fire_in_order(void **state)
{
    enum { TIMERS = 200 };
    struct hchan_timer *timers[TIMERS];
    int64_t fired[TIMERS], due[TIMERS], latest[TIMERS]; /* it is due in between */
    (void)state;
    for (int i = 0; i < TIMERS; i++) {
        int64_t after = 5 * MS + i * 7919 % TIMERS * 50000;
        due[i] = now() + after;
        timers[i] = hchan_after(some_variant(), after);
        assert_non_null(timers[i]);
        latest[i] = now() + after;
    }
    for (int i = 0; i < TIMERS; i += 3) /* some from the middle */
        assert_int_equal(hchan_timer_reset(timers[i], HOUR), 0);
    for (int i = 0; i < TIMERS; i++)
        if (i % 3) {
            chanrecv1(timers[i]->c, &fired[i]);
            assert_true(fired[i] >= due[i]);
        }
    for (int i = 0; i < TIMERS; i++)
        for (int k = 0; k < TIMERS; k++)
            if (i % 3 && k % 3 && latest[i] < due[k])
                assert_true(fired[i] <= fired[k]);
    for (int i = 0; i < TIMERS; i++) {
        assert_int_equal(hchan_timer_stop(timers[i]), i % 3 == 0);
        hchan_timer_free(timers[i]);
    }
}

/* A value that nobody has received yet is gone after a stop, and counts as stopped. */
static void test_no_old_value_comes_after_a_stop(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct hchan_timer *t = hchan_after(v, 0);
        assert_non_null(t);
        while (chanlen(t->c) == 0)
            sched_yield();
        assert_true(hchan_timer_stop(t));
        assert_false(chanrecv(t->c, NULL, false, NULL));
        assert_false(hchan_timer_stop(t));
        hchan_timer_free(t);
    }
    for (int i = 0; i < (SANITIZED ? 300 : 3000); i++) { /* while it fires */
        struct hchan_timer *t = hchan_after(some_variant(), i % 100 * 1000);
        assert_non_null(t);
        bool stopped = hchan_timer_stop(t);
        assert_true(stopped); /* nobody receives */
        assert_false(chanrecv(t->c, NULL, false, NULL));
        hchan_timer_free(t);
    }
}

static void test_a_ticker_drops_what_is_not_received(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        int64_t begin = now(), last = 0, fired;
        int ticks = 0;
        struct hchan_timer *t = hchan_ticker(v, 2 * MS);
        assert_non_null(t);
        while (now() < begin + 20 * MS) /* a slow receiver */
            sched_yield();
        for (; ticks < 3; ticks++) {
            assert_true(chanlen(t->c) <= 1);
            chanrecv1(t->c, &fired);
            assert_true(fired >= begin + (ticks + 1) * 2 * MS && fired > last);
            last = fired;
        }
        assert_int_equal(hchan_timer_reset(t, 0), EINVAL);
        chanrecv1(t->c, &fired); /* it goes on */
        int64_t anew = now();
        assert_int_equal(hchan_timer_reset(t, 3 * MS), 0);
        chanrecv1(t->c, &fired);
        assert_true(fired >= anew + 3 * MS);
        hchan_timer_stop(t);
        assert_false(chanrecv(t->c, NULL, false, NULL));
        hchan_timer_free(t);
    }
}

/* Given one that comes late, what it missed is not made up for: no more ticks than periods. */
static void test_ticks_are_not_made_up_for(void **state)
{
    enum { TICKS = 20 };
    (void)state;
    int64_t begin = now(), fired = begin;
    struct hchan_timer *t = hchan_ticker(some_variant(), MS);
    assert_non_null(t);
    hchan_sleep(30 * MS);
    for (int i = 0; i < TICKS; i++)
        chanrecv1(t->c, &fired);
    /* The first was in the buffer, and the next may have been on its way. */
    assert_true(fired >= begin + (30 + TICKS - 3) * MS);
    hchan_timer_free(t);
}

static void note(void *arg)
{
    fadd_acqrel((_Atomic uint32_t *)arg, 1); /* for those that look */
}

static struct hchan_timer *own;

static void free_own(void *arg)
{
    hchan_timer_free(own);
    note(arg);
}

static void test_a_function_is_called_once(void **state)
{
    (void)state;
    _Atomic uint32_t called = 0;
    struct hchan_timer *never = hchan_after_func(HOUR, note, &called);
    struct hchan_timer *soon = hchan_after_func(MS, note, &called);
    assert_non_null(never);
    assert_non_null(soon);
    while (!load_acq(&called)) /* pairs with note() */
        sched_yield();
    assert_false(hchan_timer_stop(soon));
    assert_true(hchan_timer_stop(never));
    assert_false(hchan_timer_stop(never));
    assert_int_equal(hchan_timer_reset(soon, MS), 0);
    while (load_acq(&called) < 2) /* as above */
        sched_yield();
    hchan_timer_free(never);
    hchan_timer_free(soon);
    own = hchan_after_func(HOUR, free_own, &called);
    assert_int_equal(hchan_timer_reset(own, MS), 0);
    while (load_acq(&called) < 3) /* as above */
        sched_yield();
}

static _Atomic uint32_t used_again;

/* The alarm is over once this is called, so its memory may be another one's by now. */
static void use_again(void *arg)
{
    struct alarm *a = arg;
    *a = (struct alarm){.fn = note, .arg = &used_again};
    assert_int_equal(alarm_set(a, now() + HOUR, 0), 0);
    assert_true(alarm_clear(a));
    alarm_settle(a);
    note(&used_again);
}

/* Given a function that ends its own alarm and sets one in the same place, when it stops that, then
 * it does not wait for itself. */
static void test_a_function_may_use_its_alarms_memory(void **state)
{
    (void)state;
    struct alarm a = {.fn = use_again, .arg = &a};
    assert_int_equal(alarm_set(&a, now(), 0), 0);
    while (!load_acq(&used_again)) /* pairs with note() */
        sched_yield();
    alarm_settle(&a);
}

static void test_what_is_wrong_is_refused(void **state)
{
    (void)state;
    assert_null(hchan_ticker(some_variant(), 0));
    assert_int_equal(errno, EINVAL);
    assert_null(hchan_ticker(some_variant(), -1));
    assert_int_equal(errno, EINVAL);
    hchan_timer_free(NULL);
}

static void *receive_once(void *c)
{
    chanrecv1(c, NULL);
    return NULL;
}

/* Given one that waits for a timer, that is no deadlock, even if the timer is the last thing that
 * can happen; without the timer it is one. */
static void test_a_pending_timer_is_no_deadlock(void **state)
{
    (void)state;
    hchan_unregister(); /* an earlier schedinit() has registered us */
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        struct hchan_timer *t = hchan_after(some_variant(), i * MS / 4);
        assert_non_null(t);
        assert_int_equal(hchan_go(&thread, receive_once, t->c), 0);
        while (pthread_tryjoin_np(thread, NULL) == EBUSY)
            assert_false(hchan_deadlocked());
        assert_int_equal(hchan_timer_reset(t, HOUR), 0);
        assert_int_equal(hchan_go(&thread, receive_once, t->c), 0);
        until_receivers(t->c, 1);
        assert_false(hchan_deadlocked());
        hchan_timer_stop(t);
        while (!hchan_deadlocked())
            sched_yield();
        assert_int_equal(hchan_timer_reset(t, 0), 0);
        pthread_join(thread, NULL);
        hchan_timer_free(t);
    }
}

/* How many threads of the process call alarms. */
static size_t alarm_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    size_t n = 0;
    assert_non_null(tasks);
    for (struct dirent *d; (d = readdir(tasks)) != NULL;) {
        char path[300], name[32] = "";
        snprintf(path, sizeof(path), "/proc/self/task/%s/comm", d->d_name);
        FILE *comm = fopen(path, "r"); /* NULL for . and .., and once the thread has ended */
        if (!comm)
            continue;
        n += fgets(name, sizeof(name), comm) && strcmp(name, "hchan-alarms\n") == 0;
        fclose(comm);
    }
    closedir(tasks);
    return n;
}

/* Any number of timers have one thread; and it ends. */
static void test_no_thread_is_left(void **state)
{
    enum { TIMERS = 100 };
    struct hchan_timer *timers[TIMERS];
    (void)state;
    while (alarm_threads() > 0) /* of the tests before */
        sched_yield();
    for (int i = 0; i < TIMERS; i++)
        timers[i] = hchan_ticker(some_variant(), MS);
    for (int i = 0; i < TIMERS; i++)
        chanrecv1(timers[i]->c, NULL);
    assert_int_equal(alarm_threads(), 1);
    for (int i = 0; i < TIMERS; i++)
        hchan_timer_free(timers[i]);
    while (alarm_threads() > 0)
        sched_yield();
}

/* Alarms that come, go and ring in several threads. */
static struct alarm shared_alarms[8];

static void *set_and_clear(void *arg)
{
    uint32_t dice = (uint32_t)(uintptr_t)arg;
    for (int i = 0; i < (SANITIZED ? 2000 : 20000); i++) {
        dice = dice * 1664525 + 1013904223;
        struct alarm *a = &shared_alarms[dice >> 8 & 7];
        if (dice >> 16 & 1)
            assert_int_equal(alarm_set(a, now() + (dice >> 20) * 100, dice >> 17 & 1 ? 9999 : 0),
                             0);
        else
            alarm_clear(a);
    }
    return NULL;
}

static void test_alarms_in_a_storm(void **state)
{
    (void)state;
    pthread_t threads[3];
    _Atomic uint32_t rang = 0;
    for (unsigned i = 0; i < 8; i++)
        shared_alarms[i] = (struct alarm){.fn = note, .arg = &rang};
    for (unsigned i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, set_and_clear, (void *)(uintptr_t)(i + 1));
    for (unsigned i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(alarm_set(&shared_alarms[0], now(), 0), 0);
    while (load_rlx(&rang) == 0)
        sched_yield();
    for (unsigned i = 0; i < 8; i++) {
        alarm_clear(&shared_alarms[i]);
        alarm_settle(&shared_alarms[i]);
    }
    uint32_t before = load_rlx(&rang);
    struct hchan_timer *t =
        hchan_after(some_variant(), MS); /* of the alarms, none rings any more */
    chanrecv1(t->c, NULL);
    hchan_timer_free(t);
    assert_int_equal(load_rlx(&rang), before);
}

/* pthread_create(), which the test is linked to call in its place. */
static bool no_threads;
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
                          void *arg)
{
    return no_threads ? EAGAIN : __real_pthread_create(thread, attr, fn, arg);
}

/* Given no thread for alarms, whatever needs one says so, and leaves nothing behind. */
static void test_no_thread_is_told(void **state)
{
    (void)state;
    struct hchan_context *root = hchan_context_background(some_variant());
    struct hchan_timer *t = hchan_after(some_variant(), HOUR);
    assert_non_null(t);
    hchan_timer_stop(t);
    while (alarm_threads() > 0)
        sched_yield();
    no_threads = true;
    assert_int_equal(hchan_timer_reset(t, 0), EAGAIN);
    assert_false(hchan_timer_stop(t));
    assert_null(hchan_after(some_variant(), 0));
    assert_int_equal(errno, EAGAIN);
    assert_null(hchan_after_func(0, note, NULL));
    assert_null(hchan_context_with_timeout(root, HOUR));
    assert_int_equal(errno, EAGAIN);
    no_threads = false;
    assert_int_equal(hchan_timer_reset(t, 0), 0);
    chanrecv1(t->c, NULL);
    hchan_timer_free(t);
    struct hchan_context *ctx = hchan_context_with_timeout(root, MS);
    assert_non_null(ctx);
    hchan_context_release(root);
    chanrecv1(hchan_context_done(ctx), NULL);
    hchan_context_release(ctx);
}

/* In the child of a fork the timers that were pending are not, and can be reset. */
static void test_a_fork_leaves_no_timer(void **state)
{
    (void)state;
    struct hchan_timer *t = hchan_after(some_variant(), HOUR);
    struct hchan_timer *ticks = hchan_ticker(some_variant(), MS);
    chanrecv1(ticks->c, NULL);
    pid_t child = fork_child();
    if (child == 0) {
        if (hchan_timer_stop(t))
            _exit(1);
        hchan_sleep(MS);
        if (SANITIZED) /* which can't start threads here */
            _exit(0);
        hchan_timer_reset(t, MS);
        chanrecv1(t->c, NULL);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(exited_with(status, 0));
    assert_true(hchan_timer_stop(t));
    hchan_timer_free(t);
    hchan_timer_free(ticks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_sleeps_too_short),
        cmocka_unit_test(test_sleepers_are_seen),
        cmocka_unit_test(test_a_timer_fires_once_and_not_early),
        cmocka_unit_test(test_timers_fire_in_order),
        cmocka_unit_test(test_no_old_value_comes_after_a_stop),
        cmocka_unit_test(test_a_ticker_drops_what_is_not_received),
        cmocka_unit_test(test_ticks_are_not_made_up_for),
        cmocka_unit_test(test_a_function_is_called_once),
        cmocka_unit_test(test_a_function_may_use_its_alarms_memory),
        cmocka_unit_test(test_what_is_wrong_is_refused),
        cmocka_unit_test(test_a_pending_timer_is_no_deadlock),
        cmocka_unit_test(test_no_thread_is_left),
        cmocka_unit_test(test_alarms_in_a_storm),
        cmocka_unit_test(test_no_thread_is_told),
        cmocka_unit_test(test_a_fork_leaves_no_timer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
