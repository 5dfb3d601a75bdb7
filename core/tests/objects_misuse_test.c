/* NULL in place of a mutex, a group, a once, a task, a timer, a context, a function or a variant;
 * and contexts that were released too often: one line on standard error says which call was wrong
 * and how, and the process aborts. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include <hchan/context.h>
#include <hchan/gothread.h>
#include <hchan/sched.h>
#include <hchan/sync.h>
#include <hchan/time.h>

static void nothing(void *arg)
{
    (void)arg;
}

static void *nothing_of(void *arg)
{
    return arg;
}

/* A call whose body is one expression of `arg`. */
#define CALL(name, expression)     \
    static void name##_(void *arg) \
    {                              \
        (void)(arg);               \
        (void)(expression);        \
    }
CALL(lock, (hchan_mutex_lock(arg), 0))
CALL(trylock, hchan_mutex_trylock(arg))
CALL(unlock, (hchan_mutex_unlock(arg), 0))
CALL(group_add, (hchan_waitgroup_add(arg, 1), 0))
CALL(group_done, (hchan_waitgroup_done(arg), 0))
CALL(group_wait, (hchan_waitgroup_wait(arg), 0))
CALL(group_go, hchan_waitgroup_go(arg, nothing, NULL))
CALL(once, (hchan_once_do(arg, nothing, NULL), 0))
CALL(once_nothing, (hchan_once_do(&(struct hchan_once){0}, NULL, NULL), 0))
CALL(task_go, hchan_task_go(arg, nothing_of, NULL))
CALL(task_wait, hchan_task_wait(arg))
CALL(timer_stop, hchan_timer_stop(arg))
CALL(timer_reset, hchan_timer_reset(arg, 1))
CALL(after_nothing, hchan_after_func(1, NULL, NULL))
CALL(thread_of_nothing, hchan_go(&(pthread_t){0}, NULL, NULL))
CALL(context_cancel, (hchan_context_cancel(arg), 0))
CALL(context_cancel_cause, (hchan_context_cancel_cause(arg, "why"), 0))
CALL(context_done, hchan_context_done(arg))
CALL(context_error, hchan_context_error(arg))
CALL(context_cause, hchan_context_cause(arg))
CALL(context_deadline, hchan_context_deadline(arg))
CALL(context_release, (hchan_context_release(arg), 0))
CALL(context_retain, hchan_context_retain(arg))
CALL(with_cancel, hchan_context_with_cancel(arg))
CALL(with_deadline, hchan_context_with_deadline(arg, 1))
CALL(with_timeout, hchan_context_with_timeout(arg, 1))
CALL(traced, hchan_traced(arg))
CALL(measured, hchan_measured(arg))
CALL(is_traced, hchan_is_traced(arg))
CALL(name, hchan_variant_name(arg))
CALL(lock_name, hchan_variant_lock(arg))
CALL(park_name, hchan_variant_park(arg))
CALL(fastpath_name, hchan_variant_fastpath(arg))
CALL(summary, hchan_variant_summary(arg))
CALL(barges, hchan_variant_barges(arg))
CALL(goroutines, hchan_variant_goroutines(arg))

static void assert_ends_with(void (*call)(void *), void *arg, const char *wanted)
{
    char text[512];
    int status = run_in_child(call, arg, text, sizeof(text));
    assert_string_equal(text, wanted);
    assert_true(aborted(status));
}

#define NO_VARIANT ": the variant is NULL: hchan_variant_named() tells a misspelt name\n"

static void test_null_is_told(void **state)
{
    static const struct {
        void (*call)(void *);
        const char *told; /* after "fatal error: " */
    } rows[] = {
        {lock_, "hchan_mutex_lock: the mutex is NULL\n"},
        {trylock_, "hchan_mutex_trylock: the mutex is NULL\n"},
        {unlock_, "hchan_mutex_unlock: the mutex is NULL\n"},
        {group_add_, "hchan_waitgroup_add: the group is NULL\n"},
        {group_done_, "hchan_waitgroup_done: the group is NULL\n"},
        {group_wait_, "hchan_waitgroup_wait: the group is NULL\n"},
        {group_go_, "hchan_waitgroup_go: the group is NULL\n"},
        {once_, "hchan_once_do: the once is NULL\n"},
        {once_nothing_, "hchan_once_do: the function is NULL\n"},
        {task_go_, "hchan_task_go: the task is NULL\n"},
        {task_wait_, "hchan_task_wait: the task is NULL\n"},
        {timer_stop_, "hchan_timer_stop: the timer is NULL\n"},
        {timer_reset_, "hchan_timer_reset: the timer is NULL\n"},
        {after_nothing_, "hchan_after_func: the function is NULL\n"},
        {thread_of_nothing_, "hchan_go: the function is NULL\n"},
        {context_cancel_, "hchan_context_cancel: the context is NULL\n"},
        {context_cancel_cause_, "hchan_context_cancel_cause: the context is NULL\n"},
        {context_done_, "hchan_context_done: the context is NULL\n"},
        {context_error_, "hchan_context_error: the context is NULL\n"},
        {context_cause_, "hchan_context_cause: the context is NULL\n"},
        {context_deadline_, "hchan_context_deadline: the context is NULL\n"},
        {traced_, "hchan_traced" NO_VARIANT},
        {measured_, "hchan_measured" NO_VARIANT},
        {is_traced_, "hchan_is_traced" NO_VARIANT},
        {name_, "hchan_variant_name" NO_VARIANT},
        {lock_name_, "hchan_variant_lock" NO_VARIANT},
        {park_name_, "hchan_variant_park" NO_VARIANT},
        {fastpath_name_, "hchan_variant_fastpath" NO_VARIANT},
        {summary_, "hchan_variant_summary" NO_VARIANT},
        {barges_, "hchan_variant_barges" NO_VARIANT},
        {goroutines_, "hchan_variant_goroutines" NO_VARIANT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char wanted[256];
        snprintf(wanted, sizeof(wanted), "fatal error: %s", rows[i].told);
        assert_ends_with(rows[i].call, NULL, wanted);
    }
}

static void test_a_freed_context_is_told(void **state)
{
    static const struct {
        void (*call)(void *);
        const char *name;
    } rows[] = {
        {context_release_, "release"},   {context_retain_, "retain"},
        {context_cancel_, "cancel"},     {context_cancel_cause_, "cancel_cause"},
        {context_done_, "done"},         {context_error_, "error"},
        {context_cause_, "cause"},       {context_deadline_, "deadline"},
        {with_cancel_, "with_cancel"},   {with_deadline_, "with_deadline"},
        {with_timeout_, "with_timeout"},
    };
    static union {
        max_align_t aligned;
        unsigned char bytes[4096];
    } memory;
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char wanted[256];
        struct hchan_context *root = hchan_context_background(v),
                             *ctx = hchan_context_with_cancel(root);
        hchan_context_release(root);
        hchan_context_release(ctx);
        snprintf(wanted, sizeof(wanted), "fatal error: hchan_context_%s: the context was freed\n",
                 rows[i].name);
        assert_ends_with(rows[i].call, i % 2 ? ctx : root, wanted);
        snprintf(wanted, sizeof(wanted), "fatal error: hchan_context_%s: this is not a context\n",
                 rows[i].name);
        assert_ends_with(rows[i].call, &memory, wanted);
    }
}

/* Given a context that only its child keeps, then it has been given back before. */
static void test_a_context_that_is_released_too_often_is_told(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct hchan_context *root = hchan_context_background(v),
                             *ctx = hchan_context_with_cancel(root);
        hchan_context_release(root);
        assert_ends_with(context_release_, root,
                         "fatal error: hchan_context_release: its references were all given back "
                         "before\n");
        hchan_context_release(ctx);
    }
}

static void test_many_contexts_may_be_freed(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    for (int i = 0; i < 300; i++) {
        struct hchan_context *root = hchan_context_background(v);
        hchan_context_release(hchan_context_with_cancel(root));
        hchan_context_release(root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null_is_told),
        cmocka_unit_test(test_a_freed_context_is_told),
        cmocka_unit_test(test_a_context_that_is_released_too_often_is_told),
        cmocka_unit_test(test_many_contexts_may_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
