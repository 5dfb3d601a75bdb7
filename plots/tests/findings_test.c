/* The page's findings follow from the tables: the answer, the verdicts, the marks. */
#include "harness/base/numbers.h"
#include "harness/base/warmup.h"
#include "plots/tests/built.h"

static void test_the_answer_is_the_cheapest_pure_cell(void **state)
{
    (void)state;
    make_folder("answer");
    build(usual, CELLS);
    char *text = answer();
    assert_has(text, "71.5 ns");
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
    assert_lacks(text, "71.5 ns");
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

static void test_a_claims_verdict_follows_the_run(void **state)
{
    static const struct {
        double handoff_ns, spread, purity;
        const char *verdict;
    } cases[] = {
        {70, 0.01, 1, "**holds**"},
        {7, 0.01, 1, "**lower**"},
        {7000, 0.01, 1, "**higher**"},
        {100, 0.1, 1, "**cannot tell**"},
        {70, 0.01, 0.9, "**not measured in this run**"},
    };
    (void)state;
    make_folder("claims");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made_cell cells[CELLS];
        memcpy(cells, usual, sizeof(cells));
        for (size_t k = 0; k < 2; k++) {
            cells[k].median_ns = cases[i].handoff_ns;
            cells[k].spread = cases[i].spread;
            cells[k].purity = cases[i].purity;
        }
        build(cells, CELLS);
        char *row = claim_row("Unbuffered with a direct handoff");
        assert_has(row, cases[i].verdict);
        free(row);
    }
    remove_folder();
}

static void test_of_two_claims_that_contradict_each_other_one_holds(void **state)
{
    (void)state;
    make_folder("contradiction");
    for (int faster = 0; faster < 2; faster++) {
        struct made_cell cells[CELLS];
        memcpy(cells, usual, sizeof(cells));
        for (size_t k = 0; k < 2; k++)
            cells[k].median_ns = faster ? 5 : 500;
        build(cells, CELLS);
        char *handoff = claim_row("The fastest path is the direct handoff");
        char *hop = claim_row("The buffer hop wins per-op");
        assert_has(handoff, faster ? "**holds**" : "**does not hold**");
        assert_has(hop, faster ? "**does not hold**" : "**holds**");
        free(handoff);
        free(hop);
    }
    remove_folder();
}

static void put_outcome(FILE *f, const struct made_cell *c, const char *outcome, double per_op)
{
    char name[200];
    made_name(c, name, sizeof(name));
    fprintf(f, "%s\t%s\t%g\n", name, outcome, per_op);
}

static void test_a_handoff_skips_the_buffer_if_no_value_went_through_it(void **state)
{
    static const struct {
        double sent, received;
        const char *verdict;
    } cases[] = {{0, 0, "**holds**"}, {0.5, 0, "**does not hold**"}, {0, 0.5, "**does not hold**"}};
    (void)state;
    make_folder("skips");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        FILE *f = open_table("outcomes", "name\toutcome\tper_op");
        for (size_t k = 0; k < 2; k++) {
            put_outcome(f, &usual[k], "send_buffer", cases[i].sent);
            put_outcome(f, &usual[k], "recv_buffer", cases[i].received);
        }
        fclose(f);
        build(usual, CELLS);
        char *row = claim_row("it skips the buffer copy entirely");
        assert_has(row, cases[i].verdict);
        free(row);
    }
    remove_folder();
}

static void test_closing_is_free_if_it_adds_nothing_to_the_wakes(void **state)
{
    (void)state;
    make_folder("close");
    for (int dear = 0; dear < 2; dear++) {
        const struct made_cell cells[] = {
            PARK("ticket", 4444),
            {.scenario = "close-wake",
             .variant = "ticket",
             .place = "l3",
             .threads = 5,
             .median_ns = dear ? 9999 : 2222},
            {.scenario = "buffer-hop",
             .variant = "ticket",
             .path = "buffer",
             .threads = 1,
             .median_ns = 10},
            {.scenario = "recv-closed",
             .variant = "ticket",
             .threads = 1,
             .median_ns = dear ? 25 : 6},
        };
        build(cells, 4);
        char *row = claim_row("becomes a free, allocation-free");
        assert_has(row, dear ? "**does not hold**" : "**holds**");
        assert_has(row, "allocates is not measured");
        free(row);
        row = claim_row("The receive returns immediately with the zero value");
        assert_has(row, dear ? "**does not hold**" : "**holds**");
        free(row);
    }
    remove_folder();
}

/* Two switches per full buffer are the scenario's own, whatever the size of the buffer. */
static void test_the_scheduler_takes_part_beyond_two_switches_per_buffer(void **state)
{
    (void)state;
    make_folder("switches");
    for (double capacity = 16; capacity <= 128; capacity *= 8)
        for (int more = 0; more < 2; more++) {
            struct made_cell cell = HOP("ticket", 31.5);
            cell.capacity = capacity;
            cell.switches = (more ? 3 : 2) / capacity;
            build(&cell, 1);
            char *row = claim_row("no scheduler involvement");
            assert_has(row, more ? "**does not hold**" : "**holds**");
            free(row);
        }
    remove_folder();
}

static void test_the_claims_say_what_they_compare(void **state)
{
    (void)state;
    make_folder("compare");
    struct made_cell cells[CELLS];
    memcpy(cells, usual, sizeof(cells));
    cells[0].floor_ns = 100;
    build(cells, CELLS);
    char *md = read_made("report.md");
    assert_has(md, "have no interval and are compared exactly");
    assert_has(md, "40 to 100 ns per handoff pair; 30 to 60 ns per buffered send, so 60 to 120 ns");
    assert_has(md, "200 ns or more");
    assert_has(md, "Claimed: 25 to 100 ns");
    assert_has(md, "Below 1× the variant avoided that step");
    free(md);
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
    assert_has(md, "The purity of park-wake is 100% by construction");
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
    fclose(f);
    build(usual, CELLS);
    char *md = read_made("report.md"), name[200], *row;
    made_name(&usual[4], name, sizeof(name));
    row = strstr(md, "## Every cell");
    assert_non_null(row);
    row = strstr(row, name);
    assert_non_null(row);
    *strchr(row, '\n') = '\0';
    assert_has(row, "| 100.0% | 12.3% |");
    free(md);
    remove_folder();
}

/* A wake that comes before the waiter sleeps is not what a park costs: such cells are listed once,
 * by place. */
static void test_cells_whose_waiters_stay_awake_are_one_list(void **state)
{
    struct made_cell cells[] = {PARK("a", 100), PARK("b", 200), PARK("c", 3000), PARK("a", 50)};
    const double slept[] = {0, 0.125, 1, 0.5};
    (void)state;
    make_folder("awake");
    cells[3].place = "same-pu";
    FILE *f = open_table("outcomes", "name\toutcome\tper_op");
    for (size_t i = 0; i < 4; i++) {
        put_outcome(f, &cells[i], "send_park", 0.25);
        put_outcome(f, &cells[i], "recv_park", 0.75);
        put_outcome(f, &cells[i], "park_slept", slept[i]);
    }
    fclose(f);
    build(cells, 4);
    char *md = read_made("report.md");
    assert_has(md, "fewer than 90% of the parks slept");
    assert_has(md, "\n- park-wake, same PU: a 50.0%\n"
                   "- park-wake, two PUs sharing an L3: a 0.0%, b 12.5%\n\n");
    free(md);
    for (size_t i = 0; i < 4; i++)
        cells[i] = (struct made_cell)PARK("c", 3000);
    build(cells, 1);
    md = read_made("report.md");
    assert_lacks(md, "of the parks slept");
    free(md);
    remove_folder();
}

/* A lock that one thread had for a whole window was not contended, so its cost is not quoted. */
static void test_a_lock_that_not_all_contended_for_is_marked_and_quoted_nowhere(void **state)
{
    struct made_cell cells[] = {
        {.scenario = "mutex", .variant = "ticket", .threads = 1, .median_ns = 10},
        {.scenario = "mutex", .variant = "ticket", .threads = 4, .place = "l3", .median_ns = 7777},
        {.scenario = "mutex", .variant = "ticket", .threads = 8, .place = "l3", .median_ns = 88},
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
            assert_lacks(html, "not all ran</span>");
            assert_lacks(md, "cells a thread made no progress");
        } else {
            assert_has(md, "Most affected: ticket, 8 threads");
            assert_lacks(curves, "7777");
            assert_has(html, "not all ran</span>");
            assert_has(md, "In 1 of 3 cells a thread made no progress within a window");
            assert_has(row, "left out: 1 impure, not contended by all");
        }
        free(md);
        free(html);
        free(curves);
        free(row);
    }
    cells[1].overlap = cells[2].overlap = 0.5;
    build(cells, 3);
    char *md = read_made("report.md");
    assert_lacks(md, "Most affected");
    assert_has(md, "No lock was contended by all of its threads");
    assert_has(md, "| 4 threads, two PUs sharing an L3 |");
    free(md);
    remove_folder();
}

#define THROUGH(v, slots, ns)                                                                  \
    {                                                                                          \
        .scenario = "prod-cons", .variant = v, .place = "l3", .threads = 4, .capacity = slots, \
        .median_ns = ns                                                                        \
    }

enum { BARGING_CELLS = 4 };

/* With 16 slots barging takes half the time; with one, as long. */
static const struct made_cell barging_cells[BARGING_CELLS] = {
    THROUGH("futex-park", 16, 100),
    THROUGH("futex+barging+none", 16, 50),
    THROUGH("futex-park", 1, 300),
    THROUGH("futex+barging+none", 1, 300),
};

/* The section about barging in Markdown; the caller frees. */
static char *barging_section(void)
{
    char *md = read_made("report.md"), *at = strstr(md, "\n## FIFO handoff against barging");
    assert_non_null(at);
    memmove(md, at + 1, strlen(at));
    *strstr(md, "\n## ") = '\0';
    return md;
}

static void put_latency(FILE *f, const struct made_cell *c, const char *side, int count,
                        double p999_ns)
{
    char name[200];
    made_name(c, name, sizeof(name));
    fprintf(f, "%s\t%s\t%d\t%g\t%g\n", name, side, count, p999_ns, 2 * p999_ns);
}

static void test_barging_is_compared_where_only_the_variant_differs(void **state)
{
    struct made_cell cells[BARGING_CELLS + 3];
    (void)state;
    memcpy(cells, barging_cells, sizeof(barging_cells));
    cells[0].fairness = 1;
    cells[1].fairness = 0.75;
    cells[4] = (struct made_cell)THROUGH("futex+barging+none", 32, 7777); /* without a partner */
    cells[5] = (struct made_cell)THROUGH("futex-park", 64, 8888);
    cells[6] = (struct made_cell)THROUGH("futex+barging+none", 64, 8888);
    cells[6].overlap = 0.5;
    make_folder("pairs");
    FILE *f = open_table("latency", "name\tside\tcount\tp999\tmax");
    put_latency(f, &cells[0], "send", 20000, 1000);
    put_latency(f, &cells[1], "send", 20000, 5000);
    put_latency(f, &cells[2], "recv", 500, 1000);
    put_latency(f, &cells[3], "recv", 500, 900000);
    fclose(f);
    f = open_table("outcomes", "name\toutcome\tper_op");
    put_outcome(f, &cells[1], "wake_to_retry", 0.25);
    fclose(f);
    build(cells, BARGING_CELLS + 3);
    char *md = barging_section();
    assert_has(md, "| prod-cons | 4 threads, two PUs sharing an L3 | 16 slots | 100.0 ns ");
    assert_has(md, "| 0.500× [0.500, 0.500] | 0.250 |");
    assert_has(md, "| 1 slot | 300.0 ns ");
    assert_has(md, "| 16 slots | 1.00 → 0.750 | 1.00 µs → 5.00 µs | 2.00 µs → 10.0 µs | n/a |");
    assert_has(md, "| 1 slot | n/a | n/a | n/a | n/a | 2.00 µs → 1.80 ms |");
    assert_has(md, "longer in 1 of 1 cases");
    assert_has(md,
               "5.0, for send in prod-cons, 4 threads, two PUs sharing an L3, 16 slots: 5.00 µs "
               "instead of 1.00 µs");
    assert_lacks(md, "32 slots");
    assert_lacks(md, "64 slots");
    assert_has(md, "Pairs left out: 1.");
    free(md);
    remove_folder();
}

static void test_barging_differs_only_where_the_interval_leaves_out_one(void **state)
{
    struct made_cell cells[BARGING_CELLS];
    (void)state;
    memcpy(cells, barging_cells, sizeof(cells));
    make_folder("differs");
    build(cells, BARGING_CELLS);
    char *md = barging_section();
    assert_has(md, "barging is faster in 1 and slower in 0;");
    assert_has(md,
               "Barging gains most in prod-cons, 4 threads, two PUs sharing an L3, 16 slots: it "
               "takes 0.500× [0.500, 0.500]");
    assert_lacks(md, "loses most");
    assert_has(md, "longest waits of these cells were not measured: n/a");
    free(md);

    cells[0].spread = 2; /* windows of 10 to 190 ns, half of them faster than barging */
    cells[1].median_ns = 95;
    cells[3].median_ns = 330;
    build(cells, BARGING_CELLS);
    md = barging_section();
    assert_has(md, "barging is faster in 0 and slower in 1;");
    assert_lacks(md, "gains most");
    assert_has(md, "Barging loses most in prod-cons, 4 threads, two PUs sharing an L3, 1 slot: it "
                   "takes 1.10×");
    free(md);

    cells[3].median_ns = 300;
    build(cells, BARGING_CELLS);
    md = barging_section();
    assert_has(md, "barging is faster in 0 and slower in 0;");
    assert_lacks(md, "most in");
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
        cmocka_unit_test(test_nothing_pure_is_no_answer),
        cmocka_unit_test(test_a_claims_verdict_follows_the_run),
        cmocka_unit_test(test_of_two_claims_that_contradict_each_other_one_holds),
        cmocka_unit_test(test_a_handoff_skips_the_buffer_if_no_value_went_through_it),
        cmocka_unit_test(test_closing_is_free_if_it_adds_nothing_to_the_wakes),
        cmocka_unit_test(test_the_scheduler_takes_part_beyond_two_switches_per_buffer),
        cmocka_unit_test(test_the_claims_say_what_they_compare),
        cmocka_unit_test(test_a_run_that_was_cut_short_says_so),
        cmocka_unit_test(test_counters_are_missing_for_their_own_reason),
        cmocka_unit_test(test_the_method_is_that_of_all_cells),
        cmocka_unit_test(test_the_method_says_which_windows_begin_warm),
        cmocka_unit_test(test_parks_that_slept_are_in_every_cells_row),
        cmocka_unit_test(test_cells_whose_waiters_stay_awake_are_one_list),
        cmocka_unit_test(test_a_lock_that_not_all_contended_for_is_marked_and_quoted_nowhere),
        cmocka_unit_test(test_barging_is_compared_where_only_the_variant_differs),
        cmocka_unit_test(test_barging_differs_only_where_the_interval_leaves_out_one),
        cmocka_unit_test(test_the_mix_has_every_variant),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
