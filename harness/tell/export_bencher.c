/* Bencher Metric Format: a benchmark for each cell, with its latency and, if there is one, its
 * interval. It owns no state. Source: https://bencher.dev/docs/reference/bencher-metric-format. */
/* SPDX-License-Identifier: MIT */
#include "harness/tell/export.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>

static void add_cell(json_t *all, const struct row *row)
{
    const struct summary *s = &row->summary;
    json_t *latency = json_pack("{s:f}", "value", s->median_ns);
    if (isfinite(s->ci_low_ns) && isfinite(s->ci_high_ns)) {
        json_object_set_new(latency, "lower_value", json_real(s->ci_low_ns));
        json_object_set_new(latency, "upper_value", json_real(s->ci_high_ns));
    }
    json_object_set_new(all, row->cell.name, json_pack("{s:o}", "latency", latency));
}

int export_bencher(FILE *out, struct store *s, const struct run *run, const struct row *rows,
                   size_t count)
{
    json_t *all = json_object();
    (void)s;
    (void)run;
    for (size_t i = 0; i < count; i++)
        if (isfinite(rows[i].summary.median_ns))
            add_cell(all, &rows[i]);
    int status = json_dumpf(all, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    fputc('\n', out);
    json_decref(all);
    return status || ferror(out) ? -EIO : 0;
}
