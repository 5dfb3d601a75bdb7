/* Counts of two runs: what changed is found, and what only seems to is not. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/counts.h"
#include "harness/tests/program.h"
#include <math.h>

static char folder[64];
static struct store *store;

static int make(void **state)
{
    char db[96], error[512];
    (void)state;
    make_folder(folder);
    snprintf(db, sizeof(db), "%s/lab.db", folder);
    store = store_open(db, STORE_WRITE, error, sizeof(error));
    return store ? 0 : -1;
}

static int clean_up(void **state)
{
    (void)state;
    store_close(store);
    remove_folder(folder);
    return 0;
}

/* A run of one cell, whose operations park so often, and which switches so often. */
static int64_t add_run(const char *cell, uint32_t processes, double parks, double switches)
{
    const struct run run = {.command = "c", .mode = "quick", .environment = "{}", .topology = "t"};
    struct cell c = {.scenario = "park-wake", .variant = "ticket", .op = "pair"};
    int64_t id, cell_id;
    c.params = (struct cell_params)PARAMS_ABSENT;
    snprintf(c.name, sizeof(c.name), "%s", cell);
    assert_int_equal(store_begin_run(store, &run, &id), 0);
    assert_int_equal(store_add_cell(store, id, &c, &cell_id), 0);
    for (uint32_t p = 0; p < processes; p++) {
        uint64_t count = (uint64_t)(1000 * (parks + 0.01 * (p % 3)));
        const struct outcome_count rows[] = {
            {"send_park", count, 1000}, {"recv_park", 1000, 1000}, {TRACED_WINDOW, 5000 + p, 1000}};
        const struct sample sample = {.process = p,
                                      .ops = 1000,
                                      .ns_per_op = 5,
                                      .switches_per_op = switches + 0.001 * p,
                                      .fairness = NAN};
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(store_add_outcome(store, cell_id, p, &rows[i]), 0);
        assert_int_equal(store_add_sample(store, cell_id, &sample), 0);
        assert_int_equal(store_add_trial(store, cell_id, p, TRIAL_OK, "", NULL, NULL), 0);
    }
    return id;
}

static struct changed_counts compared(int64_t a, int64_t b)
{
    struct changed_counts counts;
    assert_int_equal(counts_compare(store, a, b, &counts), 0);
    return counts;
}

static void test_what_changed_is_found(void **state)
{
    (void)state;
    int64_t a = add_run("x", 10, 1, 2), b = add_run("x", 12, 0.5, 4);
    struct changed_counts counts = compared(a, b);
    assert_int_equal(counts.compared, 3);
    assert_int_equal(counts.count, 2);
    assert_string_equal(counts.items[0].name, "send_park");
    assert_string_equal(counts.items[0].cell, "x");
    assert_float_equal(counts.items[0].a.least, 1, 1e-9);
    assert_float_equal(counts.items[0].b.middle, 0.51, 1e-9);
    assert_int_equal(counts.items[0].b.processes, 12);
    assert_string_equal(counts.items[1].name, "context switches");
    counts_free(&counts);
}

static void test_what_overlaps_has_not_changed(void **state)
{
    (void)state;
    int64_t a = add_run("x", 10, 1, 2), b = add_run("x", 10, 1.01, 2.005);
    struct changed_counts counts = compared(a, b);
    assert_int_equal(counts.compared, 3);
    assert_int_equal(counts.count, 0);
    counts_free(&counts);
}

/* Three against three lie apart by chance one time of ten. */
static void test_few_processes_say_nothing(void **state)
{
    (void)state;
    int64_t a = add_run("x", 3, 1, 2), b = add_run("x", 3, 0.5, 4);
    struct changed_counts counts = compared(a, b);
    assert_int_equal(counts.compared, 3);
    assert_int_equal(counts.count, 0);
    counts_free(&counts);
}

static void test_other_cells_are_not_compared(void **state)
{
    (void)state;
    int64_t a = add_run("x", 10, 1, 2), b = add_run("y", 10, 0.5, 4);
    struct changed_counts counts = compared(a, b);
    assert_int_equal(counts.compared, 0);
    assert_int_equal(counts.count, 0);
    counts_free(&counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, clean_up)
        TEST(test_what_changed_is_found),
        TEST(test_what_overlaps_has_not_changed),
        TEST(test_few_processes_say_nothing),
        TEST(test_other_cells_are_not_compared),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
