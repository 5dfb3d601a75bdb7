/* What the files of this room share: an open store, statements, and how they fail. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_STORE_SQL_H
#define HARNESS_STORE_SQL_H

#include "harness/base/cell.h"
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum { RUN_TEXTS = 8 };

struct store {
    sqlite3 *db;
    char *path;
    struct stat opened; /* the file, as it was opened */
    bool writes;
    int64_t version;      /* of its schema */
    char *run[RUN_TEXTS]; /* the strings of the last run that was read */
    int status;           /* of the last failure, a negative errno */
    char error[512];      /* the sentence for it */
};

/* Keeps what SQLite says about its last failure, and returns a negative errno for it. */
int store_fail(struct store *s);

/* Keeps a failure that is not SQLite's, in the errno's own words, and returns `status`. */
int store_fail_with(struct store *s, int status);

/* Prepares a statement and binds values to its parameters, one letter each: i (int64_t), u
 * (uint64_t; PARAM_ABSENT becomes NULL), d (double; NaN becomes NULL), t (const char *). Returns
 * NULL if that failed; s->status and s->error say why. */
sqlite3_stmt *store_prepare(struct store *s, const char *sql, const char *types, ...);

/* Runs a statement that has no result rows, and releases it. 0, or a negative errno; of NULL, that
 * of the last failure. */
int store_finish(struct store *s, sqlite3_stmt *statement);

/* Releases the strings of the last run that was read. */
void store_forget_run(struct store *s);

/* A column as a double; NULL becomes NaN. */
double store_double(sqlite3_stmt *statement, int column);

/* Copies a text column, cut to the size. */
void store_text(sqlite3_stmt *statement, int column, char *out, size_t size);

#endif
