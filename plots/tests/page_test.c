/* The page is built or refused, whatever the tables hold, and wherever it is to go. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/tests/built.h"
#include <errno.h>

static void test_words_of_the_machine_are_text(void **state)
{
    static const char evil[] = "<script>alert(1)</script>|`x`'\"&";
    (void)state;
    make_folder("escaped");
    FILE *f = open_table("environment", "key\tvalue");
    fprintf(f, "hostname\t%s\ncpu_model\t%s\n", evil, evil);
    fclose(f);
    f = open_table("run", "key\tvalue");
    fprintf(f, "command\thchanlab sweep --db '%s'\ngrade\tF\ngrade_meaning\t%s\n", evil, evil);
    fclose(f);
    struct made_cell cells[CELLS];
    memcpy(cells, usual, sizeof(cells));
    cells[1].variant = "a'\"<script>;system(\"touch pwned\")";
    cells[3].variant = cells[1].variant;
    cells[4] = (struct made_cell){.scenario = "lock", .variant = "t", .threads = 1, .median_ns = 2};
    cells[5] = cells[4];
    cells[5].threads = 4;
    cells[5].place = "'; system('touch pwned'); x='";
    build(cells, CELLS);
    char *html = read_made("index.html"), *md = read_made("report.md"), path[300];
    assert_lacks(html, "<script");
    assert_has(md, "| hostname | &lt;script>alert(1)&lt;/script>\\|\\`x\\`'\"&amp; |");
    assert_has(md,
               "\n    hchanlab sweep --db '<script>"); /* the command is to be copied as it is */
    assert_has(html, "The machine&#39;s grade is F");
    snprintf(path, sizeof(path), "%s/pwned", folder);
    assert_int_not_equal(access(path, F_OK), 0);
    free(html);
    free(md);
    remove_folder();
}

static void test_missing_tables_are_not_available(void **state)
{
    (void)state;
    make_folder("cells-only");
    make_tables(usual, CELLS);
    char path[300];
    snprintf(path, sizeof(path), "%s/data/samples.tsv", folder);
    unlink(path);
    if (page_build(folder, error, sizeof(error)))
        fail_msg("%s", error);
    char *md = read_made("report.md");
    assert_has(md, "Machine grade: n/a");
    assert_lacks(md, "## Latency of single operations");
    assert_lacks(md, "## The locks with more threads");
    assert_lacks(md, "## Other people");
    assert_lacks(md, "## Hardware counters");
    assert_lacks(md, "## The variants in each workload");
    assert_has(md, "with both futex-park and futex+barging+none: n/a");
    assert_has(md, "not measured in this run");
    assert_has(md, "71.5 ns");
    free(md);
    remove_folder();
}

static void test_missing_columns_are_not_available(void **state)
{
    (void)state;
    make_folder("columns");
    FILE *f = open_table("cells", "name\tscenario\tstatus");
    fprintf(f, "handoff/x\thandoff\tok\n\tpark-wake\n");
    fclose(f);
    if (page_build(folder, error, sizeof(error)))
        fail_msg("%s", error);
    char *md = read_made("report.md");
    assert_has(md, "measured none of the three paths well enough");
    free(md);
    remove_folder();
}

/* One peer has a name that is part of a scenario's; another lacks what the scenario needs. */
static void test_peers_are_compared_with_variants(void **state)
{
    (void)state;
    static const struct made_cell cells[] = {
        {.scenario = "go-chan-sync", .variant = "ticket", .place = "l3", .median_ns = 50},
        {.scenario = "go-chan-sync", .variant = "mine", .place = "l3", .median_ns = 20},
        {.scenario = "go-chan-sync", .variant = "min", .place = "l3", .median_ns = 60},
        {.scenario = "go-chan-sync", .variant = "libhchan", .place = "l3", .median_ns = 70},
        {.scenario = "go-chan-sync", .variant = "libhchan-go", .place = "l3", .median_ns = 25},
        {.scenario = "go-chan-sync", .variant = "go", .place = "l3", .median_ns = 100},
        {.scenario = "go-chan-sync", .variant = "slow", .place = "l3", .median_ns = 400},
        {.scenario = "go-chan-sync",
         .variant = "tbb",
         .place = "l3",
         .status = "lacking",
         .reason = "lacks rendezvous"},
        {.scenario = "yield", .variant = "mine", .place = "l3", .median_ns = 30},
        {.scenario = "yield", .variant = "go", .place = "l3", .median_ns = 60},
    };
    make_folder("peers");
    FILE *f = open_table("environment", "key\tvalue");
    fprintf(f, "peer_go\tgo1\npeer_slow\t2\npeer_tbb\t3\npeer_libhchan\t1\npeer_libhchan-"
               "go\t1\ngoroutines\tother mine\n");
    fclose(f);
    build(cells, sizeof(cells) / sizeof(cells[0]));
    char *md = read_made("report.md");
    /* Ours as users call it; what is inlined stands beside, and stands in where there is no other.
     */
    char *at = strstr(md, "| go-chan-sync elem=8 threads=2 place=l3 | libhchan-go: 25.00 ns ");
    assert_non_null(at);
    *strchr(at, '\n') = '\0';
    assert_has(at, "| mine: 20.00 ns ");
    assert_has(at, "| go: 100.0 ns ");
    assert_has(at, "0.250");
    at = strstr(at + strlen(at) + 1, "| yield elem=8 threads=2 place=l3 | n/a | mine: 30.00 ns ");
    assert_non_null(at);
    *strchr(at, '\n') = '\0';
    assert_has(at, "| 0.500");
    at = strstr(at + strlen(at) + 1, "| cell | go | slow | tbb |");
    assert_non_null(at);
    assert_has(at, "| n/a: lacks rendezvous |");
    assert_lacks(md, "cells could not be measured");
    free(md);
    remove_folder();
}

static void test_missing_counters_are_one_line_and_never_zero(void **state)
{
    (void)state;
    make_folder("counters");
    FILE *f = open_table("counters", "name\tcounter\tdomain\tper_op\treason");
    for (int i = 0; i < 50; i++)
        fprintf(f, "cell%d\tPAPI_TOT_CYC\tuser\tn/a\tno such event\n", i);
    fclose(f);
    build(usual, CELLS);
    char *md = read_made("report.md");
    char *at = strstr(md, "PAPI_TOT_CYC");
    assert_non_null(at);
    assert_has(at, "n/a. PAPI says: no such event");
    assert_null(strstr(strstr(at, "\n"), "PAPI_TOT_CYC"));
    free(md);
    remove_folder();
}

/* Whatever bytes the tables hold, the page is built or refused with one sentence. */
static void test_garbage_is_built_or_refused(void **state)
{
    static const char *const names[] = {"cells",       "samples",  "latency",  "histogram",
                                        "outcomes",    "counters", "topology", "doctor",
                                        "environment", "run"};
    static const char signs[] = "\t\t\t\n0123456789.e-+naN<>'\"/=\x80\xff\xc3%{}\\|";
    enum { ROUNDS = 12 };
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned seed = 7001 + round;
        make_folder("garbage");
        make_tables(usual, CELLS);
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            char path[300], *known = NULL;
            size_t length = 0;
            snprintf(path, sizeof(path), "%s/data/%s.tsv", folder, names[i]);
            if (round % 2)
                file_read(path, &known, &length);
            FILE *f = fopen(path, "w");
            assert_non_null(f);
            if (round % 2) /* a good table with bad bytes in it */
                for (size_t k = 0; k < length; k++)
                    fputc(rand_r(&seed) % 60 ? known[k]
                                             : signs[(size_t)rand_r(&seed) % (sizeof(signs) - 1)],
                          f);
            else
                for (int k = 0; k < 3000; k++)
                    fputc(signs[(size_t)rand_r(&seed) % (sizeof(signs) - 1)], f);
            fclose(f);
            free(known);
        }
        int status = page_build(folder, error, sizeof(error));
        if (status && (!error[0] || strchr(error, '\n') || status == -EIO))
            fail_msg("seed %u: %d %s", 7001 + round, status, error);
        remove_folder();
    }
}

static void test_a_folder_may_be_called_anything(void **state)
{
    (void)state;
    make_folder("it's \"$(touch x)\" & more");
    make_tables(usual, CELLS);
    if (page_build(folder, error, sizeof(error)))
        fail_msg("%s", error);
    char *html = read_made("index.html");
    assert_has(html, "<svg");
    free(html);
    char path[300];
    *strrchr(folder, '/') = '\0';
    snprintf(path, sizeof(path), "rm -rf '%s'", folder);
    assert_int_equal(system(path), 0);
}

static void test_an_old_page_survives_a_failure(void **state)
{
    char path[300];
    (void)state;
    make_folder("old");
    build(usual, CELLS);
    char *before = read_made("index.html");
    snprintf(path, sizeof(path), "%s/report.md", folder);
    unlink(path);
    assert_int_equal(mkdir(path, 0777), 0); /* in place of the Markdown file */
    struct made_cell cells[CELLS];
    memcpy(cells, usual, sizeof(cells));
    cells[0].median_ns = 55.5;
    make_tables(cells, CELLS);
    assert_int_not_equal(page_build(folder, error, sizeof(error)), 0);
    assert_has(error, "could not be written");
    assert_null(strchr(error, '\n'));
    char *after = read_made("index.html");
    assert_string_equal(before, after);
    free(before);
    free(after);
    remove_folder();
}

static void test_without_gnuplot_there_is_one_sentence_and_no_page(void **state)
{
    char path[300], *kept = strdup(getenv("PATH"));
    (void)state;
    make_folder("bare");
    make_tables(usual, CELLS);
    setenv("PATH", "/nowhere", 1);
    int status = page_build(folder, error, sizeof(error));
    setenv("PATH", kept, 1);
    free(kept);
    assert_int_equal(status, -ENOEXEC);
    assert_has(error, "gnuplot");
    snprintf(path, sizeof(path), "%s/index.html", folder);
    assert_int_not_equal(access(path, F_OK), 0);
    remove_folder();
}

/* gnuplot divides whole numbers as C does, so some widths left no room for labels. */
static void test_a_chart_has_its_labels_at_every_width(void **state)
{
    (void)state;
    make_folder("labels");
    for (int length = 1; length <= 10; length++) {
        struct chart chart;
        char label[16];
        snprintf(label, sizeof(label), "%.*s", length, "abcdefghij");
        assert_int_equal(chart_open(&chart, "axis", true), 0);
        chart_row(&chart, &(struct chart_point){label, "1", 1, 0.9, 1.2, COLOUR_GREY, 7});
        chart_band(&chart, 1, 1, 0);
        assert_int_equal(chart_draw(&chart, folder, "labels", error, sizeof(error)), 0);
        char *svg = read_made("labels.svg"), wanted[32];
        snprintf(wanted, sizeof(wanted), ">%s<", label);
        assert_has(svg, wanted);
        free(svg);
    }
    remove_folder();
}

/* Ten rounds, in which the slow one is slower each time and the two others are alike. */
static void test_a_workload_has_its_variants_by_cost_and_a_curve(void **state)
{
    struct made_cell cells[6] = {{0}};
    (void)state;
    for (int i = 0; i < 6; i++)
        cells[i] = (struct made_cell){.scenario = "fan-in",
                                      .variant = i % 3 == 0   ? "ticket"
                                                 : i % 3 == 1 ? "spin-mutex"
                                                              : "futex-park",
                                      .path = "",
                                      .place = "l3",
                                      .capacity = i < 3 ? 1 : 64,
                                      .median_ns = i % 3 == 0 ? 200 : 100};
    make_folder("workload");
    build(cells, 6);
    char *md = read_made("report.md"), *svg = read_made("curve-fan-in-capacity.svg");
    assert_has(md, "## The variants in each workload");
    assert_has(md, "### fan-in");
    assert_has(md, " | fastest |\n|  | spin-mutex | ");
    assert_has(md, " | tied |\n|  | ticket | ");
    assert_has(md, "2.00× [2.00, 2.00] |");
    assert_lacks(md, "CPU per operation");
    assert_has(svg, "ticket");
    free(md);
    free(svg);
    remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_the_machine_are_text),
        cmocka_unit_test(test_missing_tables_are_not_available),
        cmocka_unit_test(test_a_workload_has_its_variants_by_cost_and_a_curve),
        cmocka_unit_test(test_missing_columns_are_not_available),
        cmocka_unit_test(test_peers_are_compared_with_variants),
        cmocka_unit_test(test_missing_counters_are_one_line_and_never_zero),
        cmocka_unit_test(test_garbage_is_built_or_refused),
        cmocka_unit_test(test_a_folder_may_be_called_anything),
        cmocka_unit_test(test_an_old_page_survives_a_failure),
        cmocka_unit_test(test_without_gnuplot_there_is_one_sentence_and_no_page),
        cmocka_unit_test(test_a_chart_has_its_labels_at_every_width),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
