/* Escapes text for HTML, Markdown and gnuplot's data files. It works on UTF-8 characters, so that a
 * malformed byte is replaced and never joins the next one. Nothing is kept between calls. */
/* SPDX-License-Identifier: MIT */
#include "plots/escape.h"
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* The length in bytes of the UTF-8 character at `text`; 0 if it is malformed: an overlong form, a
 * surrogate or beyond Unicode's range. */
static size_t utf8_length(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = at[0] < 0x80   ? 1
                    : at[0] < 0xc2 ? 0
                    : at[0] < 0xe0 ? 2
                    : at[0] < 0xf0 ? 3
                    : at[0] < 0xf5 ? 4
                                   : 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

/* Writes the character at `text`, or its replacement. Returns how many bytes of `text` it was. */
static size_t put_character(FILE *out, const char *text)
{
    size_t length = utf8_length(text);
    if (length == 0) {
        fputs("\xef\xbf\xbd", out);
        return 1;
    }
    if (length == 1 && iscntrl((unsigned char)*text))
        fputc(' ', out);
    else
        fwrite(text, 1, length, out);
    return length;
}

static void put_html(FILE *out, const char *text, const char *newline)
{
    while (*text) {
        if (*text == '\n') {
            fputs(newline, out);
            text++;
        } else if (strchr("<>&\"'", *text)) {
            fprintf(out, "&#%d;", *text++);
        } else {
            text += put_character(out, text);
        }
    }
}

void escape_html(FILE *out, const char *text)
{
    put_html(out, text, "<br>");
}

void escape_html_lines(FILE *out, const char *text)
{
    put_html(out, text, "\n");
}

/* Whether Markdown gives the character at `text` a meaning. A bracket has one only before a link's
 * target, an underscore only at the edge of a word. */
static bool is_markdown(const char *start, const char *text)
{
    if (strchr("\\`*|~$", *text))
        return true;
    if (*text == ']')
        return text[1] == '(' || text[1] == '[' || text[1] == ':';
    if (*text == '_')
        return text == start || !isalnum((unsigned char)text[-1]) ||
               !isalnum((unsigned char)text[1]);
    return text == start && strchr("#>+-=", *text);
}

void escape_markdown(FILE *out, const char *text)
{
    for (const char *start = text; *text;) {
        if (*text == '\n') {
            fputs("<br>", out);
            text++;
        } else if (*text == '<' || *text == '&') {
            fputs(*text++ == '<' ? "&lt;" : "&amp;", out);
        } else {
            if (is_markdown(start, text))
                fputc('\\', out);
            text += put_character(out, text);
        }
    }
}

void escape_markdown_code(FILE *out, const char *text)
{
    fputc('`', out);
    while (*text)
        if (*text == '`') { /* no escape works inside a code span */
            fputc('\'', out);
            text++;
        } else {
            text += put_character(out, text);
        }
    fputc('`', out);
}

void escape_anchor(FILE *out, const char *text)
{
    for (; *text; text++)
        if (isalnum((unsigned char)*text) || strchr("-_", *text))
            fputc(tolower((unsigned char)*text), out);
        else if (*text == ' ')
            fputc('-', out);
}

void escape_label(FILE *out, const char *text)
{
    while (*text) {
        size_t length = utf8_length(text);
        if (length == 0 || strchr("<>&\"'\\{}^@", *text) || iscntrl((unsigned char)*text)) {
            fputc('?', out);
            text++;
        } else {
            fwrite(text, 1, length, out);
            text += length;
        }
    }
}
