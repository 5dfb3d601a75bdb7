/* The engine's kernel and clock: sleeping and waking, deadlines, spinning and yielding. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/tests/explore/tests/cases.h"

/* The sleeper does not announce that it sleeps: the wake may come before. */
static void lost_wake(void *arg, unsigned fiber)
{
    (void)arg;
    if (fiber == 0)
        futex_wait(&shared.word, 0, FUTEX_FOREVER);
    else
        futex_wake(&shared.word, 1);
}

static void test_a_lost_wake_is_blocked(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, lost_wake);
    assert_false(explore_all(&two, 0, EXPLORE_ALL, &result));
    assert_string_equal(result.failure, "blocked");
    assert_int_equal(shared.blocked, 1);
}

static void wakes_in_order(void *arg, unsigned fiber)
{
    (void)arg;
    if (fiber < 2) {
        while (load_rlx(&shared.word) == 0)
            futex_wait(&shared.word, 0, FUTEX_FOREVER);
        return;
    }
    store_rlx(&shared.word, 1);
    uint32_t woken = futex_wake(&shared.word, 1) + futex_wake(&shared.word, 7);
    if (woken > 2)
        explore_fail("woke more than there are");
}

static void test_a_wait_in_a_loop_is_woken(void **state)
{
    (void)state;
    struct explore_case three = a_case(3, wakes_in_order);
    assert_true(explore_all(&three, 3, EXPLORE_ALL, &result));
    assert_true(result.exhausted);
    assert_true(explore_random(&three, 10000, 1, &result));
    assert_true(explore_pct(&three, 10000, 3, 1, &result));
}

static void waits_once(void *arg, unsigned fiber)
{
    (void)arg;
    if (fiber == 0) {
        futex_wait(&shared.word, 0, FUTEX_FOREVER);
        if (load_rlx(&shared.word) == 0)
            explore_fail("woke up for nothing");
    } else {
        store_rlx(&shared.word, 1);
        futex_wake(&shared.word, 1);
    }
}

static void test_a_spurious_wake_is_one_deviation(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, waits_once);
    assert_true(explore_all(&two, 0, EXPLORE_ALL, &result));
    assert_false(explore_all(&two, 1, EXPLORE_ALL, &result));
    assert_string_equal(result.failure, "woke up for nothing");
    assert_false(explore_random(&two, 10000, 1, &result));
    assert_false(explore_pct(&two, 10000, 1, 1, &result));
}

/* Fiber 0 waits for a while; fiber 1, if there is one, is too late if the time is over first. */
static void waits_a_while(void *arg, unsigned fiber)
{
    (void)arg;
    if (fiber == 1) {
        store_rlx(&shared.word, 1);
        futex_wake(&shared.word, 1);
        return;
    }
    int64_t deadline = explore_deadline();
    while (load_rlx(&shared.word) == 0)
        if (futex_wait(&shared.word, 0, deadline) == FUTEX_TIMEDOUT) {
            if (nanotime() < deadline)
                explore_fail("too early");
            store_rlx(&shared.other, 1);
            return;
        }
}

static const char *not_timed_out(void *arg, uint32_t blocked)
{
    return load_rlx(&shared.other) ? "timed out" : all_end(arg, blocked);
}

static void test_a_deadline_passes_where_nobody_can_run(void **state)
{
    (void)state;
    struct explore_case one = a_case(1, waits_a_while);
    assert_true(explore_all(&one, 2, EXPLORE_ALL, &result));
    assert_int_equal(load_rlx(&shared.other), 1);

    struct explore_case two = a_case(2, waits_a_while);
    two.end = not_timed_out;
    assert_true(explore_all(&two, 0, EXPLORE_ALL, &result)); /* early: that costs one */
    assert_false(explore_all(&two, 1, EXPLORE_ALL, &result));
    assert_string_equal(result.failure, "timed out");
    assert_false(explore_random(&two, 10000, 1, &result));
    assert_false(explore_pct(&two, 10000, 1, 1, &result));
}

static void spins(void *arg, unsigned fiber)
{
    (void)arg;
    _Atomic uint32_t *mine = fiber ? &shared.word : &shared.other;
    store_rlx(fiber ? &shared.other : &shared.word, 1);
    while (load_rlx(mine) == 0)
        spin_wait(1);
}

static void spins_alone(void *arg, unsigned fiber)
{
    (void)arg;
    store_rlx(&shared.other, fiber);
    while (load_rlx(&shared.word) == 0)
        spin_wait(1);
}

static void never_ends(void *arg, unsigned fiber)
{
    (void)arg;
    (void)fiber;
    while (load_rlx(&shared.word) == 0)
        procyield(1);
}

static void test_a_spin_waits_for_a_writer(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, spins);
    assert_true(explore_all(&two, EXPLORE_UNBOUNDED, EXPLORE_ALL, &result));
    assert_true(explore_random(&two, 10000, 1, &result));
    assert_true(explore_pct(&two, 10000, 3, 1, &result));

    two.body = spins_alone;
    assert_false(explore_all(&two, 1, EXPLORE_ALL, &result));
    assert_string_equal(result.failure, "blocked");
    two.body = never_ends;
    assert_false(explore_all(&two, 1, EXPLORE_ALL, &result));
    assert_non_null(strstr(result.failure, "livelock"));
}

static void yields(void *arg, unsigned fiber)
{
    fadd_rlx(&shared.word, 1);
    shared.log[shared.logged++] = (char)('a' + fiber);
    (void)arg;
    osyield();
    fadd_rlx(&shared.word, 1);
    shared.log[shared.logged++] = (char)('a' + fiber);
}

static const char *not_in_turn(void *arg, uint32_t blocked)
{
    (void)arg;
    (void)blocked;
    return strcmp(shared.log, "abab") == 0 ? "in turn" : NULL;
}

/* Given two fibers that yield, then each goes on or gives way, and neither costs anything. */
static void test_a_yield_is_free(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, yields);
    assert_true(explore_all(&two, 0, EXPLORE_ALL, &result));
    assert_int_equal(result.schedules, 6); /* the words of two a's and two b's */
    two.end = not_in_turn;
    assert_false(explore_all(&two, 0, EXPLORE_ALL, &result));
    assert_false(explore_random(&two, 1000, 1, &result));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_lost_wake_is_blocked),
        cmocka_unit_test(test_a_wait_in_a_loop_is_woken),
        cmocka_unit_test(test_a_spurious_wake_is_one_deviation),
        cmocka_unit_test(test_a_deadline_passes_where_nobody_can_run),
        cmocka_unit_test(test_a_spin_waits_for_a_writer),
        cmocka_unit_test(test_a_yield_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
