/* The engine itself: it runs every schedule once, and a schedule can be repeated. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/child.h"
#include "core/tests/explore/tests/cases.h"

static uint64_t choose(unsigned n, unsigned k)
{
    uint64_t ways = 1;
    for (unsigned i = 1; i <= k; i++)
        ways = ways * (n - k + i) / i;
    return ways;
}

/* The number of schedules of two fibers of k accesses, with at most `bound` preemptions: the words
 * of k a's and k b's in at most bound + 2 runs of one letter, since the end of a run is a
 * preemption, except for the last run of each letter. A word of m runs cuts one letter into
 * ceil(m/2) parts, the other into floor(m/2). */
static uint64_t interleavings(unsigned k, unsigned bound)
{
    uint64_t words = 0;
    for (unsigned m = 2; m <= bound + 2 && m <= 2 * k; m++)
        words += 2 * choose(k - 1, (m + 1) / 2 - 1) * choose(k - 1, m / 2 - 1);
    return words;
}

static void test_every_schedule_within_the_bound_runs_once(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, accesses);
    for (unsigned k = 1; k <= 6; k++) {
        shared.accesses = k;
        for (unsigned bound = 0; bound <= 2 * k; bound++) {
            assert_true(explore_all(&two, bound, EXPLORE_ALL, &result));
            assert_true(result.exhausted);
            assert_int_equal(result.schedules, interleavings(k, bound));
        }
        explore_all(&two, EXPLORE_UNBOUNDED, EXPLORE_ALL, &result);
        assert_int_equal(result.schedules, choose(2 * k, k));
    }
    struct explore_case three = a_case(3, accesses);
    shared.accesses = 2;
    explore_all(&three, EXPLORE_UNBOUNDED, EXPLORE_ALL, &result);
    assert_int_equal(result.schedules, 90); /* 6! / (2! 2! 2!) */
}

static void test_a_limit_is_no_exhaustion(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, accesses);
    shared.accesses = 4;
    assert_true(explore_all(&two, EXPLORE_UNBOUNDED, 69, &result));
    assert_int_equal(result.schedules, 69);
    assert_false(result.exhausted);
    explore_all(&two, EXPLORE_UNBOUNDED, 70, &result);
    assert_true(result.exhausted);
}

static void draws(void *arg, unsigned fiber)
{
    (void)arg;
    (void)fiber;
    store_rlx(&shared.word, explore_draw(3) * 3 + explore_draw(3));
}

static void test_a_random_number_is_a_choice(void **state)
{
    (void)state;
    struct explore_case one = a_case(1, draws);
    explore_all(&one, 0, EXPLORE_ALL, &result);
    assert_int_equal(result.schedules, 9);
}

/* Fails in some schedules, but not in the first ones. */
static const char *not_this_word(void *arg, uint32_t blocked)
{
    (void)arg;
    (void)blocked;
    return strstr(shared.log, "abbabab") ? "found" : NULL;
}

static void test_a_failure_repeats_exactly(void **state)
{
    (void)state;
    static char text[EXPLORE_TEXT], log[sizeof(shared.log)];
    struct explore_case two = a_case(2, accesses);
    two.end = not_this_word;
    shared.accesses = 10;
    assert_false(explore_random(&two, 100000, 7, &result));
    explore_print(&result.schedule, text, sizeof(text));
    memcpy(log, shared.log, sizeof(log));
    uint64_t seed = result.seed;

    assert_false(explore_replay(&two, text, false, &result));
    assert_string_equal(shared.log, log);
    assert_false(explore_random(&two, 1, seed, &result));
    assert_string_equal(shared.log, log);
    assert_int_equal(result.seed, seed);
    assert_false(explore_pct(&two, 100000, 8, 7, &result));
    assert_int_equal(result.seed, 0); /* it would not repeat it */
    explore_print(&result.schedule, text, sizeof(text));
    memcpy(log, shared.log, sizeof(log));
    assert_false(explore_replay(&two, text, false, &result));
    assert_string_equal(shared.log, log);
}

static unsigned ends_seen;

static const char *wrong_once(void *arg, uint32_t blocked)
{
    (void)arg;
    (void)blocked;
    return ends_seen++ == 0 ? "the first" : NULL;
}

/* Given a failure of the first schedule only, then it is reported, and counted. */
static void test_no_verdict_is_thrown_away(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, accesses);
    two.end = wrong_once;
    shared.accesses = 3;
    ends_seen = 0;
    assert_false(explore_pct(&two, 100, 3, 1, &result));
    assert_string_equal(result.failure, "the first");
    assert_int_equal(result.schedules, 1);
    ends_seen = 1;
    assert_true(explore_pct(&two, 100, 3, 1, &result));
    assert_int_equal(result.schedules, 100);
    assert_int_equal(ends_seen, 101);
}

static void test_a_failure_is_shown_with_the_fewest_deviations(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, accesses);
    two.end = not_this_word;
    shared.accesses = 5;
    assert_false(explore_all(&two, EXPLORE_UNBOUNDED, EXPLORE_ALL, &result));
    /* a bb a b a b: the switches after the first four runs, and one more to end with the rest of
     * a */
    assert_in_range(result.schedule.count, 4, 6);
}

static void test_what_is_no_schedule_is_refused(void **state)
{
    (void)state;
    static struct explore_schedule s;
    static const char *const no[] = {"", "x", "1", "1:", "1:1 1:1", "2:1 1:1", "1:256", "1:1x"};
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        assert_false(explore_parse(&s, no[i]));
    char text[EXPLORE_TEXT];
    assert_true(explore_parse(&s, "3:1 17:2"));
    explore_print(&s, text, sizeof(text));
    assert_string_equal(text, "3:1 17:2");

    struct explore_case two = a_case(2, accesses);
    shared.accesses = 2;
    assert_false(explore_replay(&two, "2:7", false, &result));
    assert_false(explore_replay(&two, "99:1", false, &result));
    assert_true(explore_replay(&two, "default", false, &result));
}

/* Padded, so that a uniform schedule has to find the one place among many. */
static void depth_two(void *arg, unsigned fiber)
{
    (void)arg;
    for (unsigned i = 0; i < 40; i++)
        load_rlx(&shared.other);
    if (fiber == 0) {
        store_rlx(&shared.word, 1);
        store_rlx(&shared.word, 0);
    } else if (load_rlx(&shared.word) == 1) {
        explore_fail("found");
    }
}

static void test_pct_finds_a_bug_of_depth_two(void **state)
{
    (void)state;
    struct explore_case two = a_case(2, depth_two);
    assert_true(explore_pct(&two, 1000, 1, 1, &result));  /* without a change: never */
    assert_false(explore_pct(&two, 2000, 2, 1, &result)); /* 1 in 2 * 85, at least */
    print_message("PCT: found in schedule %llu\n", (unsigned long long)result.schedules);
}

static void dies(void *arg, unsigned fiber)
{
    accesses(arg, fiber);
    if (strcmp(shared.log, "abab") == 0)
        abort();
}

static void explore_who_dies(void *arg)
{
    struct explore_case two = a_case(2, dies);
    (void)arg;
    two.quiet = false;
    shared.accesses = 2;
    explore_all(&two, EXPLORE_UNBOUNDED, EXPLORE_ALL, &result);
}

static void test_a_death_tells_the_schedule(void **state)
{
    char words[4096];
    (void)state;
    assert_false(exited_with(run_in_child(explore_who_dies, NULL, words, sizeof(words)), 0));
    assert_non_null(strstr(words, "repeat: explore (a test) --replay '"));
}

static int by_hand(const char *options)
{
    char command[1024];
    snprintf(command, sizeof(command),
             "\"" BINARY_DIR "/core/tests/explore/explore\" %s >/dev/null 2>&1", options);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_by_hand(void **state)
{
    (void)state;
#define ON " --variant ticket:traced --program '0 | s0=1 | r0' "
    assert_int_equal(by_hand("--list"), 0);
    assert_int_equal(by_hand(ON "--bound 1"), 0);
    assert_int_equal(by_hand(ON "--random 10 --seed 7"), 0);
    assert_int_equal(by_hand(ON "--pct 10 --depth 2"), 0);
    assert_int_equal(by_hand(ON "--replay default | grep 'fiber 1 .*lock_ticket_acquire'"), 0);
    assert_int_equal(by_hand(ON "--replay 1:9"), 1);
    assert_int_equal(by_hand(ON "--bound two"), 2);
    assert_int_equal(by_hand(ON "--bound"), 2);
    assert_int_equal(by_hand(ON "--what 1"), 2);
    assert_int_equal(by_hand("--variant nobody --program '0 | s0=1 | r0'"), 2);
    assert_int_equal(by_hand("--variant ticket --program 'x'"), 2);
    assert_int_equal(by_hand(""), 2);
#undef ON
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_schedule_within_the_bound_runs_once),
        cmocka_unit_test(test_a_limit_is_no_exhaustion),
        cmocka_unit_test(test_a_random_number_is_a_choice),
        cmocka_unit_test(test_a_failure_repeats_exactly),
        cmocka_unit_test(test_no_verdict_is_thrown_away),
        cmocka_unit_test(test_a_failure_is_shown_with_the_fewest_deviations),
        cmocka_unit_test(test_what_is_no_schedule_is_refused),
        cmocka_unit_test(test_pct_finds_a_bug_of_depth_two),
        cmocka_unit_test(test_a_death_tells_the_schedule),
        cmocka_unit_test(test_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
