/* Panics of a program's own: what catches them, what the catcher gets and for how long, panics
 * because of panics, and what is printed if nothing catches, in threads and in goroutines. Those of
 * channels are in flow_test, close_test and select_panic_test. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include "core/tests/goroutines.h"

static int value = 42;

static void panic_static(void *arg)
{
    hchan_panic(arg);
}

/* The message lies in a frame that the panic leaves. */
static void panic_of_the_stack(void *arg)
{
    char text[64];
    snprintf(text, sizeof(text), "number %d", *(int *)arg);
    hchan_panic_value(text, &value);
}

static void close_nil(void *arg)
{
    (void)arg;
    closechan(NULL);
}

static void nothing(void *arg)
{
    *(int *)arg += 1;
}

/* Overwrites what lies below the caller's frame. */
static __attribute__((noinline)) void scribble(void)
{
    volatile char over[8192];
    for (size_t i = 0; i < sizeof(over); i++)
        over[i] = '#';
}

static void test_hchan_try_gets_the_message(void **state)
{
    static const char text[] = "of our own";
    const char *message = NULL;
    (void)state;
    assert_false(hchan_try(panic_static, (void *)(uintptr_t)text, &message));
    assert_ptr_equal(message, text);
    assert_false(hchan_try(panic_static, NULL, &message));
    assert_string_equal(message, "nil");
    assert_false(hchan_try(panic_static, NULL, NULL));
}

static void test_hchan_catch_gets_a_copy_and_the_value(void **state)
{
    struct hchan_panicked p, other;
    (void)state;
    assert_false(hchan_catch(panic_of_the_stack, &value, &p));
    scribble();
    assert_string_equal(p.message, "number 42");
    assert_ptr_equal(p.value, &value);
    assert_false(hchan_catch(close_nil, NULL, &other));
    assert_string_equal(other.message, "close of nil channel");
    assert_null(other.value);
    assert_string_equal(p.message, "number 42"); /* it is ours */
    int count = 0;
    assert_true(hchan_catch(nothing, &count, &p));
    assert_int_equal(count, 1);
    assert_string_equal(p.message, "number 42"); /* unchanged */
}

static void test_a_message_that_is_too_long_is_cut_off(void **state)
{
    char text[2 * HCHAN_PANIC_TEXT];
    struct hchan_panicked p;
    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_false(hchan_catch(panic_static, text, &p));
    assert_int_equal(strlen(p.message), HCHAN_PANIC_TEXT - 1);
    assert_memory_equal(p.message, text, HCHAN_PANIC_TEXT - 1);
}

/* A catch within a catch, whose handler panics: on with the same, or with another message. */
struct nest {
    const char *again;
    struct hchan_panicked inner;
    bool released;
};

static void nest(void *arg)
{
    struct nest *n = arg;
    bool fine = hchan_catch(panic_of_the_stack, &value, &n->inner);
    n->released = true;
    if (!fine)
        hchan_repanic(&n->inner, n->again);
}

static void nest_twice(void *arg)
{
    struct hchan_panicked p;
    if (!hchan_catch(nest, arg, &p))
        hchan_repanic(&p, "third");
}

static void test_a_panic_goes_on(void **state)
{
    struct nest n = {.again = NULL};
    struct hchan_panicked p;
    const char *message = NULL;
    (void)state;
    assert_false(hchan_catch(nest, &n, &p));
    assert_true(n.released);
    assert_string_equal(p.message, "number 42");
    assert_ptr_equal(p.value, &value);
    n.again = "second";
    assert_false(hchan_catch(nest, &n, &p));
    assert_string_equal(p.message, "second");
    assert_null(p.value);
    assert_string_equal(p.text, "number 42 [recovered]\n\tpanic: second");
    assert_false(hchan_catch(nest_twice, &n, &p));
    assert_string_equal(p.message, "third");
    assert_string_equal(p.text,
                        "number 42 [recovered]\n\tpanic: second [recovered]\n\tpanic: third");
    assert_false(hchan_try(nest, &n, &message));
    assert_string_equal(message, "second");
}

/* Each level adds what it can to the text, which is cut off. */
static void nest_deep(void *arg)
{
    int *depth = arg;
    struct hchan_panicked p;
    if (--*depth == 0)
        hchan_panic("the deepest");
    if (!hchan_catch(nest_deep, depth, &p))
        hchan_repanic(&p, "one more");
}

static void test_a_long_story_is_cut_off(void **state)
{
    int depth = 100;
    struct hchan_panicked p;
    (void)state;
    assert_false(hchan_catch(nest_deep, &depth, &p));
    assert_int_equal(strlen(p.text), HCHAN_PANIC_TEXT - 1);
    assert_true(p.message >= p.text && p.message < p.text + HCHAN_PANIC_TEXT);
}

/* Uncaught. */

static void die(void)
{
    hchan_panic("own words");
}

static void die_of_two(void)
{
    nest(&(struct nest){.again = "second"});
}

static void die_of_one_twice(void)
{
    nest(&(struct nest){.again = NULL});
}

static void die_of_a_channels(void)
{
    struct hchan_panicked p;
    if (!hchan_catch(close_nil, NULL, &p))
        hchan_repanic(&p, "and then");
}

static void *die_in_a_thread(void *arg)
{
    (void)arg;
    die_of_two();
    return NULL;
}

static void wait_for_a_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, die_in_a_thread, NULL);
    pthread_join(thread, NULL);
}

static void die_in_a_goroutine(void *arg)
{
    die_in_a_thread(arg);
}

static void end_at_once(int status, void *arg)
{
    (void)arg;
    _exit(status);
}

static void wait_for_a_goroutine(void)
{
    /* LeakSanitizer does not see what a P has on its own stack while a goroutine ends the process.
     */
    on_exit(end_at_once, NULL);
    start_procs(2);
    go(die_in_a_goroutine, NULL);
    schedwait();
}

static void test_what_nothing_catches_ends_the_process(void **state)
{
    static const struct {
        void (*body)(void);
        const char *says;
    } ways[] = {
        {die, "panic: own words\n"},
        {die_of_two, "panic: number 42 [recovered]\n\tpanic: second\n"},
        {die_of_one_twice, "panic: number 42 [recovered]\n\tpanic: number 42\n"},
        {die_of_a_channels, "panic: close of nil channel [recovered]\n\tpanic: and then\n"},
        {wait_for_a_thread, "panic: number 42 [recovered]\n\tpanic: second\n"},
        {wait_for_a_goroutine, "panic: number 42 [recovered]\n\tpanic: second\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        int status = run_child(ways[i].body);
        assert_string_equal(said, ways[i].says);
        assert_int_equal(status, 2);
    }
}

/* Goroutines that catch, each its own, also where one goes on in another thread meanwhile. */
enum { MANY = 50 };

struct catcher {
    hchan *c;
    int number;
    struct hchan_panicked p;
    bool fine;
};

static void park_and_panic(void *arg)
{
    struct catcher *k = arg;
    chanrecv1(k->c, NULL);
    panic_of_the_stack(&k->number);
}

static void catch_one(void *arg)
{
    struct catcher *k = arg;
    k->fine = hchan_catch(park_and_panic, k, &k->p);
}

static void test_goroutines_catch_their_own(void **state)
{
    (void)state;
    FOR_EACH_GO(v)
    {
        static struct catcher k[MANY];
        hchan *c = make(v, 0, 0);
        start_procs(2);
        for (int i = 0; i < MANY; i++) {
            k[i] = (struct catcher){.c = c, .number = i, .fine = true};
            go(catch_one, &k[i]);
        }
        until_receivers(c, MANY);
        closechan(c);
        schedstop();
        for (int i = 0; i < MANY; i++) {
            char wanted[32];
            snprintf(wanted, sizeof(wanted), "number %d", i);
            assert_false(k[i].fine);
            assert_string_equal(k[i].p.message, wanted);
        }
        chanfree(c);
    }
}

static void panic_apart(void *arg)
{
    hchan_apart(panic_of_the_stack, arg);
}

/* Catches many panics of functions that run apart: *fine is whether each is right. */
static void catch_from_apart(void *fine)
{
    enum { TIMES = 1000 };
    struct hchan_panicked p;
    const char *message;
    long before = 0;
    bool right = true;
    for (int i = 0; i < TIMES; i++) {
        right = right && !hchan_catch(panic_apart, &value, &p) && p.value == &value &&
                strcmp(p.text, "number 42") == 0;
        right = right && !hchan_try(panic_apart, &value, &message);
        before = i == 0 ? mapped_kib() : before;
    }
    *(bool *)fine = right && (SANITIZED || mapped_kib() - before < 64 << 10);
}

/* Given a function that runs apart and panics, then whoever is outside catches that, and the stack
 * goes. */
static void test_a_panic_leaves_a_stack_apart(void **state)
{
    (void)state;
    bool fine = false;
    catch_from_apart(&fine); /* by a thread, which needs no other stack */
    assert_true(fine);
    fine = false;
    start_procs(1);
    go(catch_from_apart, &fine);
    schedstop();
    assert_true(fine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hchan_try_gets_the_message),
        cmocka_unit_test(test_hchan_catch_gets_a_copy_and_the_value),
        cmocka_unit_test(test_a_message_that_is_too_long_is_cut_off),
        cmocka_unit_test(test_a_panic_goes_on),
        cmocka_unit_test(test_a_long_story_is_cut_off),
        cmocka_unit_test(test_what_nothing_catches_ends_the_process),
        cmocka_unit_test(test_goroutines_catch_their_own),
        cmocka_unit_test(test_a_panic_leaves_a_stack_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
