/* Writes the page in HTML and in Markdown at once. All text passes through put_both() or
 * put_text(), so escaping happens in one place. The state (the open table's column, the number of
 * figures) is the caller's struct doc. */
/* SPDX-License-Identifier: MIT */
#include "plots/doc.h"
#include "harness/base/files.h"
#include "plots/escape.h"
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void put_text(struct doc *d, const char *text)
{
    escape_html(d->html, text);
    escape_markdown(d->md, text);
}

static void put_code(struct doc *d, const char *text)
{
    fputs("<code>", d->html);
    escape_html(d->html, text);
    fputs("</code>", d->html);
    escape_markdown_code(d->md, text);
}

/* Text made by printf: the parts between CODE's marks are code. */
__attribute__((format(printf, 2, 0))) static void put_both(struct doc *d, const char *format,
                                                           va_list args)
{
    char *text;
    if (vasprintf(&text, format, args) < 0) {
        d->status = -ENOMEM;
        return;
    }
    char *rest = text;
    for (bool code = false; rest; code = !code)
        (code ? put_code : put_text)(d, strsep(&rest, DOC_CODE_MARK));
    free(text);
}

void doc_begin(struct doc *d, const char *title, const char *css)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          d->html);
    escape_html(d->html, title);
    fprintf(d->html, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", css);
}

void doc_end(struct doc *d)
{
    fputs("</main>\n</body>\n</html>\n", d->html);
}

void doc_heading(struct doc *d, int level, const char *id, const char *text)
{
    fprintf(d->html, id[0] ? "<h%d id=\"%s\">" : "<h%d>", level, id);
    escape_html(d->html, text);
    fprintf(d->html, "</h%d>\n", level);
    fprintf(d->md, level > 1 ? "\n%.*s " : "%.*s ", level, "######");
    escape_markdown(d->md, text);
    fputs("\n\n", d->md);
}

void doc_text(struct doc *d, const char *format, ...)
{
    fputs("<p>", d->html);
    va_list args;
    va_start(args, format);
    put_both(d, format, args);
    va_end(args);
    fputs("</p>\n", d->html);
    fputs("\n\n", d->md);
}

void doc_aside(struct doc *d, const char *look, const char *format, ...)
{
    bool warning = strcmp(look, "warning") == 0;
    fprintf(d->html, "<p class=\"%s\">", look);
    fputs(warning ? "> " : "", d->md);
    va_list args;
    va_start(args, format);
    put_both(d, format, args);
    va_end(args);
    fputs("</p>\n", d->html);
    fputs("\n\n", d->md);
}

void doc_list_begin(struct doc *d, const char *look)
{
    fprintf(d->html, "<ul class=\"%s\">\n", look);
}

void doc_item(struct doc *d, const char *format, ...)
{
    fputs("<li>", d->html);
    fputs("- ", d->md);
    va_list args;
    va_start(args, format);
    put_both(d, format, args);
    va_end(args);
    fputs("</li>\n", d->html);
    fputs("\n", d->md);
}

void doc_fact(struct doc *d, const char *fact, const char *format, ...)
{
    fputs("<li><b>", d->html);
    fputs("- **", d->md);
    put_text(d, fact);
    fputs("</b> <span>", d->html);
    fputs("** ", d->md);
    va_list args;
    va_start(args, format);
    put_both(d, format, args);
    va_end(args);
    fputs("</span></li>\n", d->html);
    fputs("\n", d->md);
}

void doc_link(struct doc *d, const char *id, const char *text)
{
    fprintf(d->html, "<li><a href=\"#%s\">", id);
    escape_html(d->html, text);
    fputs("</a></li>\n", d->html);
    fputs("- [", d->md);
    escape_markdown(d->md, text);
    fputs("](#", d->md);
    escape_anchor(d->md, text);
    fputs(")\n", d->md);
}

void doc_list_end(struct doc *d)
{
    fputs("</ul>\n", d->html);
    fputs("\n", d->md);
}

void doc_fold_begin(struct doc *d, const char *summary)
{
    FILE *const twins[] = {d->html, d->md};
    for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
        fputs("<details>\n<summary>", twins[i]);
        escape_html(twins[i], summary); /* Markdown takes HTML here, too */
        fputs("</summary>\n", twins[i]);
    }
    fputs("\n", d->md); /* a blank line, or the content would be HTML */
}

void doc_fold_end(struct doc *d)
{
    fputs("</details>\n", d->html);
    fputs("</details>\n\n", d->md);
}

void doc_code(struct doc *d, const char *text)
{
    fputs("<pre><code>", d->html);
    escape_html_lines(d->html, text);
    fputs("</code></pre>\n", d->html);
    /* Indented code needs no fence, which the text could hold itself. */
    fputs("    ", d->md);
    for (; *text; text++)
        fputs(*text == '\n' ? "\n    " : (char[]){*text, '\0'}, d->md);
    fputs("\n\n", d->md);
}

void doc_figures_begin(struct doc *d)
{
    fputs("<figure>\n<div class=\"panels\">\n", d->html);
}

/* Copies an SVG into the page, from behind its "<svg". Its ids get the figure's number, since
 * gnuplot gives the same ids to different things in every file. */
static void put_svg(FILE *out, const char *svg, size_t figure)
{
    while (*svg) {
        if (strncmp(svg, "id=\"g", 5) == 0 || strncmp(svg, "id='g", 5) == 0) {
            fprintf(out, "%.4sf%zu", svg, figure);
            svg += 4;
        } else if (strncmp(svg, "#gp", 3) == 0) {
            fprintf(out, "#f%zugp", figure);
            svg += 3;
        } else {
            fputc(*svg++, out);
        }
    }
}

void doc_figure(struct doc *d, const char *name, const char *says)
{
    char path[PATH_MAX], *svg = NULL;
    size_t length;
    if (snprintf(path, sizeof(path), "%s/%s.svg", d->directory, name) >= (int)sizeof(path)) {
        d->status = -ENAMETOOLONG;
        return;
    }
    int status = file_read(path, &svg, &length);
    static const char open[] = "<svg";
    const char *body = status ? NULL : strstr(svg, open);
    if (!body) {
        d->status = status ? status : -EIO;
        free(svg);
        return;
    }
    fprintf(d->html, "<div class=\"panel\">\n%s role=\"img\" aria-label=\"", open);
    escape_html(d->html, says);
    fputs("\"", d->html);
    put_svg(d->html, body + sizeof(open) - 1, ++d->figures);
    fputs("</div>\n", d->html);
    free(svg);
    fputs("![", d->md);
    escape_markdown(d->md, says);
    fprintf(d->md, "](%s.svg)\n", name);
}

void doc_figures_end(struct doc *d, const char *format, ...)
{
    fputs("</div>\n<figcaption>", d->html);
    fputs("\n*", d->md);
    va_list args;
    va_start(args, format);
    put_both(d, format, args);
    va_end(args);
    fputs("</figcaption>\n</figure>\n", d->html);
    fputs("*\n\n", d->md);
}

void doc_table_begin(struct doc *d, const struct doc_column *columns, size_t count)
{
    d->table = columns;
    d->columns = count;
    d->column = 0;
    fputs("<div class=\"wide\">\n<table>\n<thead><tr>", d->html);
    for (size_t i = 0; i < count; i++) {
        fputs(columns[i].kind == COLUMN_NUMBER ? "<th class=\"number\">" : "<th>", d->html);
        escape_html(d->html, columns[i].title);
        fputs("</th>", d->html);
        fputs("| ", d->md);
        escape_markdown(d->md, columns[i].title);
        fputs(" ", d->md);
    }
    fputs("</tr></thead>\n<tbody>\n", d->html);
    fputs("|\n", d->md);
    for (size_t i = 0; i < count; i++)
        fputs(columns[i].kind == COLUMN_NUMBER ? "|---:" : "|---", d->md);
    fputs("|\n", d->md);
}

void doc_row(struct doc *d, const char *look)
{
    fprintf(d->html, look[0] ? "<tr class=\"%s\">" : "<tr>", look);
    d->column = 0;
}

static void begin_cell(struct doc *d)
{
    static const char *const begin[] = {"<td>", "<td class=\"number\">", "<td class=\"name\">",
                                        "<td class=\"text\">"};
    fputs(begin[d->table[d->column].kind], d->html);
    fputs("| ", d->md);
}

static void end_cell(struct doc *d)
{
    fputs("</td>", d->html);
    fputs(" ", d->md);
    if (++d->column < d->columns)
        return;
    fputs("</tr>\n", d->html);
    fputs("|\n", d->md);
    d->column = 0;
}

static void put_mark(struct doc *d, const char *look, const char *text)
{
    fprintf(d->html, "<span class=\"mark %s\">", look);
    put_text(d, text);
    fputs("</span>", d->html);
}

void doc_cell(struct doc *d, const char *text)
{
    begin_cell(d);
    put_text(d, text);
    end_cell(d);
}

void doc_mark(struct doc *d, const char *look, const char *text)
{
    begin_cell(d);
    put_mark(d, look, text);
    end_cell(d);
}

void doc_marked(struct doc *d, const char *look, const char *mark, const char *text)
{
    begin_cell(d);
    fputs("**", d->md);
    put_mark(d, look, mark);
    fputs("**", d->md);
    put_text(d, "\n");
    put_text(d, text);
    end_cell(d);
}

void doc_quoted(struct doc *d, const char *quote, const char *text)
{
    begin_cell(d);
    fputs("<q>", d->html);
    fputs("“", d->md);
    put_text(d, quote);
    fputs("</q>", d->html);
    fputs("”", d->md);
    put_text(d, "\n");
    fputs("<span class=\"small\">", d->html);
    put_text(d, text);
    fputs("</span>", d->html);
    end_cell(d);
}

void doc_table_end(struct doc *d)
{
    fputs("</tbody>\n</table>\n</div>\n", d->html);
    fputs("\n", d->md);
}
