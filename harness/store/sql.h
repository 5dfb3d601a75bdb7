/* What store.c, write.c and read.c share: an open store, statements, and how they fail. */
#ifndef HARNESS_STORE_SQL_H
#define HARNESS_STORE_SQL_H

#include "harness/base/cell.h"
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum { RUN_TEXTS = 6 };

struct store {
    sqlite3 *db;
    char *path;
    struct stat opened;   /* the file, as it was opened */
    int64_t version;      /* of its schema */
    char *run[RUN_TEXTS]; /* the strings of the last run that was read */
    int status;           /* what the last failure was, a negative errno */
    char error[512];      /* and the sentence for it */
};

/* Notes what SQLite says of its last failure and returns a negative errno for it. */
int store_fail(struct store *s);

/* Notes a failure that is not SQLite's, with the errno's own words, and returns `status`. */
int store_fail_with(struct store *s, int status);

/* Prepares a statement and binds values to its parameters, one letter each: i (int64_t), u
 * (uint64_t; PARAM_ABSENT becomes NULL), d (double; NaN becomes NULL), t (const char *). NULL where
 * it failed; s->status and store_error() say why. */
sqlite3_stmt *store_prepare(struct store *s, const char *sql, const char *types, ...);

/* Releases the strings of the last run that was read. */
void store_forget_run(struct store *s);

/* A column as a double; NaN for NULL. */
double store_double(sqlite3_stmt *statement, int column);

/* Copies a text column; it is cut to the size. */
void store_text(sqlite3_stmt *statement, int column, char *out, size_t size);

#endif
