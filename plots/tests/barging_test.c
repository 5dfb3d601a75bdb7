/* The section on FIFO handoff and barging pairs the right cells and finds what they show. */
/* SPDX-License-Identifier: MIT */
#include "plots/tests/built.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_barging_is_compared_where_only_the_variant_differs),
        cmocka_unit_test(test_barging_differs_only_where_the_interval_leaves_out_one),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
