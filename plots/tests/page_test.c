/* The page as a document: complete, self-contained, the same in both forms, whatever the tables
 * hold. */
#include "plots/chart.h"
#include "plots/escape.h"
#include "plots/tests/built.h"
#include <errno.h>

/* Collects the headings of one form, one per line, as plain text. */
static void headings(const char *name, char *out, size_t size)
{
    bool html = strstr(name, ".html") != NULL;
    char *text = read_made(name);
    size_t used = 0;
    out[0] = '\0';
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *from = line, *to = line + strlen(line);
        if (html && strncmp(line, "<h", 2) == 0 && line[2] >= '1' && line[2] <= '6') {
            from = strchr(line, '>') + 1;
            to = strstr(from, "</h");
        } else if (!html && line[0] == '#') {
            from = strchr(line, ' ') + 1;
        } else {
            continue;
        }
        used += (size_t)snprintf(out + used, size - used, "%.*s\n", (int)(to - from), from);
        assert_true(used < size);
    }
    free(text);
}

static void test_both_twins_have_the_same_headings(void **state)
{
    char html[4096], md[4096];
    (void)state;
    make_folder("twins");
    build(usual, CELLS);
    headings("index.html", html, sizeof(html));
    headings("report.md", md, sizeof(md));
    for (char *sign; (sign = strstr(html, "&#39;"));) { /* the only sign that headings have */
        *sign = '\'';
        memmove(sign + 1, sign + 5, strlen(sign + 5) + 1);
    }
    assert_string_equal(html, md);
    assert_has(md, "The lesson's claims");
    remove_folder();
}

static void test_the_contents_of_markdown_link_to_its_headings(void **state)
{
    (void)state;
    make_folder("contents");
    build(usual, CELLS);
    char *md = read_made("report.md"), *first = strstr(md, "\n## "), *at = md;
    size_t links = 0, sections = 0;
    for (char *line = first; line; line = strstr(line + 1, "\n## "))
        sections++;
    while ((at = strstr(at, "\n- [")) && at < first) {
        char heading[200], target[200], anchor[200] = "";
        assert_int_equal(sscanf(at, "\n- [%199[^]]](#%199[^)])", heading, target), 2);
        FILE *out = fmemopen(anchor, sizeof(anchor), "w");
        escape_anchor(out, heading);
        fclose(out);
        assert_string_equal(target, anchor);
        char line[220];
        snprintf(line, sizeof(line), "\n## %s\n", heading);
        assert_has(md, line);
        links++;
        at++;
    }
    assert_int_equal(links, sections);
    assert_int_equal(md[0], '#');
    free(md);
    remove_folder();
}

static void test_code_is_code_and_folds_are_folds_in_both_forms(void **state)
{
    (void)state;
    make_folder("code");
    build(usual, CELLS);
    char *md = read_made("report.md"), *html = read_made("index.html");
    assert_has(md, "`hchanlab sweep --peers`");
    assert_has(html, "<code>hchanlab sweep --peers</code>");
    const char *forms[] = {md, html};
    for (int i = 0; i < 2; i++) {
        size_t open = 0, closed = 0;
        for (const char *at = forms[i]; (at = strstr(at, "<details>")); at++)
            open++;
        for (const char *at = forms[i]; (at = strstr(at, "</details>")); at++)
            closed++;
        assert_int_equal(open, closed);
    }
    free(md);
    free(html);
    remove_folder();
}

/* A browser shows an SVG's titles as tooltips: a variant's name is one, a plotting command none. */
static void test_figures_have_descriptions_and_no_commands(void **state)
{
    (void)state;
    make_folder("tooltips");
    struct made_cell cells[CELLS + 2];
    memcpy(cells, usual, sizeof(usual));
    cells[CELLS] =
        (struct made_cell){.scenario = "mutex", .variant = "t", .threads = 1, .median_ns = 2};
    cells[CELLS + 1] = cells[CELLS];
    cells[CELLS + 1].threads = 4;
    cells[CELLS + 1].place = "l3";
    build(cells, CELLS + 2);
    char *html = read_made("index.html"), *headline = read_made("headline.svg");
    size_t figures = 0, described = 0;
    for (const char *at = html; (at = strstr(at, "<svg")); at++)
        figures++;
    for (const char *at = html; (at = strstr(at, "<svg role=\"img\" aria-label=\"Chart: ")); at++)
        described++;
    assert_true(figures >= 3);
    assert_int_equal(described, figures);
    assert_has(html, "<title>t</title>");
    const char *forms[] = {html, headline};
    for (int i = 0; i < 2; i++) {
        assert_lacks(forms[i], "<title>Gnuplot");
        assert_lacks(forms[i], "<title>gnuplot");
        assert_lacks(forms[i], "<title>data");
    }
    free(html);
    free(headline);
    remove_folder();
}

static void test_the_page_refers_to_nothing_outside(void **state)
{
    (void)state;
    make_folder("offline");
    build(usual, CELLS);
    char *html = read_made("index.html");
    assert_has(html, "<svg");
    assert_lacks(html, "<script");
    assert_lacks(html, "@import");
    assert_lacks(html, "<link");
    assert_lacks(html, "<img");
    assert_lacks(html, "<!DOCTYPE svg");
    for (const char *at = html; (at = strstr(at, "http")); at++)
        if (strncmp(at - 7, "xmlns=\"", 7) != 0 && strncmp(at - 13, "xmlns:xlink=\"", 13) != 0)
            fail_msg("%.80s", at - 20);
    free(html);
    remove_folder();
}

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
    cells[4] =
        (struct made_cell){.scenario = "mutex", .variant = "t", .threads = 1, .median_ns = 2};
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
    assert_has(md, "no latency histograms: n/a");
    assert_has(md, "asked for no hardware counters: n/a");
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
        {.scenario = "go-chan-sync", .variant = "go", .place = "l3", .median_ns = 100},
        {.scenario = "go-chan-sync", .variant = "slow", .place = "l3", .median_ns = 400},
        {.scenario = "go-chan-sync",
         .variant = "tbb",
         .place = "l3",
         .status = "skipped",
         .reason = "lacks rendezvous"},
    };
    make_folder("peers");
    FILE *f = open_table("environment", "key\tvalue");
    fprintf(f, "peer_go\tgo1\npeer_slow\t2\npeer_tbb\t3\ngoroutines\tother mine\n");
    fclose(f);
    build(cells, sizeof(cells) / sizeof(cells[0]));
    char *md = read_made("report.md");
    char *at = strstr(md, "| go-chan-sync elem=8 threads=2 place=l3 | mine: 20.00 ns ");
    assert_non_null(at);
    *strchr(at, '\n') = '\0';
    assert_has(at, "| go: 100.0 ns ");
    assert_has(at, "0.20");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_twins_have_the_same_headings),
        cmocka_unit_test(test_the_contents_of_markdown_link_to_its_headings),
        cmocka_unit_test(test_code_is_code_and_folds_are_folds_in_both_forms),
        cmocka_unit_test(test_figures_have_descriptions_and_no_commands),
        cmocka_unit_test(test_the_page_refers_to_nothing_outside),
        cmocka_unit_test(test_words_of_the_machine_are_text),
        cmocka_unit_test(test_missing_tables_are_not_available),
        cmocka_unit_test(test_missing_columns_are_not_available),
        cmocka_unit_test(test_peers_are_compared_with_variants),
        cmocka_unit_test(test_missing_counters_are_one_line_and_never_zero),
        cmocka_unit_test(test_garbage_is_built_or_refused),
        cmocka_unit_test(test_a_folder_may_be_called_anything),
        cmocka_unit_test(test_a_chart_has_its_labels_at_every_width),
        cmocka_unit_test(test_an_old_page_survives_a_failure),
        cmocka_unit_test(test_without_gnuplot_there_is_one_sentence_and_no_page),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
