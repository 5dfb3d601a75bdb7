/* Writes a store's history for Apache Otava (export_otava.h). It owns no state. Source of the
 * format: https://otava.apache.org/, importing from CSV. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/export_otava.h"
#include "harness/decide/arms.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One run: what a line says of it. */
struct line {
    int64_t id;
    char started[32], commit[64];
    double *ratios; /* one a column; NaN if it has none */
};

/* A column: a variant over the first of its cell, in the newest run. */
struct column {
    const struct arm *variant, *base;
    bool everywhere;
};

struct history {
    struct arms newest; /* the columns' arms are its */
    struct column *columns;
    size_t column_count;
    struct line *lines;
    size_t line_count;
};

static void free_history(struct history *h)
{
    for (size_t i = 0; i < h->line_count; i++)
        free(h->lines[i].ratios);
    free(h->lines);
    free(h->columns);
    arms_free(&h->newest);
}

static int find_columns(struct history *h)
{
    const struct arms *arms = &h->newest;
    h->columns = malloc((arms->count + 1) * sizeof(*h->columns));
    if (!h->columns)
        return -ENOMEM;
    for (size_t i = 0; i < arms->count; i++) {
        const struct arm *arm = &arms->items[i];
        size_t k = 0;
        while (strcmp(arms->items[k].label, arm->label) != 0)
            k++;
        if (arm->cell.variant[0] && k < i)
            h->columns[h->column_count++] = (struct column){arm, &arms->items[k], true};
    }
    return 0;
}

static int fill_ratios(struct history *h, const struct arms *arms, struct line *line)
{
    for (size_t i = 0; i < h->column_count; i++) {
        struct column *c = &h->columns[i];
        const struct arm *base = arms_find(arms, c->base->label, c->base->cell.variant);
        const struct arm *variant = arms_find(arms, c->variant->label, c->variant->cell.variant);
        struct ratio_interval times = {NAN, NAN, NAN};
        int status = base && variant ? arms_ratio(arms, base, variant, &times) : 0;
        if (status)
            return status;
        line->ratios[i] = times.ratio;
        c->everywhere = c->everywhere && isfinite(times.ratio);
    }
    return 0;
}

static int add_line(struct history *h, struct store *s, const struct run *run,
                    const json_t *environment)
{
    const char *commit = json_string_value(json_object_get(environment, "hchanlab_commit"));
    struct line *lines = realloc(h->lines, (h->line_count + 1) * sizeof(*lines));
    if (!lines)
        return -ENOMEM;
    h->lines = lines;
    struct line *line = &lines[h->line_count];
    *line = (struct line){.id = run->id, .ratios = malloc((h->column_count + 1) * sizeof(double))};
    if (!line->ratios)
        return -ENOMEM;
    h->line_count++;
    snprintf(line->started, sizeof(line->started), "%s", run->started);
    snprintf(line->commit, sizeof(line->commit), "%s", commit ? commit : "unknown");
    struct arms arms;
    int status = arms_read(s, run->id, &arms);
    if (status)
        return status;
    status = fill_ratios(h, &arms, line);
    arms_free(&arms);
    return status;
}

static bool is_like(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"hostname", "cpu_model"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
            return false;
    return true;
}

static int add_lines(struct history *h, struct store *s, int64_t newest, const char *mode,
                     const json_t *like)
{
    int64_t id = 0;
    int status;
    while ((status = store_next_run(s, &id)) == 0 && id <= newest) {
        struct run run;
        status = store_find_run(s, id, &run);
        if (status)
            return status;
        json_t *environment = json_loads(run.environment, 0, NULL);
        if (strcmp(run.mode, mode) == 0 && is_like(environment, like))
            status = add_line(h, s, &run, environment);
        json_decref(environment);
        if (status)
            return status;
    }
    return status == -ENOENT ? 0 : status; /* after the last run */
}

/* Names of cells and variants have no comma and no quote. */
static void put_history(FILE *out, const struct history *h)
{
    fputs("time,run,commit", out);
    for (size_t i = 0; i < h->column_count; i++)
        if (h->columns[i].everywhere)
            fprintf(out, ",%s %s over %s", h->columns[i].variant->label,
                    h->columns[i].variant->cell.variant, h->columns[i].base->cell.variant);
    fputc('\n', out);
    for (size_t k = 0; k < h->line_count; k++) {
        fprintf(out, "%s,%lld,%s", h->lines[k].started, (long long)h->lines[k].id,
                h->lines[k].commit);
        for (size_t i = 0; i < h->column_count; i++)
            if (h->columns[i].everywhere)
                fprintf(out, ",%.6g", h->lines[k].ratios[i]);
        fputc('\n', out);
    }
}

int export_otava(FILE *out, struct store *s, const struct run *run)
{
    struct history h = {.columns = NULL};
    int64_t newest = run->id;
    char *mode = strdup(run->mode); /* the store keeps a run's words until it reads another */
    json_t *like = json_loads(run->environment, 0, NULL);
    int status = mode ? arms_read(s, newest, &h.newest) : -ENOMEM;
    if (!status)
        status = find_columns(&h);
    if (!status)
        status = add_lines(&h, s, newest, mode, like);
    size_t shared = 0;
    for (size_t i = 0; i < h.column_count; i++)
        shared += h.columns[i].everywhere;
    if (!status && shared == 0)
        status = -ENODATA;
    if (!status)
        put_history(out, &h);
    json_decref(like);
    free(mode);
    free_history(&h);
    return status;
}
