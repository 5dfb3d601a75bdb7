/* The engine itself: that it runs every schedule once, that a schedule can be repeated, and that
 * what is broken is found. */
#include "core/layout.h"
#include "core/tests/explore/engine.h"
#include "core/tests/explore/judge.h"
#include "core/tests/explore/sanitizer.h"
#include "scripts/test.h"
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

static struct explore_result result;

/* What the cases below share. */
static struct {
    _Atomic uint32_t word, other;
    unsigned accesses; /* of each fiber */
    uint32_t blocked;
    char log[256]; /* one letter an access */
    unsigned logged;
} shared;

static void begin(void *arg)
{
    (void)arg;
    store_rlx(&shared.word, 0);
    store_rlx(&shared.other, 0);
    shared.logged = 0;
    memset(shared.log, 0, sizeof(shared.log));
}

static const char *all_end(void *arg, uint32_t blocked)
{
    (void)arg;
    shared.blocked = blocked;
    return blocked ? "blocked" : NULL;
}

static struct explore_case a_case(unsigned fibers, void (*body)(void *, unsigned))
{
    return (struct explore_case){.name = "(a test)",
                                 .fibers = fibers,
                                 .begin = begin,
                                 .body = body,
                                 .end = all_end,
                                 .quiet = true};
}

static void accesses(void *arg, unsigned fiber)
{
    (void)arg;
    for (unsigned i = 0; i < shared.accesses; i++) {
        fadd_rlx(&shared.word, 1);
        shared.log[shared.logged++] = (char)('a' + fiber);
    }
}

static uint64_t choose(unsigned n, unsigned k)
{
    uint64_t ways = 1;
    for (unsigned i = 1; i <= k; i++)
        ways = ways * (n - k + i) / i;
    return ways;
}

/* Two fibers of k accesses, with at most `bound` preemptions: the words of k a's and k b's in at
 * most bound + 2 runs of one letter, since but for the last run of each letter a run's end is a
 * preemption. A word of m runs cuts one letter into ceil(m/2) parts, the other into floor(m/2). */
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

/* Fails in some schedules, which are not the first ones. */
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

/* Given a failure of the first schedule alone, then it is told, and counted. */
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
    /* a bb a b a b: the switches after the first four runs, and once more to end with a's rest */
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

/* Padded, so that a uniform schedule has to come to the one place among many. */
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
    assert_true(explore_pct(&two, 1000, 1, 1, &result));  /* no change: never */
    assert_false(explore_pct(&two, 2000, 2, 1, &result)); /* 1 in 2 * 85, at least */
    print_message("PCT: found in schedule %llu\n", (unsigned long long)result.schedules);
}

/* The sleeper does not say that it sleeps: the wake may come before. */
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

/* Fiber 0 waits for a while; fiber 1, where there is one, is too late if the time is over first. */
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
    assert_true(explore_all(&two, 0, EXPLORE_ALL, &result)); /* early: it costs one */
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

/* Given two who yield, then each goes on or gives way, and neither costs anything. */
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

static void dies(void *arg, unsigned fiber)
{
    accesses(arg, fiber);
    if (strcmp(shared.log, "abab") == 0)
        abort();
}

static void test_a_death_tells_the_schedule(void **state)
{
    (void)state;
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(out[1], STDERR_FILENO);
        struct explore_case two = a_case(2, dies);
        two.quiet = false;
        shared.accesses = 2;
        explore_all(&two, EXPLORE_UNBOUNDED, EXPLORE_ALL, &result);
        _exit(0);
    }
    close(out[1]);
    char said[4096] = "";
    ssize_t length = 0, part;
    while ((part = read(out[0], said + length, sizeof(said) - 1 - (size_t)length)) > 0)
        length += part;
    close(out[0]);
    int status;
    waitpid(child, &status, 0);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_non_null(strstr(said, "repeat: explore (a test) --replay '"));
}

static int by_hand(const char *options)
{
    char command[1024];
    snprintf(command, sizeof(command),
             "'" BINARY_DIR "/core/tests/explore/explore' %s >/dev/null 2>&1", options);
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

/* A channel like the first variant, but for what a test replaces. */
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

/* Explores the program on `replaced`; returns how many outcomes it had, or 0 where it failed. */
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
    sound = hchan_variant_next(NULL);
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        replaced = *sound;
        assert_int_not_equal(outcomes(programs[i]), 0);
        replaced.selectgo = select_gives_up;
        assert_int_equal(outcomes(programs[i]), 0);
        assert_string_equal(result.failure, "no order of the operations explains the results");
    }
}

/* Nothing tells it from a right one but what never happens: explore_test counts. */
static void test_a_channel_that_never_meets_a_try_has_fewer_outcomes(void **state)
{
    (void)state;
    replaced = *(sound = hchan_variant_next(NULL));
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

/* How many schedules it took until the mutant failed or died; 0 where it did not. In a process of
 * its own, since what is broken may break the process. */
static uint64_t schedules_to_kill(size_t i, bool (*explore)(const struct explore_case *what,
                                                            struct explore_result *result))
{
    static struct explore_result *seen;
    if (!seen)
        seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(seen, MAP_FAILED);
    pid_t child = fork();
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
    if (EXPLORE_TSAN) {
        puts("skipped: fibers of one thread have no races for ThreadSanitizer to see");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_schedule_within_the_bound_runs_once),
        cmocka_unit_test(test_a_limit_is_no_exhaustion),
        cmocka_unit_test(test_a_random_number_is_a_choice),
        cmocka_unit_test(test_a_failure_repeats_exactly),
        cmocka_unit_test(test_no_verdict_is_thrown_away),
        cmocka_unit_test(test_a_failure_is_shown_with_the_fewest_deviations),
        cmocka_unit_test(test_what_is_no_schedule_is_refused),
        cmocka_unit_test(test_pct_finds_a_bug_of_depth_two),
        cmocka_unit_test(test_a_lost_wake_is_blocked),
        cmocka_unit_test(test_a_wait_in_a_loop_is_woken),
        cmocka_unit_test(test_a_spurious_wake_is_one_deviation),
        cmocka_unit_test(test_a_deadline_passes_where_nobody_can_run),
        cmocka_unit_test(test_a_spin_waits_for_a_writer),
        cmocka_unit_test(test_a_yield_is_free),
        cmocka_unit_test(test_a_death_tells_the_schedule),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_who_gives_up_too_early_is_found),
        cmocka_unit_test(test_a_channel_that_never_meets_a_try_has_fewer_outcomes),
        cmocka_unit_test(test_broken_channels_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
