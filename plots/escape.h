/* Plain text as HTML and as Markdown. Bytes that are not UTF-8 become U+FFFD and control characters
 * a space, so that a page stays a page whatever a host or a command is called. */
#ifndef PLOTS_ESCAPE_H
#define PLOTS_ESCAPE_H

#include <stdio.h>

/* For text and for attributes in double quotes; a newline becomes a break. */
void escape_html(FILE *out, const char *text);

/* The same with newlines kept, for preformatted text. */
void escape_html_lines(FILE *out, const char *text);

/* For paragraphs, headings and table cells (GitHub's dialect); a newline becomes a break. */
void escape_markdown(FILE *out, const char *text);

/* For a label in gnuplot's data: what would end a field, start markup or break an SVG becomes `?`.
 */
void escape_label(FILE *out, const char *text);

#endif
