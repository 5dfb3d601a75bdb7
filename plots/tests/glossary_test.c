/* The page and results/GLOSSARY.md explain the same terms in the same words. */
/* SPDX-License-Identifier: MIT */
#include "plots/glossary.h"
#include "plots/tests/built.h"

/* The terms as both Markdown files have them, a line each. */
static const char *const lines[] = {
#define TERM(name, text) "- **" name "** " text,
#include "plots/glossary.def"
#undef TERM
};

enum { LINES = sizeof(lines) / sizeof(lines[0]) };

/* Joins the lines of each item, in place. */
static void unwrap(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        bool wrapped = from[0] == '\n' && from[1] == ' ';
        *to++ = wrapped ? ' ' : *from;
        while (wrapped && from[1] == ' ')
            from++;
    }
    *to = '\0';
}

static void assert_has_all_terms(char *text)
{
    unwrap(text);
    size_t found = 0;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (strncmp(line, "- **", 4) != 0)
            continue;
        assert_true(found < LINES);
        assert_string_equal(line, lines[found]);
        found++;
    }
    assert_int_equal(found, LINES);
}

static void test_the_document_has_the_terms_and_no_others(void **state)
{
    char *text;
    size_t length;
    (void)state;
    assert_int_equal(file_read(SOURCE_DIR "/results/GLOSSARY.md", &text, &length), 0);
    assert_has_all_terms(text);
    free(text);
}

static void test_the_page_has_them_in_its_first_section(void **state)
{
    (void)state;
    make_folder("terms");
    build(usual, CELLS);
    char *md = read_made("report.md"), *section = strstr(md, "\n## ");
    assert_non_null(section);
    assert_memory_equal(section, "\n## Terms\n", strlen("\n## Terms\n"));
    char *end = strstr(section + 1, "\n## ");
    assert_non_null(end);
    *end = '\0';
    assert_has_all_terms(section);
    free(md);
    remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_document_has_the_terms_and_no_others),
        cmocka_unit_test(test_the_page_has_them_in_its_first_section),
    };
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
