/* The C wrapper of Google Benchmark: what goes in comes out, and what the library lets pass in
 * silence is an error. */
#include "harness/gbench.h"
#include "scripts/test.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the callback saw. */
struct seen {
    size_t count;
    struct {
        char name[64], aggregate[32], label[32], error[64];
        bool is_aggregate;
        uint64_t iterations;
        double real_ns, counter;
    } run[32];
};

static void note(const struct gb_result *run, void *arg)
{
    struct seen *seen = arg;
    assert_true(seen->count < 32);
    snprintf(seen->run[seen->count].name, 64, "%s", run->name);
    snprintf(seen->run[seen->count].aggregate, 32, "%s", run->aggregate);
    snprintf(seen->run[seen->count].label, 32, "%s", run->label);
    snprintf(seen->run[seen->count].error, 64, "%s", run->error ? run->error : "");
    seen->run[seen->count].is_aggregate = run->is_aggregate;
    seen->run[seen->count].iterations = run->iterations;
    seen->run[seen->count].real_ns = run->real_time_ns;
    seen->run[seen->count].counter = NAN;
    for (size_t i = 0; i < run->counter_count; i++)
        if (strcmp(run->counters[i].name, "mine") == 0)
            seen->run[seen->count].counter = run->counters[i].value;
    seen->count++;
}

static struct seen run_all(void)
{
    struct seen seen = {0};
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.on_run = note, .arg = &seen}), 0);
    return seen;
}

static int clear(void **state)
{
    (void)state;
    gb_clear();
    return 0;
}

static void known_batch(struct gb_state *st, void *arg)
{
    (void)arg;
    assert_int_equal(gb_report_batch(st, 1000, 0.002), 0);
    assert_int_equal(gb_report_batch(st, 1000, 0.002), -EBUSY);
}

static void test_a_reported_batch_is_its_operations_and_its_time(void **state)
{
    (void)state;
    gb_register("known", known_batch, NULL,
                &(struct gb_options){.manual_time = true, .iterations = 1});
    struct seen seen = run_all();
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.run[0].iterations, 1000);
    assert_float_equal(seen.run[0].real_ns, 2000.0, 1e-6);
}

static void bad_batches(struct gb_state *st, void *arg)
{
    (void)arg;
    assert_int_equal(gb_report_batch(st, 0, 1), -EINVAL);
    assert_int_equal(gb_report_batch(st, 1, -1), -EINVAL);
    assert_int_equal(gb_report_batch(st, 1, NAN), -EINVAL);
    assert_int_equal(gb_report_batch(st, 1, INFINITY), -EINVAL);
    assert_int_equal(gb_set_iteration_time(st, NAN), -EINVAL);
    assert_int_equal(gb_set_counter(st, "", 1, GB_COUNTER), -EINVAL);
    assert_int_equal(gb_set_counter(st, "x", NAN, GB_COUNTER), -EINVAL);
    assert_int_equal(gb_report_batch(st, 5, 5e-9), 0);
}

static void test_a_batch_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    gb_register("bad", bad_batches, NULL,
                &(struct gb_options){.manual_time = true, .iterations = 1});
    assert_int_equal(run_all().run[0].iterations, 5);
}

static void count_turns(struct gb_state *st, void *arg)
{
    uint64_t *turns = arg;
    while (gb_keep_running_batch(st, 250))
        *turns += 250;
}

static void test_batches_of_a_loop_are_counted_whole(void **state)
{
    (void)state;
    uint64_t turns = 0;
    gb_register("loop", count_turns, &turns, &(struct gb_options){.iterations = 1000});
    assert_int_equal(run_all().run[0].iterations, 1000);
    assert_int_equal(turns, 1000);
}

static void ranged(struct gb_state *st, void *arg)
{
    int64_t *sum = arg;
    while (gb_keep_running(st))
        *sum += gb_range(st, 0) * 1000 + gb_range(st, 1) + gb_range(st, 2);
}

static void test_arguments_make_a_benchmark_a_row(void **state)
{
    (void)state;
    const int64_t args[] = {1, 2, 3, 4};
    const char *const names[] = {"a", "b"};
    int64_t sum = 0;
    gb_register("ranged", ranged, &sum,
                &(struct gb_options){
                    .iterations = 1, .args = args, .rows = 2, .columns = 2, .arg_names = names});
    struct seen seen = run_all();
    assert_int_equal(seen.count, 2);
    assert_int_equal(sum, 1002 + 3004);
    assert_non_null(strstr(seen.run[0].name, "ranged/a:1/b:2"));
    assert_non_null(strstr(seen.run[1].name, "ranged/a:3/b:4"));
}

static void decorated(struct gb_state *st, void *arg)
{
    (void)arg;
    while (gb_keep_running(st))
        ;
    gb_set_label(st, "a label");
    gb_set_counter(st, "mine", 42, GB_COUNTER);
}

static void test_counters_and_labels_arrive(void **state)
{
    (void)state;
    gb_register("decorated", decorated, NULL, &(struct gb_options){.iterations = 10});
    struct seen seen = run_all();
    assert_string_equal(seen.run[0].label, "a label");
    assert_float_equal(seen.run[0].counter, 42.0, 0);
}

static void per_iteration(struct gb_state *st, void *arg)
{
    (void)arg;
    while (gb_keep_running(st))
        ;
    gb_set_counter(st, "mine", 42, GB_COUNTER_PER_ITERATION);
}

static void test_a_counter_per_iteration_is_divided(void **state)
{
    (void)state;
    gb_register("per", per_iteration, NULL, &(struct gb_options){.iterations = 10});
    assert_float_equal(run_all().run[0].counter, 4.2, 1e-9);
}

static void failing(struct gb_state *st, void *arg)
{
    (void)arg;
    gb_skip_with_error(st, "no such luck");
}

static void test_a_failure_arrives_with_its_message(void **state)
{
    (void)state;
    gb_register("failing", failing, NULL, NULL);
    assert_string_equal(run_all().run[0].error, "no such luck");
}

static void stepping(struct gb_state *st, void *arg)
{
    unsigned *step = arg;
    gb_report_batch(st, 1, ++*step * 1e-3);
}

static double largest(const double *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, values[i]);
    return most;
}

static void test_repetitions_and_statistics_of_our_own(void **state)
{
    (void)state;
    unsigned step = 0;
    const struct gb_statistic max = {"largest", largest};
    gb_register("stepping", stepping, &step,
                &(struct gb_options){.manual_time = true,
                                     .iterations = 1,
                                     .repetitions = 5,
                                     .statistics = &max,
                                     .statistic_count = 1});
    struct seen seen = run_all();
    size_t runs = 0;
    double median = 0, most = 0;
    for (size_t i = 0; i < seen.count; i++) {
        runs += !seen.run[i].is_aggregate;
        if (strcmp(seen.run[i].aggregate, "median") == 0)
            median = seen.run[i].real_ns;
        if (strcmp(seen.run[i].aggregate, "largest") == 0)
            most = seen.run[i].real_ns;
    }
    assert_int_equal(runs, 5);
    assert_float_equal(median, 3e6, 1e-3);
    assert_float_equal(most, 5e6, 1e-3);
}

static void test_json_is_json_and_has_context_and_counters(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    gb_add_context("answer", "forty-two");
    gb_register("decorated", decorated, NULL, &(struct gb_options){.iterations = 10});
    assert_int_equal(gb_run("decor", &(struct gb_reporters){.json = file}), 0);
    rewind(file);
    json_t *all = json_loadf(file, 0, NULL);
    assert_non_null(all);
    const char *answer =
        json_string_value(json_object_get(json_object_get(all, "context"), "answer"));
    assert_string_equal(answer, "forty-two");
    json_t *row = json_array_get(json_object_get(all, "benchmarks"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "label")), "a label");
    assert_float_equal(json_number_value(json_object_get(row, "mine")), 42.0, 0);
    json_decref(all);
    fclose(file);
}

static void test_what_the_library_lets_pass_is_an_error(void **state)
{
    (void)state;
    gb_register("decorated", decorated, NULL, &(struct gb_options){.iterations = 10});
    assert_int_equal(gb_run("(", NULL), -EINVAL);
    assert_non_null(strstr(gb_last_error(), "regular expression"));
    assert_int_equal(gb_run("nothing-like-it", NULL), -ENOENT);
    FILE *full = fopen("/dev/full", "w");
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json = full}), -ENOSPC);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.console = full}), -ENOSPC);
    fclose(full);
}

static void test_options_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    assert_int_equal(gb_register(NULL, decorated, NULL, NULL), -EINVAL);
    assert_int_equal(gb_register("", decorated, NULL, NULL), -EINVAL);
    assert_int_equal(gb_register("x", NULL, NULL, NULL), -EINVAL);
    const struct gb_options bad[] = {
        {.min_time_s = -1},
        {.min_time_s = NAN},
        {.min_time_s = 1, .iterations = 1},
        {.iterations = UINT64_MAX},
        {.rows = 1},
        {.statistic_count = 1, .statistics = &(struct gb_statistic){0}},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(gb_register("x", decorated, NULL, &bad[i]), -EINVAL);
    assert_int_equal(gb_run(NULL, NULL), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_reported_batch_is_its_operations_and_its_time, clear),
        cmocka_unit_test_setup(test_a_batch_that_makes_no_sense_is_refused, clear),
        cmocka_unit_test_setup(test_batches_of_a_loop_are_counted_whole, clear),
        cmocka_unit_test_setup(test_arguments_make_a_benchmark_a_row, clear),
        cmocka_unit_test_setup(test_counters_and_labels_arrive, clear),
        cmocka_unit_test_setup(test_a_counter_per_iteration_is_divided, clear),
        cmocka_unit_test_setup(test_a_failure_arrives_with_its_message, clear),
        cmocka_unit_test_setup(test_repetitions_and_statistics_of_our_own, clear),
        cmocka_unit_test_setup(test_json_is_json_and_has_context_and_counters, clear),
        cmocka_unit_test_setup(test_what_the_library_lets_pass_is_an_error, clear),
        cmocka_unit_test_setup(test_options_that_make_no_sense_are_refused, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
