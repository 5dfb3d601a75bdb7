/* A claim's verdict follows from the cells that the claim is about. */
/* SPDX-License-Identifier: MIT */
#include "plots/tests/built.h"

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

/* Goroutines decide where the run has them, or else one variant of threads; the others are said
 * beside, and change nothing. */
static void test_another_variant_changes_no_verdict(void **state)
{
    struct made_cell cells[] = {HANDOFF("futex+go+check", 70), HANDOFF("spin-mutex", 7),
                                HANDOFF("ticket", 7000)};
    (void)state;
    make_folder("speakers");
    for (size_t count = 1; count <= 3; count++) {
        build(cells, count);
        char *row = claim_row("Unbuffered with a direct handoff");
        assert_has(row, "**holds**");
        assert_int_equal(strstr(row, "beside: ") != NULL, count > 1);
        free(row);
    }
    cells[0].variant = "futex-park";
    build(cells, 3);
    char *row = claim_row("Unbuffered with a direct handoff");
    assert_has(row, "**holds**");
    free(row);
    cells[0].variant = "mcs+futex+none"; /* neither is there */
    build(cells, 3);
    row = claim_row("Unbuffered with a direct handoff");
    assert_has(row, "**partly**");
    assert_lacks(row, "beside: ");
    free(row);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_claims_verdict_follows_the_run),
        cmocka_unit_test(test_another_variant_changes_no_verdict),
        cmocka_unit_test(test_of_two_claims_that_contradict_each_other_one_holds),
        cmocka_unit_test(test_a_handoff_skips_the_buffer_if_no_value_went_through_it),
        cmocka_unit_test(test_closing_is_free_if_it_adds_nothing_to_the_wakes),
        cmocka_unit_test(test_the_scheduler_takes_part_beyond_two_switches_per_buffer),
        cmocka_unit_test(test_the_claims_say_what_they_compare),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
