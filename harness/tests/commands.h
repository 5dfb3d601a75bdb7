/* Commands of the program in a folder of each test's own, and questions to the store a.db there.
 * make() and clean_up() are a test's setup and teardown. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_COMMANDS_H
#define HARNESS_TESTS_COMMANDS_H

#include "harness/tests/program.h"
#include <sqlite3.h>

static char folder[64];

static inline int make(void **state)
{
    (void)state;
    make_folder(folder);
    return 0;
}

static inline int clean_up(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

/* Runs a line in the folder. */
static inline struct said *in_folder(const char *line)
{
    char whole[2048];
    snprintf(whole, sizeof(whole), "cd %s; %s", folder, line);
    return run_program(whole);
}

/* Runs SQL on the store a.db; gives the first value of the first row, if there is one. */
static inline const char *ask(const char *sql)
{
    static char answer[1024];
    char path[128];
    sqlite3 *db;
    sqlite3_stmt *q;
    snprintf(path, sizeof(path), "%s/a.db", folder);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    int step = sqlite3_step(q);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    const char *text = step == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : NULL;
    snprintf(answer, sizeof(answer), "%s", text ? text : "NULL");
    sqlite3_finalize(q);
    sqlite3_close(db);
    return answer;
}

#endif
