/* The report: one self-contained page that opens offline, and the same in Markdown, made from the
 * tables that the harness exports (DIR/data, *.tsv; their columns are documented in
 * harness/tell/tables.h) with gnuplot. Nothing here reads the store. */
#ifndef PLOTS_PAGE_H
#define PLOTS_PAGE_H

#include <stddef.h>

/* Reads the tables in directory/data, runs the gnuplot scripts, and writes directory/index.html and
 * directory/report.md, each whole or not at all. Returns 0, or a negative errno with one sentence
 * in `error` that says what was wrong and what would be right (-ENOEXEC: gnuplot is not installed
 * or does not run). */
int page_build(const char *directory, char *error, size_t size);

#endif
