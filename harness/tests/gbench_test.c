/* The C wrapper of Google Benchmark: what a benchmark declares is what its result says, and what
 * the library ends the process on is an error of the call or of the result. */
/* SPDX-License-Identifier: MIT */
#include "harness/tests/gbench_seen.h"
#include <errno.h>

static const struct gb_options reported = {.manual_time = true, .iterations = 1};

/* A batch of known size and time, and what reporting it said. */
struct batch {
    uint64_t ops;
    double seconds;
    int status, second_status;
};

static void report(struct gb_state *state, void *arg)
{
    struct batch *b = arg;
    b->status = gb_report_batch(state, b->ops, b->seconds);
    b->second_status = gb_report_batch(state, b->ops, b->seconds);
    gb_set_counter(state, "ops_per_s", (double)b->ops, GB_COUNTER_RATE);
}

static void test_a_reported_batch_is_its_operations_and_its_time(void **state)
{
    (void)state;
    const struct batch table[] = {
        {1, 0.5, 0, 0}, {2, 0.25, 0, 0}, {1000, 0.002, 0, 0}, {123456789012, 600, 0, 0}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct batch b = table[i];
        gb_clear();
        assert_int_equal(gb_register("known", report, &b, &reported), 0);
        struct seen seen = run_matching(NULL);
        assert_int_equal(b.status, 0);
        assert_int_equal(b.second_status, -EBUSY);
        assert_int_equal(seen.count, 1);
        assert_int_equal(seen.run[0].iterations, b.ops);
        double expected_ns = b.seconds * 1e9 / (double)b.ops;
        assert_float_equal(seen.run[0].real_ns, expected_ns, expected_ns * 1e-12);
        double rate = (double)b.ops / b.seconds;
        assert_float_equal(counter_of(&seen.run[0], "ops_per_s"), rate, rate * 1e-12);
    }
}

struct refusals {
    int zero_ops, too_many_ops, negative, nan, infinite, iteration_time, null;
};

static void bad_batches(struct gb_state *state, void *arg)
{
    struct refusals *r = arg;
    r->zero_ops = gb_report_batch(state, 0, 1);
    r->too_many_ops = gb_report_batch(state, UINT64_MAX, 1);
    r->negative = gb_report_batch(state, 1, -1);
    r->nan = gb_report_batch(state, 1, NAN);
    r->infinite = gb_report_batch(state, 1, INFINITY);
    r->iteration_time = gb_set_iteration_time(state, NAN);
    r->null = gb_report_batch(NULL, 1, 1);
    gb_report_batch(state, 5, 5e-9);
}

static void test_a_batch_that_makes_no_sense_is_refused_and_leaves_no_trace(void **state)
{
    (void)state;
    struct refusals r = {0};
    gb_register("bad", bad_batches, &r, &reported);
    struct seen seen = run_matching(NULL);
    assert_int_equal(r.zero_ops, -EINVAL);
    assert_int_equal(r.too_many_ops, -EINVAL);
    assert_int_equal(r.negative, -EINVAL);
    assert_int_equal(r.nan, -EINVAL);
    assert_int_equal(r.infinite, -EINVAL);
    assert_int_equal(r.iteration_time, -EINVAL);
    assert_int_equal(r.null, -EINVAL);
    assert_int_equal(seen.run[0].iterations, 5);
    assert_float_equal(seen.run[0].real_ns, 1.0, 1e-12);
}

static void test_a_batch_is_only_reported_where_it_is_the_only_time(void **state)
{
    (void)state;
    const struct gb_options wrong[] = {{.iterations = 1}, {.manual_time = true, .iterations = 2}};
    for (size_t i = 0; i < 2; i++) {
        struct batch b = {10, 1, 0, 0};
        gb_clear();
        gb_register("wrong", report, &b, &wrong[i]);
        struct seen seen = run_matching(NULL);
        assert_int_equal(b.status, -EINVAL);
        assert_string_equal(seen.run[0].error, "the function returned before its loop ended");
        assert_true(isnan(seen.run[0].real_ns));
    }
}

static void loop_of_250(struct gb_state *state, void *arg)
{
    uint64_t *turns = arg;
    *turns = 0;
    while (gb_keep_running_batch(state, 250))
        *turns += 250;
    if (gb_keep_running_batch(state, 250))
        *turns += 250; /* a loop that is over stays over */
}

static void test_batches_of_a_loop_are_counted_whole(void **state)
{
    (void)state;
    const uint64_t wanted[] = {1, 250, 999, 1000, 1001}, made[] = {250, 250, 1000, 1000, 1250};
    for (size_t i = 0; i < 5; i++) {
        uint64_t turns = 0;
        gb_clear();
        gb_register("loop", loop_of_250, &turns, &(struct gb_options){.iterations = wanted[i]});
        struct seen seen = run_matching(NULL);
        assert_int_equal(turns, made[i]);
        assert_int_equal(seen.run[0].iterations, made[i]);
        assert_string_equal(seen.run[0].error, "");
    }
}

static void test_without_a_number_the_library_chooses_iterations(void **state)
{
    (void)state;
    uint64_t turns = 0;
    gb_register("search", loop_of_250, &turns,
                &(struct gb_options){.min_time_s = 1e-4, .repetitions = 3});
    struct seen seen = run_matching(NULL);
    assert_int_equal(repetitions_in(&seen), 3);
    for (size_t i = 0; i < seen.count; i++)
        assert_string_equal(seen.run[i].error, "");
    assert_int_equal(seen.run[2].iterations, turns);
    assert_true(turns >= 250 && turns % 250 == 0);
}

static void tell_time(struct gb_state *state, void *arg)
{
    (void)arg;
    while (gb_keep_running_batch(state, 10))
        gb_set_iteration_time(state, 3e-6);
}

static void test_manual_time_is_the_sum_of_what_was_told(void **state)
{
    (void)state;
    gb_register("told", tell_time, NULL,
                &(struct gb_options){.manual_time = true, .iterations = 30});
    assert_float_equal(run_matching(NULL).run[0].real_ns, 300, 1e-9);
}

static void pause_everywhere(struct gb_state *state, void *arg)
{
    int *status = arg;
    *status++ = gb_pause_timing(state);
    while (gb_keep_running(state)) {
        status[0] = gb_resume_timing(state);
        status[1] = gb_pause_timing(state);
        status[2] = gb_pause_timing(state);
        status[3] = gb_resume_timing(state);
        status[4] = gb_pause_timing(state); /* and the loop goes on */
    }
    status[5] = gb_resume_timing(state);
}

static void test_pausing_at_the_wrong_moment_is_an_error_and_nothing_worse(void **state)
{
    (void)state;
    int status[7];
    const int expected[7] = {-EINVAL, -EINVAL, 0, -EINVAL, 0, 0, -EINVAL};
    gb_register("pause", pause_everywhere, status, &(struct gb_options){.iterations = 3});
    struct seen seen = run_matching(NULL);
    assert_memory_equal(status, expected, sizeof(expected));
    assert_int_equal(seen.run[0].iterations, 3);
    assert_string_equal(seen.run[0].error, "");
}

static void return_at_once(struct gb_state *state, void *arg)
{
    (void)state;
    (void)arg;
}

static void return_early(struct gb_state *state, void *arg)
{
    (void)arg;
    gb_keep_running(state);
}

static void test_a_function_that_leaves_its_loop_is_an_error(void **state)
{
    (void)state;
    gb_register("at_once", return_at_once, NULL, NULL);
    gb_register("early", return_early, NULL, &(struct gb_options){.iterations = 2});
    struct seen seen = run_matching(NULL);
    assert_int_equal(seen.count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(seen.run[i].error, "the function returned before its loop ended");
}

static void sum_row(struct gb_state *state, void *arg)
{
    int64_t *sum = arg;
    while (gb_keep_running(state))
        *sum += gb_range(state, 0) * 1000 + gb_range(state, 1) + gb_range(state, 2);
}

static void test_arguments_make_a_benchmark_a_row(void **state)
{
    (void)state;
    int64_t args[] = {1, 2, -(INT64_C(1) << 40), 4};
    const char *names[] = {"a", "b"};
    int64_t sum = 0;
    gb_register("ranged", sum_row, &sum,
                &(struct gb_options){
                    .iterations = 1, .args = args, .rows = 2, .columns = 2, .arg_names = names});
    args[0] = 77; /* they were copied */
    names[0] = "z";
    struct seen seen = run_matching(NULL);
    assert_int_equal(seen.count, 2);
    assert_true(sum == 1002 + -(INT64_C(1) << 40) * 1000 + 4);
    assert_string_equal(seen.run[0].name, "ranged/a:1/b:2/iterations:1");
    assert_non_null(strstr(seen.run[1].name, "ranged/a:-1099511627776/b:4"));
}

static void decorate(struct gb_state *state, void *arg)
{
    int *status = arg;
    while (gb_keep_running_batch(state, 10))
        gb_set_iteration_time(state, 2);
    gb_set_label(state, "a \"label\"");
    *status++ = gb_set_counter(state, "plain", 42, GB_COUNTER);
    *status++ = gb_set_counter(state, "per", 42, GB_COUNTER_PER_ITERATION);
    *status++ = gb_set_counter(state, "inverse", 42, GB_COUNTER_RATE | GB_COUNTER_INVERT);
    *status++ = gb_set_counter(state, "times", 42, GB_COUNTER_TIMES_ITERATIONS);
    *status++ = gb_set_counter(state, "plain", 1, GB_COUNTER_RATE); /* another kind than before */
    *status++ = gb_set_counter(state, "", 1, GB_COUNTER);
    *status++ = gb_set_counter(state, "nan", NAN, GB_COUNTER);
    *status++ = gb_set_counter(state, "flags", 1, 1U << 20);
    *status++ = gb_set_counter(state, "\x01", 1, GB_COUNTER);
    *status++ = gb_set_label(state, "\xff");
}

static void test_counters_and_labels_arrive_as_they_were_asked_for(void **state)
{
    (void)state;
    int status[10];
    gb_register("decorated", decorate, status,
                &(struct gb_options){.manual_time = true, .iterations = 10});
    struct seen seen = run_matching(NULL);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(status[i], i < 4 ? 0 : -EINVAL);
    assert_string_equal(seen.run[0].label, "a \"label\"");
    assert_int_equal(seen.run[0].counter_count, 4);
    assert_float_equal(counter_of(&seen.run[0], "plain"), 42, 0);
    assert_float_equal(counter_of(&seen.run[0], "per"), 4.2, 1e-12);
    assert_float_equal(counter_of(&seen.run[0], "inverse"), 2.0 / 42, 1e-12);
    assert_float_equal(counter_of(&seen.run[0], "times"), 420, 1e-9);
}

static void process(struct gb_state *state, void *arg)
{
    (void)arg;
    gb_report_batch(state, 4, 2);
    gb_set_bytes_processed(state, gb_iterations(state) * 1000);
    gb_set_items_processed(state, gb_iterations(state) * 3);
}

static void test_bytes_and_items_become_rates(void **state)
{
    (void)state;
    gb_register("process", process, NULL, &reported);
    struct seen seen = run_matching(NULL);
    assert_float_equal(counter_of(&seen.run[0], "bytes_per_second"), 2000, 1e-9);
    assert_float_equal(counter_of(&seen.run[0], "items_per_second"), 6, 1e-9);
}

static void fail_or_skip(struct gb_state *state, void *arg)
{
    if (arg)
        gb_skip_with_error(state, "no such \x01 luck");
    else
        gb_skip(state, "not on this machine");
}

static void test_errors_and_skips_arrive_apart_with_their_message(void **state)
{
    (void)state;
    int anything;
    gb_register("error", fail_or_skip, &anything, NULL);
    gb_register("skip", fail_or_skip, NULL, NULL);
    struct seen seen = run_matching(NULL);
    assert_string_equal(seen.run[0].error, "no such ? luck");
    assert_string_equal(seen.run[0].skip, "");
    assert_string_equal(seen.run[1].error, "");
    assert_string_equal(seen.run[1].skip, "not on this machine");
    assert_true(isnan(seen.run[1].real_ns) && isnan(seen.run[1].cpu_ns));
}

/* Each repetition takes a step longer; `fails` is the one that does, from 1. */
struct steps {
    unsigned step, fails, grows;
};

static void step(struct gb_state *state, void *arg)
{
    struct steps *s = arg;
    s->step++;
    if (s->step == s->fails)
        gb_skip_with_error(state, "stumbled");
    else
        gb_report_batch(state, s->step == s->grows ? 11 : 10, s->step * 1e-3);
    gb_set_counter(state, "zero", 0, GB_COUNTER);
}

static double largest(const double *values, size_t count)
{
    double most = values[0];
    for (size_t i = 1; i < count; i++)
        most = fmax(most, values[i]);
    return most;
}

static const struct gb_statistic statistic_largest = {"largest", largest};
static const struct gb_options five = {.manual_time = true,
                                       .iterations = 1,
                                       .repetitions = 5,
                                       .statistics = &statistic_largest,
                                       .statistic_count = 1};

static void test_repetitions_give_their_runs_and_aggregates(void **state)
{
    (void)state;
    struct steps s = {0};
    gb_register("steps", step, &s, &five);
    struct seen seen = run_matching(NULL);
    assert_int_equal(repetitions_in(&seen), 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(seen.run[i].repetition, i);
        assert_int_equal(seen.run[i].iterations, 10);
        assert_float_equal(seen.run[i].real_ns, (i + 1) * 1e5, 1e-6);
    }
    assert_float_equal(aggregate_of(&seen, "mean")->real_ns, 3e5, 1e-6);
    assert_float_equal(aggregate_of(&seen, "median")->real_ns, 3e5, 1e-6);
    assert_float_equal(aggregate_of(&seen, "largest")->real_ns, 5e5, 1e-6);
    assert_non_null(strstr(aggregate_of(&seen, "largest")->name, "_largest"));
    assert_float_equal(aggregate_of(&seen, "stddev")->real_ns, sqrt(2.5) * 1e5, 1e-3);
    assert_false(aggregate_of(&seen, "stddev")->is_ratio);
    assert_true(aggregate_of(&seen, "cv")->is_ratio);
    assert_float_equal(aggregate_of(&seen, "cv")->real_ns, sqrt(2.5) / 3, 1e-9);
}

static void test_aggregates_only_leaves_out_the_repetitions(void **state)
{
    (void)state;
    struct steps s = {0};
    struct gb_options options = five;
    options.aggregates_only = true;
    gb_register("steps", step, &s, &options);
    struct seen seen = run_matching(NULL);
    assert_int_equal(s.step, 5);
    assert_int_equal(repetitions_in(&seen), 0);
    assert_float_equal(aggregate_of(&seen, "largest")->real_ns, 5e5, 1e-6);
}

static void test_a_repetition_that_fails_leaves_the_others(void **state)
{
    (void)state;
    struct steps s = {.fails = 3};
    gb_register("steps", step, &s, &five);
    struct seen seen = run_matching(NULL);
    assert_int_equal(repetitions_in(&seen), 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(seen.run[i].error, i == 2 ? "stumbled" : "");
    assert_float_equal(aggregate_of(&seen, "largest")->real_ns, 5e5, 1e5);
}

static void test_where_the_first_repetition_fails_all_do(void **state)
{
    (void)state;
    struct steps s = {.fails = 1};
    gb_register("steps", step, &s, &five);
    struct seen seen = run_matching(NULL);
    assert_int_equal(seen.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(seen.run[i].error, "stumbled");
    assert_int_equal(s.step, 1);
    seen = run_matching(NULL); /* the next run begins anew */
    assert_string_equal(seen.run[0].error, "");
    assert_int_equal(s.step, 6);
}

static void test_repetitions_of_unlike_size_are_an_error(void **state)
{
    (void)state;
    struct steps s = {.grows = 2};
    gb_register("steps", step, &s, &five);
    struct seen seen = run_matching(NULL);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(
            seen.run[i].error,
            i == 1 ? "repetitions differ in their iterations: the first had 10, this one 11" : "");
    struct batch one = {10, 1, 0, 0}, other = {11, 1, 0, 0};
    gb_clear();
    gb_register("same", report, &one, &reported);
    gb_register("same", report, &other, &reported);
    seen = run_matching(NULL);
    assert_int_equal(seen.run[0].iterations, 10);
    assert_int_equal(seen.run[1].iterations, 11);
}

static void test_options_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const int64_t twice[] = {1, 2, 1, 2};
    static const char *const no_name[] = {"a", NULL};
    const struct gb_options bad[] = {
        {.min_time_s = -1},
        {.min_time_s = NAN},
        {.min_time_s = 1, .iterations = 1},
        {.iterations = UINT64_MAX},
        {.repetitions = UINT32_MAX},
        {.manual_time = true, .real_time = true},
        {.unit = (enum gb_unit)9},
        {.rows = 1},
        {.rows = 1, .args = twice},
        {.rows = SIZE_MAX, .columns = 2, .args = twice},
        {.rows = 2, .columns = 2, .args = twice},
        {.rows = 1, .columns = 2, .args = twice, .arg_names = no_name},
        {.statistic_count = 1},
        {.statistic_count = 1, .statistics = &(struct gb_statistic){"x", NULL}},
        {.statistic_count = 1, .statistics = &(struct gb_statistic){NULL, largest}},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(gb_register("x", return_at_once, NULL, &bad[i]), -EINVAL);
    assert_int_equal(gb_register(NULL, return_at_once, NULL, NULL), -EINVAL);
    assert_int_equal(gb_register("", return_at_once, NULL, NULL), -EINVAL);
    assert_int_equal(gb_register("\xc3(", return_at_once, NULL, NULL), -EINVAL);
    assert_int_equal(gb_register("x", NULL, NULL, NULL), -EINVAL);
    assert_int_equal(gb_run(NULL, NULL), -ENOENT); /* none of them is there */
}

static void meddle(struct gb_state *state, void *arg)
{
    int *status = arg;
    status[0] = gb_run(NULL, NULL);
    status[1] = gb_clear();
    status[2] = gb_register("y", return_at_once, NULL, NULL);
    status[3] = gb_add_context("meddle", "x");
    gb_report_batch(state, 1, 1);
}

static void test_nothing_is_changed_while_benchmarks_run(void **state)
{
    (void)state;
    int status[4];
    gb_register("meddle", meddle, status, &reported);
    assert_int_equal(run_matching(NULL).count, 1);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(status[i], -EBUSY);
}

static void test_without_a_state_nothing_happens(void **state)
{
    (void)state;
    assert_false(gb_keep_running_batch(NULL, 1));
    assert_int_equal(gb_range(NULL, 0), 0);
    assert_int_equal(gb_iterations(NULL), 0);
    assert_int_equal(gb_set_counter(NULL, "x", 1, GB_COUNTER), -EINVAL);
    assert_int_equal(gb_set_label(NULL, "x"), -EINVAL);
    assert_int_equal(gb_set_iteration_time(NULL, 1), -EINVAL);
    assert_int_equal(gb_set_bytes_processed(NULL, 1), -EINVAL);
    assert_int_equal(gb_set_items_processed(NULL, 1), -EINVAL);
    assert_int_equal(gb_pause_timing(NULL), -EINVAL);
    assert_int_equal(gb_resume_timing(NULL), -EINVAL);
    assert_int_equal(gb_skip(NULL, "x"), -EINVAL);
    assert_int_equal(gb_skip_with_error(NULL, "x"), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_reported_batch_is_its_operations_and_its_time, clear),
        cmocka_unit_test_setup(test_a_batch_that_makes_no_sense_is_refused_and_leaves_no_trace,
                               clear),
        cmocka_unit_test_setup(test_a_batch_is_only_reported_where_it_is_the_only_time, clear),
        cmocka_unit_test_setup(test_batches_of_a_loop_are_counted_whole, clear),
        cmocka_unit_test_setup(test_without_a_number_the_library_chooses_iterations, clear),
        cmocka_unit_test_setup(test_manual_time_is_the_sum_of_what_was_told, clear),
        cmocka_unit_test_setup(test_pausing_at_the_wrong_moment_is_an_error_and_nothing_worse,
                               clear),
        cmocka_unit_test_setup(test_a_function_that_leaves_its_loop_is_an_error, clear),
        cmocka_unit_test_setup(test_arguments_make_a_benchmark_a_row, clear),
        cmocka_unit_test_setup(test_counters_and_labels_arrive_as_they_were_asked_for, clear),
        cmocka_unit_test_setup(test_bytes_and_items_become_rates, clear),
        cmocka_unit_test_setup(test_errors_and_skips_arrive_apart_with_their_message, clear),
        cmocka_unit_test_setup(test_repetitions_give_their_runs_and_aggregates, clear),
        cmocka_unit_test_setup(test_aggregates_only_leaves_out_the_repetitions, clear),
        cmocka_unit_test_setup(test_a_repetition_that_fails_leaves_the_others, clear),
        cmocka_unit_test_setup(test_where_the_first_repetition_fails_all_do, clear),
        cmocka_unit_test_setup(test_repetitions_of_unlike_size_are_an_error, clear),
        cmocka_unit_test_setup(test_options_that_make_no_sense_are_refused, clear),
        cmocka_unit_test_setup(test_nothing_is_changed_while_benchmarks_run, clear),
        cmocka_unit_test_setup(test_without_a_state_nothing_happens, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
