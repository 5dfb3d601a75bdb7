#include "harness/store.h"
#include "harness/store_internal.h"
#include "schema.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    APPLICATION_ID = 1751345260, /* as in results/schema.sql */
    SCHEMA_VERSION = 1,
    BUSY_MS = 10000, /* how long a second writer waits for the first */
};

const char *store_error(const struct store *s)
{
    return s->error;
}

int store_fail(struct store *s)
{
    snprintf(s->error, sizeof(s->error), "%s", sqlite3_errmsg(s->db));
    switch (sqlite3_errcode(s->db) & 0xff) {
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_BUSY:
        return -EBUSY;
    case SQLITE_CONSTRAINT:
        return -EEXIST;
    default:
        return -EIO;
    }
}

double store_double(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(statement, column);
}

void store_text(sqlite3_stmt *statement, int column, char *out, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    snprintf(out, size, "%s", text ? text : "");
}

static int bind_value(sqlite3_stmt *statement, int index, char type, va_list *values)
{
    if (type == 'i')
        return sqlite3_bind_int64(statement, index, va_arg(*values, int64_t));
    if (type == 't')
        return sqlite3_bind_text(statement, index, va_arg(*values, const char *), -1,
                                 SQLITE_TRANSIENT);
    double value = va_arg(*values, double);
    return isnan(value) ? sqlite3_bind_null(statement, index)
                        : sqlite3_bind_double(statement, index, value);
}

sqlite3_stmt *store_prepare(struct store *s, const char *sql, const char *types, ...)
{
    sqlite3_stmt *statement = NULL;
    int status = sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);
    va_list values;
    va_start(values, types);
    for (int i = 0; types[i] && status == SQLITE_OK; i++)
        status = bind_value(statement, i + 1, types[i], &values);
    va_end(values);
    if (status == SQLITE_OK)
        return statement;
    store_fail(s);
    sqlite3_finalize(statement);
    return NULL;
}

/* Runs a statement that gives no rows: one transaction. Takes the statement. */
static int finish(struct store *s, sqlite3_stmt *statement)
{
    if (!statement)
        return -EIO;
    int status = sqlite3_step(statement) == SQLITE_DONE ? 0 : store_fail(s);
    sqlite3_finalize(statement);
    return status;
}

static bool read_pragma(struct store *s, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = store_prepare(s, sql, "");
    if (!statement)
        return false;
    bool ok = sqlite3_step(statement) == SQLITE_ROW;
    if (ok)
        *value = sqlite3_column_int64(statement, 0);
    else
        store_fail(s);
    sqlite3_finalize(statement);
    return ok;
}

static bool execute(struct store *s, const char *sql)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    store_fail(s);
    return false;
}

/* Looks at a file before anything is written to it. 1: ours; 0: empty; -1: neither, with a sentence
 * in s->error. */
static int recognise(struct store *s, const char *path)
{
    int64_t id, version, tables;
    if (!read_pragma(s, "PRAGMA application_id", &id) ||
        !read_pragma(s, "PRAGMA user_version", &version) ||
        !read_pragma(s, "SELECT count(*) FROM sqlite_master", &tables)) {
        char why[400];
        snprintf(why, sizeof(why), "%.399s", s->error);
        snprintf(s->error, sizeof(s->error),
                 "%.200s is not a store (%.200s): name another file with --db", path, why);
        return -1;
    }
    if (id == 0 && version == 0 && tables == 0)
        return 0;
    if (id != APPLICATION_ID) {
        snprintf(s->error, sizeof(s->error),
                 "%.300s is another program's database: name another file with --db", path);
        return -1;
    }
    if (version > SCHEMA_VERSION) {
        snprintf(s->error, sizeof(s->error),
                 "%.300s has schema %lld and this program knows up to %d: use a newer hchanlab",
                 path, (long long)version, SCHEMA_VERSION);
        return -1;
    }
    return 1;
}

/* Gives an empty file the schema: all of it or nothing. */
static bool create(struct store *s)
{
    if (execute(s, "BEGIN IMMEDIATE") && execute(s, schema_sql) && execute(s, "COMMIT"))
        return true;
    char why[sizeof(s->error)];
    memcpy(why, s->error, sizeof(why));
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    memcpy(s->error, why, sizeof(why));
    return false;
}

static bool open_db(struct store *s, const char *path, enum store_mode mode)
{
    int flags =
        mode == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    int status = sqlite3_open_v2(path, &s->db, flags, NULL);
    /* A store in a folder that can't be written can be read all the same. */
    if (status != SQLITE_OK && mode == STORE_READ) {
        sqlite3_close(s->db);
        status = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READONLY, NULL);
    }
    if (status != SQLITE_OK) {
        snprintf(s->error, sizeof(s->error), "%.200s can't be opened (%.100s): %s", path,
                 s->db ? sqlite3_errmsg(s->db) : "out of memory",
                 mode == STORE_READ ? "make a store with `hchanlab sweep`, or name one with --db"
                                    : "name a file in a folder that can be written with --db");
        return false;
    }
    sqlite3_busy_timeout(s->db, BUSY_MS);
    int known = recognise(s, path);
    if (known < 0)
        return false;
    if (known == 0 && mode == STORE_READ) {
        snprintf(s->error, sizeof(s->error), "%.300s is empty: make a run with `hchanlab sweep`",
                 path);
        return false;
    }
    if (mode == STORE_READ)
        return true;
    bool ok = execute(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                         "PRAGMA foreign_keys = ON;");
    if (ok && known == 0)
        ok = create(s);
    if (!ok) {
        char why[200];
        snprintf(why, sizeof(why), "%.199s", s->error);
        snprintf(s->error, sizeof(s->error),
                 "%.200s can't be written (%s): make room, or name another file with --db", path,
                 why);
    }
    return ok;
}

struct store *store_open(const char *path, enum store_mode mode, char *error, size_t size)
{
    struct store *s = calloc(1, sizeof(*s));
    if (!s) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    if (open_db(s, path, mode))
        return s;
    snprintf(error, size, "%s", s->error);
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->run);
    sqlite3_close(s->db);
    free(s);
}

static void now_utc(char text[32])
{
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

int store_begin_run(struct store *s, const struct run *run, int64_t *id)
{
    char started[32];
    now_utc(started);
    int status = finish(
        s, store_prepare(s,
                         "INSERT INTO runs (started, command, mode, environment, topology, seed,"
                         " processes) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         "tttttii", started, run->command, run->mode, run->environment,
                         run->topology, (int64_t)run->seed, (int64_t)run->processes));
    *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

int store_end_run(struct store *s, int64_t run)
{
    char finished[32];
    now_utc(finished);
    return finish(
        s, store_prepare(s, "UPDATE runs SET finished = ? WHERE id = ?", "ti", finished, run));
}

/* A parameter for a column that is NULL where the scenario does not have it. */
static double param(uint64_t value)
{
    return value == PARAM_ABSENT ? NAN : (double)value;
}

int store_add_cell(struct store *s, int64_t run, const struct cell *c, int64_t *id)
{
    int status =
        finish(s, store_prepare(s,
                                "INSERT INTO cells (run, name, scenario, variant, path, op, floor,"
                                " floor_units, capacity, elem, threads, place)"
                                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                "itttttt"
                                "dddd"
                                "t",
                                run, c->name, c->scenario, c->variant, c->path, c->op, c->floor,
                                c->floor_units, param(c->params.capacity), param(c->params.elem),
                                param(c->params.threads), c->params.place));
    *id = sqlite3_last_insert_rowid(s->db);
    return status;
}

int store_add_trial(struct store *s, int64_t cell, uint32_t process, enum trial_status status,
                    const char *message)
{
    return finish(s, store_prepare(s, "INSERT INTO trials VALUES (?, ?, ?, ?)", "iiit", cell,
                                   (int64_t)process, (int64_t)status, message));
}

int store_add_sample(struct store *s, int64_t cell, const struct sample *x)
{
    return finish(s, store_prepare(s, "INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                   "iiiidddddd", cell, (int64_t)x->process, (int64_t)x->index,
                                   (int64_t)x->ops, x->ns_per_op, x->window_ns, x->overlap,
                                   x->cpu_ns_per_op, x->switches_per_op, x->fairness));
}

int store_add_outcome(struct store *s, int64_t cell, uint32_t process,
                      const struct outcome_count *o)
{
    return finish(s, store_prepare(s, "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?)", "iitii", cell,
                                   (int64_t)process, o->name, (int64_t)o->count, (int64_t)o->ops));
}

int store_add_counter(struct store *s, int64_t cell, uint32_t process, const struct counter *c)
{
    return finish(s, store_prepare(s, "INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?)", "iittdt",
                                   cell, (int64_t)process, c->name, c->domain,
                                   c->available ? c->per_op : NAN, c->reason));
}

int store_add_latency(struct store *s, int64_t cell, uint32_t process, const struct latency *h)
{
    size_t used = 0;
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        used += h->bucket[i] != 0;
    uint64_t *pairs = malloc((2 * used + 1) * sizeof(*pairs));
    if (!pairs) {
        snprintf(s->error, sizeof(s->error), "out of memory");
        return -ENOMEM;
    }
    size_t n = 0;
    for (unsigned i = 0; i < HIST_BUCKETS; i++)
        if (h->bucket[i]) {
            pairs[n++] = i;
            pairs[n++] = h->bucket[i];
        }
    sqlite3_stmt *statement = store_prepare(
        s,
        "INSERT INTO latencies (cell, process, side, count, min_ns, max_ns, buckets)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        "iitidd", cell, (int64_t)process, h->side, (int64_t)h->count, h->min_ns, h->max_ns);
    if (statement &&
        sqlite3_bind_blob(statement, 7, pairs, (int)(n * sizeof(*pairs)), SQLITE_TRANSIENT)) {
        store_fail(s);
        sqlite3_finalize(statement);
        statement = NULL;
    }
    free(pairs);
    return finish(s, statement);
}
