/* Memory that runs out at each allocation in turn, for both instances of every variant: what then
 * holds, and how often that was tried.
 *
 * The build puts the functions named __wrap_... here in front of those of the C library. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include "core/tests/selector.h"
#include <hchan/context.h>
#include <hchan/gothread.h>
#include <hchan/time.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_realloc(void *p, size_t size);

static unsigned fail_at; /* the allocation from now on that fails, from 1; 0: none. One
                          * thread at a time */

static bool memory_fails(void)
{
    if (fail_at == 0 || --fail_at > 0)
        return false;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return memory_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return memory_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return memory_fails() ? NULL : __real_aligned_alloc(alignment, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return memory_fails() ? NULL : __real_realloc(p, size);
}

static void test_makechan_without_memory_says_so_and_keeps_nothing(void **state)
{
    unsigned injected = 0;
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t capacity = 0; capacity < 2; capacity++) {
        hchan *c = NULL;
        for (unsigned k = 1; !c; k++) {
            fail_at = k;
            errno = 0;
            c = makechan(v, 8, capacity);
            if (!c) {
                assert_int_equal(errno, ENOMEM);
                injected++;
            }
        }
        assert_int_not_equal(fail_at, 0); /* all its allocations succeeded */
        fail_at = 0;
        chanfree(c); /* and LeakSanitizer checks the rest */
    }
    assert_true(injected > 0);
    print_message("memory, makechan:        %u failures: NULL and ENOMEM, nothing leaked\n",
                  injected);
}

struct hungry {
    const struct hchan_variant *v;
    unsigned k;
};

static void send_one(void *c)
{
    chansend1(c, &(long){1});
}

/* Ends the child, with 42 if the allocation that was to fail never came. From here on none
 * fails. */
_Noreturn static void end_child(void)
{
    int status = fail_at ? 42 : 0;
    fail_at = 0;
    _exit(status);
}

/* Each operation has its channel made before memory fails. An operation that neither parks nor
 * counts needs no G; one inside hchan_try() does. */
static void first_operation(void *arg)
{
    struct hungry *h = arg;
    hchan *c = makechan(h->v, 8, 1);
    fail_at = h->k;
    hchan_try(send_one, c, NULL);
    end_child();
}

static void first_select(void *arg)
{
    struct hungry *h = arg;
    hchan *c = makechan(h->v, 8, 1);
    const struct scase cases[] = {RECV(c, NULL), RECV(c, NULL)};
    fail_at = h->k;
    selectgo(cases, 2, false, NULL);
    end_child();
}

static void first_deadline(void *arg)
{
    struct hungry *h = arg;
    hchan *c = makechan(h->v, 8, 1);
    fail_at = h->k;
    chanrecv_within(c, NULL, NULL, NULL, 0);
    end_child();
}

static void a_greater_select(void *arg)
{
    struct hungry *h = arg;
    hchan *c = makechan(h->v, 8, 1);
    struct scase cases[100];
    for (size_t i = 0; i < 100; i++)
        cases[i] = (struct scase)RECV(c, NULL);
    selectgo(cases, 2, false, NULL);
    fail_at = h->k;
    selectgo(cases, 100, false, NULL);
    end_child();
}

/* What needs a G, or more, for the first time, and has no channel. */
static void first_register(void *arg)
{
    fail_at = ((struct hungry *)arg)->k;
    hchan_register();
    end_child();
}

static void first_unregister(void *arg)
{
    fail_at = ((struct hungry *)arg)->k;
    hchan_unregister();
    end_child();
}

static void first_sleep(void *arg)
{
    fail_at = ((struct hungry *)arg)->k;
    hchan_sleep(1);
    end_child();
}

/* The heap of the scheduler's deadlines. */
static void sleep_in_goroutine(void *arg)
{
    start_procs(1);
    newproc(first_sleep, arg);
    schedwait();
}

/* The promise is Go's end: the message, SIGABRT, and nothing else. */
static void test_an_operation_without_memory_ends_the_process_as_go_does(void **state)
{
    static void (*const bodies[])(void *) = {first_operation,  first_select,      first_deadline,
                                             a_greater_select, first_register,    first_unregister,
                                             first_sleep,      sleep_in_goroutine};
    unsigned injected = 0;
    (void)state;
    FOR_EACH_VARIANT(v)
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        for (unsigned k = 1;; k++) {
            char text[512];
            int status = run_in_child(bodies[i], &(struct hungry){v, k}, text, sizeof(text));
            if (WIFEXITED(status) && WEXITSTATUS(status) == 42) {
                assert_true(k > 1); /* otherwise it took no memory, and nothing was tested */
                assert_string_equal(text, "");
                break;
            }
            if (!aborted(status) || strcmp(text, "fatal error: out of memory\n") != 0)
                fail_msg("%s, body %zu, allocation %u: status %#x, '%s'", hchan_variant_name(v), i,
                         k, (unsigned)status, text);
            injected++;
        }
    print_message("memory, first uses:      %u failures: \"fatal error: out of memory\", SIGABRT\n",
                  injected);
}

/* What is made by the functions below. */
union made {
    struct hchan_timer *timer;
    struct hchan_context *context;
    void *any;
};

static const int64_t HOUR = INT64_C(3600) * 1000000000;
static struct hchan_context *parent;

static void make_timer(const struct hchan_variant *v, union made *made)
{
    made->timer = hchan_after(v, HOUR);
}

static void make_ticker(const struct hchan_variant *v, union made *made)
{
    made->timer = hchan_ticker(v, HOUR);
}

static void make_call(const struct hchan_variant *v, union made *made)
{
    (void)v;
    made->timer = hchan_after_func(HOUR, send_one, NULL);
}

static void make_root(const struct hchan_variant *v, union made *made)
{
    made->context = hchan_context_background(v);
}

static void make_child(const struct hchan_variant *v, union made *made)
{
    (void)v;
    made->context = hchan_context_with_cancel(parent);
}

static void make_deadline(const struct hchan_variant *v, union made *made)
{
    (void)v;
    made->context = hchan_context_with_timeout(parent, HOUR);
}

static void test_timers_and_contexts_without_memory_say_so_and_keep_nothing(void **state)
{
    static void (*const makers[])(const struct hchan_variant *, union made *) = {
        make_timer, make_ticker, make_call, make_root, make_child, make_deadline};
    enum { MAKERS = sizeof(makers) / sizeof(makers[0]), TIMERS = 3 };
    unsigned injected = 0;
    (void)state;
    struct hchan_timer *first = hchan_after_func(HOUR, send_one, NULL); /* has made the thread */
    assert_non_null(first);
    FOR_EACH_VARIANT(v)
    {
        parent = hchan_context_background(v);
        for (size_t i = 0; i < MAKERS; i++) {
            union made made = {NULL};
            unsigned failed = 0;
            for (unsigned k = 1; !made.any; k++) {
                fail_at = k;
                errno = 0;
                makers[i](v, &made);
                fail_at = 0;
                assert_true(made.any || errno == ENOMEM);
                failed += !made.any;
            }
            assert_true(failed > 0);
            injected += failed;
            if (i < TIMERS)
                hchan_timer_free(made.timer);
            else
                hchan_context_release(made.context);
        }
        hchan_context_release(parent);
    }
    hchan_timer_free(first);
    print_message("memory, timers, contexts: %u failures: NULL and ENOMEM, nothing leaked\n",
                  injected);
}

/* Given no memory for a goroutine, then newproc() says so, and the next one succeeds. */
static void test_newproc_without_memory_says_so_and_keeps_nothing(void **state)
{
    _Atomic uint32_t ran = 0;
    unsigned injected = 0;
    int error = ENOMEM;
    (void)state;
    start_procs(1);
    for (unsigned k = 1; error; k++) {
        fail_at = k;
        error = newproc(count_one, &ran);
        fail_at = 0;
        assert_true(error == 0 || error == ENOMEM);
        injected += error != 0;
    }
    schedstop();
    assert_int_equal(load_rlx(&ran), 1); /* schedstop() has waited for it */
    assert_true(injected > 0);
    print_message("memory, newproc:         %u failures: ENOMEM, nothing leaked\n", injected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_makechan_without_memory_says_so_and_keeps_nothing),
        cmocka_unit_test(test_an_operation_without_memory_ends_the_process_as_go_does),
        cmocka_unit_test(test_timers_and_contexts_without_memory_say_so_and_keep_nothing),
        cmocka_unit_test(test_newproc_without_memory_says_so_and_keeps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
