/* What the exporters have in common, CSV and Go's format, parsed back: what the store holds
 * arrives, what it lacks is named. */
/* SPDX-License-Identifier: MIT */
#include "harness/tests/exported.h"
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <sqlite3.h>

static void test_the_accounting_costs_what_the_traced_windows_took_longer(void **state)
{
    (void)state;
    assert_float_equal(rows[0].traced_ns, 2 * rows[0].summary.median_ns, 1e-9);
    assert_float_equal(rows[0].traced_ratio.median, 2, 1e-9);
    assert_true(isnan(rows[1].traced_ns) && isnan(rows[1].traced_ratio.median));
}

/* What the reader of golang.org/x/perf/benchfmt takes: every line is UTF-8. A benchmark's has a
 * name without a space, a whole number, and pairs of a number and a unit; a configuration's a key
 * without a space or a capital letter, a colon and a space. It passes over other lines without a
 * word. */
static void assert_benchfmt_line(char *line)
{
    json_t *utf8 = json_string(line);
    char *colon = strchr(line, ':'), *save, *end, *field;
    assert_non_null(utf8);
    json_decref(utf8);
    if (strncmp(line, "Benchmark", strlen("Benchmark")) != 0) {
        assert_non_null(colon);
        assert_true(islower((unsigned char)line[0]) && colon[1] == ' ');
        assert_true(strcspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ \t") > (size_t)(colon - line));
        return;
    }
    assert_non_null(strtok_r(line, " ", &save));
    assert_true(strtoull(strtok_r(NULL, " ", &save), &end, 10) > 0 && !*end);
    unsigned pairs = 0;
    for (; (field = strtok_r(NULL, " ", &save)); pairs++) {
        assert_true(strtod(field, &end) > 0 && !*end);
        assert_string_equal(strtok_r(NULL, " ", &save), "ns/op");
    }
    assert_int_equal(pairs, 1);
}

static void assert_benchfmt(const char *text)
{
    char *copy = strdup(text), *save;
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        assert_benchfmt_line(line);
    free(copy);
}

/* benchstat takes lines to be independent, which windows of one process are not. */
static void test_go_has_one_line_a_process_in_benchstats_form(void **state)
{
    (void)state;
    char *text = written_by(export_go), *save;
    size_t lines = 0;
    assert_benchfmt(text);
    assert_non_null(strstr(text, "goos: linux\ngoarch: amd64\ncpu: A CPU\n"));
    assert_non_null(strstr(text, "\nhchanlab-command: hchanlab sweep --quick\n"));
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char wanted[200];
        bool cell = lines < PROCESSES;
        if (strncmp(line, "Benchmark", 9) != 0) {
            assert_int_equal(lines, 0);
            continue;
        }
        /* The median of a process's windows, all of whose operations are counted. */
        snprintf(wanted, sizeof(wanted), "Benchmark%s-2 %d %.4f ns/op",
                 cell ? "Handoff/variant=ticket/elem=8/place=l3" : "FloorWake/place=l3",
                 1000 * WINDOWS, (cell ? 102.0 : 2.0) + 10 * (double)(lines % PROCESSES));
        assert_string_equal(line, wanted);
        lines++;
    }
    assert_int_equal(lines, 2 * PROCESSES); /* nothing for the cell that hung */
    free(text);
}

/* A peer has the name of a file, and a command that of a store: both may hold any bytes. */
static void test_go_is_read_whatever_a_name_holds(void **state)
{
    (void)state;
    run.command = "hchanlab sweep --db '/tmp/\xc3\xa9\xff\n_'";
    int64_t cell = add_cell(run.id, "prod-cons/variant=my \xff\xc2\xa0peer");
    const struct sample x = {.ops = 1, .ns_per_op = 5};
    assert_int_equal(store_add_sample(store, cell, &x), 0);
    free(rows);
    assert_int_equal(rows_read(store, &run, &rows, &row_count), 0);
    char *text = written_by(export_go);
    assert_benchfmt(text);
    assert_non_null(strstr(text, "--db '/tmp/\xc3\xa9? _'\n"));
    assert_non_null(strstr(text, "BenchmarkProdCons/variant=my____peer-2 1 5.0000 ns/op\n"));
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
                             &(struct sample){.process = i, .ops = 1, .ns_per_op = values[i]}),
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

enum { FIELDS_MAX = 64 };

/* Reads a line into fields, gives how many, and moves on to the next. */
static size_t read_line(const char **at, char fields[FIELDS_MAX][200])
{
    size_t n = 0;
    for (;;) {
        assert_true(n < FIELDS_MAX);
        *at = next_field(*at, fields[n++], 200);
        if (**at != ',')
            break;
        ++*at;
    }
    *at += 2;
    return n;
}

static size_t column(char header[FIELDS_MAX][200], size_t count, const char *name)
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
    static char header[FIELDS_MAX][200], line[FIELDS_MAX][200];
    char *text = written_by(export_csv);
    const char *at = text;
    size_t columns = read_line(&at, header);
    assert_int_equal(columns, 44);
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
    assert_string_equal(line[column(header, columns, "held")], "n/a");
    assert_string_equal(line[column(header, columns, "handovers")], "n/a");
    assert_string_equal(line[column(header, columns, "others_max")], "0.05");
    assert_string_equal(line[column(header, columns, "others_process")], "5");
    assert_string_equal(line[column(header, columns, "steal_max")], "0.006");
    assert_string_equal(line[column(header, columns, "steal_process")], "0");
    assert_int_equal(read_line(&at, line), columns);
    assert_string_equal(line[column(header, columns, "status")], "timeout");
    assert_string_equal(line[column(header, columns, "reason")], "no end, after \"2\" s");
    static const char *const numbers[] = {
        "median_ns",   "ci_low_ns",  "min_ns",         "max_ns",    "cv",
        "floor_ratio", "others_max", "others_process", "steal_max", "steal_process"};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_accounting_costs_what_the_traced_windows_took_longer),
        TEST(test_go_has_one_line_a_process_in_benchstats_form),
        TEST(test_go_is_read_whatever_a_name_holds),
        TEST(test_go_writes_great_and_small_numbers_plainly),
        TEST(test_csv_comes_back_field_by_field),
        TEST(test_a_full_disk_is_an_error_for_every_exporter),
        TEST(test_a_store_that_fails_is_an_error_and_gives_no_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
