/* The scheduler: goroutines are started, all of them run, once, and what cannot be started is
 * refused. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <hchan/gothread.h>

static _Atomic uint32_t count;

static void test_every_goroutine_runs_once(void **state)
{
    enum { MANY = SANITIZED ? 300 : 3000 }; /* more than a ring has places */
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        store_rlx(&count, 0);
        start_procs(procs);
        for (unsigned i = 0; i < MANY; i++)
            go(count_one, &count);
        schedwait();
        assert_int_equal(load_rlx(&count), MANY);
        go(count_one, &count); /* after a wait for all */
        schedstop();
        assert_int_equal(load_rlx(&count), MANY + 1);
        assert_int_equal(gomaxprocs(), 0);
    }
    assert_false(in_goroutine());
}

static void grow(void *arg)
{
    uintptr_t depth = (uintptr_t)arg;
    fadd_rlx(&count, 1);
    for (unsigned i = 0; i < 2 && depth > 0; i++)
        newproc(grow, (void *)(depth - 1));
}

static void test_goroutines_start_goroutines(void **state)
{
    enum { DEPTH = SANITIZED ? 6 : 10 };
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        store_rlx(&count, 0);
        start_procs(procs);
        go(grow, (void *)(uintptr_t)DEPTH);
        schedstop();
        assert_int_equal(load_rlx(&count), (2U << DEPTH) - 1);
    }
}

/* One P, which cannot get rid of any before all are made: its ring overflows into the global queue,
 * from which it takes them back by and by. */
static void make_many(void *arg)
{
    for (unsigned i = 0; i < *(unsigned *)arg; i++)
        go(count_one, &count);
}

static void test_more_are_made_than_a_ring_has_places(void **state)
{
    unsigned many = 2000;
    (void)state;
    store_rlx(&count, 0);
    start_procs(1);
    go(make_many, &many);
    schedstop();
    assert_int_equal(load_rlx(&count), many);
}

static int refuse_the_second(unsigned p, void *arg)
{
    fadd_rlx((_Atomic uint32_t *)arg, 1);
    return p == 1 ? EPERM : 0;
}

static void test_what_cannot_be_started_is_refused(void **state)
{
    (void)state;
    _Atomic uint32_t bound = 0;
    hchan_unregister();
    assert_int_equal(newproc(count_one, &count), ESRCH);
    assert_int_equal(schedinit(&(struct sched_options){.procs = SCHED_PROCS_MAX + 1}), EINVAL);
    assert_int_equal(schedinit(&(struct sched_options){.stack_size = 100}), EINVAL);
    assert_int_equal(schedinit(&(struct sched_options){.stack_size = ((size_t)1 << 30) + 1}),
                     EINVAL);
    assert_int_equal(schedinit(&(struct sched_options){.stack_size = SIZE_MAX}), EINVAL);
    assert_int_equal(
        schedinit(&(struct sched_options){.procs = 3, .begin = refuse_the_second, .arg = &bound}),
        EPERM);
    assert_int_equal(load_rlx(&bound), 3);
    assert_int_equal(gomaxprocs(), 0);
    assert_int_equal(standing_of(getg()), UNREGISTERED);
    start_procs(1);
    assert_int_equal(standing_of(getg()), REGISTERED);
    assert_int_equal(schedinit(NULL), EBUSY);
    schedstop();
    schedstop(); /* nothing */
    assert_int_equal(schedinit(NULL), 0);
    assert_true(gomaxprocs() >= 1);
    schedstop();
}

/* Goroutines that a thread makes while the scheduler runs, and what it learns meanwhile. */
struct making {
    _Atomic uint32_t ran, begun;
    uint32_t made;
    int refused;
    bool counted; /* gomaxprocs() was right whenever it was asked */
};

static void *make_until_refused(void *arg)
{
    struct making *m = arg;
    store_rlx(&m->begun, 1); /* a flag */
    while ((m->refused = newproc(count_one, &m->ran)) == 0) {
        m->made++;
        unsigned procs = gomaxprocs();
        m->counted = m->counted && (procs == 2 || procs == 0);
    }
    return NULL;
}

/* A thread's newproc() meets a schedstop(): the goroutine has run when both have returned, or was
 * refused. */
static void test_no_goroutine_is_lost_when_the_scheduler_stops(void **state)
{
    enum { TIMES = SANITIZED ? 100 : 500 };
    (void)state;
    for (int i = 0; i < TIMES; i++) {
        struct making m = {.counted = true};
        pthread_t maker;
        start_procs(2);
        assert_int_equal(pthread_create(&maker, NULL, make_until_refused, &m), 0);
        while (!load_rlx(&m.begun))
            sched_yield();
        procyield((uint32_t)i % 64 * 16); /* into the middle of another newproc() */
        schedstop();
        pthread_join(maker, NULL);
        assert_int_equal(m.refused, ESRCH);
        assert_int_equal(load_rlx(&m.ran), m.made);
        assert_true(m.counted);
        assert_int_equal(gomaxprocs(), 0);
    }
}

static _Atomic uint32_t starters; /* that have the scheduler */

/* Starts and stops, and has the scheduler to itself in between. *arg becomes false where not. */
static void *start_and_stop(void *arg)
{
    bool *alone = arg;
    for (int starts = 0; starts < (SANITIZED ? 100 : 300);) {
        int error = schedinit(&(struct sched_options){.procs = 1});
        if (error) {
            *alone = *alone && error == EBUSY;
            continue;
        }
        starts++;
        *alone = *alone && fadd_rlx(&starters, 1) == 0 && gomaxprocs() == 1;
        fadd_rlx(&starters, -1U);
        schedstop();
    }
    return NULL;
}

static void test_one_of_two_starts_the_scheduler(void **state)
{
    bool mine = true, others = true;
    pthread_t other;
    (void)state;
    assert_int_equal(pthread_create(&other, NULL, start_and_stop, &others), 0);
    start_and_stop(&mine);
    pthread_join(other, NULL);
    assert_true(mine && others);
    assert_int_equal(gomaxprocs(), 0);
}

/* What goroutines do while their process forks. */
struct forking {
    hchan *c;
    _Atomic uint32_t over;
};

static void wait_for_an_hour(void *c)
{
    chanrecv_within(c, NULL, NULL, NULL, hchan_deadline(INT64_C(3600) * 1000000000));
}

static void make_until_over(void *arg)
{
    struct forking *f = arg;
    while (!load_rlx(&f->over)) { /* a flag */
        go(count_one, &count);
        gosched();
    }
}

/* In the child. Returns its exit status. */
static int without_a_scheduler(void)
{
    if (gomaxprocs() != 0 || newproc(count_one, &count) != ESRCH)
        return 1;
    schedwait();
    schedstop();
    if (SANITIZED) /* which can't start threads here */
        return 0;
    store_rlx(&count, 0); /* no other thread is left */
    if (schedinit(&(struct sched_options){.procs = 3, .stack_size = 1 << 20}))
        return 2;
    int error = newproc(count_one, &count);
    schedstop();
    return error || load_rlx(&count) != 1 ? 3 : 0;
}

/* Given a scheduler that runs, when the process forks, then the child has none, and may start
 * one. */
static void test_a_child_has_no_scheduler(void **state)
{
    enum { TIMES = SANITIZED ? 5 : 50 };
    struct forking f = {.c = make(some_variant(), 0, 0)};
    (void)state;
    start_procs(2);
    go(wait_for_an_hour, f.c);
    until_receivers(f.c, 1);
    go(make_until_over, &f);
    for (int i = 0; i < TIMES; i++) {
        int status;
        pid_t child = fork_child();
        if (child == 0) {
            alarm(HANG_S); /* a hang is a failure */
            _exit(without_a_scheduler());
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    store_rlx(&f.over, 1); /* a flag */
    closechan(f.c);
    schedstop();
    chanfree(f.c);
}

/* In a goroutine: forks, and stores the child's wait status. */
static void fork_one(void *status)
{
    pid_t child = fork_child();
    if (child == 0) {
        alarm(HANG_S); /* a hang is a failure */
        _exit(gomaxprocs() != 0 || newproc(count_one, &count) != ESRCH);
    }
    if (waitpid(child, status, 0) != child)
        *(int *)status = -1;
}

/* Given a goroutine, when it forks, then no scheduler runs in the child either. */
static void test_a_child_of_a_goroutine_has_no_scheduler(void **state)
{
    int status = -1;
    (void)state;
    start_procs(2);
    go(fork_one, &status);
    schedstop();
    assert_int_equal(status, 0);
}

static void start_nothing(void *arg)
{
    (void)arg;
    newproc(NULL, NULL);
}

static void wait_in_goroutine(void *arg)
{
    (void)arg;
    schedwait();
}

static void stop_in_goroutine(void *arg)
{
    (void)arg;
    schedstop();
}

static void run_one(void *fn)
{
    schedinit(&(struct sched_options){.procs = 1});
    newproc(*(void (**)(void *))fn, NULL);
    schedstop();
}

/* A call that breaks a rule ends the process, and is named. */
static void test_a_wrong_call_is_fatal(void **state)
{
    static const struct {
        void (*fn)(void *);
        const char *says;
    } rows[] = {
        {NULL, "fatal error: go of nil func value\n"},
        {start_nothing, "fatal error: go of nil func value\n"},
        {wait_in_goroutine, "fatal error: schedwait: by a goroutine\n"},
        {stop_in_goroutine, "fatal error: schedstop: by a goroutine\n"},
    };
    char text[256];
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void (*fn)(void *) = rows[i].fn;
        assert_true(aborted(run_in_child(run_one, &fn, text, sizeof(text))));
        assert_string_equal(text, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wrong_call_is_fatal), /* first: before there are threads to fork */
        cmocka_unit_test(test_every_goroutine_runs_once),
        cmocka_unit_test(test_goroutines_start_goroutines),
        cmocka_unit_test(test_more_are_made_than_a_ring_has_places),
        cmocka_unit_test(test_what_cannot_be_started_is_refused),
        cmocka_unit_test(test_no_goroutine_is_lost_when_the_scheduler_stops),
        cmocka_unit_test(test_one_of_two_starts_the_scheduler),
        cmocka_unit_test(test_a_child_of_a_goroutine_has_no_scheduler),
        cmocka_unit_test(test_a_child_has_no_scheduler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
