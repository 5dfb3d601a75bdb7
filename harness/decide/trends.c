/* Reads the ratios of two variants over the runs of a store (trends.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/decide/trends.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The trend of this label, made if it is new; NULL if memory ran out. */
static struct trend *trend_of(struct trends *trends, const char *label)
{
    for (size_t i = 0; i < trends->count; i++)
        if (strcmp(trends->items[i].label, label) == 0)
            return &trends->items[i];
    struct trend *items = realloc(trends->items, (trends->count + 1) * sizeof(*items));
    if (!items)
        return NULL;
    trends->items = items;
    items[trends->count] = (struct trend){.ratios = NULL};
    snprintf(items[trends->count].label, sizeof(items[0].label), "%s", label);
    return &items[trends->count++];
}

static int add_ratio(struct trend *trend, int64_t run, double ratio)
{
    double *ratios = realloc(trend->ratios, (trend->count + 1) * sizeof(*ratios));
    if (!ratios)
        return -ENOMEM;
    trend->ratios = ratios;
    ratios[trend->count++] = ratio;
    trend->last = run;
    return 0;
}

/* Adds what one run says of a cell, if it has a round with both arms. */
static int add_pair(struct trends *trends, int64_t run, const struct arms *arms,
                    const struct arm *a, const struct arm *b)
{
    struct ratio_interval times;
    int status = arms_ratio(arms, a, b, &times);
    if (status || isnan(times.ratio))
        return status;
    struct trend *trend = trend_of(trends, a->label);
    return trend ? add_ratio(trend, run, log(times.ratio)) : -ENOMEM;
}

static int add_run(struct trends *trends, struct store *s, int64_t run, const char *a,
                   const char *b)
{
    struct arms arms;
    int status = arms_read(s, run, &arms);
    if (status)
        return status;
    for (size_t i = 0; !status && i < arms.count; i++) {
        const struct arm *x = &arms.items[i], *y = arms_find(&arms, x->label, b);
        if (strcmp(x->cell.variant, a) == 0 && y)
            status = add_pair(trends, run, &arms, x, y);
    }
    arms_free(&arms);
    return status;
}

/* Leaves the trends that reach up to the newest run, and predicts it. */
static void predict(struct trends *trends, int64_t newest)
{
    size_t kept = 0;
    for (size_t i = 0; i < trends->count; i++) {
        struct trend trend = trends->items[i];
        if (trend.last != newest) {
            free(trend.ratios);
            continue;
        }
        trend.predicted = history_predict(trend.ratios, trend.count - 1,
                                          trend.ratios[trend.count - 1], &trend.prediction) == 0;
        trends->items[kept++] = trend;
    }
    trends->count = kept;
}

int trends_read(struct store *s, int64_t newest, const char *a, const char *b,
                struct trends *trends)
{
    int64_t run = 0;
    int status;
    *trends = (struct trends){0};
    while ((status = store_next_run(s, &run)) == 0 && run <= newest)
        if ((status = add_run(trends, s, run, a, b)))
            break;
    if (status == -ENOENT) /* after the last run */
        status = 0;
    if (!status) {
        predict(trends, newest);
        status = trends->count ? 0 : -ENODATA;
    }
    if (status)
        trends_free(trends);
    return status;
}

void trends_free(struct trends *trends)
{
    for (size_t i = 0; i < trends->count; i++)
        free(trends->items[i].ratios);
    free(trends->items);
    *trends = (struct trends){0};
}
