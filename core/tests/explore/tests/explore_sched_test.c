/* The scheduler (core/sched) and the park policy `go` under chosen schedules: each P is a fiber, so
 * that a P is stopped wherever it touches what it shares.
 *
 * Programs have goroutines for parties, and some threads; what they saw is judged as a history.
 * Meetings are goroutines that stay on their Ps until all have come: whoever is left in a queue
 * while a P sleeps is missed. After each schedule nobody may be runnable, the Ps must be idle and
 * say so, and no deadline be left; no goroutine is resumed that runs, or that nobody woke.
 *
 *     HCHANLAB_SCHEDULES=10000000     how many drawn schedules; 0: none
 *     HCHANLAB_SEED=7                 of the drawn programs and schedules
 *     HCHANLAB_SHALLOWER=1            so many deviations less, where there are any
 *     HCHANLAB_MEETING='two yield' HCHANLAB_REPLAY='12:1'    says what a schedule does */
/* SPDX-License-Identifier: MIT */
#include "core/g/g.h"
#include "core/tests/explore/judge.h"
#include "core/tests/explore/proc.h"
#include "core/tests/explore/sanitizer.h"
#include "core/tests/support.h"
#include <errno.h>
#include <hchan/sched.h>
#include <inttypes.h>

enum {
    DRAWN = EXPLORE_ASAN ? 100000 : 1000000,
    SHALLOWER = EXPLORE_ASAN, /* where it is slower by some twenty times */
    BATCH = 500,              /* schedules of one drawn program, with each of the two strategies */
    LIMIT = 10000000,
};

static struct explore_result result;
static struct judge judge;
static struct program program;
static uint64_t schedules, drawn, seed, shallower; /* done so far; asked for */
static bool broken;                                /* what comes later would fail as well */

static const struct hchan_variant *variant(void)
{
    return hchan_variant_find("spin+go+none");
}

/* Of the variants that park goroutines, measured and traced, one after the other. */
static const struct hchan_variant *next_variant(void)
{
    static const struct hchan_variant *last;
    static bool traced;
    traced = !traced;
    if (!traced)
        return hchan_traced(last);
    do
        last = hchan_variant_next(last);
    while (!last || !hchan_variant_goroutines(last));
    return last;
}

static _Noreturn void failed(const char *name)
{
    broken = true;
    fail_msg("%s: %s, after %" PRIu64 " schedules", name, result.failure,
             schedules + result.schedules);
    abort();
}

static void exhaust(const struct explore_case *what, uint32_t bound)
{
    bound -= shallower < bound ? (uint32_t)shallower : bound;
    if (!explore_all(what, bound, LIMIT, &result))
        failed(what->name);
    if (!result.exhausted)
        fail_msg("%s: not exhausted", what->name);
    schedules += result.schedules;
}

static void draw(const struct explore_case *what, uint64_t count, uint64_t from)
{
    if (!explore_random(what, count, from, &result))
        failed(what->name);
    schedules += result.schedules;
    if (!explore_pct(what, count, 3, from, &result))
        failed(what->name);
    schedules += result.schedules;
}

/* Programs. `threads` has the parties that are none of the goroutines. */
static const struct {
    const char *text;
    unsigned procs;
    uint32_t threads, bound;
} programs[] = {
    {"0 | s0=1 | r0", 1, 0, 2},
    {"0 | s0=1 | r0", 2, 0, 2},
    {"0 | s0=1 | r0", 3, 0, 1},
    {"0 | s0=1 | s0=2 | r0 r0", 2, 0, 2},
    {"0 | s0=1 s0=2 | r0 | r0", 3, 0, 1},
    {"1 | s0=1 s0=2 s0=3 | r0 r0 r0", 2, 0, 2},
    {"0 | r0 | r0 | x0", 2, 0, 2},
    {"0 | u0 | t0=1", 2, 0, 2},
    {"0 0 | [r0,r1,~] | s0=1 | S1=2", 2, 0, 2},
    {"0 n | u0 | t0=1 | u1", 1, 4, 2}, /* the thread is there for time to pass */
    {"0 n | u0 | t0=1 | u1", 2, 4, 1},
    {"n | u0 t0=1", 2, 0, 2},
    {"0 | u0 r0 | s0=1", 1, 0, 2}, /* the first one's deadline is not the second one's */
    {"0 | u0 | s0=1", 1, 2, 2},    /* a thread sends while the deadline passes */
    {"0 | r0 | s0=1", 1, 2, 2},    /* a thread sends while the Ps go idle */
    {"0 | r0 | s0=1", 2, 2, 2},
    {"0 | r0 | s0=1", 3, 2, 0},
    {"0 | s0=1 | r0", 2, 2, 2}, /* and receives */
    {"0 | u0 | s0=1", 2, 2, 1},
    {"0 | r0 | r0 | s0=1 s0=2", 2, 4, 1},
};

static void test_programs(void **state)
{
    (void)state;
    if (broken)
        skip();
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        uint64_t before = schedules;
        assert_null(program_parse(&program, programs[i].text));
        judge_make_sched(&judge, &program, variant(), programs[i].procs, programs[i].threads);
        exhaust(&judge.what, programs[i].bound);
        print_message("%-34s %u Ps  %8" PRIu64 " schedules\n", programs[i].text, programs[i].procs,
                      schedules - before);
    }
}

/* Meetings. */

enum { PARTIES = 8 };

static struct {
    unsigned began[PARTIES], ended[PARTIES], made; /* goroutines */
    _Atomic uint32_t here;                         /* who have come */
    hchan *c;
} world;

/* What goroutine `i` does, and each thread. */
enum { THREADS = 2 };

struct meeting {
    struct explore_case what;
    unsigned procs, at_first; /* goroutines that are there at first */
    void (*goroutine)(unsigned i);
    void (*threads[THREADS])(void); /* NULL: there is none */
};

static const struct meeting *meeting;

static void run_goroutine(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;
    if (world.began[i]++)
        explore_fail("a goroutine is begun twice");
    if (!in_goroutine())
        explore_fail("a goroutine is none");
    meeting->goroutine(i);
    if (!in_goroutine() || world.ended[i]++)
        explore_fail("a goroutine ends twice");
}

static void go(void)
{
    if (newproc(run_goroutine, (void *)(uintptr_t)world.made++))
        explore_fail("no goroutine could be made");
}

/* Until n have come, without leaving the P. */
static void meet(unsigned n)
{
    fadd_rlx(&world.here, 1);
    while (load_rlx(&world.here) < n)
        spin_wait(1);
}

static void meeting_begin(void *arg)
{
    meeting = arg;
    memset((void *)&world, 0, sizeof(world));
    world.c = makechan(variant(), sizeof(uint64_t), 0);
    explore_sched_begin(meeting->procs);
    if (meeting->threads[0] == explore_sched_sysmon)
        explore_sched_begin_sysmon();
    for (unsigned i = 0; i < meeting->at_first; i++)
        go();
}

static void meeting_body(void *arg, unsigned fiber)
{
    (void)arg;
    if (fiber < meeting->procs)
        explore_sched_p(fiber);
    else
        meeting->threads[fiber - meeting->procs]();
}

static const char *meeting_end(void *arg, uint32_t blocked)
{
    (void)arg;
    bool sleeps = meeting->threads[0] == explore_sched_sysmon && gomaxprocs(); /* it may */
    if (blocked >> meeting->procs >> sleeps)
        return "a thread waits for ever";
    for (unsigned i = 0; i < world.made; i++)
        if (!world.ended[i])
            return "a goroutine does not end";
    if (!gomaxprocs() && blocked)
        return "a P does not stop";
    return explore_sched_end();
}

/* Made by a thread, and by the first of them. */
static void both_meet(unsigned i)
{
    (void)i;
    meet(2);
}

static void make_two(void)
{
    go();
    go();
}

static void make_three(void)
{
    make_two();
    go();
}

static void make_two_and_meet(unsigned i)
{
    if (i == 0)
        make_two();
    meet(3);
}

static void make_one_and_meet(unsigned i)
{
    if (i == 0)
        go();
    meet(2);
}

static void all_three_meet(unsigned i)
{
    (void)i;
    meet(3);
}

/* Woken, and not made: by goroutine 0, which stays on its P. */
static void close_and_meet(unsigned i)
{
    uint64_t value;
    if (i > 0)
        chanrecv1(world.c, &value);
    else
        closechan(world.c);
    meet(meeting->at_first);
}

static void close_it(void)
{
    closechan(world.c);
}

static void recv_and_meet(unsigned i)
{
    uint64_t value;
    (void)i;
    chanrecv1(world.c, &value);
    meet(2);
}

/* A deadline passes while another one keeps its P. */
static void time_and_meet(unsigned i)
{
    uint64_t value;
    bool ok;
    if (i == 0 && chanrecv_within(world.c, &value, &ok, NULL, explore_deadline()) == HCHAN_OK)
        explore_fail("received nothing");
    meet(2);
}

/* Now and then a yield looks into the global queue. */
static void yield_and_meet(unsigned i)
{
    (void)i;
    fadd_rlx(&world.here, 1);
    while (load_rlx(&world.here) < meeting->at_first) {
        for (int n = 0; n < 5; n++)
            gosched();
        if (load_rlx(&world.here) < meeting->at_first)
            spin_wait(1);
    }
}

/* A deadline passes while another one yields, which waits until its P is asked to look. */
static void time_and_yield(unsigned i)
{
    if (i == 0 && chanrecv_within(NULL, NULL, NULL, NULL, explore_deadline()) == HCHAN_OK)
        explore_fail("received nothing");
    while (i > 0 && !world.ended[0]) {
        gosched();
        if (!world.ended[0])
            spin_wait(1);
    }
}

/* Two wake each other until the third has run. */
static void play(unsigned i)
{
    uint64_t value = 5;
    while (i == 0 && !world.ended[2])
        chansend1(world.c, &value);
    if (i == 0)
        closechan(world.c);
    while (i == 1 && chanrecv2(world.c, &value)) {
    }
}

/* The first makes others, more than a ring has places, and all yield. */
static void make_many(unsigned i)
{
    if (i == 0)
        for (unsigned k = 1; k < PARTIES - 1; k++)
            go();
    gosched();
    fadd_rlx(&world.here, 1);
    gosched();
}

static void hand_over(unsigned i)
{
    uint64_t value = 5;
    if (i == 0)
        chansend1(world.c, &value);
    else
        chanrecv1(world.c, &value);
}

static void start_and_stop(void)
{
    make_two();
    schedstop();
}

static void nothing(unsigned i)
{
    (void)i;
}

/* While another thread stops the scheduler, and perhaps after that: a goroutine that was made runs.
 */
static void make_some(void)
{
    for (int i = 0; i < 2; i++) {
        int error = newproc(run_goroutine, (void *)(uintptr_t)world.made);
        world.made += !error;
        if (error && error != ESRCH)
            explore_fail("a goroutine is refused for another reason than the end");
    }
}

/* Twice: the second ones are made of the first ones' stacks. */
static void start_wait_and_stop(void)
{
    go();
    schedwait();
    if (!world.ended[0])
        explore_fail("schedwait() returns too early");
    make_two();
    schedstop();
}

static const struct {
    const char *name;
    unsigned procs, at_first;
    void (*goroutine)(unsigned i);
    void (*threads[THREADS])(void);
    uint32_t bound;
} meetings[] = {
    {"two yield", 1, 2, yield_and_meet, {NULL}, 2},
    {"many", 1, 1, make_many, {NULL}, 2},
    {"a thread makes two that meet, a third P is idle", 3, 0, both_meet, {make_two}, 0},
    {"a thread wakes two that meet", 2, 2, recv_and_meet, {close_it}, 1},
    {"hand over and stop", 1, 0, hand_over, {start_and_stop}, 2},
    {"one wakes one and meets it", 2, 2, close_and_meet, {NULL}, 2},
    {"a thread makes three that meet", 3, 0, all_three_meet, {make_three}, 0},
    {"one makes one and meets it", 2, 1, make_one_and_meet, {NULL}, 2},
    {"two yield on two", 2, 2, yield_and_meet, {NULL}, 2},
    {"hand over and stop, two Ps", 2, 0, hand_over, {start_and_stop}, 1},
    {"a deadline passes beside a busy P", 2, 2, time_and_meet, {NULL}, 2},
    {"a deadline passes beside one that yields", 1, 2, time_and_yield, {explore_sched_sysmon}, 1},
    {"a deadline, and stop", 1, 0, time_and_yield, {explore_sched_sysmon, start_and_stop}, 0},
    {"two play, a third waits", 1, 3, play, {NULL}, 2},
    {"a thread makes some, another stops", 1, 0, nothing, {make_some, schedstop}, 2},
    {"a thread makes some, another stops, two Ps", 2, 1, nothing, {make_some, schedstop}, 1},
    {"start, wait and stop", 2, 0, nothing, {start_wait_and_stop}, 1},
    {"many on two", 2, 1, make_many, {NULL}, 2},
    {"three meet", 3, 3, all_three_meet, {NULL}, 1},
    {"one wakes two and meets them", 3, 3, close_and_meet, {NULL}, 1},
    {"hand over and stop, three Ps", 3, 0, hand_over, {start_and_stop}, 0},
    {"a thread makes two that meet", 2, 0, both_meet, {make_two}, 2},
    {"one makes two and meets them", 3, 1, make_two_and_meet, {NULL}, 1},
};
enum { MEETINGS = sizeof(meetings) / sizeof(meetings[0]) };

static struct meeting a_meeting(size_t i)
{
    return (struct meeting){
        .what = {.name = meetings[i].name,
                 .fibers = meetings[i].procs + (meetings[i].threads[0] != NULL) +
                           (meetings[i].threads[1] != NULL),
                 .begin = meeting_begin,
                 .body = meeting_body,
                 .end = meeting_end},
        .procs = meetings[i].procs,
        .at_first = meetings[i].at_first,
        .goroutine = meetings[i].goroutine,
        .threads = {meetings[i].threads[0], meetings[i].threads[1]},
    };
}

static void test_meetings(void **state)
{
    (void)state;
    for (size_t i = 0; i < MEETINGS; i++) {
        uint64_t before = schedules;
        struct meeting m = a_meeting(i);
        m.what.arg = &m;
        exhaust(&m.what, meetings[i].bound);
        print_message("%-48s %u Ps  %8" PRIu64 " schedules\n", m.what.name, m.procs,
                      schedules - before);
    }
}

static void test_drawn_meetings(void **state)
{
    (void)state;
    if (broken)
        skip();
    for (size_t i = 0; i < MEETINGS && drawn; i++) {
        struct meeting m = a_meeting(i);
        m.what.arg = &m;
        draw(&m.what, drawn / MEETINGS / 4, seed);
    }
}

static void test_drawn_programs(void **state)
{
    static const struct program_dice dice = {
        .chans = 3,
        .parties = 4,
        .ops = 4,
        .capacity_max = 2,
        .nil_percent = 5,
        .block = 5,
        .try = 2,
        .timed = 3,
        .send = 5,
        .recv = 5,
        .close = 1,
        .select = 4,
    };
    (void)state;
    if (broken)
        skip();
    for (uint64_t i = 0; i < drawn / 2 / (2 * BATCH); i++) {
        uint64_t dealt = (seed << 32) + i;
        program_draw(&program, &dice, &dealt);
        unsigned procs = 1 + (unsigned)(i % 3);
        /* All are goroutines, one is a thread, another one. */
        uint32_t threads = i % 4 < 2 ? 0 : UINT32_C(1) << i % 4 / 3;
        judge_make_sched(&judge, &program, next_variant(), procs, threads);
        draw(&judge.what, BATCH, dealt);
    }
    print_message("%" PRIu64 " schedules in all\n", schedules);
}

/* What one schedule of a meeting does, step by step. */
static int replay(const char *name, const char *schedule)
{
    for (size_t i = 0; schedule && i < MEETINGS; i++) {
        struct meeting m = a_meeting(i);
        m.what.arg = &m;
        if (strcmp(m.what.name, name) == 0)
            return !explore_replay(&m.what, schedule, true, &result);
    }
    return given_wrong("HCHANLAB_MEETING", name, "no such meeting, or no HCHANLAB_REPLAY");
}

int main(int argc, char **argv)
{
    given_nothing(argc, argv);
    const char *name = getenv("HCHANLAB_MEETING");
    if (name)
        return replay(name, getenv("HCHANLAB_REPLAY"));
    drawn = environment_number("HCHANLAB_SCHEDULES", DRAWN, 0, UINT64_MAX);
    seed = environment_number("HCHANLAB_SEED", 1, 0, UINT32_MAX);
    shallower = environment_number("HCHANLAB_SHALLOWER", SHALLOWER, 0, EXPLORE_UNBOUNDED);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meetings),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_drawn_meetings),
        cmocka_unit_test(test_drawn_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
