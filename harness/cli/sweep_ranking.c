/* Prints the variants of each block by cost (sweep_ranking.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/sweep_ranking.h"
#include "harness/base/hist.h"
#include "harness/base/numbers.h"
#include "harness/decide/standings.h"
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6, GAP = 2, FOLD_FROM = 12 };

static const char *const titles[COLUMNS] = {"variant", "cost",  "to the fastest",
                                            "CPU/op",  "slept", "send to receive p50, p99"};

/* One variant's line; "" is missing. */
struct line {
    struct words cells[COLUMNS];
};

/* How many columns of a terminal UTF-8 takes: its characters are all one wide here. */
static size_t columns_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static const struct row *row_of(const struct row *rows, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].cell.name, name) == 0)
            return &rows[i];
    return NULL;
}

/* The share of operations in which a thread slept in the kernel; "" if it was not counted. */
static int read_slept(struct store *store, const struct row *row, struct words *out)
{
    struct outcome_count counts[OUTCOMES_MAX];
    int found = store_outcomes(store, row->id, counts, OUTCOMES_MAX);
    for (int i = 0; i < found; i++)
        if (strcmp(counts[i].name, "park_slept") == 0 && counts[i].ops > 0)
            *out = number_share((double)counts[i].count / (double)counts[i].ops);
    return found < 0 ? found : 0;
}

static int read_delivery(struct store *store, const struct row *row, struct words *out)
{
    struct latency *h = calloc(1, sizeof(*h));
    if (!h)
        return -ENOMEM;
    int status = store_latency(store, row->id, "delivery", h);
    if (status == 0)
        *out = words_format("%s, %s", number_ns(hist_quantile(h, 0.5)).text,
                            number_ns(hist_quantile(h, 0.99)).text);
    free(h);
    return status == -ENOENT ? 0 : status;
}

static int fill_line(struct store *store, const struct ranked *r, const struct row *row,
                     struct line *line)
{
    *line = (struct line){0};
    line->cells[0] = words_format("%s", r->arm->cell.variant);
    line->cells[1] = number_interval(r->cost.median, r->cost.low, r->cost.high);
    line->cells[2] = standing_says(&r->standing);
    if (!row)
        return 0;
    if (isfinite(row->cpu_ns_per_op))
        line->cells[3] = number_ns(row->cpu_ns_per_op);
    int status = read_slept(store, row, &line->cells[4]);
    return status ? status : read_delivery(store, row, &line->cells[5]);
}

/* The width of each column, 0 for one that is left out: no line has it, or it does not fit. */
static void fit(const struct line *lines, size_t count, size_t width, size_t widths[COLUMNS])
{
    size_t used = 0;
    for (size_t k = 0; k < COLUMNS; k++) {
        bool any = false;
        widths[k] = columns_of(titles[k]);
        for (size_t i = 0; i < count; i++) {
            size_t needs = columns_of(lines[i].cells[k].text);
            any = any || needs > 0;
            widths[k] = needs > widths[k] ? needs : widths[k];
        }
        bool fits = k < 3 || used + GAP + widths[k] <= width;
        widths[k] = any && fits ? widths[k] : 0;
        used += widths[k] ? GAP + widths[k] : 0;
    }
}

static void put_line(const struct line *line, const size_t widths[COLUMNS], FILE *out)
{
    size_t behind = 0;
    for (size_t k = 0; k < COLUMNS; k++) {
        const char *text = line->cells[k].text;
        if (!widths[k])
            continue;
        if (*text) {
            fprintf(out, "%*s%s", (int)(behind + GAP), "", text);
            behind = widths[k] - columns_of(text);
        } else {
            behind += GAP + widths[k];
        }
    }
    fputc('\n', out);
}

/* Names those that are tied, in lines that fit. */
static void put_tied(const struct ranking *ranking, size_t width, FILE *out)
{
    size_t used = 0, last = 0;
    for (size_t i = 0; i < ranking->count; i++)
        if (ranking->items[i].standing.kind == STANDING_TIED)
            last = i;
    for (size_t i = 0; i <= last; i++) {
        const char *name = ranking->items[i].arm->cell.variant;
        if (ranking->items[i].standing.kind != STANDING_TIED)
            continue;
        if (used == 0 || used + strlen(name) + GAP > width) {
            fputs(used == 0 ? "  tied:" : "\n   ", out);
            used = strlen("  tied:");
        }
        used += (size_t)fprintf(out, " %s%s", name, i < last ? "," : "");
    }
    if (used)
        fputc('\n', out);
}

static void put_block(const char *label, const struct ranking *ranking, const struct line *lines,
                      enum looks looks, size_t width, FILE *out)
{
    struct line head;
    size_t widths[COLUMNS], unknown = 0;
    bool fold = ranking->count > FOLD_FROM;
    for (size_t k = 0; k < COLUMNS; k++)
        head.cells[k] = words_format("%s", titles[k]);
    fit(lines, ranking->count, width, widths);
    fprintf(out, "\n%s\n", label);
    put_line(&head, widths, out);
    for (size_t i = 0; i < ranking->count; i++) {
        enum standing_kind kind = ranking->items[i].standing.kind;
        unknown += kind == STANDING_UNKNOWN;
        if (!fold || kind != STANDING_TIED)
            put_line(&lines[i], widths, out);
    }
    if (fold)
        put_tied(ranking, width, out);
    if (unknown)
        fprintf(out, "  ? too few rounds to tell: %zu are needed for %zu variants\n",
                standing_rounds(ranking->count, looks), ranking->count);
}

static int print_block(struct store *store, const struct arms *arms, const char *label,
                       const struct row *rows, size_t count, size_t width, FILE *out)
{
    struct ranking ranking;
    int status = standings_make(arms, label, &ranking);
    if (status)
        return status;
    struct line *lines = calloc(ranking.count + 1, sizeof(*lines));
    if (!lines)
        status = -ENOMEM;
    for (size_t i = 0; !status && i < ranking.count; i++)
        status = fill_line(store, &ranking.items[i],
                           row_of(rows, count, ranking.items[i].arm->cell.name), &lines[i]);
    if (!status && ranking.count > 1)
        put_block(label, &ranking, lines, arms->looks, width, out);
    free(lines);
    standings_free(&ranking);
    return status;
}

static bool is_first_of_label(const struct arms *arms, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(arms->items[i].label, arms->items[index].label) == 0)
            return false;
    return true;
}

int sweep_ranking_print(struct store *store, const struct run *run, const struct row *rows,
                        size_t count, size_t width, FILE *out)
{
    struct arms arms;
    int status = arms_read(store, run->id, &arms);
    if (status)
        return status;
    arms.looks = arms_looks(run);
    for (size_t i = 0; !status && i < arms.count; i++)
        if (is_first_of_label(&arms, i))
            status = print_block(store, &arms, arms.items[i].label, rows, count, width, out);
    arms_free(&arms);
    return status;
}
