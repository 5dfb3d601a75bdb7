/* The marks in the table that a sweep shows when it has ended. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/sweep_results.c"
#include "scripts/test.h"

static struct row usual(void)
{
    return (struct row){
        .status = TRIAL_OK,
        .summary = {.ci_low_ns = 1, .ci_high_ns = 2, .ci_over_processes = true},
        .purity = 0.99,
        .overlap = 0.99,
        .handovers = 0.1,
        .cell.params.threads = 2,
    };
}

static void assert_marks(const struct row *r, const char *wanted)
{
    assert_string_equal(marks_of(r).text, wanted);
}

static void test_a_row_has_the_marks_of_what_the_report_does_not_quote(void **state)
{
    struct row r = usual();
    (void)state;
    assert_marks(&r, "");
    r.purity = 0.98;
    assert_marks(&r, " +");
    r.overlap = 0.5;
    assert_marks(&r, " +#");
    r.overlap = 1;
    assert_marks(&r, " +");
    r.handovers = 0.09;
    assert_marks(&r, " +#");
    r.summary.ci_over_processes = false;
    assert_marks(&r, " *+#");
    r.cell.params.threads = 1;
    assert_marks(&r, " *+");
    r.status = TRIAL_TIMEOUT;
    assert_marks(&r, "");
}

/* A scenario without a path, and one without a crowd, have neither figure. */
static void test_a_figure_that_is_missing_is_no_mark(void **state)
{
    struct row r = usual();
    (void)state;
    r.purity = r.overlap = r.handovers = NAN;
    assert_marks(&r, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_has_the_marks_of_what_the_report_does_not_quote),
        cmocka_unit_test(test_a_figure_that_is_missing_is_no_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
