/* The report: one self-contained page that opens offline, and the same content in Markdown. It is
 * made with gnuplot from the tables that the harness exports to DIR/data; harness/tell/tables.h
 * documents their columns. Nothing here reads the store. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_PAGE_H
#define PLOTS_PAGE_H

#include <stddef.h>

/* Reads the tables in directory/data, runs the gnuplot scripts, and writes directory/index.html and
 * directory/report.md, each whole or not at all. Returns 0, or a negative errno with one sentence
 * in `error` that states the fault and the remedy (-ENOEXEC: gnuplot is not installed or does not
 * run). */
int page_build(const char *directory, char *error, size_t size);

#endif
