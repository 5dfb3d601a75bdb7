/* Plain text as HTML, as Markdown and as labels. Bytes that are not UTF-8 become U+FFFD and control
 * characters become spaces, so no host name or command can break the page. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_ESCAPE_H
#define PLOTS_ESCAPE_H

#include <stdio.h>

/* For text and for attributes in double quotes. A newline becomes <br>. */
void escape_html(FILE *out, const char *text);

/* The same, but newlines stay newlines, for preformatted text. */
void escape_html_lines(FILE *out, const char *text);

/* For paragraphs, headings and table cells (GitHub's dialect). A newline becomes <br>. */
void escape_markdown(FILE *out, const char *text);

/* As a code span of Markdown, its delimiters included. */
void escape_markdown_code(FILE *out, const char *text);

/* A heading's text as GitHub makes an anchor of it: "Every cell" is "every-cell". */
void escape_anchor(FILE *out, const char *text);

/* For a label in gnuplot's data. Characters that would end a field, start markup or break an SVG
 * become `?`. */
void escape_label(FILE *out, const char *text);

#endif
