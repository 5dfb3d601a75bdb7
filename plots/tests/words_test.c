/* Numbers and escaping: how the contents of tables appear on the page. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/numbers.h"
#include "plots/escape.h"
#include "scripts/test.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_digits_are_those_that_the_interval_carries(void **state)
{
    (void)state;
    assert_string_equal(number_interval(99.607, 85.149, 116.098).text, "100 ns [85, 116]");
    assert_string_equal(number_interval(3940.6, 3926.9, 4068.1).text, "3.94 µs [3.93, 4.07]");
    assert_string_equal(number_interval(80.8, 77.7, 352.6).text, "81 ns [78, 353]");
    assert_string_equal(number_interval(16065.8, 191.1, 18893.9).text, "16.1 µs [191 ns, 18.9 µs]");
    assert_string_equal(number_interval(5, NAN, NAN).text, "5.00 ns (no interval)");
    assert_string_equal(number_interval(NAN, 1, 2).text, "n/a");
    /* One value, or several that are the same, carry no more digits than a number by itself. */
    assert_string_equal(number_median(17501.79, 17501.79, 17501.79).text, "17500");
    assert_string_equal(number_range(17501.79, 17501.79).text, "17500 to 17500");
    assert_string_equal(number_interval(12.71, 12.71, 12.71).text, "12.7 ns [12.7, 12.7]");
    assert_string_equal(number_median(0.25, 0.25, 0.25).text, "0.25");
}

static void test_a_small_number_never_reads_as_zero(void **state)
{
    (void)state;
    assert_string_equal(number_plain(1.9e-6).text, "<0.0001");
    assert_string_equal(number_plain(0).text, "0");
    assert_string_equal(number_plain(NAN).text, "n/a");
    assert_string_equal(number_times(739662.95).text, "740,000");
    assert_string_equal(number_times(2.27).text, "2.3");
    assert_string_equal(number_share(0.98999).text, "98.9%");
}

/* Runs an escaping function; the caller frees. */
static char *escaped(void (*escape)(FILE *, const char *), const char *text)
{
    char *data;
    size_t length;
    FILE *out = open_memstream(&data, &length);
    assert_non_null(out);
    escape(out, text);
    fclose(out);
    return data;
}

static void assert_escaped(void (*escape)(FILE *, const char *), const char *text,
                           const char *wanted)
{
    char *seen = escaped(escape, text);
    assert_string_equal(seen, wanted);
    free(seen);
}

static void test_signs_of_either_language_are_text(void **state)
{
    (void)state;
    assert_escaped(escape_html, "a<b>&\"c\"\n", "a&#60;b&#62;&#38;&#34;c&#34;<br>");
    assert_escaped(escape_markdown, "a|b<c>*d*", "a\\|b&lt;c>\\*d\\*");
    assert_escaped(escape_markdown, "[x](y) [1, 2]", "[x\\](y) [1, 2]");
    assert_escaped(escape_markdown, "send_handoff _x_", "send_handoff \\_x\\_");
    assert_escaped(escape_label, "a\tb'{c}\\", "a?b??c??");
    assert_escaped(escape_markdown_code, "a|b `c` *d*\n", "`a|b 'c' *d* `");
}

static void test_an_anchor_is_what_github_makes_of_a_heading(void **state)
{
    (void)state;
    assert_escaped(escape_anchor, "Every cell", "every-cell");
    assert_escaped(escape_anchor, "Park and wake, window by window",
                   "park-and-wake-window-by-window");
    assert_escaped(escape_anchor, "The lesson's claims", "the-lessons-claims");
}

/* Whether the bytes are UTF-8, by decoding each character. */
static bool is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at) {
        unsigned long point = *at;
        int more = *at < 0x80       ? 0
                   : *at >> 5 == 6  ? 1
                   : *at >> 4 == 14 ? 2
                   : *at >> 3 == 30 ? 3
                                    : -1;
        if (more < 0)
            return false;
        point &= more ? 0x3fu >> more : 0x7fu;
        for (int i = 1; i <= more; i++) {
            if (at[i] >> 6 != 2)
                return false;
            point = point << 6 | (at[i] & 0x3f);
        }
        static const unsigned long least[] = {0, 0x80, 0x800, 0x10000};
        if (point < least[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
        at += more + 1;
    }
    return true;
}

static void test_any_bytes_become_text_without_markup(void **state)
{
    enum { ROUNDS = 20000, LENGTH = 24 };
    unsigned seed = 20240607;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char bytes[LENGTH + 1];
        for (int i = 0; i < LENGTH; i++)
            do
                bytes[i] = (char)(rand_r(&seed) >> 7);
            while (bytes[i] == '\0' || bytes[i] == '\n');
        bytes[LENGTH] = '\0';
        char *html = escaped(escape_html, bytes), *md = escaped(escape_markdown, bytes);
        char *label = escaped(escape_label, bytes);
        if (!is_utf8(html) || strpbrk(html, "<>\"'") || !is_utf8(md) || strchr(md, '<') ||
            !is_utf8(label) || strpbrk(label, "<>&\"'\\{}\t"))
            fail_msg("round %d of seed 20240607: %s", round, html);
        for (const char *at = md; *at; at++) { /* a bar stands behind an odd number of strokes */
            size_t strokes = 0;
            while (*at == '|' && at - md > (long)strokes && at[-1 - (long)strokes] == '\\')
                strokes++;
            assert_true(*at != '|' || strokes % 2 == 1);
        }
        free(html);
        free(md);
        free(label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits_are_those_that_the_interval_carries),
        cmocka_unit_test(test_a_small_number_never_reads_as_zero),
        cmocka_unit_test(test_signs_of_either_language_are_text),
        cmocka_unit_test(test_an_anchor_is_what_github_makes_of_a_heading),
        cmocka_unit_test(test_any_bytes_become_text_without_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
