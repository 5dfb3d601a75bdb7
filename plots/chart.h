/* Charts of rows: what dots.gp draws. A chart is filled from the top down (a group's title, then
 * its rows) and then drawn. Values are ns or multiples, on a logarithmic axis that fits them. */
#ifndef PLOTS_CHART_H
#define PLOTS_CHART_H

#include "harness/base/files.h"
#include "plots/model.h"
#include <stdbool.h>

/* One fixed colour (0xRRGGBB) and point for each variant, the same in every drawing; colours that
 * eyes without red or green tell apart. Floors and others have a grey. */
unsigned variant_colour(const struct model *m, const struct page_cell *c);
unsigned variant_point(const struct model *m, const struct page_cell *c);

/* The hollow twin of a point: something is wrong with what it shows. */
unsigned hollow_point(unsigned point);

enum { COLOUR_GREY = 0x777777, COLOUR_BAD = 0xb00020, COLOUR_BAND = 0xf3e2a9 };

struct chart {
    struct file_draft draft;
    double row;       /* where the next row begins */
    double low, high; /* of the values so far */
    size_t label, value;
    bool times;
    const char *axis;
};

/* What one row shows; the interval may be missing. */
struct chart_point {
    const char *label, *value; /* left of the axis, and behind the interval */
    double x, low, high;
    unsigned colour, point;
};

/* -ENOMEM. `axis` outlives the chart. */
int chart_open(struct chart *c, const char *axis, bool times);

void chart_title(struct chart *c, const char *text);
void chart_row(struct chart *c, const struct chart_point *p);

/* Shades low..high behind the rows from `first` up to where the chart is now. An open band, without
 * an upper end, fades. */
void chart_band(struct chart *c, double low, double high, double first);

/* A row without a point: a label and, where the points of others are, what there is to say. Marks
 * then go on it, `offset` rows down from its lower edge. */
void chart_label(struct chart *c, const char *label, const char *value, double height);
void chart_mark(struct chart *c, double x, double offset, unsigned colour, unsigned point);

bool chart_is_empty(const struct chart *c);

/* Writes data/NAME.tsv and draws NAME.svg; the chart is released either way. 0 or a negative errno,
 * with a sentence in `error` or an empty one. */
int chart_draw(struct chart *c, const char *directory, const char *name, char *error, size_t size);
void chart_discard(struct chart *c);

#endif
