/* Collects a chart's rows in the format of dots.gp and draws it, and gives each variant its colour
 * and point. A chart owns the draft of its data file until it is drawn or discarded. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/escape.h"
#include "plots/svg.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* The variants of every sweep have Okabe and Ito's colours. Other variants take the rest of those,
 * then Tol's muted colours, in the order of the cells' table. Variants with similar hues have
 * different points. */
static const struct {
    const char *variant;
    unsigned colour, point;
} fixed[] = {
    {"spin-mutex", 0x0072b2, 7},        {"ticket", 0xe69f00, 5},
    {"futex-park", 0x009e73, 9},        {"fastpath", 0xd55e00, 13},
    {"futex+early+none", 0xcc79a7, 11},
};

static const struct {
    unsigned colour, point;
} others[] = {
    {0x56b4e9, 7},  {0x882255, 5}, {0x999933, 9},  {0x332288, 13}, {0x44aa99, 11},
    {0x6b4c2a, 15}, {0xcc6677, 7}, {0x117733, 13}, {0xddaa33, 15}, {0xaa4499, 9},
    {0x6699cc, 5},  {0x661100, 7}, {0x777777, 11}, {0x000000, 13},
};

enum { FIXED = sizeof(fixed) / sizeof(fixed[0]), OTHERS = sizeof(others) / sizeof(others[0]) };

static size_t fixed_index(const char *variant)
{
    size_t i = 0;
    while (i < FIXED && strcmp(fixed[i].variant, variant) != 0)
        i++;
    return i;
}

static size_t other_index(const struct model *m, const struct page_cell *c)
{
    size_t before = 0;
    for (size_t i = 0; i < c->variant_index; i++)
        before += fixed_index(m->variants[i]) == FIXED;
    return before % OTHERS;
}

unsigned variant_colour(const struct model *m, const struct page_cell *c)
{
    size_t i = fixed_index(c->variant);
    return cell_is_floor(c) ? COLOUR_GREY
           : i < FIXED      ? fixed[i].colour
                            : others[other_index(m, c)].colour;
}

unsigned variant_point(const struct model *m, const struct page_cell *c)
{
    size_t i = fixed_index(c->variant);
    return cell_is_floor(c) ? 7 : i < FIXED ? fixed[i].point : others[other_index(m, c)].point;
}

unsigned hollow_point(unsigned point)
{
    return point - 1;
}

int chart_open(struct chart *c, const char *axis, bool times)
{
    *c = (struct chart){.low = INFINITY, .axis = axis, .times = times};
    return file_draft(&c->draft);
}

static void fit(struct chart *c, double value)
{
    if (!isfinite(value) || value <= 0)
        return;
    c->low = fmin(c->low, value);
    c->high = fmax(c->high, value);
}

static void put_line(struct chart *c, const char *kind, const struct chart_point *p, double y,
                     double last)
{
    fprintf(c->draft.out, "%s\t%g\t%.9g\t%.9g\t%.9g\t%u\t%g\t", kind, y, p->x, p->low, p->high,
            p->colour, last);
    escape_label(c->draft.out, p->label ? p->label : "");
    fputc('\t', c->draft.out);
    escape_label(c->draft.out, p->value ? p->value : "");
    fputc('\n', c->draft.out);
}

void chart_title(struct chart *c, const char *text)
{
    c->row += c->row > 0 ? 0.3 : 0;
    put_line(c, "title", &(struct chart_point){.label = text}, c->row + 0.5, 0);
    c->row++;
}

static size_t wider(size_t known, const char *text)
{
    size_t width = text ? strlen(text) : 0;
    return width > known ? width : known;
}

void chart_row(struct chart *c, const struct chart_point *point)
{
    struct chart_point p = *point;
    if (!(p.low > 0) || !(p.high >= p.low))
        p.low = p.high = p.x;
    fit(c, p.x);
    fit(c, p.low);
    fit(c, p.high);
    c->label = wider(c->label, p.label);
    c->value = wider(c->value, p.value);
    put_line(c, "point", &p, c->row + 0.5, p.point);
    c->row++;
}

void chart_band(struct chart *c, double low, double high, double first)
{
    struct chart_point p = {.low = low, .high = high, .colour = COLOUR_BAND};
    fit(c, low);
    if (isfinite(high)) {
        fit(c, high);
        put_line(c, "band", &p, first, c->row);
        return;
    }
    enum { SLICES = 40 };
    for (int i = 0; i < SLICES; i++) {
        double faded = (double)i / SLICES, step = 2.0 / SLICES;
        unsigned colour = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            unsigned part = COLOUR_BAND >> shift & 0xff;
            colour |= (part + (unsigned)(faded * (255 - part))) << shift;
        }
        p = (struct chart_point){.low = low * pow(10, i * step),
                                 .high = low * pow(10, (i + 1) * step),
                                 .colour = colour};
        put_line(c, "band", &p, first, c->row);
    }
}

void chart_label(struct chart *c, const char *label, const char *value, double height)
{
    c->label = wider(c->label, label);
    c->row += height;
    put_line(c, "row", &(struct chart_point){.label = label, .value = value}, c->row - height / 2,
             0);
}

void chart_mark(struct chart *c, double x, double offset, unsigned colour, unsigned point)
{
    fit(c, x);
    put_line(c, "mark", &(struct chart_point){.x = x, .colour = colour}, c->row + offset, point);
}

bool chart_is_empty(const struct chart *c)
{
    return c->high <= 0;
}

void chart_discard(struct chart *c)
{
    file_discard(&c->draft);
}

int chart_draw(struct chart *c, const char *directory, const char *name, char *error, size_t size)
{
    /* Room to the right of the last point for its value: a share of the axis, in decades. */
    double width = 860, left = 20 + 7.2 * (double)c->label, right = 6.6 * (double)c->value + 20;
    double decades = log10(c->high / c->low) + 0.2;
    double room = decades * right / fmax(width - 24 - left - right, 100);
    char path[PATH_MAX], settings[512];
    error[0] = '\0';
    if (snprintf(path, sizeof(path), "%s/data/%s.tsv", directory, name) >= (int)sizeof(path)) {
        chart_discard(c);
        return -ENAMETOOLONG;
    }
    int status = file_commit(&c->draft, path);
    if (status)
        return status;
    snprintf(settings, sizeof(settings),
             "width=%g; height=%g; left=%g; rows=%g; xmin=%.6g; xmax=%.6g; times=%d; axis=\"%s\"",
             width, (c->row + 0.3) * 19 + 56, left, c->row + 0.3, c->low / pow(10, 0.1),
             c->high * pow(10, 0.1 + room), c->times, c->axis);
    return svg_draw(&(struct drawing){directory, "dots.gp", name, settings}, error, size);
}
