/* The export for Google Benchmark's tools, parsed back, and read as its compare.py reads it. */
/* SPDX-License-Identifier: MIT */
#include "harness/tests/exported.h"
#include <jansson.h>

static json_t *parsed(void)
{
    char *text = written_by(export_gbench);
    json_error_t error;
    json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!all)
        fail_msg("%s in:\n%s", error.text, text);
    free(text);
    return all;
}

static const char *string_at(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_at(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        fail_msg("%s is no number", key);
    return json_number_value(value);
}

/* A number that a tool of Google Benchmark needs is 0; any other is left out. */
static bool is_missing(json_t *row, const char *key)
{
    size_t i;
    json_t *name, *value = json_object_get(row, key);
    if (strcmp(key, "real_time") == 0 || strcmp(key, "cpu_time") == 0)
        assert_true(json_is_number(value) && json_number_value(value) == 0);
    else
        assert_null(value);
    json_array_foreach(json_object_get(row, "missing"), i, name)
    {
        if (strcmp(json_string_value(name), key) == 0)
            return true;
    }
    return false;
}

/* The row of that name, the nth of those. */
static json_t *find_row(json_t *all, const char *name, size_t nth)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(all, "benchmarks"), i, row)
    {
        if (strcmp(string_at(row, "name"), name) == 0 && nth-- == 0)
            return row;
    }
    fail_msg("no row %s", name);
    return NULL;
}

/* The row of an aggregate of the cell `handoff`. */
static json_t *find_aggregate(json_t *all, const char *aggregate)
{
    char name[CELL_NAME_MAX + 16];
    snprintf(name, sizeof(name), "%s_%s", handoff, aggregate);
    json_t *row = find_row(all, name, 0);
    assert_string_equal(string_at(row, "run_name"), handoff);
    assert_string_equal(string_at(row, "run_type"), "aggregate");
    assert_string_equal(string_at(row, "aggregate_name"), aggregate);
    assert_int_equal(number_at(row, "iterations"), PROCESSES);
    assert_int_equal(number_at(row, "repetitions"), PROCESSES);
    assert_int_equal(number_at(row, "threads"), 2);
    return row;
}

/* Windows of a process are not independent, so a repetition is a process. */
static void test_gbench_has_a_row_a_process(void **state)
{
    (void)state;
    json_t *all = parsed();
    for (size_t p = 0; p < PROCESSES; p++) {
        json_t *row = find_row(all, handoff, p);
        assert_string_equal(string_at(row, "run_name"), handoff);
        assert_string_equal(string_at(row, "run_type"), "iteration");
        assert_string_equal(string_at(row, "time_unit"), "ns");
        assert_int_equal(number_at(row, "repetitions"), PROCESSES);
        assert_int_equal(number_at(row, "repetition_index"), p);
        assert_int_equal(number_at(row, "threads"), 2);
        assert_int_equal(number_at(row, "iterations"), 1000 * WINDOWS);
        /* Its windows took 101, 102 and 103 ns, and 10 more for each process before it. */
        assert_float_equal(number_at(row, "real_time"), 102.0 + 10 * (double)p, 0);
        assert_float_equal(number_at(row, "cpu_time"), 5.0, 0);
        assert_true(is_missing(row, "switches_per_op"));
        assert_null(json_object_get(row, "error_occurred"));
    }
    /* Six processes and four aggregates of each measured cell, and the one that hung. */
    assert_int_equal(json_array_size(json_object_get(all, "benchmarks")), 2 * (PROCESSES + 4) + 1);
    json_decref(all);
}

static void test_gbench_aggregates_are_those_of_the_processes(void **state)
{
    (void)state;
    json_t *all = parsed();
    double mean = 127, deviation = sqrt(2 * (25 * 25 + 15 * 15 + 5 * 5) / 5.0);
    assert_float_equal(number_at(find_aggregate(all, "mean"), "real_time"), mean, 1e-9);
    assert_float_equal(number_at(find_aggregate(all, "median"), "real_time"), 127.0, 1e-9);
    assert_float_equal(number_at(find_aggregate(all, "stddev"), "real_time"), deviation, 1e-6);
    json_t *cv = find_aggregate(all, "cv");
    assert_string_equal(string_at(cv, "aggregate_unit"), "percentage");
    assert_float_equal(number_at(cv, "real_time"), deviation / mean, 1e-6);
    assert_float_equal(number_at(cv, "cpu_time"), 0.0, 0);
    assert_string_equal(string_at(find_aggregate(all, "mean"), "aggregate_unit"), "time");
    json_decref(all);
}

static void test_gbench_median_has_what_the_store_holds_of_the_cell(void **state)
{
    (void)state;
    json_t *all = parsed(), *row = find_aggregate(all, "median");
    /* Medians of the processes are 102, 112, ... 152; the floor's 2, 12, ... 52. */
    assert_float_equal(number_at(row, "ci_low_ns"), 102.0, 0);
    assert_float_equal(number_at(row, "ci_high_ns"), 152.0, 0);
    assert_float_equal(number_at(row, "ci_level"), 0.96875, 1e-9);
    assert_float_equal(number_at(row, "cpu_time"), 5.0, 0);
    assert_float_equal(number_at(row, "floor_ratio"), 127.0 / 27, 1e-8);
    assert_float_equal(number_at(row, "purity"), 0.995, 1e-12);
    assert_float_equal(number_at(row, "send_handoff"), 0.75, 0);
    assert_int_equal(number_at(row, "samples"), PROCESSES * WINDOWS);
    assert_null(json_object_get(row, "pure"));
    assert_null(json_object_get(row, TRACED_WINDOW));
    assert_null(json_object_get(row, "error_occurred"));
    assert_true(is_missing(row, "switches_per_op"));
    json_decref(all);
}

/* What compare.py reads without asking whether it is there (gbench/report.py). It pairs rows by
 * their name and time unit, and tests the times of all rows of a name against each other. */
static void assert_comparable(json_t *row)
{
    assert_true(string_at(row, "name")[0] != '\0');
    assert_string_equal(string_at(row, "time_unit"), "ns");
    assert_true(isfinite(number_at(row, "real_time")) && isfinite(number_at(row, "cpu_time")));
    if (strcmp(string_at(row, "run_type"), "aggregate") == 0)
        assert_true(string_at(row, "aggregate_name")[0] != '\0');
    else
        assert_string_equal(string_at(row, "run_type"), "iteration");
}

static void test_gbench_can_be_read_by_compare_py(void **state)
{
    static const char there[] = "test -x /usr/share/benchmark/compare.py && "
                                "/usr/bin/python3 -c 'import numpy, scipy.stats' 2>/dev/null";
    char line[512];
    size_t i;
    json_t *row, *all;
    (void)state;
    /* A cell without CPU times: what one operation took is not known. */
    int64_t cell = add_cell(run.id, "close-wake/variant=ticket");
    for (uint32_t p = 0; p < PROCESSES; p++)
        assert_int_equal(
            store_add_sample(
                store, cell,
                &(struct sample){.process = p, .ops = 1, .ns_per_op = 9, .cpu_ns_per_op = NAN}),
            0);
    free(rows);
    assert_int_equal(rows_read(store, &run, &rows, &row_count), 0);
    all = parsed();
    assert_true(is_missing(find_row(all, "close-wake/variant=ticket", 0), "cpu_time"));
    json_array_foreach(json_object_get(all, "benchmarks"), i, row) assert_comparable(row);
    snprintf(line, sizeof(line), "%s/a.json", folder);
    assert_int_equal(json_dump_file(all, line, 0), 0);
    json_decref(all);
    if (system(there) != 0)
        return;
    snprintf(line, sizeof(line),
             "cd %s && /usr/bin/python3 /usr/share/benchmark/compare.py benchmarks a.json a.json "
             ">said && grep -q '_pvalue.*U Test, Repetitions: %d vs %d' said",
             folder, PROCESSES, PROCESSES);
    assert_int_equal(system(line), 0);
}

static void test_gbench_context_tells_where_and_how(void **state)
{
    (void)state;
    json_t *all = parsed(), *context = json_object_get(all, "context");
    assert_string_equal(string_at(context, "date"), run.started);
    assert_string_equal(string_at(context, "host_name"), "here");
    assert_int_equal(number_at(context, "num_cpus"), 4);
    assert_string_equal(string_at(context, "command"), "hchanlab sweep --quick");
    assert_string_equal(string_at(context, "cpu_model"), "A CPU");
    assert_string_equal(string_at(context, "seed"), "12345678901234567890");
    /* The run did not record it, and the exporter does not make it up. */
    assert_string_equal(string_at(context, "library_build_type"), "n/a");
    json_decref(all);
}

static void test_gbench_cell_without_samples_is_an_error_with_no_numbers(void **state)
{
    (void)state;
    static const char *const keys[] = {"real_time", "cpu_time", "ci_low_ns",  "ci_high_ns",
                                       "ci_level",  "purity",   "floor_ratio"};
    json_t *all = parsed();
    json_t *row = find_row(all, hung, 0);
    assert_true(json_is_true(json_object_get(row, "error_occurred")));
    assert_string_equal(string_at(row, "error_message"), "timeout: no end, after \"2\" s");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_true(is_missing(row, keys[i]));
    assert_int_equal(number_at(row, "samples"), 0);
    assert_int_equal(number_at(row, "iterations"), 0);
    json_decref(all);
}

static void test_gbench_keeps_an_environment_that_is_no_object(void **state)
{
    (void)state;
    run.environment = "not json";
    json_t *all = parsed(), *context = json_object_get(all, "context");
    assert_string_equal(string_at(context, "environment"), "not json");
    assert_string_equal(string_at(context, "command"), "hchanlab sweep --quick");
    json_decref(all);
}

/* A folder's name may hold any bytes, and the store keeps them: JSON gets a '?' for each that is no
 * UTF-8, and the rest as it is. */
static void test_gbench_keeps_what_is_no_utf8_as_far_as_it_can_be_said(void **state)
{
    (void)state;
    run.command = "hchanlab sweep --db '/tmp/\xc3\xa9\xff\xe2\x82_\xe2\x82\xac'";
    run.mode = "\xc3";
    run.started = "\x80";
    run.finished = "2\xf0\x9f";
    run.environment = "none\xfe";
    strcpy(rows[1].reason, "no end\xff");
    strcpy(rows[1].cell.name, "a\xfcle");
    json_t *all = parsed(), *context = json_object_get(all, "context");
    json_t *row = find_row(all, "a?le", 0);
    assert_string_equal(string_at(context, "command"),
                        "hchanlab sweep --db '/tmp/\xc3\xa9???_\xe2\x82\xac'");
    assert_string_equal(string_at(context, "mode"), "?");
    assert_string_equal(string_at(context, "date"), "?");
    assert_string_equal(string_at(context, "finished"), "2??");
    assert_string_equal(string_at(context, "environment"), "none?");
    assert_string_equal(string_at(row, "error_message"), "timeout: no end?");
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_gbench_has_a_row_a_process),
        TEST(test_gbench_aggregates_are_those_of_the_processes),
        TEST(test_gbench_median_has_what_the_store_holds_of_the_cell),
        TEST(test_gbench_can_be_read_by_compare_py),
        TEST(test_gbench_context_tells_where_and_how),
        TEST(test_gbench_cell_without_samples_is_an_error_with_no_numbers),
        TEST(test_gbench_keeps_an_environment_that_is_no_object),
        TEST(test_gbench_keeps_what_is_no_utf8_as_far_as_it_can_be_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
