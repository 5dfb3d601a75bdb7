/* Runs the gnuplot scripts of this folder. A script reads data/NAME.tsv in the report's folder and
 * makes NAME.svg there. gnuplot runs inside that folder and without a shell, so the folder may have
 * any name. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_SVG_H
#define PLOTS_SVG_H

#include <stddef.h>

struct drawing {
    const char *directory; /* the report's */
    const char *script;    /* "dots.gp" */
    const char *name;
    const char *settings; /* gnuplot's assignments: "rows=12; xmin=1" */
};

/* Makes the drawing. Returns 0, or a negative errno with one sentence in `error` (-ENOEXEC: gnuplot
 * is not installed or does not run). After a failure an earlier drawing is still there. */
int svg_draw(const struct drawing *drawing, char *error, size_t size);

#endif
