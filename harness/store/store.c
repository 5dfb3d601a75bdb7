/* Opens and closes a store (store.h): tells it from other files, makes a new one, brings an older
 * one up to date. All state is in struct store; nothing is written to a file that is not a store.
 */
/* SPDX-License-Identifier: MIT */
#include "harness/store/store.h"
#include "harness/store/reading.h"
#include "harness/store/sql.h"
#include "schema.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    APPLICATION_ID = 1751345260, /* as in results/schema.sql */
    SCHEMA_VERSION = 5,
    BUSY_MS = 10000, /* how long a second writer waits for the first */
};

static const char cant_write[] =
    "%.200s can't be written (%s): mend that, or name another file with --db";
static const char is_read_only[] =
    "%.200s can't be written (%s): let it be written, or name another file with --db";

const char *store_error(const struct store *s)
{
    return s->error;
}

static bool execute(struct store *s, const char *sql)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    store_fail(s);
    return false;
}

/* Puts the sentence of the last failure into a whole one: `format` has a %s for the path and one
 * for what SQLite said. */
__attribute__((format(printf, 3, 0))) static void explain(struct store *s, const char *path,
                                                          const char *format)
{
    char why[200];
    snprintf(why, sizeof(why), "%.199s", s->error);
    snprintf(s->error, sizeof(s->error), format, path, why);
}

enum known { NOT_OURS = -1, EMPTY, OURS };

/* What a file is, by its application id, its schema's version and the number of its tables. */
static enum known judge_file(struct store *s, const char *path, int64_t id, int64_t version,
                             int64_t tables)
{
    if (id == 0 && version == 0 && tables == 0)
        return EMPTY;
    if (id == APPLICATION_ID && version <= SCHEMA_VERSION)
        return OURS;
    if (id == APPLICATION_ID)
        snprintf(s->error, sizeof(s->error),
                 "%.300s has schema %lld and this program knows up to %d: use a newer hchanlab",
                 path, (long long)version, SCHEMA_VERSION);
    else
        snprintf(s->error, sizeof(s->error),
                 "%.300s is another program's database: name another file with --db", path);
    s->status = -EBADMSG;
    return NOT_OURS;
}

/* Finds out what a file is before anything is written to it. It takes one statement, which sees one
 * state of a file that another process may be making into a store. For NOT_OURS the sentence is in
 * s->error. */
static enum known recognise(struct store *s, const char *path)
{
    enum known known = NOT_OURS;
    sqlite3_stmt *q = store_prepare(s,
                                    "SELECT application_id, user_version,"
                                    " (SELECT count(*) FROM sqlite_master)"
                                    " FROM pragma_application_id, pragma_user_version",
                                    "");
    if (q && sqlite3_step(q) == SQLITE_ROW) {
        s->version = sqlite3_column_int64(q, 1);
        known = judge_file(s, path, sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
                           sqlite3_column_int64(q, 2));
    } else {
        if (q)
            store_fail(s);
        explain(s, path,
                s->status == -EBADMSG ? "%.200s is not a store (%s): name another file with --db"
                : s->status == -EROFS
                    ? is_read_only
                    : "%.200s can't be read (%s): let it be read, or name another with --db");
    }
    sqlite3_finalize(q);
    return known;
}

/* Opens a connection in place of the one before. Until the file is known to be a store, and for a
 * reader always, closing the connection leaves the file's log as it is. */
static bool connect_to(struct store *s, const char *name, int flags, const char *vfs)
{
    sqlite3_close(s->db);
    s->db = NULL;
    if (sqlite3_open_v2(name, &s->db, flags, vfs) != SQLITE_OK) {
        store_fail(s);
        return false;
    }
    sqlite3_busy_timeout(s->db, BUSY_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return true;
}

/* Opens the file of that name, even if SQLite gives the name a meaning of its own, as ":memory:" or
 * what begins with "file:". */
static bool connect_to_file(struct store *s, const char *path, int flags)
{
    char *name = sqlite3_mprintf("%s%s", path[0] == '/' ? "" : "./", path);
    bool ok = name && connect_to(s, name, flags, NULL);
    sqlite3_free(name);
    return ok;
}

/* The same read-only, and with a parameter of SQLite's URIs. */
static bool connect_to_read(struct store *s, const char *path, const char *parameter)
{
    sqlite3_str *uri = sqlite3_str_new(NULL);
    /* With an empty authority, so that a path that begins with two slashes names no host. */
    sqlite3_str_appendall(uri, path[0] == '/' ? "file://" : "file:./");
    for (const char *c = path; *c; c++)
        if (strchr("%?#", *c))
            sqlite3_str_appendf(uri, "%%%02x", *c);
        else
            sqlite3_str_appendchar(uri, 1, *c);
    sqlite3_str_appendf(uri, "?%s", parameter);
    char *name = sqlite3_str_finish(uri);
    bool ok = name && connect_to(s, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, reading_vfs());
    sqlite3_free(name);
    return ok;
}

static bool has_beside(const char *path, const char *suffix)
{
    char *name = sqlite3_mprintf("%s%s", path, suffix);
    bool there = name && access(name, F_OK) == 0;
    sqlite3_free(name);
    return there;
}

/* Opens a store that was left with a log, whose index is not there, as when it was copied. An index
 * in memory does for a connection that has the file for itself; for that the file must be writable,
 * and nothing is written. */
static bool connect_alone(struct store *s, const char *path)
{
    return connect_to_file(s, path, SQLITE_OPEN_READWRITE) &&
           execute(s, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON");
}

/* Refuses devices and folders: SQLite would put its journal beside them. */
static bool could_be_a_file(struct store *s, const char *path)
{
    struct stat found;
    if (stat(path, &found) || S_ISREG(found.st_mode))
        return true;
    s->status = -EBADMSG;
    snprintf(s->error, sizeof(s->error), "%.300s is not a file: name one with --db", path);
    return false;
}

/* A store at rest has no log, and SQLite reads it under a lock. While a sweep writes, and after one
 * was killed, it has a log and an index, which are read as they are. A file without a log can still
 * say that it has one, if it is older or its last writer was killed while it closed it: it is read
 * as one that nobody changes. A sweep that starts meanwhile does not change it before its log is
 * long. */
static bool open_to_read(struct store *s, const char *path)
{
    enum known known;
    if (!connect_to_read(s, path, "readonly_shm=1")) {
        explain(s, path,
                "%.200s can't be opened (%s): make a store with `hchanlab sweep`, or name one "
                "with --db");
        return false;
    }
    known = recognise(s, path);
    bool again = known == NOT_OURS && s->status != -EBADMSG;
    bool logged = has_beside(path, "-wal");
    if (again && !logged && !has_beside(path, "-journal") &&
        connect_to_read(s, path, "immutable=1"))
        known = recognise(s, path);
    else if (again && logged && !has_beside(path, "-shm") && connect_alone(s, path))
        known = recognise(s, path);
    if (known == NOT_OURS && s->status == -EROFS && has_beside(path, "-journal"))
        snprintf(
            s->error, sizeof(s->error),
            "%.300s was left in the middle of a change: sweep into it once more, which mends it",
            path);
    if (known == EMPTY)
        snprintf(s->error, sizeof(s->error), "%.300s is empty: make a run with `hchanlab sweep`",
                 path);
    return known == OURS;
}

/* What brings a store from the version of the index to the next one. */
static const char *const upgrades[SCHEMA_VERSION] = {
    [1] = "ALTER TABLE cells ADD COLUMN work INTEGER;"
          "PRAGMA user_version = 2;",
    [2] = "ALTER TABLE cells DROP COLUMN floor;" /* the report decides what that is */
          "ALTER TABLE cells DROP COLUMN floor_units;"
          "PRAGMA user_version = 3;",
    [3] = "ALTER TABLE runs ADD COLUMN name TEXT;"
          "ALTER TABLE runs ADD COLUMN note TEXT;"
          "CREATE UNIQUE INDEX run_names ON runs (name);"
          "PRAGMA user_version = 4;",
    [4] = "ALTER TABLE trials ADD COLUMN others_share REAL;"
          "ALTER TABLE trials ADD COLUMN steal_meanwhile REAL;"
          "ALTER TABLE trials ADD COLUMN block INTEGER;"
          "ALTER TABLE trials ADD COLUMN position INTEGER;"
          "ALTER TABLE trials ADD COLUMN started_ms INTEGER;"
          "ALTER TABLE samples ADD COLUMN handovers REAL;"
          "ALTER TABLE runs ADD COLUMN samples INTEGER;"
          "ALTER TABLE runs ADD COLUMN window_ns INTEGER;"
          "ALTER TABLE runs ADD COLUMN limit_ns INTEGER;"
          "ALTER TABLE runs ADD COLUMN kill_ns INTEGER;"
          "PRAGMA user_version = 5;",
};

/* Gives a new store its schema, or an older one what it lacks, within a transaction. */
static bool make_current(struct store *s, enum known known)
{
    bool ok = known != EMPTY || execute(s, schema_sql);
    for (int64_t from = s->version; known == OURS && ok && from < SCHEMA_VERSION; from++)
        ok = execute(s, upgrades[from]);
    return ok;
}

/* Makes an empty file a store, and an older store a current one: completely or not at all. Another
 * process may have been first. */
static enum known bring_up(struct store *s, const char *path)
{
    if (!execute(s, "BEGIN IMMEDIATE")) {
        explain(s, path, cant_write);
        return NOT_OURS;
    }
    enum known known = recognise(s, path);
    if (known == EMPTY || (known == OURS && s->version < SCHEMA_VERSION)) {
        if (make_current(s, known) && execute(s, "COMMIT")) {
            s->version = SCHEMA_VERSION;
            return OURS;
        }
        explain(s, path, cant_write);
    }
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return known == OURS && s->version == SCHEMA_VERSION ? OURS : NOT_OURS;
}

/* Turns the log on, so that readers and other sweeps need not wait, and a commit waits for no disk.
 * For this, SQLite does not wait until other processes have left the file. */
static bool use_log(struct store *s)
{
    enum { PAUSE_MS = 10 };
    for (int waited_ms = 0; !execute(s, "PRAGMA journal_mode = WAL"); waited_ms += PAUSE_MS) {
        if (s->status != -EBUSY || waited_ms >= BUSY_MS)
            return false;
        sqlite3_sleep(PAUSE_MS);
    }
    return execute(s, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
}

static bool open_to_write(struct store *s, const char *path)
{
    if (!connect_to_file(s, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) {
        explain(s, path,
                "%.200s can't be opened (%s): name a file in a folder that can be written with "
                "--db");
        return false;
    }
    enum known known = recognise(s, path);
    if (known != NOT_OURS && sqlite3_db_readonly(s->db, "main") == 1) {
        /* SQLite opens such a file all the same, and fails at the first write. */
        snprintf(s->error, sizeof(s->error), "it is read-only");
        explain(s, path, is_read_only);
        return false;
    }
    if (known == EMPTY || (known == OURS && s->version < SCHEMA_VERSION))
        known = bring_up(s, path);
    if (known == NOT_OURS)
        return false;
    if (use_log(s))
        return true;
    explain(s, path, cant_write);
    return false;
}

struct store *store_open(const char *path, enum store_mode mode, char *error, size_t size)
{
    struct store *s = calloc(1, sizeof(*s));
    if (!s) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    if (could_be_a_file(s, path) &&
        (mode == STORE_WRITE ? open_to_write(s, path) : open_to_read(s, path))) {
        s->writes = mode == STORE_WRITE;
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !s->writes, NULL);
        s->path = strdup(path);
        if (s->path && stat(path, &s->opened) == 0)
            return s;
        snprintf(s->error, sizeof(s->error), "%.300s: %s", path, strerror(errno));
    }
    snprintf(error, size, "%s", s->error);
    store_close(s);
    return NULL;
}

int store_check_place(struct store *s)
{
    struct stat now;
    if (stat(s->path, &now) == 0 && now.st_ino == s->opened.st_ino &&
        now.st_dev == s->opened.st_dev)
        return 0;
    s->status = -ENOENT;
    snprintf(s->error, sizeof(s->error),
             "%.300s was removed or replaced meanwhile, and what was measured went with it",
             s->path);
    return s->status;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    store_forget_run(s);
    /* Without a log, readers find all in one file. If another process has it open, it keeps the
     * log, and the last writer to close it ends it. */
    if (s->writes)
        sqlite3_exec(s->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}
