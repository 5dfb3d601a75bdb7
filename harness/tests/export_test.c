/* Every exporter's output, parsed back: what the store holds arrives, what it lacks is named. */
#include "harness/tell/export.h"
#include "scripts/test.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROCESSES = 6, WINDOWS = 3 };

static const char handoff[] = "handoff/variant=ticket/elem=8/place=l3";
static const char floor_name[] = "floor-cacheline/place=l3";
static const char hung[] = "park-wake/variant=spin-mutex/elem=8/place=same-pu";

static char folder[64], path[128];
static struct store *store;
static struct run run;
static struct row *rows;
static size_t row_count;

static int64_t add_cell(int64_t run_id, const char *name)
{
    struct cell c = {.params = {PARAM_ABSENT, 8, PARAM_ABSENT, PARAM_ABSENT, "l3"}};
    int64_t id;
    const char *variant = strstr(name, "/variant=");
    snprintf(c.name, sizeof(c.name), "%s", name);
    snprintf(c.scenario, sizeof(c.scenario), "%.*s", (int)strcspn(name, "/"), name);
    if (variant)
        sscanf(variant, "/variant=%47[^/]", c.variant);
    strcpy(c.op, "send, then \"receive\"");
    assert_int_equal(store_add_cell(store, run_id, &c, &id), 0);
    return id;
}

/* Process p's window w took first + 10 p + w ns an operation. */
static void add_samples(int64_t cell, double first)
{
    for (uint32_t p = 0; p < PROCESSES; p++) {
        assert_int_equal(store_add_trial(store, cell, p, TRIAL_OK, ""), 0);
        for (uint32_t w = 0; w < WINDOWS; w++) {
            struct sample x = {.process = p,
                               .index = w,
                               .ops = 1000,
                               .ns_per_op = first + 10 * p + w,
                               .cpu_ns_per_op = 5,
                               .switches_per_op = NAN,
                               .overlap = NAN,
                               .fairness = NAN};
            assert_int_equal(store_add_sample(store, cell, &x), 0);
        }
    }
}

static int make_run(void **state)
{
    static const struct run wanted = {
        .command = "hchanlab sweep --quick",
        .mode = "quick",
        .environment = "{\"hostname\": \"here\", \"cpus_online\": 4, \"cpus_allowed\": 2,"
                       " \"architecture\": \"x86_64\", \"cpu_model\": \"A CPU\"}",
        .topology = "<topology/>",
        .seed = 12345678901234567890u,
        .processes = PROCESSES};
    char error[512];
    int64_t id;
    (void)state;
    strcpy(folder, "/tmp/hchanlab-export-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/lab.db", folder);
    store = store_open(path, STORE_WRITE, error, sizeof(error));
    if (!store)
        fail_msg("%s", error);
    assert_int_equal(store_begin_run(store, &wanted, &id), 0);
    /* The floor comes last: a cell may name one that was added after it. */
    int64_t cell = add_cell(id, handoff);
    add_samples(cell, 101);
    assert_int_equal(
        store_add_outcome(store, cell, 0, &(struct outcome_count){"send_handoff", 750, 1000}), 0);
    assert_int_equal(store_add_outcome(store, cell, 0, &(struct outcome_count){"pure", 995, 1000}),
                     0);
    for (uint32_t p = 0; p < PROCESSES; p++) { /* traced, it takes twice the process's median */
        struct outcome_count twice = {TRACED_WINDOW, 2000 * (101 + 10 * p) + 1000 * (WINDOWS - 1),
                                      1000};
        assert_int_equal(store_add_outcome(store, cell, p, &twice), 0);
    }
    cell = add_cell(id, hung);
    assert_int_equal(store_add_trial(store, cell, 0, TRIAL_TIMEOUT, "no end, after \"2\" s"), 0);
    add_samples(add_cell(id, floor_name), 1);
    assert_int_equal(store_find_run(store, id, &run), 0);
    assert_int_equal(rows_read(store, &run, &rows, &row_count), 0);
    assert_int_equal(row_count, 3);
    return 0;
}

static int remove_run(void **state)
{
    char line[128];
    (void)state;
    free(rows);
    store_close(store);
    snprintf(line, sizeof(line), "rm -rf '%s'", folder);
    return system(line);
}

/* What an exporter writes; the caller frees. */
static char *written_by(int (*export)(FILE *, struct store *, const struct run *,
                                      const struct row *, size_t))
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    assert_int_equal(export(f, store, &run, rows, row_count), 0);
    assert_int_equal(fclose(f), 0);
    return text;
}

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

static bool is_missing(json_t *row, const char *key)
{
    size_t i;
    json_t *name;
    assert_null(json_object_get(row, key));
    json_array_foreach(json_object_get(row, "missing"), i, name)
    {
        if (strcmp(json_string_value(name), key) == 0)
            return true;
    }
    return false;
}

static void test_gbench_rows_carry_what_the_store_holds(void **state)
{
    (void)state;
    json_t *all = parsed();
    json_t *row = json_array_get(json_object_get(all, "benchmarks"), 0);
    assert_int_equal(json_array_size(json_object_get(all, "benchmarks")), 3);
    assert_string_equal(string_at(row, "name"), handoff);
    assert_string_equal(string_at(row, "run_name"), handoff);
    assert_string_equal(string_at(row, "run_type"), "iteration");
    assert_string_equal(string_at(row, "time_unit"), "ns");
    assert_int_equal(number_at(row, "threads"), 1);
    assert_int_equal(number_at(row, "iterations"), 1000 * PROCESSES * WINDOWS);
    /* Medians of the processes are 102, 112, ... 152; the floor's 2, 12, ... 52. */
    assert_float_equal(number_at(row, "real_time"), 127.0, 0);
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
    json_t *row = json_array_get(json_object_get(all, "benchmarks"), 1);
    assert_string_equal(string_at(row, "name"), hung);
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
    json_t *row = json_array_get(json_object_get(all, "benchmarks"), 1);
    assert_string_equal(string_at(context, "command"),
                        "hchanlab sweep --db '/tmp/\xc3\xa9???_\xe2\x82\xac'");
    assert_string_equal(string_at(context, "mode"), "?");
    assert_string_equal(string_at(context, "date"), "?");
    assert_string_equal(string_at(context, "finished"), "2??");
    assert_string_equal(string_at(context, "environment"), "none?");
    assert_string_equal(string_at(row, "error_message"), "timeout: no end?");
    assert_string_equal(string_at(row, "name"), "a?le");
    json_decref(all);
}

static void test_the_accounting_costs_what_the_traced_windows_took_longer(void **state)
{
    (void)state;
    assert_float_equal(rows[0].traced_ns, 2 * rows[0].summary.median_ns, 1e-9);
    assert_float_equal(rows[0].traced_ratio.median, 2, 1e-9);
    assert_true(isnan(rows[1].traced_ns) && isnan(rows[1].traced_ratio.median));
}

static void test_go_has_one_line_a_sample_in_benchstats_form(void **state)
{
    (void)state;
    char *text = written_by(export_go), *save;
    double sum = 0;
    size_t lines = 0, config = 0;
    assert_non_null(strstr(text, "goos: linux\ngoarch: amd64\ncpu: A CPU\n"));
    assert_non_null(strstr(text, "\nhchanlab-command: hchanlab sweep --quick\n"));
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char name[200], unit[16], rest;
        unsigned long long ops;
        double ns;
        if (strncmp(line, "Benchmark", 9) != 0) {
            /* key: value, the key all lower case and in one word */
            assert_true(strcspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ \t") > strcspn(line, ":"));
            assert_true(lines == 0);
            config++;
            continue;
        }
        assert_int_equal(sscanf(line, "%199s %llu %lf %15s %c", name, &ops, &ns, unit, &rest), 4);
        assert_int_equal(ops, 1000);
        assert_string_equal(unit, "ns/op");
        assert_string_equal(name, lines < PROCESSES * WINDOWS
                                      ? "BenchmarkHandoff/variant=ticket/elem=8/place=l3-2"
                                      : "BenchmarkFloorCacheline/place=l3-2");
        sum += ns;
        lines++;
    }
    assert_int_equal(config, 5);
    assert_int_equal(lines, 2 * PROCESSES * WINDOWS); /* nothing for the cell that hung */
    assert_float_equal(sum, 18 * (127.0 + 27.0), 1e-6);
    free(text);
}

static void test_go_writes_great_and_small_numbers_plainly(void **state)
{
    (void)state;
    int64_t cell = add_cell(run.id, "slow/variant=v");
    const double values[] = {0.2513, 12345678901.25};
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(
            store_add_sample(store, cell,
                             &(struct sample){.index = i, .ops = 1, .ns_per_op = values[i]}),
            0);
    free(rows);
    assert_int_equal(rows_read(store, &run, &rows, &row_count), 0);
    char *text = written_by(export_go);
    assert_non_null(strstr(text, "BenchmarkSlow/variant=v-2 1 0.2513 ns/op\n"));
    assert_non_null(strstr(text, "BenchmarkSlow/variant=v-2 1 12345678901.2500 ns/op\n"));
    free(text);
}

/* Reads a field of RFC 4180 into `field` and gives what stands after it. */
static const char *next_field(const char *at, char *field, size_t size)
{
    bool quoted = *at == '"';
    size_t n = 0;
    for (at += quoted; *at; at++) {
        if (quoted && at[0] == '"' && *++at != '"')
            break;
        if (!quoted && strchr(",\r\n\"", *at))
            break;
        assert_true(n + 1 < size);
        field[n++] = *at;
    }
    field[n] = '\0';
    assert_true(*at == ',' || strncmp(at, "\r\n", 2) == 0);
    return at;
}

/* Reads a line into fields, gives how many, and moves on to the next. */
static size_t read_line(const char **at, char fields[40][200])
{
    size_t n = 0;
    for (;;) {
        assert_true(n < 40);
        *at = next_field(*at, fields[n++], 200);
        if (**at != ',')
            break;
        ++*at;
    }
    *at += 2;
    return n;
}

static size_t column(char header[40][200], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(header[i], name) == 0)
            return i;
    fail_msg("no column %s", name);
    return 0;
}

static void test_csv_comes_back_field_by_field(void **state)
{
    (void)state;
    static char header[40][200], line[40][200];
    char *text = written_by(export_csv);
    const char *at = text;
    size_t columns = read_line(&at, header);
    assert_int_equal(columns, 35);
    assert_int_equal(read_line(&at, line), columns);
    assert_string_equal(line[column(header, columns, "name")], handoff);
    assert_string_equal(line[column(header, columns, "op")], "send, then \"receive\"");
    assert_string_equal(line[column(header, columns, "status")], "ok");
    assert_string_equal(line[column(header, columns, "capacity")], "n/a");
    assert_string_equal(line[column(header, columns, "elem")], "8");
    assert_string_equal(line[column(header, columns, "work")], "n/a");
    assert_string_equal(line[column(header, columns, "median_ns")], "127");
    assert_string_equal(line[column(header, columns, "ci_unit")], "process");
    assert_string_equal(line[column(header, columns, "floor")], floor_name);
    assert_string_equal(line[column(header, columns, "floor_ns")], "27");
    assert_string_equal(line[column(header, columns, "fairness")], "n/a");
    assert_int_equal(read_line(&at, line), columns);
    assert_string_equal(line[column(header, columns, "status")], "timeout");
    assert_string_equal(line[column(header, columns, "reason")], "no end, after \"2\" s");
    static const char *const numbers[] = {"median_ns", "ci_low_ns", "min_ns",
                                          "max_ns",    "cv",        "floor_ratio"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        assert_string_equal(line[column(header, columns, numbers[i])], "n/a");
    assert_int_equal(read_line(&at, line), columns);
    assert_string_equal(line[column(header, columns, "floor_ratio")], "n/a");
    assert_string_equal(at, "");
    free(text);
}

static void test_a_full_disk_is_an_error_for_every_exporter(void **state)
{
    (void)state;
    int (*const exports[])(FILE *, struct store *, const struct run *, const struct row *,
                           size_t) = {export_gbench, export_go, export_csv};
    for (size_t i = 0; i < 3; i++) {
        FILE *full = fopen("/dev/full", "w");
        assert_non_null(full);
        setvbuf(full, NULL, _IONBF, 0);
        assert_int_equal(exports[i](full, store, &run, rows, row_count), -EIO);
        fclose(full);
    }
}

/* A store that fails while it is read: no row may come out as if it had nothing to say. */
static void test_a_store_that_fails_is_an_error_and_gives_no_zeros(void **state)
{
    (void)state;
    sqlite3 *db;
    char *text = NULL;
    size_t size;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE samples", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    FILE *f = open_memstream(&text, &size);
    assert_true(export_gbench(f, store, &run, rows, row_count) < 0);
    assert_int_equal(ftell(f), 0);
    assert_true(export_go(f, store, &run, rows, row_count) < 0);
    fclose(f);
    assert_null(strstr(text, "ns/op"));
    free(text);
    struct row *none;
    size_t count;
    assert_true(rows_read(store, &run, &none, &count) < 0);
    assert_non_null(strstr(store_error(store), "samples"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run, remove_run)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_gbench_rows_carry_what_the_store_holds),
        TEST(test_gbench_context_tells_where_and_how),
        TEST(test_gbench_cell_without_samples_is_an_error_with_no_numbers),
        TEST(test_gbench_keeps_an_environment_that_is_no_object),
        TEST(test_gbench_keeps_what_is_no_utf8_as_far_as_it_can_be_said),
        TEST(test_the_accounting_costs_what_the_traced_windows_took_longer),
        TEST(test_go_has_one_line_a_sample_in_benchstats_form),
        TEST(test_go_writes_great_and_small_numbers_plainly),
        TEST(test_csv_comes_back_field_by_field),
        TEST(test_a_full_disk_is_an_error_for_every_exporter),
        TEST(test_a_store_that_fails_is_an_error_and_gives_no_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
