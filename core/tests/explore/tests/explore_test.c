/* Every variant, measured and traced, under chosen schedules instead of lucky ones: small programs
 * under all schedules with at most two deviations (one if there are four parties); larger ones,
 * drawn at random, under drawn schedules. lin_check() judges each history. The programs that close
 * a channel, and every other one of those drawn, also run with hchan_send() and its like.
 *
 *     HCHANLAB_SCHEDULES=1000000000   how many drawn schedules, over all variants; 0: none
 *     HCHANLAB_DRAWN_ONLY=1           without the programs below, which have been run elsewhere
 *     HCHANLAB_SEED=7                 of the drawn programs and schedules; for several processes
 *     HCHANLAB_DEEPER=1               this many more deviations
 *     HCHANLAB_VARIANT=ticket         only one variant
 *     HCHANLAB_HALF=1                 the measured instances; 2: the traced ones */
/* SPDX-License-Identifier: MIT */
#include "core/tests/explore/judge.h"
#include "core/tests/explore/sanitizer.h"
#include "core/tests/support.h"
#include <inttypes.h>
#include <time.h>

/* `outcomes`: how many different results a program has within the bound. They are the same for
 * every variant, since locks and parking do not affect which results are possible. Each history by
 * itself can be right even if a channel never does one of the things that it may, such as meeting a
 * parked peer. */
static const struct {
    const char *name, *text;
    unsigned outcomes;
} programs[] = {
    {"unbuffered, two and two", "0 | s0=1 s0=2 | r0 r0", 1},
    {"unbuffered, both ways", "0 0 | s0=1 r1 | r0 s1=2", 1},
    {"one slot, with promotion", "1 | s0=1 s0=2 s0=3 | r0 r0 r0", 1},
    {"two slots", "2 | s0=1 s0=2 s0=3 | r0 r0 r0", 1},
    {"two senders, one receiver", "0 | s0=1 | s0=2 | r0 r0", 2},
    {"one sender, two receivers", "0 | s0=1 s0=2 | r0 | r0", 2},
    {"two senders, one slot", "1 | s0=1 | s0=2 | r0 r0", 2},
    {"two receivers, one slot", "1 | s0=1 s0=2 | r0 | r0", 2},
    {"one is left", "0 | s0=1 | s0=2 | r0", 2},
    {"close against senders", "0 | s0=1 | s0=2 | x0", 1},
    {"close against senders on a full buffer", "1 | s0=1 s0=2 | x0 r0", 2},
    {"close against receivers", "0 | r0 | r0 | x0", 1},
    {"close against both", "0 | s0=1 | r0 | x0", 2},
    {"close against a promotion", "1 | s0=1 s0=2 | r0 | x0", 3},
    {"close against tries", "0 | S0=1 R0 | x0", 3},
    {"close against tries, buffered", "1 | S0=1 R0 R0 | x0", 3},
    {"close against close", "0 | x0 | x0 | r0", 2},
    {"two senders, two receivers", "0 | s0=1 | s0=2 | r0 | r0", 2},
    {"drain what was closed", "2 | s0=1 s0=2 x0 | r0 r0 r0", 1},
    {"try against send, close, drain", "1 | R0 | s0=1 x0 r0", 3},
    {"try-send against receive", "1 | S0=1 S0=2 S0=3 | r0 r0", 4},
    {"try against try", "1 | S0=1 S0=2 | R0 R0", 6},
    {"try against try, unbuffered", "0 | S0=1 R0 | R0 S0=2", 1},
    {"try-send against a receiver", "0 | S0=1 S0=2 | r0", 3},
    {"try-receive against a sender", "0 | R0 R0 | s0=1", 3},
    {"nil channels", "0 n | R1 S1=1 s0=2 | r0 r1", 1},
    {"close of nil", "n | x0 | s0=1", 1},
    {"select against select, opposite orders", "0 0 | [s0=1,r1] | [r0,s1=2]", 2},
    {"select against select, same orders", "0 0 | [r0,r1] | [s0=1,s1=2]", 2},
    {"select both ways on one channel", "0 | [s0=1,r0] | [s0=2,r0]", 2},
    {"three that select both ways", "0 | [s0=1,r0] | [s0=2,r0] | r0", 4},
    {"select on the same channel twice", "0 | [r0,r0] | s0=1", 2},
    {"select on the same channel twice, sending", "0 | [s0=1,s0=2] | r0 | r0", 4},
    {"select between two senders", "0 0 | [r0,r1] | s0=1 | s1=2", 2},
    {"select over two slots", "1 1 | [s0=1,s1=2] [s0=3,s1=4] | r0 r1", 3},
    {"select against close", "0 0 | [r0,r1] | x0 | s1=1", 2},
    {"sending select against close", "0 | [s0=1,r0] | x0", 2},
    {"select with default", "0 1 | [r0,r1,-] | s1=1 | s0=2", 3},
    {"select with default against select", "0 0 | [r0,s1=1,-] | [s0=2,r1]", 3},
    {"select with nil, and without cases", "0 n | [r0,s1=1] | s0=2 | [-]", 1},
    {"deadline against a sender", "0 | u0 | s0=1", 2},
    {"deadline against a receiver", "0 | t0=1 | r0", 2},
    {"deadline against deadline", "0 | t0=1 t0=2 | u0 u0", 6},
    {"deadline, one slot", "1 | t0=1 t0=2 | u0", 3},
    {"deadline against close", "0 | u0 | t0=1 | x0", 5},
    {"deadline of a select", "0 0 | [r0,r1,~] | s0=1 | S1=2", 3},
    {"deadline of two selects", "0 0 | [s0=1,r1,~] | [r0,s1=2,~]", 3},
    {"deadline on nil", "n | u0 t0=1", 1},
};
enum { PROGRAMS = sizeof(programs) / sizeof(programs[0]) };

enum {
    BOUND = EXPLORE_ASAN ? 1 : 2, /* deviations */
    LIMIT = 10000000,             /* of one program on one instance */
    DRAWN = EXPLORE_ASAN ? 1200000 : 4000000,
    BATCH = 500, /* schedules of one drawn program, with each of the two strategies */
};

/* What the drawn programs are like. */
static const struct program_dice dice = {
    .chans = 3,
    .parties = 4,
    .ops = 4,
    .capacity_max = 2,
    .nil_percent = 5,
    .block = 5,
    .try = 3,
    .timed = 2,
    .send = 5,
    .recv = 5,
    .close = 1,
    .select = 4,
};

static struct {
    uint64_t schedules, programs, histories, outcomes;
    unsigned named, exhausted; /* programs of the table */
    double seconds;
} total, one;

/* What the environment asks for. */
static struct {
    uint64_t drawn, seed, deeper, half;
    bool drawn_only;
} asked;

static struct judge judge;
static struct program program;
static struct explore_result result;

static double now_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void count(void)
{
    one.schedules += result.schedules;
    one.histories += judge.histories;
    one.outcomes += judge.outcomes;
}

/* The engine has reported what repeats it. */
static _Noreturn void wrong_history(const char *name)
{
    judge_print(&judge, stderr);
    fail_msg("%s: %s, after %" PRIu64 " schedules", name, result.failure,
             one.schedules + result.schedules);
    abort();
}

/* `ends`: by the functions that return that a channel is closed, instead of those that panic. */
static void explore_named(const struct hchan_variant *v, size_t i, bool ends)
{
    const char *wrong = program_parse(&program, programs[i].text);
    if (wrong)
        fail_msg("%s: %s", programs[i].text, wrong);
    judge_make(&judge, &program, v);
    if (ends)
        judge_for_ends(&judge);
    uint64_t bound = (program.nparties > 3 ? 1 : BOUND) + asked.deeper;
    if (!explore_all(&judge.what, (uint32_t)bound, LIMIT, &result))
        wrong_history(programs[i].name);
    if (!asked.deeper && !result.exhausted)
        fail_msg("%s: not exhausted after %" PRIu64 " schedules", judge.name, result.schedules);
    if (!asked.deeper && !EXPLORE_ASAN && judge.outcomes != programs[i].outcomes)
        fail_msg("%s: %" PRIu64 " outcomes, not %u, after %" PRIu64 " schedules", judge.name,
                 judge.outcomes, programs[i].outcomes, result.schedules);
    one.exhausted += result.exhausted;
    one.named++;
    one.programs++;
    count();
}

static void explore_drawn(const struct hchan_variant *v, uint64_t schedules, uint64_t seed)
{
    for (uint64_t i = 0; i < schedules / (2 * BATCH); i++) {
        uint64_t state = seed + i;
        program_draw(&program, &dice, &state);
        judge_make(&judge, &program, v);
        if (i % 2)
            judge_for_ends(&judge);
        if (!explore_random(&judge.what, BATCH, state, &result))
            wrong_history("a drawn program");
        one.schedules += result.schedules;
        if (!explore_pct(&judge.what, BATCH, 3, state, &result))
            wrong_history("a drawn program");
        one.programs++;
        count();
    }
}

static void report(const char *name, const char *instance)
{
    print_message("%-20s %-9s %6" PRIu64 " programs %10" PRIu64 " schedules, ", name, instance,
                  one.programs, one.schedules);
    print_message("%u of %u exhausted", one.exhausted, one.named);
    print_message(", %.1f s, %" PRIu64 " outcomes in %" PRIu64 " histories\n", one.seconds,
                  one.outcomes, one.histories);
    total.schedules += one.schedules;
    total.seconds += one.seconds;
    total.outcomes += one.outcomes;
    total.histories += one.histories;
}

/* The number of instances to explore; 0 if the one variant that was asked for cannot be
 * explored. */
static unsigned instances(void)
{
    unsigned n = 0;
    FOR_EACH_VARIANT(v)
    n += !judge_blind(v);
    return n;
}

static void say_what_is_left_out(void)
{
    FOR_EACH_TRACED(v)
    if (judge_blind(v))
        print_message("%-20s not explored: %s\n", hchan_variant_name(v), judge_blind(v));
}

/* Reads the environment, and ends the process if a value is invalid or would have no effect. */
static void read_environment(void)
{
    const uint64_t least = (uint64_t)2 * BATCH * instances();
    char why[80];
    asked.drawn = environment_number("HCHANLAB_SCHEDULES", DRAWN, 0, UINT64_MAX);
    asked.seed = environment_number("HCHANLAB_SEED", 1, 0, UINT32_MAX);
    asked.drawn_only = environment_number("HCHANLAB_DRAWN_ONLY", 0, 0, 1);
    asked.deeper = environment_number("HCHANLAB_DEEPER", 0, 0, EXPLORE_UNBOUNDED - BOUND);
    asked.half = environment_number("HCHANLAB_HALF", 0, 0, 2);
    if (asked.drawn && asked.drawn < least) {
        snprintf(why, sizeof(why), "give 0, or at least %" PRIu64 ", a batch for each instance",
                 least);
        exit(given_wrong("HCHANLAB_SCHEDULES", getenv("HCHANLAB_SCHEDULES"), why));
    }
    if (asked.drawn_only && !asked.drawn)
        exit(given_wrong("HCHANLAB_DRAWN_ONLY", "1", "HCHANLAB_SCHEDULES=0 leaves nothing to run"));
    if (asked.drawn_only && asked.deeper)
        exit(given_wrong("HCHANLAB_DEEPER", getenv("HCHANLAB_DEEPER"),
                         "says nothing of drawn schedules: leave it out, or HCHANLAB_DRAWN_ONLY"));
}

static void test_no_schedule_breaks_a_channel(void **state)
{
    (void)state;
    say_what_is_left_out();
    FOR_EACH_VARIANT(v)
    {
        unsigned half = v == hchan_traced(v) ? 2 : 1;
        if (judge_blind(v) || (asked.half && half != asked.half))
            continue;
        memset(&one, 0, sizeof(one));
        double before = now_s();
        for (size_t i = 0; i < PROGRAMS && !asked.drawn_only; i++)
            explore_named(v, i, false);
        explore_drawn(v, asked.drawn / instances(), asked.seed << 32);
        for (size_t i = 0; i < PROGRAMS && !asked.drawn_only; i++)
            if (strchr(programs[i].text, 'x'))
                explore_named(v, i, true);
        one.seconds = now_s() - before;
        report(hchan_variant_name(v), v == hchan_traced(v) ? "traced" : "measured");
    }
    print_message("%" PRIu64 " schedules in %.0f s, %.2f million a second; %" PRIu64
                  " outcomes in %" PRIu64 " histories\n",
                  total.schedules, total.seconds, (double)total.schedules / total.seconds / 1e6,
                  total.outcomes, total.histories);
}

int main(int argc, char **argv)
{
    given_nothing(argc, argv);
    if (!instances()) {
        say_what_is_left_out();
        return 77;
    }
    read_environment();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_schedule_breaks_a_channel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
