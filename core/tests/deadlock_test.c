/* Deadlocks: those that are found, and what only looks like one. What decides is arranged, and
 * never left to chance. Checks that lack a part are in variants/broken. */
/* SPDX-License-Identifier: MIT */
#include "core/g/g.h"
#include "core/tests/support.h"
#include <hchan/watch.h>
#include <signal.h>

/* The check, with something happening when it comes to a G: the only bool that it reads is whether
 * the G is registered. */
static void (*comes_to)(struct g *gp);

static void before_bool(_Atomic bool *registered)
{
    if (comes_to)
        comes_to((struct g *)((char *)registered - offsetof(struct g, registered)));
}

static void before_other(const void *word)
{
    (void)word;
}

#undef load_acq
#define load_acq(word) \
    (_Generic((word), _Atomic bool *: before_bool, default: before_other)(word), \
     atomic_load_explicit((word), memory_order_acquire))
#include "core/g/deadlock.c"

static void start(pthread_t *thread, void *(*fn)(void *), void *arg)
{
    assert_int_equal(hchan_go(thread, fn, arg), 0);
}

static void join(pthread_t thread)
{
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* Two threads that first meet, and then do what each is told. */
enum { AHEAD, BEHIND }; /* in the order in which the check comes to them */

static struct {
    hchan *between, *never;
    _Atomic uint32_t id[2];    /* of the threads' Gs */
    _Atomic uint32_t ahead;    /* the id of AHEAD's G; set once both ids are */
    _Atomic uint32_t go, over; /* set by the test */
    _Atomic uint32_t went_on;  /* AHEAD has received */
    pthread_t thread[2];
    int64_t deadline; /* of AHEAD's receive */
} two;

static void until_set(_Atomic uint32_t *word)
{
    while (!load_acq(word)) /* pairs with the store_rel that sets it */
        sched_yield();
}

/* AHEAD receives from BEHIND, and then runs. BEHIND runs, sends, and then waits for ever. */
static void *one_of_two(void *arg)
{
    uint32_t me = load_rlx(&getg()->id);    /* our own */
    store_rel(&two.id[(uintptr_t)arg], me); /* pairs with until_set */
    until_set(&two.ahead);
    if (load_rlx(&two.ahead) == me) { /* set already */
        if (two.deadline == HCHAN_FOREVER)
            chanrecv1(two.between, NULL);
        else
            chanrecv_within(two.between, NULL, NULL, NULL, two.deadline);
        store_rel(&two.went_on, 1); /* pairs with until_set */
        until_set(&two.over);
    } else {
        until_set(&two.go);
        chansend1(two.between, &(long){1});
        chanrecv1(two.never, NULL);
    }
    return NULL;
}

/* Returns with AHEAD parked, and BEHIND waiting for `go`. */
static void start_two(const struct hchan_variant *v, int64_t deadline)
{
    memset(&two, 0, sizeof(two));
    two.deadline = deadline;
    two.between = make(v, sizeof(long), 0);
    two.never = make(v, sizeof(long), 0);
    for (uintptr_t i = 0; i < 2; i++)
        start(&two.thread[i], one_of_two, (void *)i);
    until_set(&two.id[0]);
    until_set(&two.id[1]);
    struct g *gp = allgs_lock();
    while (!load_acq(&gp->registered)) /* both are, and stay so */
        gp = gp->next_all;
    uint32_t first = load_rlx(&gp->id);
    allgs_unlock();
    store_rel(&two.ahead, first);            /* pairs with until_set */
    if (load_rlx(&two.id[AHEAD]) != first) { /* both are set */
        pthread_t swap = two.thread[AHEAD];
        two.thread[AHEAD] = two.thread[BEHIND];
        two.thread[BEHIND] = swap;
    }
    until_receivers(two.between, 1);
}

static void end_two(void)
{
    store_rel(&two.go, 1); /* both pair with until_set */
    store_rel(&two.over, 1);
    until_receivers(two.never, 1);
    closechan(two.never);
    join(two.thread[AHEAD]);
    join(two.thread[BEHIND]);
    chanfree(two.between);
    chanfree(two.never);
}

/* Between the look at AHEAD, which is parked, and the one at BEHIND. */
static void wake_ahead_and_park(struct g *gp)
{
    uint32_t id = load_rlx(&gp->id), ahead = load_rlx(&two.ahead); /* set already, here and below */
    if (id == ahead || (id != load_rlx(&two.id[0]) && id != load_rlx(&two.id[1])))
        return; /* not BEHIND */

    store_rel(&two.go, 1); /* pairs with until_set */
    until_set(&two.went_on);
    until_receivers(two.never, 1);
}

/* Given A parked and B running, when between the check's looks at A and at B, B wakes A and parks,
 * then there is no deadlock: A runs. */
static void test_one_that_is_woken_between_two_looks_is_no_deadlock(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        start_two(v, HCHAN_FOREVER);
        comes_to = wake_ahead_and_park;
        bool found = hchan_deadlocked();
        comes_to = NULL;
        bool went_on = load_acq(&two.went_on); /* pairs with one_of_two: it happened */
        end_two();
        assert_true(went_on);
        assert_false(found);
    }
}

static _Atomic uint32_t held, let_go;

static void hold(int number)
{
    (void)number;
    store_rel(&held, 1); /* pairs with until_set */
    until_set(&let_go);
}

/* Given A parked, and kept from running by a signal's handler, when B makes it ready and parks,
 * then there is no deadlock, though A's count says that it is parked. */
static void test_one_that_is_ready_and_has_not_run_is_no_deadlock(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__
    skip(); /* it delays a handler until the thread next calls the C library */
#endif
    struct sigaction action = {.sa_handler = hold}, before;
    assert_int_equal(sigaction(SIGUSR2, &action, &before), 0);
    FOR_EACH_VARIANT(v)
    {
        start_two(v, HCHAN_FOREVER);
        store_rlx(&held, 0); /* before the signal */
        store_rlx(&let_go, 0);
        assert_int_equal(pthread_kill(two.thread[AHEAD], SIGUSR2), 0);
        until_set(&held);
        store_rel(&two.go, 1); /* pairs with until_set */
        until_receivers(two.never, 1);
        bool found = hchan_deadlocked();
        size_t parked;
        free(hchan_parked_now(&parked));
        store_rel(&let_go, 1); /* pairs with until_set */
        end_two();
        assert_false(found);
        assert_int_equal(parked, 1); /* BEHIND */
    }
    assert_int_equal(sigaction(SIGUSR2, &before, NULL), 0);
}

static void *recv_and_end(void *c)
{
    chanrecv2(c, NULL);
    return NULL;
}

/* Given a thread that waits until a deadline, when all others wait for ever, then there is no
 * deadlock. */
static void test_one_that_is_bounded_is_no_deadlock(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        pthread_t other;
        hchan *c = make(v, sizeof(long), 0);
        start_two(v, hchan_deadline(INT64_C(3600) * 1000000000));
        start(&other, recv_and_end, c);
        until_receivers(c, 1);
        hchan_register(); /* nor is there one while we count as well */
        assert_false(hchan_deadlocked());
        hchan_unregister();
        assert_false(hchan_deadlocked());
        store_rel(&two.go, 1); /* pairs with until_set */
        until_set(&two.went_on);
        until_receivers(two.never, 1);
        assert_false(hchan_deadlocked()); /* one runs */
        closechan(c);
        join(other);
        chanfree(c);
        end_two();
    }
}

static void *bounded_recv(void *c)
{
    chanrecv_within(c, NULL, NULL, NULL, hchan_deadline(INT64_C(3600) * 1000000000));
    return NULL;
}

/* Given that every registered thread waits until a deadline, then there is no deadlock. */
static void test_bounded_waits_only_are_no_deadlock(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        pthread_t thread;
        hchan *c = make(v, sizeof(long), 0);
        start(&thread, bounded_recv, c);
        until_receivers(c, 1);
        assert_false(hchan_deadlocked());
        closechan(c);
        join(thread);
        chanfree(c);
    }
}

struct ring {
    hchan *from, *to, *never;
};

static void *recv_then_send(void *arg)
{
    const struct ring *r = arg;
    if (chanrecv2(r->from, NULL))
        chansend1(r->to, &(long){1});
    return NULL;
}

static void *select_both(void *arg)
{
    const struct ring *r = arg;
    const struct scase cases[] = {{SCASE_RECV, r->from, {NULL}}, {SCASE_RECV, r->to, {NULL}}};
    selectgo(cases, 2, true, NULL);
    return NULL;
}

/* Given registered threads that each wait for another, then there is a deadlock, until a thread
 * that is not registered ends it. */
static void test_threads_that_wait_for_each_other_are_deadlocked(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        pthread_t thread[3];
        hchan *a = make(v, sizeof(long), 0), *b = make(v, sizeof(long), 0);
        struct ring ab = {a, b, NULL}, ba = {b, a, NULL};
        assert_false(hchan_deadlocked()); /* no thread is registered */
        start(&thread[0], recv_then_send, &ab);
        start(&thread[1], recv_then_send, &ba);
        start(&thread[2], select_both, &ab);
        until_receivers(a, 2);
        until_receivers(b, 2);
        assert_true(hchan_deadlocked());
        hchan_register(); /* we could wake them */
        assert_false(hchan_deadlocked());
        hchan_unregister();
        assert_true(hchan_deadlocked());
        closechan(a);
        closechan(b);
        for (size_t i = 0; i < 3; i++)
            join(thread[i]);
        assert_false(hchan_deadlocked());
        chanfree(a);
        chanfree(b);
    }
}

static _Atomic uint32_t asked, over;

static void *ask_all_the_time(void *arg)
{
    uint32_t *alarms = arg;
    while (!load_acq(&over)) { /* pairs with store_rel of the test */
        *alarms += hchan_deadlocked();
        fadd_rlx(&asked, 1); /* a count */
        sched_yield();       /* the lock of the list is not fair */
    }
    return NULL;
}

static void *pong(void *arg)
{
    const struct ring *r = arg;
    for (long value; chanrecv2(r->from, &value);)
        chansend1(r->to, &value);
    return NULL;
}

enum { ROUNDS = 500, ASKED = 20 };

static void *ping(void *arg)
{
    const struct ring *r = arg;
    for (long i = 0, value; i < ROUNDS || load_rlx(&asked) < ASKED; i++) {
        const struct scase to[] = {{SCASE_SEND, r->from, {&i}}, {SCASE_RECV, r->never, {NULL}}};
        const struct scase back[] = {{SCASE_RECV, r->to, {&value}}, {SCASE_RECV, r->never, {NULL}}};
        if (i % 2) { /* the same, by selects */
            selectgo(to, 2, true, NULL);
            selectgo(back, 2, true, NULL);
        } else {
            chansend1(r->from, &i);
            chanrecv1(r->to, &value);
        }
    }
    closechan(r->from);
    return NULL;
}

/* Given two threads that play ping-pong, so that one is parked nearly always, when a third asks all
 * the time, then there is never a deadlock. */
static void test_ping_pong_is_never_deadlocked(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct ring r = {make(v, sizeof(long), 0), make(v, sizeof(long), 0),
                         make(v, sizeof(long), 0)};
        pthread_t thread[2], asker;
        uint32_t alarms = 0;
        store_rlx(&asked, 0); /* before the threads are made */
        store_rlx(&over, 0);
        start(&thread[0], pong, &r);
        start(&thread[1], ping, &r);
        assert_int_equal(pthread_create(&asker, NULL, ask_all_the_time, &alarms), 0);
        join(thread[1]);
        join(thread[0]);
        store_rel(&over, 1); /* pairs with load_acq of the asker */
        join(asker);
        assert_int_equal(alarms, 0);
        chanfree(r.from);
        chanfree(r.to);
        chanfree(r.never);
    }
}

struct crowd {
    hchan *c;
    pthread_t thread[8];
};

static void *close_it(void *arg)
{
    struct crowd *crowd = arg;
    until_receivers(crowd->c, 8);
    closechan(crowd->c);
    return NULL;
}

/* Given a parked crowd and a thread that closes its channel, when another asks all the time, then
 * there is never a deadlock, not even while only a part of the crowd is ready. */
static void test_a_close_that_goes_on_is_never_deadlocked(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (int round = 0; round < 20; round++) {
        pthread_t closer, asker;
        uint32_t alarms = 0;
        struct crowd crowd = {.c = make(v, sizeof(long), 0)};
        store_rlx(&over, 0); /* before the threads are made */
        start(&closer, close_it, &crowd);
        assert_int_equal(pthread_create(&asker, NULL, ask_all_the_time, &alarms), 0);
        for (size_t i = 0; i < 8; i++)
            start(&crowd.thread[i], recv_and_end, crowd.c);
        for (size_t i = 0; i < 8; i++)
            join(crowd.thread[i]);
        join(closer);
        store_rel(&over, 1); /* pairs with load_acq of the asker */
        join(asker);
        assert_int_equal(alarms, 0);
        chanfree(crowd.c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_that_wait_for_each_other_are_deadlocked),
        cmocka_unit_test(test_one_that_is_bounded_is_no_deadlock),
        cmocka_unit_test(test_one_that_is_woken_between_two_looks_is_no_deadlock),
        cmocka_unit_test(test_one_that_is_ready_and_has_not_run_is_no_deadlock),
        cmocka_unit_test(test_bounded_waits_only_are_no_deadlock),
        cmocka_unit_test(test_ping_pong_is_never_deadlocked),
        cmocka_unit_test(test_a_close_that_goes_on_is_never_deadlocked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
