/* A document written in two forms at once. Every call below writes the same content to the HTML
 * page and to the Markdown file, so the two cannot drift apart. Text is plain: characters that mean
 * something in either language are escaped, and bytes that are not UTF-8 are replaced. A section of
 * the page is a function that makes these calls in reading order.
 *
 * Output goes to memory (files.h). A failure, such as a figure that cannot be read, leaves its
 * negative errno in `status`, which the caller checks once at the end. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_DOC_H
#define PLOTS_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct doc {
    FILE *html, *md;
    const char *directory;  /* where the figures are */
    size_t figures;         /* written so far; makes the ids inside each SVG unique */
    size_t column, columns; /* of the open table: the current one, and how many */
    const struct doc_column *table;
    int status;
};

/* The frame of the page. `css` is copied into the page unchanged. */
void doc_begin(struct doc *d, const char *title, const char *css);
void doc_end(struct doc *d);

/* Level 1 is the title. Links in the page point at `id`; "" for none. */
void doc_heading(struct doc *d, int level, const char *id, const char *text);

/* Code in the running text of the functions below that take a format. */
#define DOC_CODE_MARK  "\1"
#define DOC_CODE(text) DOC_CODE_MARK text DOC_CODE_MARK

/* A paragraph. */
void doc_text(struct doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A paragraph with a look of its own: a class of page.css, such as "answer" or "warning". */
void doc_aside(struct doc *d, const char *look, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A list and its items. doc_fact() makes an item that leads with a fact in bold; doc_link() makes
 * one that links to the heading with that id and text. */
void doc_list_begin(struct doc *d, const char *look);
void doc_item(struct doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void doc_fact(struct doc *d, const char *fact, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void doc_link(struct doc *d, const char *id, const char *text);
void doc_list_end(struct doc *d);

/* Content that most readers skip, folded behind a summary. */
void doc_fold_begin(struct doc *d, const char *summary);
void doc_fold_end(struct doc *d);

/* Lines for the reader to copy, written verbatim. */
void doc_code(struct doc *d, const char *text);

/* Figures side by side if there is room, with one caption below. Each is directory/NAME.svg; `says`
 * describes it to readers who cannot see it. */
void doc_figures_begin(struct doc *d);
void doc_figure(struct doc *d, const char *name, const char *says);
void doc_figures_end(struct doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A table, written cell by cell. A row ends when it has as many cells as the table has columns. The
 * columns must outlive the table. The `look` of a row or a mark is a class of page.css, or "". A
 * newline in a cell starts a new line in it. */
enum column {
    COLUMN_WORD,   /* stays on one line */
    COLUMN_NUMBER, /* the same, aligned to the right */
    COLUMN_NAME,   /* a cell's name: may break at its slashes */
    COLUMN_TEXT,   /* may wrap */
};

struct doc_column {
    const char *title;
    enum column kind;
};

void doc_table_begin(struct doc *d, const struct doc_column *columns, size_t count);
void doc_row(struct doc *d, const char *look);
void doc_cell(struct doc *d, const char *text);
void doc_mark(struct doc *d, const char *look, const char *text); /* a cell with only a mark */
void doc_marked(struct doc *d, const char *look, const char *mark, const char *text);
void doc_quoted(struct doc *d, const char *quote, const char *text); /* a quotation, and our text */
void doc_table_end(struct doc *d);

#endif
