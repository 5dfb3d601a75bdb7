/* SQL statements and SQLite's failures (sql.h). The state is the caller's struct store. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/sql.h"
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SQLite's codes as errnos. If the operating system refused, its own errno says more: a file that
 * grew past its limit, for example, is only an I/O error to SQLite. */
static int errno_of(int code, int cause)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_READONLY:
        return EROFS;
    case SQLITE_NOMEM:
        return ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return EBUSY;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return EBADMSG;
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE ? EEXIST
               : code == SQLITE_CONSTRAINT_FOREIGNKEY                                   ? ENOENT
                                                                                        : EINVAL;
    default:
        return cause ? cause : EIO;
    }
}

int store_fail(struct store *s)
{
    int code = sqlite3_extended_errcode(s->db), kind = code & 0xff;
    int cause = kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN ? sqlite3_system_errno(s->db) : 0;
    snprintf(s->error, sizeof(s->error), "%s%s%s", sqlite3_errmsg(s->db), cause ? ", " : "",
             cause ? strerror(cause) : "");
    s->status = -errno_of(code, cause);
    return s->status;
}

int store_fail_with(struct store *s, int status)
{
    snprintf(s->error, sizeof(s->error), "%s", strerror(-status));
    s->status = status;
    return status;
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
    if (type == 'u') {
        uint64_t number = va_arg(*values, uint64_t);
        return number == PARAM_ABSENT ? sqlite3_bind_null(statement, index)
                                      : sqlite3_bind_int64(statement, index, (int64_t)number);
    }
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

int store_finish(struct store *s, sqlite3_stmt *statement)
{
    if (!statement)
        return s->status;
    int status = sqlite3_step(statement) == SQLITE_DONE ? 0 : store_fail(s);
    sqlite3_finalize(statement);
    return status;
}

void store_forget_run(struct store *s)
{
    for (int i = 0; i < RUN_TEXTS; i++) {
        free(s->run[i]);
        s->run[i] = NULL;
    }
}
