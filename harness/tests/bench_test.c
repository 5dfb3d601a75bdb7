/* Windows: every scenario and floor runs, takes the path that it promises, counts what it did; and
 * a scenario that goes wrong is caught. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "harness/base/clock.h"
#include "harness/base/record.h"
#include "harness/machine/topo.h"
#include "harness/run/bench.h"
#include "harness/run/calibrate.h"
#include "harness/run/crew.h"
#include "harness/scenarios/asleep.h"
#include "harness/scenarios/scenarios.h"
#include "scripts/test.h"
#include <errno.h>
#include <hchan/outcome.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static struct topo *topo;

static int load(void **state)
{
    (void)state;
    topo = topo_load(NULL);
    return topo ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    topo_free(topo);
    return 0;
}

/* A small window of a scenario with its usual parameters. */
static struct window_spec spec_of(const struct scenario *s, const struct hchan_variant *v,
                                  uint64_t threads)
{
    struct window_spec spec = {
        .scenario = s,
        .variant = v,
        .params = {.place = ""},
        .topo = topo,
        .ops = s->per_peer ? 4 * (threads - 1) : 64,
        .window_ns = window_is_crowd(s, &(struct cell_params){.threads = threads}) ? 2000000 : 0,
    };
    for (int i = 0; i < PARAMS; i++)
        *param_of(&spec.params, i) = scenario_param(s, i)->normal;
    spec.params.threads = threads;
    const unsigned *pus;
    size_t count = topo_pus(topo, &pus);
    spec.pu[0] = pus[0];
    spec.pu[1] = pus[count > 1];
    return spec;
}

static void run(struct window_spec *spec, struct window *window)
{
    char error[256] = "";
    if (window_run(spec, window, error, sizeof(error)))
        fail_msg("%s: %s", spec->scenario->name, error);
}

static void test_every_floor_runs(void **state)
{
    (void)state;
    for (const struct scenario *const *s = scenario_all(""); *s; s++) {
        struct window_spec spec = spec_of(*s, NULL, (*s)->threads.normal);
        struct window window;
        spec.warm = true;
        run(&spec, &window);
        assert_int_equal(window.sample.ops, 64);
        assert_true(window.ops_all > 64);
        assert_true(window.sample.window_ns > 0);
        assert_true(fabs(window.sample.ns_per_op * 64 / window.sample.window_ns - 1) < 1e-9);
    }
}

static void check_sums(const struct scenario *s, const struct window *w, const uint64_t *counts)
{
    /* Whether a waiter gets to sleep before it is woken depends on time; that one parks does not.
     */
    bool sleeps = s->pure_outcomes >> HCHAN_PARK_SLEPT & 1;
    uint64_t parks = UINT64_C(1) << HCHAN_SEND_PARK | UINT64_C(1) << HCHAN_RECV_PARK;
    uint64_t path = sleeps ? parks : s->pure_outcomes, pure = 0;
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        pure += path >> i & 1 ? counts[i] : 0;
    assert_int_equal(hchan_outcomes_sum(counts, "send_"), w->sends);
    assert_int_equal(hchan_outcomes_sum(counts, "recv_"), w->recvs);
    if (s->path && (double)pure < 0.99 * s->pure_per_op * (double)w->ops_all)
        fail_msg("%s: %llu of %llu operations on the path", s->name, (unsigned long long)pure,
                 (unsigned long long)w->ops_all);
}

static void test_every_scenario_counts_what_it_did_and_takes_its_path(void **state)
{
    (void)state;
    const struct hchan_variant *v = hchan_variant_next(NULL);
    for (; v; v = hchan_variant_next(v)) {
        const struct scenario *const *s = scenario_all(hchan_variant_name(v));
        for (; *s; s++) {
            const struct scenario *traced =
                scenario_find((*s)->name, hchan_variant_name(v), INSTANCE_TRACED);
            struct window_spec spec = spec_of(traced, hchan_traced(v), (*s)->threads.normal);
            struct window window;
            uint64_t before[HCHAN_OUTCOMES], after[HCHAN_OUTCOMES];
            hchan_outcomes_read(before);
            run(&spec, &window);
            hchan_outcomes_read(after);
            for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
                after[i] -= before[i];
            if (traced->pure_outcomes || traced->mix)
                check_sums(traced, &window, after);
        }
    }
}

/* Runs a few operations, or some hundred microseconds, so that it has to end and pass its check. */
static void run_small(const struct scenario *s, const struct hchan_variant *v, uint64_t threads,
                      uint64_t work, bool one_pu)
{
    enum { SLOTS = 16 };
    struct window window;
    struct window_spec spec = spec_of(s, v, threads);
    spec.params.work = work;
    if (spec.params.capacity > SLOTS) /* what is left in a buffer is drained after the window */
        spec.params.capacity = SLOTS;
    if (spec.window_ns)
        spec.window_ns = 300000;
    if (one_pu)
        spec.pu[1] = spec.pu[0];
    run(&spec, &window);
}

static uint64_t more_threads(const struct scenario *s)
{
    enum { MORE = 6 };
    return s->threads.max > MORE ? MORE : s->threads.max;
}

static void test_nothing_is_lost_and_all_end_with_more_threads_than_pus(void **state)
{
    (void)state;
    const struct hchan_variant *v = hchan_variant_next(NULL);
    for (; v; v = hchan_variant_next(v))
        for (const struct scenario *const *s = scenario_all(hchan_variant_name(v)); *s; s++)
            for (int one_pu = 0; !(*s)->fixed_ops && one_pu < 2; one_pu++) {
                run_small(*s, v, more_threads(*s), 0, one_pu);
                run_small(*s, v, (*s)->threads.min, (*s)->work.max ? 50 : 0, one_pu);
            }
}

static void test_selects_are_timed_in_latency_windows(void **state)
{
    (void)state;
    const struct scenario *s = scenario_find("cancel", "futex-park", INSTANCE_LATENCY);
    struct window_spec spec = spec_of(s, hchan_variant_find("futex-park"), 4);
    struct window window;
    spec.latency = calloc(SIDES, sizeof(struct latency));
    run(&spec, &window);
    for (unsigned i = 0; i < SIDES; i++)
        assert_int_equal(spec.latency[i].count, i == SIDE_WAIT ? 0 : 64);
    free(spec.latency);
}

static void test_latencies_are_of_every_call(void **state)
{
    (void)state;
    const struct scenario *s = scenario_find("buffer-hop", "fastpath", INSTANCE_LATENCY);
    struct window_spec spec = spec_of(s, hchan_variant_find("fastpath"), 1);
    struct window window;
    spec.latency = calloc(SIDES, sizeof(struct latency));
    for (int warm = 0; warm < 2; warm++) { /* of the window's calls, and not of the warm-up's */
        spec.warm = warm;
        memset(spec.latency, 0, SIDES * sizeof(struct latency));
        run(&spec, &window);
        assert_int_equal(window.ops_all > 64, warm);
        for (unsigned i = 0; i < SIDE_WAIT; i++) {
            assert_int_equal(spec.latency[i].count, 64);
            assert_true(spec.latency[i].max_ns >= spec.latency[i].min_ns);
        }
        assert_int_equal(spec.latency[SIDE_WAIT].count, 0);
    }
    free(spec.latency);
}

/* Each send of a handoff waits until its receiver sleeps: a thread in the kernel. */
static void test_a_handoff_meets_a_sleeper(void **state)
{
    (void)state;
    const struct scenario *s = scenario_find("handoff", "futex-park", INSTANCE_LATENCY);
    struct window_spec spec = spec_of(s, hchan_variant_find("futex-park"), 2);
    struct window window;
    spec.latency = calloc(SIDES, sizeof(struct latency));
    run(&spec, &window);
    assert_int_equal(spec.latency[SIDE_WAIT].count, 64);
    free(spec.latency);
    uint64_t before[HCHAN_OUTCOMES], after[HCHAN_OUTCOMES];
    spec = spec_of(scenario_find("handoff", "futex-park", INSTANCE_TRACED),
                   hchan_traced(hchan_variant_find("futex-park")), 2);
    hchan_outcomes_read(before);
    run(&spec, &window);
    hchan_outcomes_read(after);
    /* On two PUs all of them; on one a receiver may be preempted on its way to sleep. */
    uint64_t slept = after[HCHAN_PARK_SLEPT] - before[HCHAN_PARK_SLEPT];
    if (spec.pu[0] != spec.pu[1])
        assert_true(slept >= 64);
    assert_true(slept <= window.ops_all + 1);
}

/* The lab's question to the kernel sees a sleeper, and wakes nobody. */
static _Atomic uint32_t slept_on;

static void *sleep_once(void *arg)
{
    (void)arg;
    while (atomic_load(&slept_on) == 0)
        futex_wait(&slept_on, 0, FUTEX_FOREVER);
    return NULL;
}

static void test_sleepers_are_counted_and_not_woken(void **state)
{
    pthread_t thread;
    (void)state;
    assert_int_equal(futex_sleepers(&slept_on), 0);
    assert_int_equal(pthread_create(&thread, NULL, sleep_once, NULL), 0);
    while (futex_sleepers(&slept_on) == 0)
        sched_yield();
    assert_int_equal(futex_sleepers(&slept_on), 1);
    atomic_store(&slept_on, 1);
    futex_wake(&slept_on, 1);
    pthread_join(thread, NULL);
    assert_int_equal(futex_sleepers(&slept_on), 0);
}

static void test_a_crowd_gets_on_and_its_share_is_told(void **state)
{
    (void)state;
    const struct scenario *s = scenario_find("lock", "futex-park", INSTANCE_MEASURED);
    struct window_spec spec = spec_of(s, hchan_variant_find("futex-park"), 6);
    struct window window;
    do /* on a busy machine a window may pass before anybody has run in it */
        run(&spec, &window);
    while (window.sample.ops == 0);
    assert_true(window.sample.fairness > 0 && window.sample.fairness <= 1.0 + 1e-9);
    assert_true(window.sample.overlap > 0 && window.sample.overlap <= 1);
    /* The CPU time is of the window: no more than its PUs can give, to a tick of accounting. */
    double cpu_ns = window.sample.cpu_ns_per_op * (double)window.sample.ops;
    assert_true(cpu_ns > 0 && cpu_ns <= 2 * window.sample.window_ns + 1e7);
}

/* A ticket lock goes to the next in line, so if somebody waits it changes hands; one thread hands
 * it to nobody. */
static void test_handovers_are_counted(void **state)
{
    (void)state;
    const struct scenario *s = scenario_find("lock", "ticket", INSTANCE_MEASURED);
    struct window_spec spec = spec_of(s, hchan_variant_find("ticket"), 1);
    struct window window;
    do /* as above */
        run(&spec, &window);
    while (window.sample.ops == 0);
    assert_true(isnan(window.sample.handovers));
    spec = spec_of(s, hchan_variant_find("ticket"), 2);
    do
        run(&spec, &window);
    while (window.sample.ops == 0);
    assert_true(window.sample.handovers > 0 && window.sample.handovers <= 1);
}

/* Times away have the mean that was asked for, fixed or geometric. */
static void test_times_away_have_their_mean(void **state)
{
    (void)state;
    const struct scenario *s = scenario_find("lock", "ticket", INSTANCE_MEASURED);
    struct window_spec spec = spec_of(s, hchan_variant_find("ticket"), 2);
    spec.params.away = 100000;
    for (uint64_t geometric = 0; geometric < 2; geometric++) {
        double mean = 0, all = (double)calibrate_turns(100000);
        spec.params.geometric = geometric;
        struct crew *crew = crew_new(&spec);
        assert_non_null(crew);
        const struct bench *b = &crew->bench;
        for (int i = 0; i < AWAY_DRAWS; i++)
            mean += b->away_turns[i] / (double)AWAY_DRAWS;
        assert_true(fabs(mean / all - 1) < 0.01);
        assert_int_equal(b->away_turns[0] == b->away_turns[AWAY_DRAWS - 1], !geometric);
        crew_free(crew);
    }
    assert_int_equal(calibrate_turns(0), 0);
}

static void test_the_consumers_are_who_counts_in_a_crowd_of_pairs(void **state)
{
    (void)state;
    const struct scenario *s = scenario_find("prod-cons", "futex-park", INSTANCE_MEASURED);
    struct window_spec spec = spec_of(s, hchan_variant_find("futex-park"), 2);
    struct window window;
    do /* as above */
        run(&spec, &window);
    while (window.sample.ops == 0);
    assert_true(isnan(window.sample.fairness) && isnan(window.sample.overlap)); /* there is one */
    spec = spec_of(s, hchan_variant_find("futex-park"), 4);
    do
        run(&spec, &window);
    while (window.sample.ops == 0);
    assert_true(window.sample.fairness > 0.49 && window.sample.fairness <= 1.0 + 1e-9);
    assert_true(window.sample.overlap >= 0.5 && window.sample.overlap <= 1);
}

/* A goroutine is never preempted: if a whole crowd shares a P, each has to let the others run. */
static void test_every_goroutine_of_a_crowd_gets_on(void **state)
{
    enum { PARTIES = 4, TRIES = 50 };
    (void)state;
    const struct hchan_variant *v = hchan_variant_next(NULL);
    for (; v; v = hchan_variant_next(v))
        for (const struct scenario *const *s = scenario_all(hchan_variant_name(v)); *s; s++) {
            if (!bench_has_goroutines(v) || !(*s)->crowd || (*s)->threads.max < PARTIES)
                continue;
            struct window_spec spec = spec_of(*s, v, PARTIES);
            struct window window = {0};
            spec.pu[1] = spec.pu[0];
            for (int i = 0; i < TRIES && window.sample.overlap != 1; i++) /* the machine is busy */
                run(&spec, &window);
            if (window.sample.overlap != 1)
                fail_msg("%s of %s: %g of the parties got on", (*s)->name, hchan_variant_name(v),
                         window.sample.overlap);
        }
}

static uint64_t left_at_the_end;

static void looking_finish(struct bench *b)
{
    left_at_the_end += chanlen(b->chan[0]);
    scenario_find(b->scenario->name, hchan_variant_name(b->variant), INSTANCE_MEASURED)->finish(b);
}

/* If the lead sends and others receive, however much room there is. */
static void test_values_that_are_counted_have_been_received(void **state)
{
    (void)state;
    const struct hchan_variant *v = hchan_variant_next(NULL);
    left_at_the_end = 0;
    for (; v; v = hchan_variant_next(v)) {
        struct scenario s = *scenario_find("fan-out", hchan_variant_name(v), INSTANCE_MEASURED);
        s.finish = looking_finish;
        struct window_spec spec = spec_of(&s, v, 4);
        struct window window;
        spec.params.capacity = 1000;
        spec.params.work = 100;
        spec.pu[1] = spec.pu[0];
        spec.warm = true;
        run(&spec, &window);
        if (left_at_the_end)
            fail_msg("%s: %llu of %llu values were left", hchan_variant_name(v),
                     (unsigned long long)left_at_the_end, (unsigned long long)window.ops_all);
    }
}

/* With much room, and values in it from before the window: what the others do for an operation is
 * part of its time. A turn of thinking takes more than a quarter of a nanosecond on any machine,
 * and all are on one PU. */
static void test_work_that_was_done_before_the_window_is_not_counted(void **state)
{
    enum { WORK = 1000 };
    static const char *const names[] = {"fan-in", "fan-out", "pipeline", "worker-pool", "cancel"};
    (void)state;
    const struct hchan_variant *v = hchan_variant_next(NULL);
    for (; v; v = hchan_variant_next(v))
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            const struct scenario *s =
                scenario_find(names[i], hchan_variant_name(v), INSTANCE_MEASURED);
            struct window_spec spec = spec_of(s, v, 4);
            struct window window;
            spec.params.capacity = 4096;
            spec.params.work = WORK;
            spec.pu[1] = spec.pu[0];
            spec.warm = true;
            run(&spec, &window);
            if (window.sample.ns_per_op < WORK / 4)
                fail_msg("%s of %s: %g ns", s->name, hchan_variant_name(v),
                         window.sample.ns_per_op);
        }
}

/* An operation takes a millisecond; the warm-up, which is the first call, takes thirty. */
enum { WARM_NS = 30000000, OP_NS = 1000000 };

static unsigned calls;

static void sleepy_lead(struct worker *w, uint64_t ops)
{
    bool warm = calls++ == 0;
    (void)w;
    for (uint64_t i = 0; i < (warm ? 1 : ops); i++)
        nanosleep(&(struct timespec){.tv_nsec = warm ? WARM_NS : OP_NS}, NULL);
}

static void test_the_window_is_what_is_timed_and_divided(void **state)
{
    (void)state;
    struct scenario s = *scenario_find("floor-empty", "", INSTANCE_MEASURED);
    struct window window;
    s.lead = sleepy_lead;
    struct window_spec spec = spec_of(&s, NULL, 1);
    spec.ops = 2;
    spec.warm = true;
    calls = 0;
    uint64_t start = clock_ns();
    run(&spec, &window);
    double all_ns = (double)(clock_ns() - start);
    assert_int_equal(window.sample.ops, 2);
    assert_int_equal(window.ops_all, 6);
    assert_true(window.sample.window_ns >= 2 * OP_NS);
    assert_true(window.sample.window_ns <= all_ns - WARM_NS);
    assert_float_equal(window.sample.ns_per_op * 2, window.sample.window_ns, 1e-6);
    /* And it lasts as long as it was asked to, in whole calls. */
    spec.window_ns = 5 * OP_NS;
    calls = 0;
    run(&spec, &window);
    assert_true(window.sample.window_ns >= 5 * OP_NS);
    assert_int_equal(window.sample.ops % 2, 0);
    assert_true(window.sample.window_ns >= (double)(window.sample.ops * OP_NS));
    assert_float_equal(window.sample.ns_per_op * (double)window.sample.ops, window.sample.window_ns,
                       1e-3);
}

static bool never_right(const struct bench *b, uint64_t ops)
{
    (void)b;
    (void)ops;
    return false;
}

static void test_a_scenario_whose_check_fails_is_an_error(void **state)
{
    (void)state;
    struct scenario s = *scenario_find("lock", "ticket", INSTANCE_MEASURED);
    char error[256] = "";
    struct window window;
    s.check = never_right;
    struct window_spec spec = spec_of(&s, hchan_variant_find("ticket"), 1);
    assert_int_equal(window_run(&spec, &window, error, sizeof(error)), -EBADMSG);
    assert_non_null(strstr(error, "wrong"));
}

/* A lock that does not exclude: two workers add without one. The scenario's own check must see it.
 */
static void busted_crowd(struct worker *w)
{
    struct bench *b = w->bench;
    for (uint64_t done = 1; !load_rlx(&b->stop); done++) {
        if (done % 16) /* an addition is lost now and then */
            b->guarded = done;
        store_rlx(&w->ops, done);
    }
}

static void test_the_lock_check_catches_a_lock_that_does_not_exclude(void **state)
{
    (void)state;
    struct scenario s = *scenario_find("lock", "ticket", INSTANCE_MEASURED);
    char error[256] = "";
    struct window window;
    s.crowd = busted_crowd;
    struct window_spec spec = spec_of(&s, hchan_variant_find("ticket"), 2);
#if !defined(__SANITIZE_THREAD__) /* it races, on purpose */
    assert_int_equal(window_run(&spec, &window, error, sizeof(error)), -EBADMSG);
#else
    (void)spec;
    (void)window;
    (void)error;
#endif
}

static int no_setup(struct bench *b)
{
    (void)b;
    return -ENOMEM;
}

static void test_a_setup_that_fails_is_told(void **state)
{
    (void)state;
    struct scenario s = *scenario_find("handoff", "ticket", INSTANCE_MEASURED);
    char error[256] = "";
    struct window window;
    s.setup = no_setup;
    struct window_spec spec = spec_of(&s, hchan_variant_find("ticket"), 2);
    assert_int_equal(window_run(&spec, &window, error, sizeof(error)), -ENOMEM);
    assert_non_null(strstr(error, "handoff could not be set up"));
}

static void test_a_pu_that_is_not_allowed_is_an_error_and_nobody_hangs(void **state)
{
    (void)state;
    static const char *const variants[] = {"ticket", "spin+go+none"}; /* threads; goroutines */
    for (int i = 0; i < 2; i++) {
        const struct scenario *s = scenario_find("park-wake", variants[i], INSTANCE_MEASURED);
        char error[256] = "";
        struct window window;
        struct window_spec spec = spec_of(s, hchan_variant_find(variants[i]), 2);
        spec.pu[1] = 4095;
        assert_int_equal(window_run(&spec, &window, error, sizeof(error)), -EINVAL);
        assert_non_null(strstr(error, "worker 1 could not be bound to PU 4095"));
    }
}

/* What a cell's process writes, the sweep reads. */
static void test_records_come_back(void **state)
{
    (void)state;
    char line[4096];
    struct record *back = calloc(1, sizeof(*back));
    struct record out = {.kind = RECORD_SAMPLE,
                         .sample = {3, 4, 5000000000u, 1.5, 2.5, NAN, 3.5, 0.25, 0.5, 0.75}};
    FILE *f = tmpfile();
    assert_int_equal(record_write(f, &out), 0);
    rewind(f);
    assert_non_null(fgets(line, sizeof(line), f));
    assert_int_equal(record_read(line, back), 0);
    assert_int_equal(back->kind, RECORD_SAMPLE);
    assert_int_equal(back->sample.ops, 5000000000u);
    assert_true(isnan(back->sample.overlap));
    assert_float_equal(back->sample.fairness, 0.5, 0);
    static const char *const broken[] = {
        "", "{", "[]", "{}", "{\"kind\":\"nothing\"}", "null", "{\"kind\":\"sample\",\"ops\":"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        assert_int_equal(record_read(broken[i], back), -EBADMSG);
    fclose(f);
    free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_floor_runs),
        cmocka_unit_test(test_every_scenario_counts_what_it_did_and_takes_its_path),
        cmocka_unit_test(test_nothing_is_lost_and_all_end_with_more_threads_than_pus),
        cmocka_unit_test(test_selects_are_timed_in_latency_windows),
        cmocka_unit_test(test_handovers_are_counted),
        cmocka_unit_test(test_times_away_have_their_mean),
        cmocka_unit_test(test_the_consumers_are_who_counts_in_a_crowd_of_pairs),
        cmocka_unit_test(test_latencies_are_of_every_call),
        cmocka_unit_test(test_a_handoff_meets_a_sleeper),
        cmocka_unit_test(test_sleepers_are_counted_and_not_woken),
        cmocka_unit_test(test_a_crowd_gets_on_and_its_share_is_told),
        cmocka_unit_test(test_every_goroutine_of_a_crowd_gets_on),
        cmocka_unit_test(test_values_that_are_counted_have_been_received),
        cmocka_unit_test(test_work_that_was_done_before_the_window_is_not_counted),
        cmocka_unit_test(test_the_window_is_what_is_timed_and_divided),
        cmocka_unit_test(test_a_scenario_whose_check_fails_is_an_error),
        cmocka_unit_test(test_the_lock_check_catches_a_lock_that_does_not_exclude),
        cmocka_unit_test(test_a_setup_that_fails_is_told),
        cmocka_unit_test(test_a_pu_that_is_not_allowed_is_an_error_and_nobody_hangs),
        cmocka_unit_test(test_records_come_back),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
