/* Where the C wrapper of Google Benchmark sends results: all of it arrives, in JSON that any parser
 * reads, or there is an error. The program runs itself again with the library's environment
 * variables set against it, since the library reads them before main(). */
/* SPDX-License-Identifier: MIT */
#include "harness/tests/gbench_seen.h"
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/gbench_report_test.XXXXXX";

static void batch(struct gb_state *state, void *arg)
{
    (void)arg;
    gb_report_batch(state, 8, 4e-6);
    gb_set_label(state, "a \"label\": NaN,\nwith \xc3\xa4");
    gb_set_counter(state, "zero", 0, GB_COUNTER);
    gb_set_counter(state, "mine", 42, GB_COUNTER);
}

static void instant(struct gb_state *state, void *arg)
{
    (void)arg;
    gb_report_batch(state, 8, 0);
    gb_set_counter(state, "rate", 1, GB_COUNTER_RATE);
}

static const struct gb_options once = {.manual_time = true, .iterations = 1};
static const struct gb_options thrice = {.manual_time = true, .iterations = 1, .repetitions = 3};

static json_t *read_json(FILE *file)
{
    json_error_t error;
    rewind(file);
    json_t *all = json_loadf(file, 0, &error);
    if (!all)
        print_error("line %d: %s\n", error.line, error.text);
    assert_non_null(all);
    return all;
}

static json_t *read_json_at(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    json_t *all = read_json(file);
    fclose(file);
    return all;
}

static const json_t *row_of(const json_t *all, const char *name_end)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(all, "benchmarks"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        size_t length = strlen(name), end = strlen(name_end);
        if (length >= end && strcmp(name + length - end, name_end) == 0)
            return row;
    }
    fail_msg("no row ends in %s", name_end);
    return NULL;
}

static double number(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static const char *text(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    assert_true(json_is_string(value));
    return json_string_value(value);
}

static void test_json_has_context_times_counters_and_labels(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_int_equal(gb_add_context("answer", "forty-\"two\"\n"), 0);
    assert_int_equal(gb_add_context("answer", "forty-three"), -EEXIST);
    assert_int_equal(gb_add_context("", "x"), -EINVAL);
    assert_int_equal(gb_add_context("x", NULL), -EINVAL);
    assert_int_equal(gb_add_context("x", "\x1b[31m"), -EINVAL);
    gb_register("batch", batch, NULL, &once);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json = file}), 0);
    json_t *all = read_json(file);
    const json_t *context = json_object_get(all, "context");
    assert_string_equal(text(context, "answer"), "forty-\"two\"\n");
    assert_true(number(context, "num_cpus") > 0);
    assert_string_equal(text(context, "executable"), program_invocation_name);
    assert_int_equal(json_array_size(json_object_get(all, "benchmarks")), 1);
    const json_t *row = row_of(all, "batch/iterations:1/manual_time");
    assert_float_equal(number(row, "real_time"), 500, 1e-9);
    assert_float_equal(number(row, "iterations"), 8, 0);
    assert_float_equal(number(row, "mine"), 42, 0);
    assert_string_equal(text(row, "time_unit"), "ns");
    assert_string_equal(text(row, "label"), "a \"label\": NaN,\nwith \xc3\xa4");
    json_decref(all);
    fclose(file);
}

static void test_the_unit_is_that_of_the_reports_and_not_of_the_callback(void **state)
{
    (void)state;
    const struct gb_options options = {.manual_time = true, .iterations = 1, .unit = GB_SECOND};
    FILE *file = tmpfile();
    struct seen seen = {0};
    gb_register("batch", batch, NULL, &options);
    assert_int_equal(
        gb_run(NULL, &(struct gb_reporters){.json = file, .on_run = note, .arg = &seen}), 0);
    json_t *all = read_json(file);
    assert_float_equal(number(row_of(all, "manual_time"), "real_time"), 5e-7, 1e-16);
    assert_string_equal(text(row_of(all, "manual_time"), "time_unit"), "s");
    assert_float_equal(seen.run[0].real_ns, 500, 1e-9);
    json_decref(all);
    fclose(file);
}

static void test_json_stays_json_where_numbers_are_not_finite(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    gb_register("batch", batch, NULL, &thrice);
    gb_register("instant", instant, NULL, &thrice);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json = file}), 0);
    json_t *all = read_json(file);
    assert_true(json_is_null(
        json_object_get(row_of(all, "batch/iterations:1/repeats:3/manual_time_cv"), "zero")));
    assert_true(json_is_null(
        json_object_get(row_of(all, "instant/iterations:1/repeats:3/manual_time"), "rate")));
    json_decref(all);
    fclose(file);
}

static size_t size_of(FILE *file)
{
    struct stat s;
    fflush(file);
    assert_int_equal(fstat(fileno(file), &s), 0);
    return (size_t)s.st_size;
}

static void test_several_reporters_see_the_same_run(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof(path), "%s/several.json", folder);
    FILE *json = tmpfile(), *console = tmpfile();
    struct seen seen = {0};
    gb_register("batch", batch, NULL, &once);
    const struct gb_reporters all_of_them = {
        .console = console, .json = json, .json_path = path, .on_run = note, .arg = &seen};
    assert_int_equal(gb_run(NULL, &all_of_them), 0);
    assert_int_equal(seen.count, 1);
    char table[8192] = "";
    rewind(console);
    assert_true(fread(table, 1, sizeof(table) - 1, console) > 0);
    assert_non_null(strstr(table, "batch/iterations:1/manual_time"));
    assert_non_null(strstr(table, "mine"));
    assert_null(strchr(table, '\x1b'));
    json_t *one = read_json(json), *other = read_json_at(path);
    assert_true(json_equal(one, other));
    json_decref(one);
    json_decref(other);
    fclose(json);
    fclose(console);
}

/* Points a standard stream at a temporary file, and back. */
static int divert(int fd, FILE *to)
{
    fflush(NULL);
    int kept = dup(fd);
    dup2(fileno(to), fd);
    return kept;
}

static void restore(int fd, int kept)
{
    fflush(NULL);
    dup2(kept, fd);
    close(kept);
}

static void test_the_standard_streams_are_left_alone(void **state)
{
    (void)state;
    FILE *out = tmpfile(), *err = tmpfile(), *json = tmpfile();
    gb_register("batch", batch, NULL, &thrice);
    int kept_out = divert(STDOUT_FILENO, out), kept_err = divert(STDERR_FILENO, err);
    int plain = gb_run(NULL, &(struct gb_reporters){.json = json});
    int bad = gb_run("(", NULL), none = gb_run("no-such-name", NULL);
    int twice = gb_add_context("twice", "1") ? 0 : gb_add_context("twice", "2");
    restore(STDOUT_FILENO, kept_out);
    restore(STDERR_FILENO, kept_err);
    assert_int_equal(plain, 0);
    assert_int_equal(bad, -EINVAL);
    assert_int_equal(none, -ENOENT);
    assert_int_equal(twice, -EEXIST);
    assert_int_equal(size_of(out), 0);
    assert_int_equal(size_of(err), 0);
    fclose(out);
    fclose(err);
    fclose(json);
}

static void test_a_filter_chooses(void **state)
{
    (void)state;
    gb_register("batch", batch, NULL, &once);
    gb_register("instant", instant, NULL, &once);
    assert_int_equal(run_matching(NULL).count, 2);
    assert_int_equal(run_matching("").count, 2);
    struct seen seen = run_matching("^ba(tch|d)");
    assert_int_equal(seen.count, 1);
    assert_non_null(strstr(seen.run[0].name, "batch"));
    seen = run_matching("-batch");
    assert_int_equal(seen.count, 1);
    assert_non_null(strstr(seen.run[0].name, "instant"));
}

static void test_a_filter_that_is_none_or_matches_nothing_is_an_error(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof(path), "%s/none.json", folder);
    const struct gb_reporters to = {.json_path = path};
    gb_register("batch", batch, NULL, &once);
    static const char *const bad[] = {"(", "[", "-(", "*", "a{2,1}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(gb_run(bad[i], &to), -EINVAL);
        assert_non_null(strstr(gb_last_error(), bad[i]));
        assert_non_null(strstr(gb_last_error(), "regular expression"));
    }
    assert_int_equal(gb_run("batches", &to), -ENOENT);
    assert_non_null(strstr(gb_last_error(), "batches"));
    gb_clear();
    assert_int_equal(gb_run(NULL, &to), -ENOENT);
    assert_int_equal(access(path, F_OK), -1);
}

static void count_calls(struct gb_state *state, void *arg)
{
    ++*(int *)arg;
    gb_report_batch(state, 1, 1);
}

static void test_a_full_disk_is_an_error_and_nothing_is_run_in_vain(void **state)
{
    (void)state;
    int calls = 0;
    gb_register("count", count_calls, &calls, &once);
    FILE *full = fopen("/dev/full", "w");
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json = full}), -ENOSPC);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.console = full}), -ENOSPC);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json_path = "/dev/full"}), -ENOSPC);
    assert_non_null(strstr(gb_last_error(), "could not be written"));
    assert_int_equal(calls, 0);
    struct stat device;
    assert_int_equal(stat("/dev/full", &device), 0);
    assert_true(S_ISCHR(device.st_mode));
    fclose(full);
    assert_int_equal(gb_run(NULL, NULL), 0); /* and the next run is well */
    assert_int_equal(calls, 1);
}

/* Fills the caller's stream from inside the benchmark: the report begins well and ends badly. */
static void shut(struct gb_state *state, void *arg)
{
    gb_report_batch(state, 1, 1);
    FILE *full = fopen("/dev/full", "w");
    dup2(fileno(full), *(int *)arg);
    fclose(full);
}

static void test_a_disk_that_fills_up_on_the_way_is_an_error(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    int fd = fileno(file);
    struct seen seen = {0};
    gb_register("shut", shut, &fd, &once);
    assert_int_equal(
        gb_run(NULL, &(struct gb_reporters){.json = file, .on_run = note, .arg = &seen}), -ENOSPC);
    assert_int_equal(seen.count, 1); /* the result is not lost with the report */
    fclose(file);
}

static size_t entries_in(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));)
        count += e->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void test_a_json_file_is_replaced_whole_or_not_at_all(void **state)
{
    (void)state;
    char sub[128], path[160], link[160];
    snprintf(sub, sizeof(sub), "%s/whole", folder);
    snprintf(path, sizeof(path), "%s/whole.json", sub);
    snprintf(link, sizeof(link), "%s/link.json", sub);
    assert_int_equal(mkdir(sub, 0755), 0);
    assert_int_equal(symlink("whole.json", link), 0);
    gb_register("batch", batch, NULL, &once);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json_path = path}), 0);
    gb_clear();
    gb_register("instant", instant, NULL, &once);

    FILE *full = fopen("/dev/full", "w");
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json = full, .json_path = path}),
                     -ENOSPC);
    fclose(full);
    assert_int_equal(entries_in(sub), 2);
    json_t *before = read_json_at(path);
    row_of(before, "batch/iterations:1/manual_time");
    json_decref(before);

    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json_path = link}), 0);
    json_t *after = read_json_at(path);
    row_of(after, "instant/iterations:1/manual_time");
    json_decref(after);
    assert_int_equal(entries_in(sub), 2);
    unlink(path);
    unlink(link);
    rmdir(sub);
}

static void test_a_path_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof(path), "%s/no/such/folder.json", folder);
    int calls = 0;
    gb_register("count", count_calls, &calls, &once);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json_path = path}), -ENOENT);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json_path = folder}), -EISDIR);
    assert_int_equal(calls, 0);
}

static void test_streams_that_are_no_disk_files_are_written(void **state)
{
    (void)state;
    char *buffer = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&buffer, &size);
    gb_register("batch", batch, NULL, &once);
    assert_int_equal(gb_run(NULL, &(struct gb_reporters){.json = memory}), 0);
    fclose(memory);
    json_t *all = json_loads(buffer, 0, NULL);
    assert_non_null(all);
    json_decref(all);
    free(buffer);
}

static void test_the_version_is_one_or_not_told(void **state)
{
    (void)state;
    assert_true(!gb_version() || strpbrk(gb_version(), "0123456789"));
}

/* With these the library would list and not run, repeat, write a file, or exit. */
static void run_again_in_a_hostile_environment(char **argv)
{
    static const char *const variables[][2] = {
        {"BENCHMARK_LIST_TESTS", "1"},
        {"BENCHMARK_REPETITIONS", "7"},
        {"BENCHMARK_REPORT_AGGREGATES_ONLY", "1"},
        {"BENCHMARK_ENABLE_RANDOM_INTERLEAVING", "1"},
        {"BENCHMARK_OUT", "/no/such/folder/out.json"},
        {"BENCHMARK_FORMAT", "nonsense"},
        {"BENCHMARK_FILTER", "nothing"},
    };
    if (getenv("BENCHMARK_LIST_TESTS"))
        return;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        setenv(variables[i][0], variables[i][1], 1);
    execv("/proc/self/exe", argv);
    perror("/proc/self/exe");
    exit(1);
}

int main(int argc, char **argv)
{
    (void)argc;
    run_again_in_a_hostile_environment(argv);
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_json_has_context_times_counters_and_labels, clear),
        cmocka_unit_test_setup(test_the_unit_is_that_of_the_reports_and_not_of_the_callback, clear),
        cmocka_unit_test_setup(test_json_stays_json_where_numbers_are_not_finite, clear),
        cmocka_unit_test_setup(test_several_reporters_see_the_same_run, clear),
        cmocka_unit_test_setup(test_the_standard_streams_are_left_alone, clear),
        cmocka_unit_test_setup(test_a_filter_chooses, clear),
        cmocka_unit_test_setup(test_a_filter_that_is_none_or_matches_nothing_is_an_error, clear),
        cmocka_unit_test_setup(test_a_full_disk_is_an_error_and_nothing_is_run_in_vain, clear),
        cmocka_unit_test_setup(test_a_disk_that_fills_up_on_the_way_is_an_error, clear),
        cmocka_unit_test_setup(test_a_json_file_is_replaced_whole_or_not_at_all, clear),
        cmocka_unit_test_setup(test_a_path_that_cannot_be_written_is_an_error, clear),
        cmocka_unit_test_setup(test_streams_that_are_no_disk_files_are_written, clear),
        cmocka_unit_test_setup(test_the_version_is_one_or_not_told, clear),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char path[128];
    snprintf(path, sizeof(path), "%s/several.json", folder);
    unlink(path);
    rmdir(folder);
    return failed;
}
