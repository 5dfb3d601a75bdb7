/* Gs: what a thread's first operation needs, threads that cannot be started, numbers that run out,
 * and the counts that outlive their threads. The build puts the functions named __wrap_... here
 * before the C library's. */
/* SPDX-License-Identifier: MIT */
#include "core/g/g.c" /* for last_id */
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <errno.h>
#include <hchan/watch.h>
#include <limits.h>
#include <pthread.h>

int __real_pthread_key_create(pthread_key_t *key, void (*destroy)(void *));
int __real_pthread_atfork(void (*before)(void), void (*after)(void), void (*in_child)(void));
int __real_pthread_setspecific(pthread_key_t key, const void *value);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg);
void *__real_malloc(size_t size);
int __wrap_pthread_key_create(pthread_key_t *key, void (*destroy)(void *));
int __wrap_pthread_atfork(void (*before)(void), void (*after)(void), void (*in_child)(void));
int __wrap_pthread_setspecific(pthread_key_t key, const void *value);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg);
void *__wrap_malloc(size_t size);

enum fault { NONE, KEY_CREATE, ATFORK, SETSPECIFIC, CREATE, MALLOC };

static enum fault fault; /* which function's next call fails; for one thread */

static bool strikes(enum fault which)
{
    if (fault != which)
        return false;
    fault = NONE;
    return true;
}

int __wrap_pthread_key_create(pthread_key_t *made, void (*destroy)(void *))
{
    return strikes(KEY_CREATE) ? EAGAIN : __real_pthread_key_create(made, destroy);
}

int __wrap_pthread_atfork(void (*before)(void), void (*after)(void), void (*in_child)(void))
{
    return strikes(ATFORK) ? ENOMEM : __real_pthread_atfork(before, after, in_child);
}

int __wrap_pthread_setspecific(pthread_key_t made, const void *value)
{
    return strikes(SETSPECIFIC) ? ENOMEM : __real_pthread_setspecific(made, value);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                          void *arg)
{
    return strikes(CREATE) ? EAGAIN : __real_pthread_create(thread, attributes, fn, arg);
}

void *__wrap_malloc(size_t size)
{
    return strikes(MALLOC) ? NULL : __real_malloc(size);
}

/* This test comes first, while the process does not have what it needs only once. */
static void test_a_first_operation_without_what_it_needs_ends_the_process(void **state)
{
    static const struct {
        enum fault fault;
        const char *says;
    } rows[] = {
        {KEY_CREATE, "fatal error: out of thread keys\n"},
        {ATFORK, "fatal error: out of memory\n"},
        {SETSPECIFIC, "fatal error: out of memory\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        fault = rows[i].fault;
        assert_int_equal(run_child(hchan_register), 128 + SIGABRT);
        assert_string_equal(said, rows[i].says);
    }
    fault = NONE;
}

static void *recv_and_end(void *c)
{
    chanrecv2(c, NULL);
    return c;
}

/* Given a thread that cannot be started, then the caller gets the reason, and the G that was made
 * for it does not count for a deadlock and is used again. */
static void test_a_thread_that_cannot_be_started_leaves_nothing_behind(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        pthread_t worker, none;
        hchan *c = make(v, sizeof(long), 0);
        assert_int_equal(hchan_go(&worker, recv_and_end, c), 0);
        until_receivers(c, 1);
        assert_true(hchan_deadlocked());
        fault = MALLOC;
        assert_int_equal(hchan_go(&none, recv_and_end, c), ENOMEM);
        assert_int_equal(fault, NONE);
        assert_true(hchan_deadlocked());
        size_t gs = 0;
        for (int i = 0; i < 3; i++) {
            fault = CREATE;
            assert_int_equal(hchan_go(&none, recv_and_end, c), EAGAIN);
            assert_int_equal(fault, NONE);
            assert_true(hchan_deadlocked()); /* a thread that was not started does not run */
            assert_true(gs == 0 || count_gs() == gs);
            gs = count_gs();
        }
        assert_int_equal(chan_parked_receivers(c), 1);
        closechan(c);
        assert_int_equal(pthread_join(worker, NULL), 0);
        chanfree(c);
    }
}

static void *stand_in_each_way(void *arg)
{
    static bool yes;
    bool right = standing_of(getg()) == UNDECLARED;
    hchan_unregister();
    right = right && standing_of(getg()) == UNREGISTERED;
    hchan_register();
    right = right && standing_of(getg()) == REGISTERED;
    hchan_unregister();
    right = right && standing_of(getg()) == UNREGISTERED;
    (void)arg;
    return right ? &yes : NULL;
}

/* A thread says by each of the two calls whether it may wake others. The next one with its G has
 * not said anything. */
static void test_what_a_thread_says_ends_with_it(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        void *right;
        assert_int_equal(pthread_create(&thread, NULL, stand_in_each_way, NULL), 0);
        assert_int_equal(pthread_join(thread, &right), 0);
        assert_non_null(right);
    }
}

static void test_each_outcome_has_a_name_of_its_own_and_a_description(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++) {
        assert_true(*hchan_outcome_name(i) && *hchan_outcome_what(i));
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(hchan_outcome_name(i), hchan_outcome_name(k));
    }
    assert_string_equal(hchan_outcome_name(HCHAN_SEND_HANDOFF), "send_handoff");
    assert_null(hchan_outcome_name(HCHAN_OUTCOMES));
    assert_null(hchan_outcome_what(HCHAN_OUTCOMES));
    assert_null(hchan_outcome_name(UINT_MAX));
}

static void *send_three(void *c)
{
    for (long i = 0; i < 3; i++)
        chansend1(c, &i);
    return NULL;
}

/* Given threads that have ended, and others that got their Gs, then the sums have them all. */
static void test_sums_keep_what_threads_counted_that_have_ended(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v)
    {
        uint64_t before[HCHAN_OUTCOMES], after[HCHAN_OUTCOMES];
        hchan *c = make(v, sizeof(long), 9);
        hchan_outcomes_read(before);
        for (int i = 0; i < 3; i++) {
            pthread_t thread;
            assert_int_equal(pthread_create(&thread, NULL, send_three, c), 0);
            assert_int_equal(pthread_join(thread, NULL), 0);
        }
        hchan_outcomes_read(after);
        assert_int_equal(after[HCHAN_SEND_BUFFER] - before[HCHAN_SEND_BUFFER], 9);
        chanfree(c);
    }
}

/* Given that the last number has been taken, when new Gs live, then their numbers begin at 1 again:
 * number 0, which stands for no G, would make all random numbers 0. */
static void test_numbers_that_have_run_out_begin_at_1_again(void **state)
{
    static const uint32_t wanted[] = {UINT32_MAX, 1, 2};
    struct g *gs[3];
    (void)state;
    store_rlx(&last_id, UINT32_MAX - 1); /* no other thread runs */
    for (size_t i = 0; i < 3; i++) {
        gs[i] = newthreadg(false);
        assert_int_equal(load_rlx(&gs[i]->id), wanted[i]); /* written by us */
        uint32_t first = cheaprandn(gs[i], 1000), same = 1;
        while (same < 100 && cheaprandn(gs[i], 1000) == first)
            same++;
        assert_true(same < 100);
    }
    for (size_t i = 0; i < 3; i++)
        recycleg(gs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_first_operation_without_what_it_needs_ends_the_process),
        cmocka_unit_test(test_a_thread_that_cannot_be_started_leaves_nothing_behind),
        cmocka_unit_test(test_what_a_thread_says_ends_with_it),
        cmocka_unit_test(test_each_outcome_has_a_name_of_its_own_and_a_description),
        cmocka_unit_test(test_sums_keep_what_threads_counted_that_have_ended),
        cmocka_unit_test(test_numbers_that_have_run_out_begin_at_1_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
