/* The two forms of the page: the same headings, links, folds and figures, and nothing from outside.
 */
/* SPDX-License-Identifier: MIT */
#include "plots/escape.h"
#include "plots/tests/built.h"

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
    assert_has(md, "`go`");
    assert_has(html, "<code>go</code>");
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
        (struct made_cell){.scenario = "lock", .variant = "t", .threads = 1, .median_ns = 2};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_twins_have_the_same_headings),
        cmocka_unit_test(test_the_contents_of_markdown_link_to_its_headings),
        cmocka_unit_test(test_code_is_code_and_folds_are_folds_in_both_forms),
        cmocka_unit_test(test_figures_have_descriptions_and_no_commands),
        cmocka_unit_test(test_the_page_refers_to_nothing_outside),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
