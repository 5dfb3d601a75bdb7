/* Channels that are broken on purpose are found. */
/* SPDX-License-Identifier: MIT */
#include "core/chan/layout.h"
#include "core/tests/explore/judge.h"
#include "core/tests/support.h"
#include <sys/mman.h>

static struct explore_result result;

/* The first variant, except for what a test replaces. */
static struct hchan_variant replaced;
static const struct hchan_variant *sound;

static int select_gives_up(const struct scase *cases, uint32_t ncases, bool block, int64_t deadline,
                           bool *received, const void *pc)
{
    return sound->selectgo(cases, ncases, block && deadline == HCHAN_FOREVER, HCHAN_FOREVER,
                           received, pc);
}

static bool send_never_tries(hchan *c, const void *elem, bool block, const void *pc)
{
    return block && sound->chansend(c, elem, block, pc);
}

/* Explores the program on `replaced`; returns how many outcomes it had, or 0 if it failed. */
static uint64_t outcomes(const char *text)
{
    static struct judge judge;
    static struct program program;
    assert_null(program_parse(&program, text));
    judge_make(&judge, &program, &replaced);
    judge.what.quiet = true;
    return explore_all(&judge.what, 2, EXPLORE_ALL, &result) ? judge.outcomes : 0;
}

static void test_who_gives_up_too_early_is_found(void **state)
{
    (void)state;
    static const char *const programs[] = {"0 | u0 | s0=1", "1 | t0=1 t0=2", "0 | [s0=1,r0,~]"};
    sound = hchan_variant_find("fastpath");
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        replaced = *sound;
        assert_int_not_equal(outcomes(programs[i]), 0);
        replaced.selectgo = select_gives_up;
        assert_int_equal(outcomes(programs[i]), 0);
        assert_string_equal(result.failure, "no order of the operations explains the results");
    }
}

/* It differs from a correct channel only in what never happens: explore_test counts that. */
static void test_a_channel_that_never_meets_a_try_has_fewer_outcomes(void **state)
{
    (void)state;
    replaced = *(sound = hchan_variant_find("fastpath"));
    assert_int_equal(outcomes("0 | S0=1 S0=2 | r0"), 3);
    replaced.chansend = send_never_tries;
    assert_int_equal(outcomes("0 | S0=1 S0=2 | r0"), 1);
}

/* Broken channels. */
extern const struct hchan_variant hchan_variant_careless_measured, hchan_variant_once_measured,
    hchan_variant_reread_measured, hchan_variant_reversed_measured;

static const struct {
    const struct hchan_variant *variant;
    const char *program;
} mutants[] = {
    {&hchan_variant_careless_measured, "3 | s0=1 | s0=2 | s0=3"},
    {&hchan_variant_once_measured, "0 | s0=1 | r0"},
    {&hchan_variant_reread_measured, "0 | s0=1 | r0"},
    {&hchan_variant_reversed_measured, "1 | R0 | s0=1 x0 r0"},
};

/* How many schedules it took until the mutant failed or died; 0 if it did not. In a process of its
 * own, since the bug may break the process. */
static uint64_t schedules_to_kill(size_t i, bool (*explore)(const struct explore_case *what,
                                                            struct explore_result *result))
{
    static struct explore_result *seen;
    if (!seen)
        seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(seen, MAP_FAILED);
    pid_t child = fork_child();
    if (child == 0) {
        static struct judge judge;
        static struct program program;
        program_parse(&program, mutants[i].program);
        judge_make(&judge, &program, mutants[i].variant);
        judge.what.quiet = true;
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        _exit(explore(&judge.what, seen) ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    return status == 0 ? 0 : seen->schedules + !seen->failure; /* it died in the next one */
}

static bool all(const struct explore_case *what, struct explore_result *r)
{
    return explore_all(what, 2, EXPLORE_ALL, r);
}

static bool at_random(const struct explore_case *what, struct explore_result *r)
{
    return explore_random(what, 100000, 1, r);
}

static bool pct(const struct explore_case *what, struct explore_result *r)
{
    return explore_pct(what, 100000, 3, 1, r);
}

static void test_broken_channels_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mutants) / sizeof(mutants[0]); i++) {
        uint64_t first = schedules_to_kill(i, all), drawn = schedules_to_kill(i, at_random),
                 by_priority = schedules_to_kill(i, pct);
        print_message("%-10s found in schedule %llu of all, %llu of random ones, %llu of PCT's\n",
                      mutants[i].variant->name, (unsigned long long)first,
                      (unsigned long long)drawn, (unsigned long long)by_priority);
        assert_in_range(first, 1, 5000);
        assert_in_range(drawn, 1, 50000);
        assert_in_range(by_priority, 1, 50000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_gives_up_too_early_is_found),
        cmocka_unit_test(test_a_channel_that_never_meets_a_try_has_fewer_outcomes),
        cmocka_unit_test(test_broken_channels_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
