/* The mutex, the wait group, the once and the task, with goroutines and threads at once: nothing is
 * lost, nobody is left asleep, misuse is told in Go's words, and those that wait are seen. What
 * meets within a few instructions: explore_sync_test. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <errno.h>
#include <hchan/lines.h>
#include <hchan/sync.h>
#include <hchan/watch.h>
#include <time.h>

static struct hchan_mutex mutex;
static struct hchan_waitgroup group;
static struct hchan_once once;
static _Atomic uint32_t word, seen;

static void until(_Atomic uint32_t *at, uint32_t value)
{
    while (load_acq(at) != value) /* pairs with store_rel */
        sched_yield();
}

/* Waits until `count` goroutines and threads are parked, each with this reason. */
static void until_parked_for(const char *reason, size_t count)
{
    for (size_t found = 0; found != count; sched_yield()) {
        size_t n;
        struct hchan_parked *list = hchan_parked_now(&n);
        assert_non_null(list);
        found = 0;
        for (size_t i = 0; i < n; i++)
            found += strcmp(list[i].reason, reason) == 0 && !list[i].bounded;
        free(list);
    }
}

/* Runs fn(arg) in a thread that is registered. */
struct threaded {
    void (*fn)(void *);
    void *arg;
    pthread_t thread;
};

static void *run_threaded(void *arg)
{
    const struct threaded *t = arg;
    t->fn(t->arg);
    return NULL;
}

static void start_thread(struct threaded *t, void (*fn)(void *), void *arg)
{
    *t = (struct threaded){.fn = fn, .arg = arg};
    assert_int_equal(hchan_go(&t->thread, run_threaded, t), 0);
}

static void end_thread(struct threaded *t)
{
    assert_int_equal(pthread_join(t->thread, NULL), 0);
}

/* A storm on one mutex. */
enum { PARTIES = 4, ROUNDS = SANITIZED ? 2000 : 30000 };

static struct {
    uint64_t total; /* plain: the mutex guards it */
    uint32_t inside, worst;
} storm;

static void storm_party(void *arg)
{
    bool parks = arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 7 == 0)
            while (!hchan_mutex_trylock(&mutex))
                gosched();
        else
            hchan_mutex_lock(&mutex);
        if (++storm.inside > storm.worst)
            storm.worst = storm.inside;
        storm.total++;
        if (parks && i % 16 == 0)
            gosched(); /* while it holds the mutex */
        storm.inside--;
        hchan_mutex_unlock(&mutex);
    }
}

static void test_no_two_hold_a_mutex(void **state)
{
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        struct threaded threads[PARTIES];
        storm.total = storm.worst = 0;
        start_procs(procs);
        for (unsigned i = 0; i < PARTIES; i++) {
            go(storm_party, i % 2 ? &storm : NULL);
            start_thread(&threads[i], storm_party, i % 2 ? &storm : NULL);
        }
        for (unsigned i = 0; i < PARTIES; i++)
            end_thread(&threads[i]);
        schedstop();
        assert_int_equal(storm.total, 2 * PARTIES * ROUNDS);
        assert_int_equal(storm.worst, 1);
        assert_int_equal(load_rlx(&mutex.word_), 0); /* at rest */
    }
}

/* Holds the mutex until told. */
static void hold(void *arg)
{
    (void)arg;
    hchan_mutex_lock(&mutex);
    fadd_acqrel(&seen, 1); /* for until() */
    while (load_acq(&word) == 0)
        gosched();
    hchan_mutex_unlock(&mutex);
}

static void test_a_goroutine_that_waits_leaves_its_p(void **state)
{
    (void)state;
    start_procs(1);
    store_rlx(&word, 0); /* nobody reads them yet */
    store_rlx(&seen, 0);
    hchan_mutex_lock(&mutex);
    for (int i = 0; i < 3; i++)
        go(hold, NULL);
    until_parked_for("sync.Mutex.Lock", 3);
    _Atomic uint32_t count = 0;
    go(count_one, &count); /* runs beside those that wait */
    until(&count, 1);
    store_rel(&word, 1);
    hchan_mutex_unlock(&mutex);
    schedstop();
    assert_int_equal(load_rlx(&seen), 3);
}

/* Given one that has waited for long, then an unlock hands the mutex to it: whoever else comes is
 * too late, although it runs and the other may sleep. */
static void hands_over(void (*start)(void))
{
    store_rlx(&word, 0); /* nobody reads them yet */
    store_rlx(&seen, 0);
    hchan_mutex_lock(&mutex);
    start();
    until_parked_for("sync.Mutex.Lock", 1);
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL); /* it starves after 1 ms */
    hchan_mutex_unlock(&mutex);
    assert_false(hchan_mutex_trylock(&mutex));
    until(&seen, 1);
    assert_false(hchan_mutex_trylock(&mutex));
    store_rel(&word, 1);
    hchan_mutex_lock(&mutex);
    hchan_mutex_unlock(&mutex);
}

static struct threaded holder;

static void start_holder_thread(void)
{
    start_thread(&holder, hold, NULL);
}

static void start_holder_goroutine(void)
{
    go(hold, NULL);
}

static void test_who_starves_is_handed_the_mutex(void **state)
{
    (void)state;
    hands_over(start_holder_thread);
    end_thread(&holder);
    start_procs(1);
    hands_over(start_holder_goroutine);
    schedstop();
}

static void unlock_unlocked(void)
{
    hchan_mutex_unlock(&mutex);
}

static void test_an_unlock_too_many_is_fatal(void **state)
{
    (void)state;
    assert_int_equal(run_child(unlock_unlocked), 128 + SIGABRT);
    assert_said("fatal error: sync: unlock of unlocked mutex\n");
}

/* Wait groups. */

static void add_one(void *arg)
{
    fadd_rlx((_Atomic uint32_t *)arg, 1); /* a count; the group orders it */
}

static void add_one_and_done(void *arg)
{
    add_one(arg);
    hchan_waitgroup_done(&group);
}

static void wait_and_look(void *arg)
{
    hchan_waitgroup_wait(&group);
    assert_int_equal(load_rlx(&word), (uintptr_t)arg);
    fadd_rlx(&seen, 1); /* a count */
}

/* Given goroutines and threads that work, all that wait, of either kind, go on when all are done,
 * and not before; and the group can be used again at once. */
static void test_a_group_wakes_all_once_all_are_done(void **state)
{
    enum { TIMES = SANITIZED ? 30 : 300, MANY = 8 };
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        start_procs(procs);
        for (int i = 0; i < TIMES; i++) {
            struct threaded waiter, worker;
            store_rlx(&word, 0); /* nobody reads them yet */
            store_rlx(&seen, 0);
            hchan_waitgroup_add(&group, 1);
            start_thread(&waiter, wait_and_look, (void *)(MANY + 1));
            go(wait_and_look, (void *)(MANY + 1));
            for (int k = 0; k < MANY; k++)
                assert_int_equal(hchan_waitgroup_go(&group, add_one, &word), 0);
            start_thread(&worker, add_one_and_done, &word);
            hchan_waitgroup_wait(&group);
            assert_int_equal(load_rlx(&word), MANY + 1);
            end_thread(&worker);
            end_thread(&waiter);
            schedwait();
            assert_int_equal(load_rlx(&seen), 2);
        }
        schedstop();
        assert_int_equal(load_rlx(&group.word_), 0);
    }
}

/* A group on the stack of the one that waits, which goes at once. */
static void use_briefly(void *arg)
{
    (void)arg;
    for (int i = 0; i < (SANITIZED ? 200 : 5000); i++) {
        struct hchan_waitgroup brief = {0};
        _Atomic uint32_t count = 0;
        if (hchan_waitgroup_go(&brief, add_one, &count) ||
            hchan_waitgroup_go(&brief, add_one, &count))
            abort();
        hchan_waitgroup_wait(&brief);
        assert_int_equal(load_rlx(&count), 2);
        memset((void *)&brief, 0xa5, sizeof(brief));
    }
}

static void test_a_group_may_go_after_the_wait(void **state)
{
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        struct threaded thread;
        start_procs(procs);
        go(use_briefly, NULL);
        start_thread(&thread, use_briefly, NULL);
        end_thread(&thread);
        schedstop();
    }
}

static void done_too_many(void)
{
    hchan_waitgroup_done(&group);
}

static void go_of_nothing(void)
{
    schedinit(NULL);
    hchan_waitgroup_go(&group, NULL, NULL);
}

static void test_a_negative_counter_panics(void **state)
{
    (void)state;
    assert_int_equal(run_child(done_too_many), 2);
    assert_said("panic: sync: negative WaitGroup counter\n");
    assert_int_equal(run_child(go_of_nothing), 128 + SIGABRT);
    assert_said("fatal error: go of nil func value\n");
}

static void *nothing(void *arg)
{
    return arg;
}

static void test_a_goroutine_that_is_refused_leaves_the_group(void **state)
{
    (void)state;
    struct hchan_task task;
    assert_int_equal(hchan_waitgroup_go(&group, add_one, &word), ESRCH);
    hchan_waitgroup_wait(&group); /* returns */
    assert_int_equal(hchan_task_go(&task, nothing, NULL), ESRCH);
}

/* Once and tasks. */

static void call(void *arg)
{
    (void)arg;
    gosched();
    fadd_rlx(&word, 1); /* a count; the once orders it */
}

static void call_once(void *arg)
{
    (void)arg;
    hchan_once_do(&once, call, NULL);
    assert_int_equal(load_rlx(&word), 1);
}

static void test_the_first_call_is_the_only_one(void **state)
{
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        struct threaded threads[PARTIES];
        memset((void *)&once, 0, sizeof(once));
        store_rlx(&word, 0); /* nobody reads it yet */
        start_procs(procs);
        for (unsigned i = 0; i < PARTIES; i++) {
            go(call_once, NULL);
            start_thread(&threads[i], call_once, NULL);
        }
        for (unsigned i = 0; i < PARTIES; i++)
            end_thread(&threads[i]);
        schedstop();
        assert_int_equal(load_rlx(&word), 1);
    }
}

static void panic_once(void *arg)
{
    closechan(arg);
}

static void do_panic_once(void *arg)
{
    hchan_once_do(arg, panic_once, NULL);
}

static void test_a_call_that_panics_counts_as_made(void **state)
{
    (void)state;
    struct hchan_once panics = {0};
    const char *message = NULL;
    assert_false(hchan_try(do_panic_once, &panics, &message));
    assert_string_equal(message, "close of nil channel");
    assert_true(hchan_try(do_panic_once, &panics, &message));
}

/* The message lies in a frame that the panic leaves. */
static void panic_with_a_value(void *value)
{
    char text[32];
    snprintf(text, sizeof(text), "number %d", *(int *)value);
    hchan_panic_value(text, value);
}

static int number = 42;

static void do_panic_with_a_value(void *arg)
{
    hchan_once_do(arg, panic_with_a_value, &number);
}

static void test_a_panic_keeps_its_value_and_its_text(void **state)
{
    (void)state;
    struct hchan_once panics = {0};
    struct hchan_panicked p;
    assert_false(hchan_catch(do_panic_with_a_value, &panics, &p));
    assert_string_equal(p.text, "number 42"); /* and no "[recovered]": nothing has caught it */
    assert_ptr_equal(p.message, p.text);
    assert_ptr_equal(p.value, &number);
    assert_true(hchan_catch(do_panic_with_a_value, &panics, &p));
}

static void *square(void *arg)
{
    gosched();
    return (void *)((uintptr_t)arg * (uintptr_t)arg);
}

static void wait_for_task(void *arg)
{
    assert_int_equal((uintptr_t)hchan_task_wait(arg), 49);
}

static void test_a_task_has_a_result(void **state)
{
    (void)state;
    FOR_EACH_PROCS(procs)
    {
        struct hchan_task task, other;
        memset((void *)&task, 0xa5, sizeof(task)); /* need not be zeroed */
        start_procs(procs);
        assert_int_equal(hchan_task_go(&task, square, (void *)7), 0);
        go(wait_for_task, &task);
        assert_int_equal((uintptr_t)hchan_task_wait(&task), 49);
        assert_int_equal(hchan_task_go(&other, square, (void *)8), 0);
        assert_int_equal((uintptr_t)hchan_task_wait(&other), 64);
        assert_int_equal((uintptr_t)hchan_task_wait(&other), 64);
        schedstop();
    }
}

/* Each way to wait. No wait is the last call of its function. */
static struct hchan_task slow_task;

static void park_in_lock(void *arg)
{
    hchan_mutex_lock(&mutex);
    hchan_mutex_unlock(arg);
}

static void park_in_wait(void *arg)
{
    hchan_waitgroup_wait(arg);
    fadd_rlx(&seen, 1); /* a count */
}

static void park_in_once(void *arg)
{
    hchan_once_do(arg, call, NULL);
    fadd_rlx(&seen, 1); /* as above */
}

static void park_in_task(void *arg)
{
    hchan_task_wait(arg);
    fadd_rlx(&seen, 1); /* as above */
}

static void *lock_in_task(void *arg)
{
    hchan_mutex_lock(&mutex);
    hchan_mutex_unlock(&mutex);
    return arg;
}

static void lock_in_once(void *arg)
{
    (void)lock_in_task(arg);
}

static void hold_once(void *arg)
{
    hchan_once_do(arg, lock_in_once, NULL);
}

/* A report names the place in the program, and not one in the library. */
static void test_the_place_of_a_wait_is_its_callers(void **state)
{
    static void (*const ways[])(void *) = {park_in_lock, park_in_wait, park_in_once, park_in_task};
    void *const args[] = {&mutex, &group, &once, &slow_task};
    enum { WAYS = sizeof(ways) / sizeof(ways[0]) };
    struct threaded threads[WAYS], holds;
    (void)state;
    if (!hchan_lines_known())
        skip();
    memset((void *)&once, 0, sizeof(once));
    start_procs(1);
    hchan_mutex_lock(&mutex);
    hchan_waitgroup_add(&group, 1);
    assert_int_equal(hchan_task_go(&slow_task, lock_in_task, NULL), 0);
    start_thread(&holds, hold_once, &once);
    until_parked_for("sync.Mutex.Lock", 2);
    for (int i = 0; i < WAYS; i++)
        start_thread(&threads[i], ways[i], args[i]);
    until_parked_for("sync.Mutex.Lock", 4);
    until_parked_for("sync.WaitGroup.Wait", 2);
    size_t n, here = 0;
    struct hchan_parked *list = hchan_parked_now(&n);
    assert_non_null(list);
    for (size_t i = 0; i < n; i++) {
        char place[512];
        hchan_place_line(list[i].callerpc, place, sizeof(place));
        here += strstr(place, "sync_test.c:") != NULL;
    }
    free(list);
    hchan_mutex_unlock(&mutex);
    hchan_waitgroup_done(&group);
    for (int i = 0; i < WAYS; i++)
        end_thread(&threads[i]);
    end_thread(&holds);
    schedstop();
    assert_int_equal(here, n);
}

/* The check for deadlocks. */

static void lock_and_unlock(void *arg)
{
    (void)arg;
    hchan_mutex_lock(&mutex);
    hchan_mutex_unlock(&mutex);
}

static void wait_group(void *arg)
{
    (void)arg;
    hchan_waitgroup_wait(&group);
}

/* Given goroutines and threads that wait for each other in vain, they are found; and once one comes
 * to their help, they are not. */
static void test_who_waits_in_vain_is_deadlocked(void **state)
{
    (void)state;
    struct threaded threads[2];
    start_procs(2);
    hchan_unregister(); /* schedinit() has registered us */
    hchan_mutex_lock(&mutex);
    hchan_waitgroup_add(&group, 1);
    assert_false(hchan_deadlocked());
    go(lock_and_unlock, NULL);
    go(wait_group, NULL);
    start_thread(&threads[0], lock_and_unlock, NULL);
    start_thread(&threads[1], wait_group, NULL);
    until_parked_for("sync.Mutex.Lock", 2);
    until_parked_for("sync.WaitGroup.Wait", 2);
    assert_true(hchan_deadlocked());
    hchan_register(); /* this thread can help */
    assert_false(hchan_deadlocked());
    hchan_unregister();
    hchan_mutex_unlock(&mutex);
    hchan_waitgroup_done(&group);
    end_thread(&threads[0]);
    end_thread(&threads[1]);
    schedstop();
    assert_false(hchan_deadlocked());
}

/* Two that take turns under a mutex are never both parked for good. */
static void take_turns(void *arg)
{
    (void)arg;
    for (int i = 0; i < (SANITIZED ? 3000 : 100000); i++) {
        hchan_mutex_lock(&mutex);
        hchan_mutex_unlock(&mutex);
    }
    fadd_acqrel(&seen, 1); /* for the loop below */
}

static void test_who_takes_turns_is_not_deadlocked(void **state)
{
    (void)state;
    struct threaded threads[2];
    store_rlx(&seen, 0); /* nobody reads it yet */
    start_procs(2);
    for (int i = 0; i < 2; i++) {
        start_thread(&threads[i], take_turns, NULL);
        go(take_turns, NULL);
    }
    while (load_acq(&seen) < 4)
        assert_false(hchan_deadlocked());
    for (int i = 0; i < 2; i++)
        end_thread(&threads[i]);
    schedstop();
}

/* In the child of a fork, what nobody else used goes on; and a new scheduler uses it. */
static void test_a_fork_leaves_what_is_free(void **state)
{
    (void)state;
    start_procs(2);
    hchan_mutex_lock(&mutex);
    pid_t child = fork_child();
    if (child == 0) {
        hchan_mutex_unlock(&mutex);
        take_turns(NULL);
        if (SANITIZED) /* which can't start threads here */
            _exit(0);
        start_procs(2);
        go(take_turns, NULL);
        hchan_waitgroup_go(&group, take_turns, NULL);
        hchan_waitgroup_wait(&group);
        schedstop();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(exited_with(status, 0));
    hchan_mutex_unlock(&mutex);
    schedstop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* These two fork: before there are threads. */
        cmocka_unit_test(test_an_unlock_too_many_is_fatal),
        cmocka_unit_test(test_a_negative_counter_panics),
        cmocka_unit_test(test_no_two_hold_a_mutex),
        cmocka_unit_test(test_a_goroutine_that_waits_leaves_its_p),
        cmocka_unit_test(test_who_starves_is_handed_the_mutex),
        cmocka_unit_test(test_a_group_wakes_all_once_all_are_done),
        cmocka_unit_test(test_a_group_may_go_after_the_wait),
        cmocka_unit_test(test_a_goroutine_that_is_refused_leaves_the_group),
        cmocka_unit_test(test_the_first_call_is_the_only_one),
        cmocka_unit_test(test_a_call_that_panics_counts_as_made),
        cmocka_unit_test(test_a_panic_keeps_its_value_and_its_text),
        cmocka_unit_test(test_a_task_has_a_result),
        cmocka_unit_test(test_the_place_of_a_wait_is_its_callers),
        cmocka_unit_test(test_who_waits_in_vain_is_deadlocked),
        cmocka_unit_test(test_who_takes_turns_is_not_deadlocked),
        cmocka_unit_test(test_a_fork_leaves_what_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
