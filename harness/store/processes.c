/* Sums up each process of a cell (processes.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/processes.h"
#include "harness/base/stats.h"
#include "harness/store/sql.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double samples_median(const struct sample *samples, size_t count, size_t offset)
{
    double *values = malloc((count + 1) * sizeof(*values)), result;
    size_t n = 0;
    if (!values)
        return NAN;
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)&samples[i] + offset, sizeof(value));
        if (!isnan(value))
            values[n++] = value;
    }
    result = stats_median(values, n);
    free(values);
    return result;
}

static struct process_row process_of(const struct sample *samples, size_t count)
{
    struct process_row row = {
        .process = samples[0].process,
        .ns_per_op = samples_median(samples, count, offsetof(struct sample, ns_per_op)),
        .cpu_ns_per_op = samples_median(samples, count, offsetof(struct sample, cpu_ns_per_op)),
        .switches_per_op = samples_median(samples, count, offsetof(struct sample, switches_per_op)),
    };
    for (size_t i = 0; i < count; i++)
        row.ops += samples[i].ops;
    return row;
}

/* The store gives samples in the order of their processes. */
int processes_read(struct store *s, int64_t cell, struct process_row **rows, size_t *count)
{
    struct sample *samples;
    size_t n;
    *rows = NULL;
    *count = 0;
    int status = store_samples(s, cell, &samples, &n);
    if (status)
        return status;
    *rows = malloc((n + 1) * sizeof(**rows));
    for (size_t i = 0, next; i < n && *rows; i = next) {
        for (next = i + 1; next < n && samples[next].process == samples[i].process;)
            next++;
        (*rows)[(*count)++] = process_of(&samples[i], next - i);
    }
    free(samples);
    return *rows ? 0 : -ENOMEM;
}

int processes_ok(struct store *s, int64_t cell, uint32_t **processes, size_t *count)
{
    *processes = NULL;
    *count = 0;
    sqlite3_stmt *q = store_prepare(
        s, "SELECT process FROM trials WHERE cell = ? AND status = ? ORDER BY process", "ii", cell,
        (int64_t)TRIAL_OK);
    if (!q)
        return s->status;
    int status = 0, step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW && status == 0) {
        uint32_t *more = realloc(*processes, (*count + 1) * sizeof(*more));
        if (more) {
            *processes = more;
            more[(*count)++] = (uint32_t)sqlite3_column_int64(q, 0);
        } else {
            status = store_fail_with(s, -ENOMEM);
        }
    }
    if (status == 0 && step != SQLITE_DONE)
        status = store_fail(s);
    sqlite3_finalize(q);
    if (status) {
        free(*processes);
        *processes = NULL;
    }
    return status;
}

/* Appends a row; -ENOMEM if there is no room. */
static int append_count(struct process_count **counts, size_t *count, sqlite3_stmt *q)
{
    struct process_count *more = realloc(*counts, (*count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    *counts = more;
    struct process_count *row = &more[(*count)++];
    store_text(q, 0, row->name, sizeof(row->name));
    row->process = (uint32_t)sqlite3_column_int64(q, 1);
    row->per_op = sqlite3_column_double(q, 2);
    return 0;
}

int processes_counts(struct store *s, int64_t cell, struct process_count **counts, size_t *count)
{
    *counts = NULL;
    *count = 0;
    sqlite3_stmt *q = store_prepare(
        s,
        "SELECT name, process, count * 1.0 / ops FROM outcomes WHERE cell = ? AND ops > 0"
        " AND name NOT IN ('" TRACED_PURE "', '" TRACED_WINDOW "')"
        " UNION ALL SELECT name || ' (' || domain || ')', process, per_op FROM counters"
        " WHERE cell = ? AND per_op IS NOT NULL AND domain NOT IN ('lab', 'sde')"
        " ORDER BY 1, 2",
        "ii", cell, cell);
    if (!q)
        return s->status;
    int status = 0, step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW && status == 0)
        status = append_count(counts, count, q);
    if (status)
        store_fail_with(s, status);
    else if (step != SQLITE_DONE)
        status = store_fail(s);
    sqlite3_finalize(q);
    if (status) {
        free(*counts);
        *counts = NULL;
        *count = 0;
    }
    return status;
}
