/* Charts made of rows, which dots.gp draws. Fill a chart from the top down (a group's title, then
 * its rows), then draw it. Values are nanoseconds or multiples, on a logarithmic axis that is
 * scaled to fit them. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_CHART_H
#define PLOTS_CHART_H

#include "harness/base/files.h"
#include "plots/model.h"
#include <stdbool.h>

/* The colour (0xRRGGBB) and the point of a variant, the same in every figure of a page. The colours
 * can be told apart with red-green colour blindness. Floors are grey. */
unsigned variant_colour(const struct model *m, const struct page_cell *c);
unsigned variant_point(const struct model *m, const struct page_cell *c);

/* The hollow form of a point. It marks a value that must not be quoted. */
unsigned hollow_point(unsigned point);

enum { COLOUR_GREY = 0x777777, COLOUR_BAD = 0xb00020, COLOUR_BAND = 0xf3e2a9 };

struct chart {
    struct file_draft draft;
    double row;          /* where the next row begins */
    double low, high;    /* of the values so far */
    size_t label, value; /* the longest so far, in bytes */
    bool times;
    const char *axis;
};

/* What one row shows. The interval may be missing (NaN). */
struct chart_point {
    const char *label, *value; /* left of the axis, and right of the interval */
    double x, low, high;
    unsigned colour, point;
};

/* Begins a chart. 0 or -ENOMEM. `axis`, the axis's label, must outlive the chart. */
int chart_open(struct chart *c, const char *axis, bool times);

void chart_title(struct chart *c, const char *text);
void chart_row(struct chart *c, const struct chart_point *p);

/* Shades low..high behind the rows from `first` to the last one so far. A band with an infinite
 * upper end fades out. */
void chart_band(struct chart *c, double low, double high, double first);

/* A row without a point of its own: a label and, in place of a point, `value` in red. chart_mark()
 * then puts points on it, `offset` rows below its lower edge. */
void chart_label(struct chart *c, const char *label, const char *value, double height);
void chart_mark(struct chart *c, double x, double offset, unsigned colour, unsigned point);

bool chart_is_empty(const struct chart *c);

/* Writes data/NAME.tsv, draws NAME.svg and releases the chart, also on failure. 0 or a negative
 * errno; then `error` holds a sentence or is empty. */
int chart_draw(struct chart *c, const char *directory, const char *name, char *error, size_t size);
void chart_discard(struct chart *c);

#endif
