/* Ratios are paired by process. */
/* SPDX-License-Identifier: MIT */
#include "plots/paired.h"
#include "plots/tests/tables.h"

static const struct page_cell *cell_named(const struct model *m, const char *variant)
{
    return model_cell(m, "handoff", variant, NAN, "l3");
}

static void test_a_ratio_that_each_process_has_is_found_under_any_drift(void **state)
{
    const struct made_cell cells[] = {
        {.scenario = "handoff", .variant = "a", .path = "handoff", .place = "l3", .median_ns = 300},
        {.scenario = "handoff", .variant = "b", .path = "handoff", .place = "l3", .median_ns = 100},
    };
    struct model m;
    char error[512], name[2][200];
    (void)state;
    make_folder("drift");
    make_tables(cells, 2);
    for (int i = 0; i < 2; i++)
        made_name(&cells[i], name[i], sizeof(name[i]));
    /* Each process runs on a machine that is slower by another factor, up to a hundred times; its
     * rows come in any order, and two processes have no partner. */
    FILE *f = open_table("samples", "name\tprocess\tindex\tns_per_op");
    for (int p = 9; p >= 0; p--) {
        double slow = 1 + p * p;
        fprintf(f, "%s\t%d\t0\t%g\n", name[1], p, 100 * slow);
        fprintf(f, "%s\t%d\t0\t%g\n", name[0], p, 300 * slow);
    }
    fprintf(f, "%s\t77\t0\t1\n%s\t78\t0\t1\n", name[0], name[1]);
    fclose(f);
    assert_int_equal(model_read(&m, folder, error, sizeof(error)), 0);
    struct ratio r = ratio_paired(&m, cell_named(&m, "a"), cell_named(&m, "b"));
    assert_int_equal(r.pairs, 10);
    assert_true(fabs(r.median - 3) < 1e-9 && fabs(r.low - 3) < 1e-9 && fabs(r.high - 3) < 1e-9);
    model_free(&m);
    remove_folder();
}

static void test_few_pairs_have_no_interval_and_none_have_no_ratio(void **state)
{
    const struct made_cell cells[] = {
        {.scenario = "handoff", .variant = "a", .path = "handoff", .place = "l3", .median_ns = 300},
        {.scenario = "handoff", .variant = "b", .path = "handoff", .place = "l3", .median_ns = 100},
    };
    struct model m;
    char error[512], name[2][200];
    (void)state;
    make_folder("few");
    make_tables(cells, 2);
    for (int i = 0; i < 2; i++)
        made_name(&cells[i], name[i], sizeof(name[i]));
    for (int pairs = 5; pairs >= 0; pairs -= 5) {
        FILE *f = open_table("samples", "name\tprocess\tindex\tns_per_op");
        for (int p = 0; p < pairs; p++)
            fprintf(f, "%s\t%d\t0\t300\n%s\t%d\t0\t100\n", name[0], p, name[1], p);
        fclose(f);
        assert_int_equal(model_read(&m, folder, error, sizeof(error)), 0);
        struct ratio r = ratio_paired(&m, cell_named(&m, "a"), cell_named(&m, "b"));
        assert_int_equal(r.pairs, pairs);
        assert_true(isnan(r.low) && isnan(r.high));
        assert_int_equal(isnan(r.median) != 0, pairs == 0);
        model_free(&m);
    }
    remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_ratio_that_each_process_has_is_found_under_any_drift),
        cmocka_unit_test(test_few_pairs_have_no_interval_and_none_have_no_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
