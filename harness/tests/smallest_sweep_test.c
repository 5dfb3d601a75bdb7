/* The smallest plan, from the command line to the page and out through every exporter. */
/* SPDX-License-Identifier: MIT */
#include "harness/tests/program.h"
#include <jansson.h>
#include <sys/stat.h>

static char folder[64];

static int sweep_once(void **state)
{
    (void)state;
    char line[512];
    make_folder(folder);
    snprintf(line, sizeof(line),
             "cd %s && $H sweep --quick --scenario handoff --scenario buffer-hop --scenario "
             "park-wake --variant futex-park --reps 1 --db lab.db",
             folder);
    const struct said *said = run_program(line);
    if (said->status)
        print_error("%s", said->err);
    return said->status;
}

static int clean_up(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

/* The last sweep's export in a format. */
static struct said *export_as(const char *format)
{
    char line[256];
    snprintf(line, sizeof(line), "cd %s && $H export --db lab.db --format %s", folder, format);
    struct said *said = run_program(line);
    assert_int_equal(said->status, 0);
    return said;
}

static json_t *find_row(json_t *all, const char *name)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(all, "benchmarks"), i,
                       row) if (strcmp(json_string_value(json_object_get(row, "name")), name) ==
                                0) return row;
    fail_msg("no row %s", name);
    return NULL;
}

static double number(json_t *row, const char *key)
{
    json_t *value = json_object_get(row, key);
    if (!json_is_number(value))
        fail_msg("no number %s", key);
    return json_number_value(value);
}

static void test_gbench_json_has_what_the_contract_says(void **state)
{
    (void)state;
    json_t *all = json_loads(export_as("gbench")->out, 0, NULL);
    assert_non_null(all);
    assert_non_null(
        strstr(json_string_value(json_object_get(json_object_get(all, "context"), "command")),
               "hchanlab sweep --quick --scenario handoff"));
    static const char hop[] = "buffer-hop/variant=futex-park/capacity=128/elem=8/threads=1";
    assert_true(number(find_row(all, hop), "real_time") > 0);
    assert_int_equal(number(find_row(all, hop), "threads"), 1);
    json_t *row =
        find_row(all, "buffer-hop/variant=futex-park/capacity=128/elem=8/threads=1_median");
    assert_true(number(row, "real_time") > 0);
    assert_true(number(row, "samples") >= 1);
    assert_true(number(row, "purity") >= 0.99);
    assert_true(number(row, "floor_ratio") > 0);
    /* Each operation is one send and one receive, both through the buffer. */
    assert_true(number(row, "send_buffer") == 1.0);
    assert_true(number(row, "recv_buffer") == 1.0);
    assert_true(number(row, "send_park") == 0.0);
    json_decref(all);
}

static void test_each_path_is_the_path_that_it_says(void **state)
{
    (void)state;
    json_t *all = json_loads(export_as("gbench")->out, 0, NULL);
    assert_non_null(all);
    size_t i, paths = 0;
    json_t *row;
    json_array_foreach(json_object_get(all, "benchmarks"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        if (strncmp(name, "floor", 5) == 0 || !strstr(name, "_median"))
            continue;
        if (number(row, "purity") < 0.99)
            fail_msg("%s: purity %f", name, number(row, "purity"));
        paths++;
    }
    assert_true(paths >= 4);
    json_decref(all);
}

static void test_go_lines_are_what_benchstat_reads(void **state)
{
    (void)state;
    char *out = export_as("go")->out;
    assert_non_null(strstr(out, "goos: linux\n"));
    assert_non_null(strstr(out, "\nBenchmarkBufferHop/variant=futex-park/capacity=128/elem=8/"));
    size_t lines = 0;
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n")) {
        unsigned long long ops;
        double ns;
        if (strncmp(line, "Benchmark", 9) != 0)
            continue;
        assert_int_equal(sscanf(line, "Benchmark%*s %llu %lf ns/op", &ops, &ns), 2);
        assert_true(ops > 0 && ns > 0);
        lines++;
    }
    assert_true(lines >= 4);
}

static void test_csv_has_a_line_for_each_cell(void **state)
{
    (void)state;
    char *out = export_as("csv")->out;
    assert_memory_equal(out, "name,scenario,variant,", 22);
    size_t cells = 0;
    for (const char *at = out; (at = strstr(at, "\r\n")) != NULL; at += 2)
        cells++;
    assert_true(cells > 8);
}

static void test_report_is_one_page_that_opens_offline(void **state)
{
    (void)state;
    char line[256];
    snprintf(line, sizeof(line),
             "cd %s && $H report --db lab.db -o out/deep && cat out/deep/index.html", folder);
    const struct said *said = run_program(line);
    if (said->status)
        fail_msg("%s", said->err);
    assert_non_null(strstr(said->out, "<svg"));
    assert_null(strstr(said->out, "src=\"http"));
    assert_null(strstr(said->out, "href=\"http"));
    snprintf(line, sizeof(line), "cd %s && cat out/deep/report.md", folder);
    said = run_program(line);
    assert_int_equal(said->status, 0);
    assert_non_null(strstr(said->out, "futex-park"));
}

static void test_a_report_that_cannot_be_written_leaves_nothing(void **state)
{
    (void)state;
    char line[256];
    snprintf(line, sizeof(line),
             "cd %s && echo x >taken && $H report --db lab.db -o taken/r; echo $?", folder);
    const struct said *said = run_program(line);
    assert_string_equal(said->out, "4\n");
    assert_int_equal(count_lines(said->err), 1);
}

static void test_without_gnuplot_the_report_says_so(void **state)
{
    (void)state;
    char line[256];
    snprintf(line, sizeof(line), "cd %s && PATH=/nowhere $H report --db lab.db -o bare; echo $?",
             folder);
    const struct said *said = run_program(line);
    assert_string_equal(said->out, "3\n");
    assert_non_null(strstr(said->err, "gnuplot"));
    assert_int_equal(count_lines(said->err), 1);
    snprintf(line, sizeof(line), "test ! -e %s/bare/index.html", folder);
    assert_int_equal(run_program(line)->status, 0);
}

/* The scenarios that run where they are named, by threads and by goroutines, out to the page. */
static void test_the_groups_are_measured_and_reported(void **state)
{
    (void)state;
    char line[512];
    snprintf(line, sizeof(line),
             "groups() { $H sweep --group go-bench,workloads --variant futex-park,spin+go+none "
             "--reps 1 --work 0,20 --place same-pu \"$@\"; }; cd %s && groups --dry-run | grep "
             "/variant= >planned && groups --db groups.db >/dev/null && $H report --db groups.db "
             "-o groups >/dev/null && $H export --db groups.db --format csv | grep /variant= | "
             "grep -c ',ok,' && wc -l <planned",
             folder);
    const struct said *said = run_program(line);
    unsigned ok = 0, planned = 0;
    if (said->status)
        fail_msg("%s", said->err);
    assert_int_equal(sscanf(said->out, "%u %u", &ok, &planned), 2);
    assert_true(planned > 40);
    assert_int_equal(ok, planned);
}

static void test_an_interrupted_sweep_keeps_what_it_measured(void **state)
{
    (void)state;
    char line[512];
    snprintf(
        line, sizeof(line),
        "cd %s && { $H sweep --scenario recv-closed --reps 500 --db cut.db & p=$!; "
        "for i in $(seq 600); do $H export --db cut.db --format go 2>/dev/null | grep -q ns/op "
        "&& break; sleep 0.1; done; kill -INT $p 2>/dev/null || kill -TERM $p; wait $p; echo $?; } "
        "; "
        "$H export --db cut.db --format go | grep -c ns/op",
        folder);
    const struct said *said = run_program(line);
    int status = 0, samples = 0;
    assert_int_equal(sscanf(said->out, "%d %d", &status, &samples), 2);
    assert_int_equal(status, 130);
    assert_true(samples > 0);
    assert_non_null(strstr(said->err, "what was measured is kept"));
}

static void test_no_such_run_names_the_latest(void **state)
{
    (void)state;
    char line[256];
    snprintf(line, sizeof(line), "cd %s && $H report 77 --db lab.db", folder);
    const struct said *said = run_program(line);
    assert_int_equal(said->status, 2);
    assert_non_null(strstr(said->err, "the latest is 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gbench_json_has_what_the_contract_says),
        cmocka_unit_test(test_each_path_is_the_path_that_it_says),
        cmocka_unit_test(test_go_lines_are_what_benchstat_reads),
        cmocka_unit_test(test_csv_has_a_line_for_each_cell),
        cmocka_unit_test(test_report_is_one_page_that_opens_offline),
        cmocka_unit_test(test_a_report_that_cannot_be_written_leaves_nothing),
        cmocka_unit_test(test_without_gnuplot_the_report_says_so),
        cmocka_unit_test(test_the_groups_are_measured_and_reported),
        cmocka_unit_test(test_an_interrupted_sweep_keeps_what_it_measured),
        cmocka_unit_test(test_no_such_run_names_the_latest),
    };
    return cmocka_run_group_tests(tests, sweep_once, clean_up);
}
