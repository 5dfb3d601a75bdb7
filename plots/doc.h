/* The page's two twins, written at once: every call below writes the same content to the HTML page
 * and to the Markdown, so that the two cannot drift apart. All text is plain: what it holds of
 * either language's signs is escaped, and bytes that are not UTF-8 are replaced. A section of the
 * page is a function that calls these in the order in which a reader meets them.
 *
 * Writing goes to memory (files.h); a figure that cannot be read leaves its negative errno in
 * `status`, and the caller looks at it once at the end. */
#ifndef PLOTS_DOC_H
#define PLOTS_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct doc {
    FILE *html, *md;
    const char *directory; /* where the figures are */
    size_t figures;        /* written so far; makes the ids inside each SVG its own */
    size_t column, columns;
    const struct doc_column *table;
    int status;
};

/* The frame of the page. `css` goes into the page as it is. */
void doc_begin(struct doc *d, const char *title, const char *css);
void doc_end(struct doc *d);

/* Level 1 is the title. `id` is what links in the page point at; "" for none. */
void doc_heading(struct doc *d, int level, const char *id, const char *text);

/* A paragraph. */
void doc_text(struct doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A paragraph that stands out: "answer", "warning" or "small" name how it looks. */
void doc_aside(struct doc *d, const char *look, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Items of a list, between begin and end. A link points at a heading's id. */
void doc_list_begin(struct doc *d, const char *look);
void doc_item(struct doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void doc_fact(struct doc *d, const char *fact, const char *format, ...)
    __attribute__((format(printf, 3, 4))); /* an item that leads with a fact */
void doc_link(struct doc *d, const char *id, const char *text);
void doc_list_end(struct doc *d);

/* What most readers skip: folded in the page, open in Markdown. */
void doc_fold_begin(struct doc *d, const char *summary);
void doc_fold_end(struct doc *d);

/* Lines to be copied, kept as they are. */
void doc_code(struct doc *d, const char *text);

/* Figures side by side where there is room, with one caption below. Each is directory/NAME.svg;
 * `says` is for readers who cannot see it. */
void doc_figures_begin(struct doc *d);
void doc_figure(struct doc *d, const char *name, const char *says);
void doc_figures_end(struct doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A table, cell by cell; a row is over when it has as many cells as the table has columns. The
 * columns outlive the table. `look` of a row or a cell is a word that page.css knows, or "". A
 * newline in a cell starts a new line there. */
enum column {
    COLUMN_WORD,   /* on one line */
    COLUMN_NUMBER, /* the same, aligned to the right */
    COLUMN_TEXT,   /* whose lines may break */
};

struct doc_column {
    const char *title;
    enum column kind;
};

void doc_table_begin(struct doc *d, const struct doc_column *columns, size_t count);
void doc_row(struct doc *d, const char *look);
void doc_cell(struct doc *d, const char *text);
void doc_mark(struct doc *d, const char *look, const char *text); /* a cell that is a mark */
void doc_marked(struct doc *d, const char *look, const char *mark, const char *text);
void doc_quoted(struct doc *d, const char *quote, const char *text); /* words of others, and ours */
void doc_table_end(struct doc *d);

#endif
