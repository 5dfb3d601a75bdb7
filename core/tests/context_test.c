/* Contexts: what is below a cancelled one is cancelled, and nothing else; deadlines are met, the
 * earlier one first; references go in any order and nothing is left. With goroutines and threads
 * that wait on `done`, on every variant. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include "core/tests/goroutines.h"
#include <errno.h>
#include <hchan/context.h>
#include <hchan/time.h>
#include <hchan/watch.h>

enum { MS = 1000000 };
static const int64_t HOUR = INT64_C(3600) * 1000 * MS;

static struct hchan_context *root_of(const struct hchan_variant *v)
{
    struct hchan_context *root = hchan_context_background(v);
    assert_non_null(root);
    return root;
}

static struct hchan_context *child_of(struct hchan_context *parent)
{
    struct hchan_context *ctx = hchan_context_with_cancel(parent);
    assert_non_null(ctx);
    return ctx;
}

static bool is_done(struct hchan_context *ctx)
{
    bool received;
    bool closed = chanrecv(hchan_context_done(ctx), NULL, false, &received);
    assert_false(received);
    return closed;
}

static void assert_state(struct hchan_context *ctx, enum hchan_context_error error,
                         const void *cause)
{
    assert_int_equal(is_done(ctx), error != HCHAN_CONTEXT_LIVES);
    assert_int_equal(hchan_context_error(ctx), error);
    assert_ptr_equal(hchan_context_cause(ctx), cause);
}

static void test_a_cancel_goes_down_and_not_up(void **state)
{
    static const char cause[] = "enough";
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct hchan_context *root = root_of(v), *top = child_of(root), *left = child_of(top),
                             *right = child_of(top), *below = child_of(left);
        hchan_context_cancel_cause(left, cause);
        hchan_context_cancel(left); /* again: nothing */
        assert_state(top, HCHAN_CONTEXT_LIVES, NULL);
        assert_state(right, HCHAN_CONTEXT_LIVES, NULL);
        assert_state(left, HCHAN_CONTEXT_CANCELED, cause);
        assert_state(below, HCHAN_CONTEXT_CANCELED, cause);
        hchan_context_cancel(top);
        assert_state(right, HCHAN_CONTEXT_CANCELED, NULL);
        assert_state(below, HCHAN_CONTEXT_CANCELED, cause);
        struct hchan_context *late = child_of(below); /* of one that is cancelled */
        assert_state(late, HCHAN_CONTEXT_CANCELED, cause);
        assert_null(hchan_context_done(root));
        assert_int_equal(hchan_context_error(root), HCHAN_CONTEXT_LIVES);
        struct hchan_context *all[] = {root, top, left, right, below, late};
        for (int i = 0; i < 6; i++)
            hchan_context_release(all[i]);
    }
}

/* Which of a tree's contexts is cancelled, for every tree of some contexts: a model, in which each
 * has a parent that was made before it. References go in a drawn order, some before the cancel. */
static void test_trees_of_all_shapes(void **state)
{
    enum { NODES = 8 };
    (void)state;
    uint64_t dice = 1;
    for (int tree = 0; tree < (SANITIZED ? 300 : 3000); tree++) {
        struct hchan_context *ctx[NODES] = {root_of(some_variant())};
        int parent[NODES] = {0};
        bool gone[NODES] = {false}, cancelled[NODES] = {false};
        for (int i = 1; i < NODES; i++) {
            dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
            parent[i] = (int)(dice >> 40) % i;
            ctx[i] = child_of(ctx[parent[i]]);
        }
        for (int turn = 0; turn < 3; turn++) {
            dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
            int away = (int)(dice >> 40) % NODES, at = 1 + (int)(dice >> 50) % (NODES - 1);
            if (!gone[away])
                hchan_context_release(ctx[away]);
            gone[away] = true;
            if (gone[at])
                continue;
            hchan_context_cancel(ctx[at]);
            cancelled[at] = true;
            for (int i = at + 1; i < NODES; i++)
                cancelled[i] = cancelled[i] || (parent[i] && cancelled[parent[i]]);
            for (int i = 1; i < NODES; i++)
                if (!gone[i])
                    assert_int_equal(is_done(ctx[i]), cancelled[i]);
        }
        for (int i = 0; i < NODES; i++)
            if (!gone[i])
                hchan_context_release(ctx[i]);
    }
}

static void test_a_deadline_cancels(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        int64_t begin = hchan_deadline(0);
        struct hchan_context *root = root_of(v);
        struct hchan_context *ctx = hchan_context_with_timeout(root, 2 * MS),
                             *below = child_of(ctx);
        struct hchan_context *later = hchan_context_with_timeout(ctx, HOUR);
        assert_true(hchan_context_deadline(ctx) >= begin + 2 * MS);
        assert_int_equal(hchan_context_deadline(below), hchan_context_deadline(ctx));
        assert_int_equal(hchan_context_deadline(later), hchan_context_deadline(ctx));
        assert_int_equal(hchan_context_deadline(root), HCHAN_FOREVER);
        hchan_context_release(ctx); /* its deadline stays, for those below */
        hchan_context_release(root);
        chanrecv1(hchan_context_done(below), NULL);
        assert_true(hchan_deadline(0) >= begin + 2 * MS);
        assert_state(below, HCHAN_CONTEXT_DEADLINE_EXCEEDED, NULL);
        chanrecv1(hchan_context_done(later), NULL);
        assert_state(later, HCHAN_CONTEXT_DEADLINE_EXCEEDED, NULL);
        hchan_context_release(below);
        hchan_context_release(later);
    }
}

static void test_a_deadline_that_has_passed_cancels_at_once(void **state)
{
    (void)state;
    struct hchan_context *root = root_of(some_variant());
    struct hchan_context *ctx = hchan_context_with_timeout(root, 0);
    assert_state(ctx, HCHAN_CONTEXT_DEADLINE_EXCEEDED, NULL);
    hchan_context_release(ctx);
    ctx = hchan_context_with_timeout(root, HOUR);
    struct hchan_context *sooner = hchan_context_with_deadline(ctx, hchan_deadline(-1));
    assert_state(sooner, HCHAN_CONTEXT_DEADLINE_EXCEEDED, NULL);
    assert_state(ctx, HCHAN_CONTEXT_LIVES, NULL);
    hchan_context_cancel(ctx);
    assert_state(ctx, HCHAN_CONTEXT_CANCELED, NULL);
    hchan_context_release(root);
    hchan_context_release(sooner);
    hchan_context_release(ctx);
}

/* While a deadline comes, its context is cancelled, or goes. */
static void test_a_deadline_meets_the_end(void **state)
{
    (void)state;
    struct hchan_context *root = root_of(some_variant());
    for (int i = 0; i < (SANITIZED ? 1000 : 10000); i++) {
        struct hchan_context *ctx = hchan_context_with_timeout(root, 1 + i % 60 * 1000);
        struct hchan_context *below = i % 2 ? hchan_context_with_timeout(ctx, i % 30 * 1000) : NULL;
        for (volatile int turn = 0; turn < i % 50 * 20;)
            turn++;
        if (i % 3)
            hchan_context_cancel(ctx);
        hchan_context_release(ctx);
        hchan_context_release(below);
    }
    hchan_context_release(root);
}

/* Those that wait. */
struct waiting {
    struct hchan_context *ctx;
    hchan *c;
    _Atomic uint32_t cancelled, received;
};

static void wait_for_either(void *arg)
{
    struct waiting *w = arg;
    struct hchan_context *mine = hchan_context_retain(w->ctx);
    bool received;
    while (chanrecv_within(w->c, NULL, &received, hchan_context_done(mine), HCHAN_FOREVER) ==
           HCHAN_OK)
        fadd_rlx(&w->received, 1); /* counts, both */
    assert_int_equal(hchan_context_error(mine), HCHAN_CONTEXT_CANCELED);
    hchan_context_release(mine);
    fadd_rlx(&w->cancelled, 1);
}

static void *wait_in_thread(void *arg)
{
    wait_for_either(arg);
    return NULL;
}

static void test_a_cancel_wakes_all_that_wait(void **state)
{
    enum { EACH = 4, VALUES = 20 };
    (void)state;
    FOR_EACH_PROCS(procs)
    FOR_EACH_GO(v)
    {
        pthread_t threads[EACH];
        struct hchan_context *root = root_of(v);
        struct waiting w = {.ctx = child_of(root), .c = make(v, 0, 0)};
        start_procs(procs);
        for (int i = 0; i < EACH; i++) {
            go(wait_for_either, &w);
            assert_int_equal(pthread_create(&threads[i], NULL, wait_in_thread, &w), 0);
        }
        for (int i = 0; i < VALUES; i++)
            chansend1(w.c, NULL);
        until_receivers(w.c, 2 * EACH);
        hchan_context_cancel(w.ctx);
        for (int i = 0; i < EACH; i++)
            pthread_join(threads[i], NULL);
        schedstop();
        assert_int_equal(load_rlx(&w.cancelled), 2 * EACH);
        assert_int_equal(load_rlx(&w.received), VALUES);
        hchan_context_release(w.ctx);
        hchan_context_release(root);
        chanfree(w.c);
    }
}

/* One tree, and goroutines and threads that make, cancel and leave contexts in it. */
static void use_tree(void *arg)
{
    struct hchan_context *top = arg;
    for (int i = 0; i < (SANITIZED ? 300 : 3000); i++) {
        struct hchan_context *ctx =
            i % 3 ? child_of(top) : hchan_context_with_timeout(top, i % 100 * 10000);
        struct hchan_context *below = child_of(ctx);
        if (i % 2)
            hchan_context_cancel(i % 4 == 1 ? ctx : below);
        if (i % 5 == 0)
            hchan_context_release(hchan_context_retain(below));
        if (i % 4 == 1)
            assert_true(is_done(below));
        hchan_context_release(i % 7 ? ctx : below);
        hchan_context_release(i % 7 ? below : ctx);
    }
}

static void *use_tree_in_thread(void *arg)
{
    use_tree(arg);
    return NULL;
}

static void test_a_tree_in_a_storm(void **state)
{
    enum { EACH = 2 };
    (void)state;
    pthread_t threads[EACH];
    struct hchan_context *root = root_of(some_variant()), *top = child_of(root);
    start_procs(2);
    for (int i = 0; i < EACH; i++) {
        go(use_tree, top);
        assert_int_equal(pthread_create(&threads[i], NULL, use_tree_in_thread, top), 0);
    }
    for (int i = 0; i < EACH; i++)
        pthread_join(threads[i], NULL);
    schedstop();
    assert_state(top, HCHAN_CONTEXT_LIVES, NULL);
    hchan_context_release(root);
    hchan_context_release(top);
}

static void test_a_deep_tree_needs_no_deep_stack(void **state)
{
    enum { DEPTH = 20000 };
    (void)state;
    struct hchan_context *ctx = root_of(some_variant()), *top = NULL;
    for (int i = 0; i < DEPTH; i++) {
        struct hchan_context *below = child_of(ctx);
        if (i == 0)
            top = hchan_context_retain(below);
        hchan_context_release(ctx); /* kept by those below */
        ctx = below;
    }
    hchan_context_cancel(top);
    assert_true(is_done(ctx));
    hchan_context_release(top);
    hchan_context_release(ctx);
}

static void cancel_a_root(void)
{
    hchan_context_cancel(hchan_context_background(some_variant()));
}

static void test_what_is_wrong_is_refused(void **state)
{
    (void)state;
    assert_null(hchan_context_with_cancel(NULL));
    assert_int_equal(errno, EINVAL);
    assert_null(hchan_context_retain(NULL));
    hchan_context_release(NULL);
    assert_int_equal(run_child(cancel_a_root), 2);
    assert_said("panic: cancel of a background context\n");
    assert_null(hchan_context_error_text(HCHAN_CONTEXT_LIVES));
    assert_string_equal(hchan_context_error_text(HCHAN_CONTEXT_CANCELED), "context canceled");
    assert_string_equal(hchan_context_error_text(HCHAN_CONTEXT_DEADLINE_EXCEEDED),
                        "context deadline exceeded");
}

/* In a child: what a tree with a deadline was made of has gone with its last reference. */
static void leave_in_child(void *arg)
{
    struct hchan_context *ctx = arg;
    hchan *done = hchan_context_done(ctx);
    hchan_context_release(ctx);
    chanlen(done);
}

/* Given deadlines of the parent, which will not come in a child, then the child's contexts are
 * freed all the same, and so are those that it makes. */
static void test_a_child_frees_the_contexts_of_its_parent(void **state)
{
    (void)state;
    FOR_EACH_TRACED(v) /* whose freed channels are told */
    {
        char text[512];
        struct hchan_context *root = root_of(v), *ctx = hchan_context_with_timeout(root, HOUR);
        hchan_context_release(root);
        assert_true(aborted(run_in_child(leave_in_child, ctx, text, sizeof(text))));
        assert_string_equal(text, "fatal error: chanlen: the channel was freed\n");
        assert_state(ctx, HCHAN_CONTEXT_LIVES, NULL);
        hchan_context_release(ctx);
    }
}

static void new_deadline_in_child(void *arg)
{
    struct hchan_context *ctx = arg, *below = hchan_context_with_timeout(ctx, 1);
    chanrecv1(hchan_context_done(below), NULL);
    _exit(hchan_context_error(below) == HCHAN_CONTEXT_DEADLINE_EXCEEDED ? 0 : 1);
}

static void test_a_child_has_deadlines_of_its_own(void **state)
{
    (void)state;
    char text[512];
    struct hchan_context *root = root_of(some_variant()),
                         *ctx = hchan_context_with_timeout(root, HOUR);
    assert_int_equal(run_in_child(new_deadline_in_child, ctx, text, sizeof(text)), 0);
    hchan_context_release(ctx);
    hchan_context_release(root);
}

/* Given a `done` that the program has closed, which it must not, then a cancel still reaches all.
 */
static void test_a_done_that_was_closed_keeps_nobody_from_being_cancelled(void **state)
{
    (void)state;
    FOR_EACH_VARIANT(v)
    {
        struct hchan_context *root = root_of(v), *top = child_of(root), *below = child_of(top),
                             *beside = child_of(top);
        closechan(hchan_context_done(top));
        closechan(hchan_context_done(below));
        hchan_context_cancel(top);
        assert_state(top, HCHAN_CONTEXT_CANCELED, NULL);
        assert_state(below, HCHAN_CONTEXT_CANCELED, NULL);
        assert_state(beside, HCHAN_CONTEXT_CANCELED, NULL);
        struct hchan_context *all[] = {root, top, below, beside};
        for (int i = 0; i < 4; i++)
            hchan_context_release(all[i]);
    }
}

static void *wait_until_done(void *ctx)
{
    chanrecv1(hchan_context_done(ctx), NULL);
    return NULL;
}

static void test_a_deadline_is_no_deadlock(void **state)
{
    (void)state;
    pthread_t thread;
    struct hchan_context *root = root_of(some_variant());
    struct hchan_context *ctx = hchan_context_with_timeout(root, HOUR), *below = child_of(ctx);
    hchan_unregister(); /* an earlier schedinit() has registered us */
    assert_int_equal(hchan_go(&thread, wait_until_done, below), 0);
    until_receivers(hchan_context_done(below), 1);
    assert_false(hchan_deadlocked());
    hchan_context_cancel(ctx);
    pthread_join(thread, NULL);
    hchan_context_release(below);
    below = child_of(root);
    assert_int_equal(hchan_go(&thread, wait_until_done, below), 0);
    while (!hchan_deadlocked())
        sched_yield();
    hchan_context_cancel(below);
    pthread_join(thread, NULL);
    hchan_context_release(below);
    hchan_context_release(ctx);
    hchan_context_release(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cancel_goes_down_and_not_up),
        cmocka_unit_test(test_trees_of_all_shapes),
        cmocka_unit_test(test_a_deadline_cancels),
        cmocka_unit_test(test_a_deadline_that_has_passed_cancels_at_once),
        cmocka_unit_test(test_a_deadline_meets_the_end),
        cmocka_unit_test(test_a_cancel_wakes_all_that_wait),
        cmocka_unit_test(test_a_tree_in_a_storm),
        cmocka_unit_test(test_a_deep_tree_needs_no_deep_stack),
        cmocka_unit_test(test_what_is_wrong_is_refused),
        cmocka_unit_test(test_a_child_frees_the_contexts_of_its_parent),
        cmocka_unit_test(test_a_child_has_deadlines_of_its_own),
        cmocka_unit_test(test_a_done_that_was_closed_keeps_nobody_from_being_cancelled),
        cmocka_unit_test(test_a_deadline_is_no_deadlock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
