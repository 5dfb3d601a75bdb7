/* A table's rows are found by their name, in whatever order the table has them. */
/* SPDX-License-Identifier: MIT */
#include "plots/by_name.h"
#include "plots/tests/tables.h"

static void make_table(struct tsv *table, const char *rows)
{
    char path[200];
    FILE *f = open_table("samples", "process\tname");
    fputs(rows, f);
    fclose(f);
    snprintf(path, sizeof(path), "%s/data/samples.tsv", folder);
    assert_int_equal(tsv_read(table, path), 0);
}

static void test_rows_of_a_name_come_in_the_tables_order(void **state)
{
    struct tsv table;
    struct by_name index;
    const struct named_row *rows;
    (void)state;
    make_folder("named");
    make_table(&table, "5\tb\n0\ta/x\n7\tb\n3\ta\n1\tc\n6\tb\n");
    assert_int_equal(by_name_make(&index, &table), 0);
    assert_int_equal(by_name_find(&index, "b", &rows), 3);
    assert_int_equal(rows[0].row, 0);
    assert_int_equal(rows[1].row, 2);
    assert_int_equal(rows[2].row, 5);
    assert_int_equal(by_name_find(&index, "a", &rows), 1);
    assert_int_equal(rows[0].row, 3);
    static const char *const absent[] = {"", "aa", "a/", "d", "bb"};
    for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
        assert_int_equal(by_name_find(&index, absent[i], &rows), 0);
    by_name_free(&index);
    tsv_free(&table);
    remove_folder();
}

static void test_an_empty_or_missing_table_has_no_rows(void **state)
{
    struct tsv table = {0};
    struct by_name index;
    const struct named_row *rows;
    (void)state;
    assert_int_equal(by_name_make(&index, &table), 0);
    assert_int_equal(by_name_find(&index, "a", &rows), 0);
    by_name_free(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_a_name_come_in_the_tables_order),
        cmocka_unit_test(test_an_empty_or_missing_table_has_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
