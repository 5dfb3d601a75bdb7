/* What a sweep says of each block when it has ended: in lines that fit, without columns that nobody
 * has, and with ties folded where there are many. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/sweep_ranking.h"
#include "harness/tests/in_folder.h"
#include "scripts/test.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 12 };

static struct store *store;
static int64_t run_id;

static int begin(void **state)
{
    static const struct run run = {.started = "2026-01-02T03:04:05Z",
                                   .command = "x",
                                   .mode = "quick",
                                   .environment = "{}",
                                   .topology = "",
                                   .processes = ROUNDS};
    if (make_folder(state))
        return -1;
    store = open_store(STORE_WRITE);
    return store_begin_run(store, &run, &run_id);
}

static int end(void **state)
{
    store_close(store);
    return remove_folder(state);
}

/* A cell that cost `ns`, and in every other round 1% more. */
static int64_t add_cell(const char *label, const char *variant, double ns, uint32_t rounds)
{
    struct cell cell = {.params = PARAMS_ABSENT};
    int64_t id;
    snprintf(cell.name, sizeof(cell.name), "%s/variant=%s", label, variant);
    snprintf(cell.scenario, sizeof(cell.scenario), "%s", label);
    snprintf(cell.variant, sizeof(cell.variant), "%s", variant);
    assert_int_equal(store_add_cell(store, run_id, &cell, &id), 0);
    for (uint32_t r = 0; r < rounds; r++) {
        struct sample s = {.process = r,
                           .ops = 1,
                           .overlap = NAN,
                           .fairness = NAN,
                           .ns_per_op = ns * (r % 2 ? 1.01 : 1),
                           .cpu_ns_per_op = NAN,
                           .switches_per_op = NAN,
                           .handovers = NAN,
                           .window_ns = ns};
        assert_int_equal(store_add_sample(store, id, &s), 0);
        assert_int_equal(store_add_trial(store, id, r, TRIAL_OK, "", NULL, NULL), 0);
    }
    return id;
}

/* What is printed; the caller frees it. */
static char *printed(size_t width)
{
    struct run run;
    struct row *rows;
    char *text;
    size_t count, size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(store_find_run(store, run_id, &run), 0);
    assert_int_equal(rows_read(store, &run, &rows, &count), 0);
    assert_int_equal(sweep_ranking_print(store, &run, rows, count, width, out), 0);
    fclose(out);
    free(rows);
    return text;
}

static void test_a_block_is_sorted_and_has_only_columns_with_data(void **state)
{
    (void)state;
    add_cell("fan-in", "slow", 200, ROUNDS);
    add_cell("fan-in", "fast", 100, ROUNDS);
    add_cell("alone", "fast", 100, ROUNDS);
    char *text = printed(80);
    assert_string_equal(text, "\nfan-in\n"
                              "  variant  cost                        to the fastest\n"
                              "  fast     100.50 ns [100.00, 101.00]  fastest\n"
                              "  slow     201.0 ns [200.0, 202.0]     2.00× [2.00, 2.00]\n");
    free(text);
}

static void test_what_was_counted_has_a_column_if_it_fits(void **state)
{
    (void)state;
    int64_t id = add_cell("fan-in", "slow", 200, ROUNDS);
    add_cell("fan-in", "fast", 100, ROUNDS);
    struct outcome_count slept = {"park_slept", 25, 100};
    assert_int_equal(store_add_outcome(store, id, 0, &slept), 0);
    char *wide = printed(80), *narrow = printed(50);
    assert_non_null(strstr(wide, "slept"));
    assert_non_null(strstr(wide, "25.0%"));
    assert_null(strstr(wide, "CPU/op"));
    assert_null(strstr(narrow, "slept"));
    assert_null(strstr(wide, " \n"));
    free(wide);
    free(narrow);
}

static void test_too_few_rounds_say_how_many_are_needed(void **state)
{
    (void)state;
    add_cell("fan-in", "slow", 200, 5);
    add_cell("fan-in", "fast", 100, 5);
    char *text = printed(80);
    assert_non_null(strstr(text, "2.00× ?\n"));
    assert_non_null(strstr(text, "? too few rounds to tell: 6 are needed for 2 variants\n"));
    free(text);
}

static void test_many_that_tie_are_folded_into_lines_that_fit(void **state)
{
    char name[LABEL_MAX];
    (void)state;
    for (int i = 0; i < 14; i++) {
        snprintf(name, sizeof(name), "alike-%02d", i);
        add_cell("fan-in", name, 100, ROUNDS);
    }
    add_cell("fan-in", "slow", 200, ROUNDS);
    char *text = printed(60);
    size_t lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_true(strlen(line) <= 64); /* a × has two bytes */
        lines++;
    }
    assert_true(lines <= 8);
    free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_block_is_sorted_and_has_only_columns_with_data),
        TEST(test_what_was_counted_has_a_column_if_it_fits),
        TEST(test_too_few_rounds_say_how_many_are_needed),
        TEST(test_many_that_tie_are_folded_into_lines_that_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
