/* The whole page, from tables that are made up: what it says follows what they hold. */
#include "plots/numbers.h"
#include "plots/page.h"
#include "plots/tests/tables.h"
#include <errno.h>

#define HANDOFF(v, ns)                                                                         \
    {                                                                                          \
        .scenario = "handoff", .variant = v, .path = "handoff", .place = "l3", .median_ns = ns \
    }
#define PARK(v, ns)                                                                           \
    {                                                                                         \
        .scenario = "park-wake", .variant = v, .path = "park", .place = "l3", .median_ns = ns \
    }
#define HOP(v, ns)                                                                               \
    {                                                                                            \
        .scenario = "buffer-hop", .variant = v, .path = "buffer", .place = "l3", .median_ns = ns \
    }

enum { CELLS = 6 };

static const struct made_cell usual[CELLS] = {
    HANDOFF("spin-mutex", 71.5), HANDOFF("ticket", 83.5),  HOP("spin-mutex", 20.5),
    HOP("ticket", 31.5),         PARK("spin-mutex", 3333), PARK("ticket", 4444),
};

static char error[1024];

static void build(const struct made_cell *cells, size_t count)
{
    make_tables(cells, count);
    if (page_build(folder, error, sizeof(error)))
        fail_msg("%s", error);
}

static void assert_has(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("\"%s\" is not in: %.30000s", wanted, text);
}

static void assert_lacks(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted))
        fail_msg("\"%s\" is in: %.30000s", unwanted, text);
}

/* What stands before the first section in Markdown, warnings left out; the caller frees. */
static char *answer(void)
{
    char *md = read_made("report.md"), *warnings = strstr(md, "\n> ");
    *strstr(md, "\n## ") = '\0';
    if (warnings)
        *warnings = '\0';
    return md;
}

/* The row of the claims' table that quotes these words; the caller frees. */
static char *claim_row(const char *quote)
{
    char *md = read_made("report.md"), *at = strstr(md, quote);
    assert_non_null(at);
    memmove(md, at, strlen(at) + 1);
    md[strcspn(md, "\n")] = '\0';
    return md;
}

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
    assert_has(text, "1 of 6 cells were not measured: buffer-hop/variant=spin-mutex");
    assert_has(text, "no result in 10 s");
    assert_has(text, "1 of 6 cells are impure");
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
    assert_has(text, "has no answer");
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

/* Two switches per full buffer are the scenario's own, whatever the buffer's size. */
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
    assert_has(md, "has no interval: it is compared as it is");
    assert_has(md, "40 to 100 ns per handoff pair; 30 to 60 ns per buffered send, so 60 to 120 ns");
    assert_has(md, "200 ns and more");
    assert_has(md, "The range: 25 to 100 ns");
    assert_has(md, "Below one means that the variant got around that step");
    free(md);
    remove_folder();
}

static void put_run(const char *finished)
{
    FILE *f = open_table("run", "key\tvalue");
    fprintf(f, "started\t2030-01-02T03:04:05Z\nfinished\t%s\nmode\tfull\nprocesses\t31\n",
            finished);
    fclose(f);
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
    assert_has(md, "10 of 31 processes a cell");
    free(md);
    put_run("2030-01-02T04:04:05Z");
    build(usual, CELLS);
    md = read_made("report.md");
    assert_lacks(md, "cut short");
    assert_has(md, "31 processes a cell");
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
    assert_has(md, "3 counts, by cell");
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
    assert_has(md, "a cold start can be in the tails");
    assert_has(md, "Of park-wake it is 100% by construction");
    free(md);
    remove_folder();
}

static void test_parks_that_slept_are_in_every_cells_row(void **state)
{
    (void)state;
    make_folder("slept");
    FILE *f = open_table("outcomes", "name\toutcome\tper_op");
    put_outcome(f, &usual[4], "send_park", 0.5);
    put_outcome(f, &usual[4], "recv_park", 0.5);
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

/* A lock that one thread had for the whole window was not contended: whatever it cost then is
 * quoted nowhere. */
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
            assert_has(md, "Grows most: ticket, 4 threads");
            assert_has(curves, "7777");
            assert_lacks(html, "not all ran</span>");
            assert_lacks(md, "not contended by all of their threads");
        } else {
            assert_has(md, "Grows most: ticket, 8 threads");
            assert_lacks(curves, "7777");
            assert_has(html, "not all ran</span>");
            assert_has(md, "1 of 3 cells were not contended by all of their threads");
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
    assert_lacks(md, "Grows most");
    assert_has(md, "No lock was contended by all of its threads");
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

/* Collects the headings of a twin, one a line, as plain text. */
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
    assert_has(md, "What the source text claims");
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
    assert_has(md, "No hardware counters were asked for in this run: n/a");
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
    assert_has(md, "has no answer");
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

/* Any bytes in any table: the page is built or refused in one sentence, and nothing breaks. */
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
    assert_int_equal(mkdir(path, 0777), 0); /* where the Markdown is to go */
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
        cmocka_unit_test(test_parks_that_slept_are_in_every_cells_row),
        cmocka_unit_test(test_a_lock_that_not_all_contended_for_is_marked_and_quoted_nowhere),
        cmocka_unit_test(test_the_mix_has_every_variant),
        cmocka_unit_test(test_both_twins_have_the_same_headings),
        cmocka_unit_test(test_the_page_refers_to_nothing_outside),
        cmocka_unit_test(test_words_of_the_machine_are_text),
        cmocka_unit_test(test_missing_tables_are_not_available),
        cmocka_unit_test(test_missing_columns_are_not_available),
        cmocka_unit_test(test_missing_counters_are_one_line_and_never_zero),
        cmocka_unit_test(test_garbage_is_built_or_refused),
        cmocka_unit_test(test_a_folder_may_be_called_anything),
        cmocka_unit_test(test_an_old_page_survives_a_failure),
        cmocka_unit_test(test_without_gnuplot_there_is_one_sentence_and_no_page),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
