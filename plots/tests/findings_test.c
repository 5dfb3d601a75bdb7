/* The page's findings follow from the tables: the answer, the verdicts, the marks. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/numbers.h"
#include "harness/base/warmup.h"
#include "plots/tests/built.h"

static void test_the_answer_is_the_cheapest_pure_cell(void **state)
{
    (void)state;
    make_folder("answer");
    build(usual, CELLS);
    char *text = answer();
    assert_has(text, "71.50 ns");
    assert_has(text, "20.50 ns");
    assert_has(text, "3.33 µs");
    free(text);
    struct made_cell cells[CELLS];
    memcpy(cells, usual, sizeof(cells));
    cells[0].purity = 0.9;
    cells[2].status = "timeout";
    cells[2].reason = "no result in 10 s";
    build(cells, CELLS);
    text = answer();
    assert_lacks(text, "71.50 ns");
    assert_lacks(text, "20.50 ns");
    assert_has(text, "83.5");
    assert_has(text, "31.5");
    free(text);
    text = read_made("report.md");
    assert_has(text, "1 of 6 cells could not be measured: buffer-hop/variant=spin-mutex");
    assert_has(text, "no result in 10 s");
    assert_has(text, "In 1 of 6 cells fewer than 99% of the operations took the path");
    free(text);
    remove_folder();
}

/* Those that the run does not show to be slower than another are named with the cheapest. */
static void test_the_answer_is_all_that_may_be_the_fastest(void **state)
{
    struct made_cell cells[] = {HANDOFF("a", 70), HANDOFF("b", 70), HANDOFF("c", 71)};
    (void)state;
    make_folder("tied");
    build(cells, 3);
    char *text = answer();
    assert_has(text, "a (tied with b), cheapest of 3 variants");
    free(text);
    remove_folder();
}

/* The cell with 16 slots is the cheaper one, and the other variants did not run through it. */
static void test_what_others_did_not_run_through_is_not_the_cheapest(void **state)
{
    struct made_cell cells[] = {HOP("a", 70), HOP("b", 60), HOP("a", 20), HANDOFF("c", 99)};
    (void)state;
    cells[0].capacity = cells[1].capacity = 128;
    cells[2].capacity = 16;
    make_folder("lacking");
    build(cells, 4);
    char *text = answer();
    assert_has(text, "b, cheapest of the 2 measured");
    assert_lacks(text, "20.0 ns");
    free(text);
    remove_folder();
}

static void test_nothing_pure_is_no_answer(void **state)
{
    struct made_cell cells[CELLS];
    (void)state;
    memcpy(cells, usual, sizeof(cells));
    for (size_t i = 0; i < CELLS; i++)
        cells[i].purity = 0.5;
    make_folder("impure");
    build(cells, CELLS);
    char *text = answer();
    assert_has(text, "measured none of the three paths well enough");
    for (size_t i = 0; i < CELLS; i++)
        assert_lacks(text, number_ns(cells[i].median_ns).text);
    free(text);
    remove_folder();
}

static void test_a_run_that_was_cut_short_says_so(void **state)
{
    (void)state;
    make_folder("cut");
    put_run("n/a");
    build(usual, CELLS);
    char *md = read_made("report.md");
    *strstr(md, "\n## ") = '\0';
    assert_has(md, "This sweep was cut short: its cells have 10 of 31 processes");
    assert_has(md, "10 of 31 processes per cell");
    free(md);
    put_run("2030-01-02T04:04:05Z");
    build(usual, CELLS);
    md = read_made("report.md");
    assert_lacks(md, "cut short");
    assert_has(md, "31 processes per cell");
    free(md);
    remove_folder();
}

static void test_counters_are_missing_for_their_own_reason(void **state)
{
    (void)state;
    make_folder("reasons");
    FILE *f = open_table("counters", "name\tcounter\tdomain\tper_op\treason");
    for (int i = 0; i < 3; i++)
        fprintf(f,
                "c%d\tPAPI_A\tuser\tn/a\tno such event\nc%d\tPAPI_A\tkernel\tn/a\tno such event\n"
                "c%d\tPAPI_B\tuser\t12\tn/a\nc%d\tPAPI_B\tkernel\tn/a\tnot permitted\n"
                "c%d\tPAPI_C\tuser\tn/a\tno such event\nc%d\tPAPI_C\tkernel\tn/a\tnot permitted\n",
                i, i, i, i, i, i);
    fclose(f);
    build(usual, CELLS);
    char *md = read_made("report.md");
    assert_has(md, "PAPI_A, PAPI_C (user): n/a. PAPI says: no such event.");
    assert_has(md, "PAPI_B (kernel), PAPI_C (kernel): n/a. PAPI says: not permitted.");
    assert_has(md, "3 counts by cell");
    free(md);
    remove_folder();
}

static void test_the_method_is_that_of_all_cells(void **state)
{
    struct made_cell cells[CELLS];
    (void)state;
    memcpy(cells, usual, sizeof(cells));
    cells[3].level = 0.955;
    cells[4].level = -1;
    make_folder("method");
    build(cells, CELLS);
    char *md = read_made("report.md");
    assert_has(md, "(here 95.5% or more; 1 of 6 cells that ran have none)");
    assert_has(md, "The purity of park-wake is the share of values");
    free(md);
    remove_folder();
}

static void test_the_method_says_which_windows_begin_warm(void **state)
{
    (void)state;
    make_folder("warm");
    build(usual, CELLS);
    char *md = read_made("report.md");
    char *warm = strstr(md, "There is a warm-up before "),
         *cold = strstr(md, "There is none before ");
    assert_true(warm && warm < cold);
    strstr(cold, ", so these")[0] = '\0';
    for (int kind = 0; kind < WINDOW_KIND_COUNT; kind++) {
        const char *at = strstr(warm, window_name(kind));
        assert_non_null(at);
        assert_int_equal(at < cold, window_warms_up(kind));
    }
    free(md);
    remove_folder();
}

static void test_parks_that_slept_are_in_every_cells_row(void **state)
{
    (void)state;
    make_folder("slept");
    FILE *f = open_table("outcomes", "name\toutcome\tper_op");
    put_outcome(f, &usual[4], "send_park", 0.5);
    put_outcome(f, &usual[4], "recv_park", 0.25);
    put_outcome(f, &usual[4], "wake_to_retry", 0.25);
    put_outcome(f, &usual[4], "park_slept", 0.123);
    put_outcome(f, &usual[4], "park_switched", 0.25);
    fclose(f);
    build(usual, CELLS);
    char *md = read_made("report.md"), name[200], *row;
    made_name(&usual[4], name, sizeof(name));
    row = strstr(md, "## Every cell");
    assert_non_null(row);
    row = strstr(row, name);
    assert_non_null(row);
    *strchr(row, '\n') = '\0';
    assert_has(row, "| 100.0% | 12.3% | 25.0% |");
    free(md);
    remove_folder();
}

/* A wake that comes before the waiter has left its PU is not what a park costs: such cells are
 * listed once, by place. */
static void test_cells_whose_waiters_stay_are_one_list(void **state)
{
    struct made_cell cells[] = {PARK("a", 100), PARK("b", 200), PARK("c", 3000), PARK("a", 50)};
    const double left[] = {0, 0.125, 1, 0.5};
    (void)state;
    make_folder("awake");
    cells[3].place = "same-pu";
    FILE *f = open_table("outcomes", "name\toutcome\tper_op");
    for (size_t i = 0; i < 4; i++) {
        put_outcome(f, &cells[i], "send_park", 0.25);
        put_outcome(f, &cells[i], "recv_park", 0.75);
        put_outcome(f, &cells[i], i % 2 ? "park_switched" : "park_slept", left[i]);
    }
    fclose(f);
    build(cells, 4);
    char *md = read_made("report.md");
    assert_has(md, "the waiter left its PU in fewer than 90% of the parks");
    assert_has(md, "\n- park-wake, same PU: a 50.0%\n"
                   "- park-wake, two PUs sharing an L3: a 0.0%, b 12.5%\n\n");
    free(md);
    for (size_t i = 0; i < 4; i++)
        cells[i] = (struct made_cell)PARK("c", 3000);
    build(cells, 1);
    md = read_made("report.md");
    assert_lacks(md, "left its PU in fewer");
    free(md);
    remove_folder();
}

/* What was counted in windows that took another time may not be what was timed. */
static void test_cells_that_were_traced_in_another_regime_are_named(void **state)
{
    struct made_cell cells[] = {PARK("a", 100), PARK("b", 200), PARK("c", 300)};
    (void)state;
    make_folder("regime");
    FILE *f = open_table("outcomes", "name\toutcome\tper_op");
    for (size_t i = 0; i < 3; i++)
        put_outcome(f, &cells[i], "send_park", 1);
    fclose(f);
    cells[0].traced_ratio = 1.25;
    cells[1].traced_ratio = 2.69;
    cells[2].traced_ratio = 0.8;
    build(cells, 3);
    char *md = read_made("report.md");
    assert_has(md, "In 1 cell the traced windows");
    assert_has(md, "variant=b");
    assert_has(md, "(2.7×)");
    free(md);
    cells[1].traced_ratio = 1;
    build(cells, 3);
    md = read_made("report.md");
    assert_lacks(md, "another regime");
    free(md);
    remove_folder();
}

/* A lock that one thread had for a whole window was not contended, so its cost is not quoted. */
static void test_a_lock_that_not_all_contended_for_is_marked_and_quoted_nowhere(void **state)
{
    struct made_cell cells[] = {
        {.scenario = "lock", .variant = "ticket", .threads = 1, .median_ns = 10},
        {.scenario = "lock", .variant = "ticket", .threads = 4, .place = "l3", .median_ns = 7777},
        {.scenario = "lock", .variant = "ticket", .threads = 8, .place = "l3", .median_ns = 88},
    };
    (void)state;
    make_folder("overlap");
    for (int all = 0; all < 2; all++) {
        cells[1].overlap = all ? 0.99 : 0.75;
        cells[2].overlap = 1;
        build(cells, 3);
        char *md = read_made("report.md"), *html = read_made("index.html");
        char *curves = read_made("data/locks-l3.tsv"), *row = claim_row("Lock contention scales");
        if (all) {
            assert_has(md, "Most affected: ticket, 4 threads");
            assert_has(curves, "7777");
            assert_lacks(html, "not contended</span>");
            assert_lacks(md, "were not contended");
        } else {
            assert_has(md, "Most affected: ticket, 8 threads");
            assert_lacks(curves, "7777");
            assert_has(html, "not contended</span>");
            assert_has(md, "1 of 3 cells were not contended");
            assert_has(row, "left out: 1 impure, not contended by all");
        }
        free(md);
        free(html);
        free(curves);
        free(row);
    }
    cells[1].overlap = 1; /* all ran, but the lock was nearly always taken by who had it last */
    cells[1].handovers = 0.09;
    cells[2].handovers = 0.1;
    build(cells, 3);
    char *md = read_made("report.md");
    assert_has(md, "1 of 3 cells were not contended");
    assert_has(md, "changed hands in 9.0%");
    assert_has(md, "Most affected: ticket, 8 threads");
    free(md);
    cells[2].overlap = 0.5;
    build(cells, 3);
    md = read_made("report.md");
    assert_lacks(md, "Most affected");
    assert_has(md, "No lock was contended, so");
    assert_has(md, "| 4 threads, two PUs sharing an L3 |");
    free(md);
    remove_folder();
}

static void test_the_mix_has_every_variant(void **state)
{
    enum { MANY = 90 };
    static struct made_cell cells[MANY];
    static char variants[MANY][8];
    (void)state;
    make_folder("many");
    FILE *f = open_table("outcomes", "name\toutcome\tper_op");
    for (int i = 0; i < MANY; i++) {
        snprintf(variants[i], sizeof(variants[i]), "v%d", i);
        cells[i] = (struct made_cell)HANDOFF(variants[i], 70);
        put_outcome(f, &cells[i], i == MANY - 1 ? "send_park" : "send_handoff", 1);
    }
    fclose(f);
    build(cells, MANY);
    char *mix = read_made("data/mix.tsv");
    assert_has(mix, "v0 and 88 others");
    assert_has(mix, "\tv89\n");
    free(mix);
    remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_answer_is_the_cheapest_pure_cell),
        cmocka_unit_test(test_the_answer_is_all_that_may_be_the_fastest),
        cmocka_unit_test(test_what_others_did_not_run_through_is_not_the_cheapest),
        cmocka_unit_test(test_nothing_pure_is_no_answer),
        cmocka_unit_test(test_a_run_that_was_cut_short_says_so),
        cmocka_unit_test(test_counters_are_missing_for_their_own_reason),
        cmocka_unit_test(test_the_method_is_that_of_all_cells),
        cmocka_unit_test(test_the_method_says_which_windows_begin_warm),
        cmocka_unit_test(test_parks_that_slept_are_in_every_cells_row),
        cmocka_unit_test(test_cells_whose_waiters_stay_are_one_list),
        cmocka_unit_test(test_a_lock_that_not_all_contended_for_is_marked_and_quoted_nowhere),
        cmocka_unit_test(test_cells_that_were_traced_in_another_regime_are_named),
        cmocka_unit_test(test_the_mix_has_every_variant),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
