/* Reads runs, cells and what was measured from a store (store.h). What it returns is copied, so
 * that no statement stays open; the strings of the last run belong to struct store. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/sql.h"
#include "harness/store/store.h"
#include <endian.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether runs have names; older stores that are only read have no column for them. */
static bool has_names(const struct store *s)
{
    return s->version >= 4;
}

/* Whether trials say what others used meanwhile. */
static bool has_others(const struct store *s)
{
    return s->version >= 5;
}

/* Copies the row. A statement that stayed open would keep the state of the file that it saw, and
 * this connection could no longer write once another had written. */
static int get_run(struct store *s, sqlite3_stmt *q, struct run *run)
{
    for (int i = 0; i < RUN_TEXTS; i++) {
        const char *text = (const char *)sqlite3_column_text(q, i);
        s->run[i] = text ? strdup(text) : NULL;
        if (!s->run[i] && sqlite3_column_type(q, i) != SQLITE_NULL)
            return store_fail_with(s, -ENOMEM);
    }
    *run = (struct run){
        .started = s->run[0],
        .finished = s->run[1],
        .command = s->run[2],
        .mode = s->run[3],
        .environment = s->run[4],
        .topology = s->run[5],
        .name = s->run[6],
        .note = s->run[7],
        .seed = (uint64_t)sqlite3_column_int64(q, 8),
        .processes = (uint32_t)sqlite3_column_int64(q, 9),
        .id = sqlite3_column_int64(q, 10),
        .samples = (uint32_t)sqlite3_column_int64(q, 11),
        .window_ns = (uint64_t)sqlite3_column_int64(q, 12),
        .limit_ns = (uint64_t)sqlite3_column_int64(q, 13),
        .kill_ns = (uint64_t)sqlite3_column_int64(q, 14),
    };
    return 0;
}

int store_find_run(struct store *s, int64_t id, struct run *run)
{
    store_forget_run(s);
    char sql[250];
    snprintf(sql, sizeof(sql),
             "SELECT started, finished, command, mode, environment, topology, %s, seed, processes,"
             " id, %s FROM runs WHERE id = ?1 OR ?1 = 0 ORDER BY id DESC LIMIT 1",
             has_names(s) ? "name, note" : "NULL, NULL",
             s->version >= 5 ? "samples, window_ns, limit_ns, kill_ns" : "0, 0, 0, 0");
    sqlite3_stmt *q = store_prepare(s, sql, "i", id);
    if (!q)
        return s->status;
    int status, step = sqlite3_step(q);
    if (step == SQLITE_ROW) {
        status = get_run(s, q, run);
    } else if (step == SQLITE_DONE) {
        snprintf(s->error, sizeof(s->error), "there is no such run");
        status = -ENOENT;
    } else {
        status = store_fail(s);
    }
    sqlite3_finalize(q);
    return status;
}

/* Takes the one number of a statement, and releases it. */
static int take_id(struct store *s, sqlite3_stmt *q, int64_t *id)
{
    if (!q)
        return s->status;
    int status, step = sqlite3_step(q);
    if (step == SQLITE_ROW) {
        *id = sqlite3_column_int64(q, 0);
        status = 0;
    } else {
        status = step == SQLITE_DONE ? store_fail_with(s, -ENOENT) : store_fail(s);
    }
    sqlite3_finalize(q);
    return status;
}

int store_named_run(struct store *s, const char *name, int64_t *id)
{
    return has_names(s)
               ? take_id(s, store_prepare(s, "SELECT id FROM runs WHERE name = ?", "t", name), id)
               : store_fail_with(s, -ENOENT);
}

int store_next_run(struct store *s, int64_t *id)
{
    return take_id(
        s, store_prepare(s, "SELECT id FROM runs WHERE id > ? ORDER BY id LIMIT 1", "i", *id), id);
}

static uint64_t get_param(sqlite3_stmt *q, int column)
{
    return sqlite3_column_type(q, column) == SQLITE_NULL
               ? PARAM_ABSENT
               : (uint64_t)sqlite3_column_int64(q, column);
}

static void get_cell(sqlite3_stmt *q, struct cell *c)
{
    memset(c, 0, sizeof(*c));
    store_text(q, 1, c->name, sizeof(c->name));
    store_text(q, 2, c->scenario, sizeof(c->scenario));
    store_text(q, 3, c->variant, sizeof(c->variant));
    store_text(q, 4, c->path, sizeof(c->path));
    store_text(q, 5, c->op, sizeof(c->op));
    c->params.capacity = get_param(q, 6);
    c->params.elem = get_param(q, 7);
    c->params.threads = get_param(q, 8);
    store_text(q, 9, c->params.place, sizeof(c->params.place));
    c->params.work = get_param(q, 10);
    for (int i = PARAM_work + 1; i < PARAMS; i++)
        *param_of(&c->params, i) = cell_name_param(c->name, param_key(i));
}

/* Ends a walk over rows: returns the walk's own status, or how SQLite ended it. */
static int end_walk(struct store *s, sqlite3_stmt *q, int step, int status)
{
    if (status == 0 && step != SQLITE_DONE && step != SQLITE_ROW)
        status = store_fail(s);
    sqlite3_finalize(q);
    return status;
}

/* Ends a walk that fills an array: returns how many there are, or -E2BIG if another row would come.
 */
static int end_filling(struct store *s, sqlite3_stmt *q, int step, size_t count, const char *what)
{
    int status = 0;
    if (step == SQLITE_ROW) {
        status = store_fail_with(s, -E2BIG);
        snprintf(s->error, sizeof(s->error), "a cell has more than %zu %s", count, what);
    }
    status = end_walk(s, q, step, status);
    return status ? status : (int)count;
}

int store_each_cell(struct store *s, int64_t run,
                    int (*each)(void *arg, int64_t id, const struct cell *cell), void *arg)
{
    /* A store of version 1 that is only read has no column for work, and no scenario that has any.
     */
    char sql[200];
    snprintf(sql, sizeof(sql),
             "SELECT id, name, scenario, variant, path, op, capacity, elem, threads, place, %s"
             " FROM cells WHERE run = ? ORDER BY id",
             s->version < 2 ? "NULL" : "work");
    sqlite3_stmt *q = store_prepare(s, sql, "i", run);
    if (!q)
        return s->status;
    int status = 0, step;
    s->error[0] = '\0';
    while ((step = sqlite3_step(q)) == SQLITE_ROW && status == 0) {
        struct cell cell;
        get_cell(q, &cell);
        status = each(arg, sqlite3_column_int64(q, 0), &cell);
    }
    /* The caller failed, and not the store that it read from. */
    if (status && !s->error[0])
        store_fail_with(s, status);
    return end_walk(s, q, step, status);
}

static void get_sample(sqlite3_stmt *q, struct sample *x)
{
    *x = (struct sample){
        .process = (uint32_t)sqlite3_column_int64(q, 0),
        .index = (uint32_t)sqlite3_column_int64(q, 1),
        .ops = (uint64_t)sqlite3_column_int64(q, 2),
        .ns_per_op = store_double(q, 3),
        .window_ns = store_double(q, 4),
        .overlap = store_double(q, 5),
        .cpu_ns_per_op = store_double(q, 6),
        .switches_per_op = store_double(q, 7),
        .fairness = store_double(q, 8),
        .handovers = store_double(q, 9),
    };
}

/* Reads all samples of a statement, and releases it. */
static int read_samples(struct store *s, sqlite3_stmt *q, struct sample **samples, size_t *count)
{
    *samples = NULL;
    *count = 0;
    if (!q)
        return s->status;
    size_t room = 0;
    int status = 0, step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW && status == 0) {
        if (*count == room) {
            room = room ? 2 * room : 64;
            struct sample *more = realloc(*samples, room * sizeof(*more));
            if (!more) {
                status = store_fail_with(s, -ENOMEM);
                continue;
            }
            *samples = more;
        }
        get_sample(q, &(*samples)[(*count)++]);
    }
    status = end_walk(s, q, step, status);
    if (status) {
        free(*samples);
        *samples = NULL;
    }
    return status;
}

int store_samples(struct store *s, int64_t cell, struct sample **samples, size_t *count)
{
    char sql[200];
    snprintf(sql, sizeof(sql),
             "SELECT process, sample, ops, ns_per_op, window_ns, overlap, cpu_ns_per_op,"
             " switches_per_op, fairness, %s FROM samples WHERE cell = ? ORDER BY process, sample",
             s->version >= 5 ? "handovers" : "NULL");
    return read_samples(s, store_prepare(s, sql, "i", cell), samples, count);
}

int store_traced(struct store *s, int64_t cell, struct sample **samples, size_t *count)
{
    return read_samples(s,
                        store_prepare(s,
                                      "SELECT process, 0, ops, 1.0 * count / ops, count, NULL,"
                                      " NULL, NULL, NULL, NULL FROM outcomes"
                                      " WHERE cell = ? AND name = ? AND ops > 0 ORDER BY process",
                                      "it", cell, TRACED_WINDOW),
                        samples, count);
}

int store_outcomes(struct store *s, int64_t cell, struct outcome_count *out, size_t max)
{
    sqlite3_stmt *q = store_prepare(s,
                                    "SELECT name, sum(count), sum(ops) FROM outcomes"
                                    " WHERE cell = ? GROUP BY name ORDER BY name",
                                    "i", cell);
    if (!q)
        return s->status;
    size_t n = 0;
    int step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW && n < max) {
        store_text(q, 0, out[n].name, sizeof(out[n].name));
        out[n].count = (uint64_t)sqlite3_column_int64(q, 1);
        out[n++].ops = (uint64_t)sqlite3_column_int64(q, 2);
    }
    return end_filling(s, q, step, n, "outcomes");
}

/* The median of `per_op` over the processes of each counter. SQLite has no median, so the values
 * get their ranks, and the middle one or two are averaged. If there is no value, the row of the
 * first rank has the reason. */
int store_counters(struct store *s, int64_t cell, struct counter *out, size_t max)
{
    sqlite3_stmt *q = store_prepare(
        s,
        "WITH ranked AS (SELECT *, count(per_op) OVER (PARTITION BY name, domain) AS n,"
        " row_number() OVER (PARTITION BY name, domain ORDER BY per_op NULLS LAST) AS rank"
        " FROM counters WHERE cell = ?)"
        " SELECT name, domain, avg(per_op), max(reason) FROM ranked"
        " WHERE rank IN ((n + 1) / 2, (n + 2) / 2) GROUP BY name, domain ORDER BY name, domain",
        "i", cell);
    if (!q)
        return s->status;
    size_t n = 0;
    int step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW && n < max) {
        struct counter *c = &out[n++];
        store_text(q, 0, c->name, sizeof(c->name));
        store_text(q, 1, c->domain, sizeof(c->domain));
        c->per_op = store_double(q, 2);
        c->available = !isnan(c->per_op);
        store_text(q, 3, c->reason, sizeof(c->reason));
    }
    return end_filling(s, q, step, n, "counters");
}

/* Adds the pairs of bucket and count; false if they are not what was written. */
static bool add_buckets(struct latency *out, sqlite3_stmt *q)
{
    const unsigned char *blob = sqlite3_column_blob(q, 3);
    size_t bytes = (size_t)sqlite3_column_bytes(q, 3);
    uint64_t sum = 0;
    for (size_t at = 0; at + 16 <= bytes; at += 16) {
        uint64_t pair[2];
        memcpy(pair, blob + at, sizeof(pair));
        if (le64toh(pair[0]) >= HIST_BUCKETS)
            return false;
        out->bucket[le64toh(pair[0])] += le64toh(pair[1]);
        sum += le64toh(pair[1]);
    }
    return bytes % 16 == 0 && sum == (uint64_t)sqlite3_column_int64(q, 0);
}

int store_latency(struct store *s, int64_t cell, const char *side, struct latency *out)
{
    memset(out, 0, sizeof(*out));
    snprintf(out->side, sizeof(out->side), "%s", side);
    sqlite3_stmt *q = store_prepare(s,
                                    "SELECT count, min_ns, max_ns, buckets FROM latencies"
                                    " WHERE cell = ? AND side = ?",
                                    "it", cell, side);
    if (!q)
        return s->status;
    int step, status = 0;
    while ((step = sqlite3_step(q)) == SQLITE_ROW && status == 0) {
        double min = store_double(q, 1), max = store_double(q, 2);
        if (out->count == 0 || min < out->min_ns)
            out->min_ns = min;
        if (out->count == 0 || max > out->max_ns)
            out->max_ns = max;
        out->count += (uint64_t)sqlite3_column_int64(q, 0);
        if (!add_buckets(out, q))
            status = store_fail_with(s, -EBADMSG);
    }
    status = end_walk(s, q, step, status);
    return status ? status : out->count ? 0 : -ENOENT;
}

/* Before TRIAL_LACKING was a status, a skip with such a message was that. */
static bool is_old_lack(unsigned status, const char *message)
{
    return status == TRIAL_SKIPPED && strncmp(message, "lacks ", strlen("lacks ")) == 0;
}

int store_trials(struct store *s, int64_t cell, uint32_t count[TRIAL_STATUSES], char *message,
                 size_t size)
{
    memset(count, 0, TRIAL_STATUSES * sizeof(count[0]));
    message[0] = '\0';
    sqlite3_stmt *q = store_prepare(
        s, "SELECT status, message FROM trials WHERE cell = ? ORDER BY process", "i", cell);
    if (!q)
        return s->status;
    int step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW) {
        unsigned status = (unsigned)sqlite3_column_int(q, 0);
        char text[REASON_MAX];
        store_text(q, 1, text, sizeof(text));
        if (text[0])
            snprintf(message, size, "%s", text);
        if (is_old_lack(status, text))
            status = TRIAL_LACKING;
        if (status < TRIAL_STATUSES)
            count[status]++;
    }
    return end_walk(s, q, step, 0);
}

int store_trial_others(struct store *s, int64_t cell, struct trial_others **out, size_t *count)
{
    char sql[128];
    *out = NULL;
    *count = 0;
    snprintf(sql, sizeof(sql), "SELECT process, %s FROM trials WHERE cell = ? ORDER BY process",
             has_others(s) ? "others_share, steal_meanwhile" : "NULL, NULL");
    sqlite3_stmt *q = store_prepare(s, sql, "i", cell);
    if (!q)
        return s->status;
    int step, status = 0;
    while ((step = sqlite3_step(q)) == SQLITE_ROW && status == 0) {
        struct trial_others *more = realloc(*out, (*count + 1) * sizeof(*more));
        if (!more) {
            status = store_fail_with(s, -ENOMEM);
            continue;
        }
        *out = more;
        more[(*count)++] = (struct trial_others){(uint32_t)sqlite3_column_int64(q, 0),
                                                 {store_double(q, 1), store_double(q, 2)}};
    }
    status = end_walk(s, q, step, status);
    if (status) {
        free(*out);
        *out = NULL;
        *count = 0;
    }
    return status;
}
