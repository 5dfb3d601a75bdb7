/* Which path the operations took: the shares of each side's outcomes, and how the parks ended.
 * Variants of one scenario and place with equal shares have one row. */
/* SPDX-License-Identifier: MIT */
#include "plots/chart.h"
#include "plots/escape.h"
#include "plots/judge.h"
#include "plots/sections.h"
#include "plots/svg.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *words;
    unsigned colour;
} classes[] = {
    {"handoff", 0x009e73}, {"buffer", 0x0072b2},          {"promotion", 0x56b4e9},
    {"park", 0xe69f00},    {"full, empty", 0xbbbbbb},     {"closed, panic", 0x555555},
    {"slept", 0x7a4b00},   {"switched stacks", 0xcc79a7}, {"stayed", 0xf5c04a},
};

enum { CLASSES = sizeof(classes) / sizeof(classes[0]), SLEPT = 6, SWITCHED, STAYED };
enum { BAR_SEND, BAR_RECV, BAR_PARKS, BARS };

static const struct {
    const char *outcome;
    int bar, class;
} outcomes[] = {
    {"send_handoff", BAR_SEND, 0}, {"send_buffer", BAR_SEND, 1}, {"send_park", BAR_SEND, 3},
    {"send_full", BAR_SEND, 4},    {"send_panic", BAR_SEND, 5},  {"recv_handoff", BAR_RECV, 0},
    {"recv_promote", BAR_RECV, 2}, {"recv_buffer", BAR_RECV, 1}, {"recv_park", BAR_RECV, 3},
    {"recv_empty", BAR_RECV, 4},   {"recv_closed", BAR_RECV, 5},
};

enum { OUTCOMES = sizeof(outcomes) / sizeof(outcomes[0]) };

/* Shares of each bar by class; all zero for an empty bar. */
struct mix {
    double share[BARS][CLASSES];
    bool any;
};

static void read_mix(const struct model *m, const struct page_cell *c, struct mix *mix)
{
    double total[BARS] = {0};
    struct park_shares parks = model_parks(m, c);
    memset(mix, 0, sizeof(*mix));
    for (size_t i = 0; i < OUTCOMES; i++) {
        double count = model_outcome(m, c, outcomes[i].outcome);
        if (!(count > 0))
            continue;
        mix->share[outcomes[i].bar][outcomes[i].class] += count;
        total[outcomes[i].bar] += count;
    }
    for (int bar = 0; bar < BAR_PARKS; bar++)
        for (int k = 0; k < CLASSES && total[bar] > 0; k++)
            mix->share[bar][k] /= total[bar];
    mix->any = total[BAR_SEND] > 0 || total[BAR_RECV] > 0;
    if (parks.left >= 0) {
        mix->share[BAR_PARKS][SLEPT] = parks.slept;
        mix->share[BAR_PARKS][SWITCHED] = parks.switched;
        mix->share[BAR_PARKS][STAYED] = 1 - parks.left;
    }
}

static bool same_mix(const struct mix *a, const struct mix *b)
{
    for (int bar = 0; bar < BARS; bar++)
        for (int k = 0; k < CLASSES; k++)
            if (fabs(a->share[bar][k] - b->share[bar][k]) > 0.005)
                return false;
    return true;
}

static void put_bars(FILE *out, const struct mix *mix, double y)
{
    for (int bar = 0; bar < BARS; bar++) {
        double at = bar * 1.2;
        for (int k = 0; k < CLASSES; k++) {
            double share = mix->share[bar][k];
            if (share > 0.0005)
                fprintf(out, "box\t%g\t%.5f\t%.5f\t%u\t\n", y, at, at + share, classes[k].colour);
            at += share;
        }
    }
}

struct rows {
    FILE *out;
    double row;
    size_t label;
};

static void put_row(struct rows *r, const struct mix *mix, const char *label)
{
    put_bars(r->out, mix, r->row + 0.5);
    fprintf(r->out, "row\t%g\tnan\tnan\t0\t", r->row + 0.5);
    escape_label(r->out, label);
    fputc('\n', r->out);
    r->row++;
    if (strlen(label) > r->label)
        r->label = strlen(label);
}

/* Where the group that starts at `first` ends. */
static size_t group_end(const struct model *m, size_t first)
{
    size_t end = first;
    while (end < m->sorted_count && cell_same_group(m->sorted[first], m->sorted[end]))
        end++;
    return end;
}

/* The rows of a group: each distinct mix once, with the variants that have it. 0 or -ENOMEM. */
static int put_group(const struct model *m, struct rows *r, size_t first, size_t end)
{
    bool titled = false;
    size_t count = end - first;
    bool *done = calloc(count, sizeof(*done));
    if (!done)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct mix mix, other;
        struct words label = words_format("%s", m->sorted[first + i]->variant);
        size_t alike = 1;
        read_mix(m, m->sorted[first + i], &mix);
        if (done[i] || !mix.any)
            continue;
        for (size_t k = i + 1; k < count; k++) {
            read_mix(m, m->sorted[first + k], &other);
            if (done[k] || !other.any || !same_mix(&mix, &other))
                continue;
            done[k] = true;
            alike++;
            label = alike == 2 ? words_format("%s, %s", label.text, m->sorted[first + k]->variant)
                               : words_format("%s and %zu others", m->sorted[first + i]->variant,
                                              alike - 1);
        }
        if (alike == count && count > 1)
            label = words_format("all %zu variants", count);
        if (!titled) {
            struct words place = cell_place(m->sorted[first]);
            r->row += r->row > 0 ? 0.25 : 0;
            fprintf(r->out, "title\t%g\tnan\tnan\t0\t", r->row + 0.5);
            escape_label(r->out, m->sorted[first]->scenario);
            fputs(place.text[0] ? ", " : "", r->out);
            escape_label(r->out, place.text);
            fputc('\n', r->out);
            r->row++;
            titled = true;
        }
        put_row(r, &mix, label.text);
    }
    free(done);
    return 0;
}

static int draw(const struct page *p, double *rows)
{
    char file[PATH_MAX], settings[768], key[400] = "";
    struct file_draft draft;
    struct rows r = {0};
    int status = file_draft(&draft);
    if (status)
        return status;
    r.out = draft.out;
    for (size_t i = 0, end; i < p->m->sorted_count && !status; i = end) {
        end = group_end(p->m, i);
        if (cell_is_usual(p->m, p->m->sorted[i]))
            status = put_group(p->m, &r, i, end);
    }
    *rows = r.row;
    if (status || r.row == 0) {
        file_discard(&draft);
        return status;
    }
    if (snprintf(file, sizeof(file), "%s/data/mix.tsv", p->directory) >= (int)sizeof(file)) {
        file_discard(&draft);
        return -ENAMETOOLONG;
    }
    status = file_commit(&draft, file);
    if (status)
        return status;
    for (int k = 0; k < CLASSES; k++)
        snprintf(key + strlen(key), sizeof(key) - strlen(key), "'#%06x' '%s' ", classes[k].colour,
                 classes[k].words);
    snprintf(settings, sizeof(settings),
             "width=860; height=%g; left=%g; rows=%g; classes=%d; looks=\"%s\"", r.row * 19 + 112,
             20 + 7.2 * (double)r.label, r.row, CLASSES, key);
    return svg_draw(&(struct drawing){p->directory, "mix.gp", "mix", settings}, p->error, p->size);
}

static bool stays(const struct model *m, const struct page_cell *c)
{
    return strcmp(c->path, "park") == 0 && model_parks(m, c).left < LEFT_SHARE &&
           cell_is_usual(m, c);
}

/* One line for each place: the variants of the group from first..end whose waiters often did not
 * leave their PU. */
static void say_stay(const struct page *p, size_t first, size_t end)
{
    struct note names = {""};
    for (size_t i = first; i < end; i++) {
        const struct page_cell *c = p->m->sorted[i];
        if (stays(p->m, c))
            note_add(&names, "%s%s %s", names.text[0] ? ", " : "", c->variant,
                     number_share(model_parks(p->m, c).left).text);
    }
    if (names.text[0])
        doc_item(p->d, "%s, %s: %s", p->m->sorted[first]->scenario,
                 cell_place(p->m->sorted[first]).text, names.text);
}

/* The cells whose cost is not that of a park and a wake. */
static void say_all_stay(const struct page *p)
{
    bool any = false;
    for (size_t i = 0; i < p->m->sorted_count; i++)
        any = any || stays(p->m, p->m->sorted[i]);
    if (!any)
        return;
    doc_aside(p->d, "answer",
              "In these cells the waiter left its PU in fewer than %.0f%% of the parks (shares "
              "below), so their costs are not those of a park and a wake:",
              100 * LEFT_SHARE);
    doc_list_begin(p->d, "");
    for (size_t i = 0, end; i < p->m->sorted_count; i = end) {
        end = group_end(p->m, i);
        say_stay(p, i, end);
    }
    doc_list_end(p->d);
}

/* The cells whose shares may not be those of what was timed. */
static void say_regimes(const struct page *p)
{
    struct note names = {""};
    size_t count = 0;
    for (size_t i = 0; i < p->m->sorted_count; i++) {
        const struct page_cell *c = p->m->sorted[i];
        if (cell_is_ok(c) && cell_is_usual(p->m, c) && cell_is_traced_otherwise(c))
            note_add(&names, "%s%s (%s×)", count++ ? ", " : "", c->name,
                     number_times(c->traced_ratio).text);
    }
    if (count)
        doc_aside(p->d, "warning",
                  "In %zu %s the traced windows took less than %g× or more than %g× the time of "
                  "the timed ones, so they ran in another regime, and the shares below may not be "
                  "those of what was timed: %s.",
                  count, count == 1 ? "cell" : "cells", REGIME_LOW, REGIME_HIGH, names.text);
}

int section_mix(const struct page *p)
{
    double rows;
    int status = draw(p, &rows);
    if (status)
        return status;
    if (rows == 0) {
        doc_text(p->d, "This run counted no outcomes: n/a.");
        return 0;
    }
    say_all_stay(p);
    say_regimes(p);
    doc_figures_begin(p->d);
    doc_figure(p->d, "mix", "Chart: shares of the paths by scenario and variant");
    doc_figures_end(
        p->d, "Counted by a second, traced build of each variant in separate windows. "
              "Left: what the sends did. Middle: what the receives did. Right: how the "
              "parks went: a thread slept in the kernel, a goroutine switched to "
              "another stack, or the waiter stayed on its PU, since the wake came "
              "first. An operation that was woken to compete again is counted by how it ended. "
              "Variants that agree to half a percent have one row.");
    return 0;
}
