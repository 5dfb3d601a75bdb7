/* The processes of a run as a whole (trials.h). All state is in struct store. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/trials.h"
#include "harness/store/sql.h"
#include <errno.h>
#include <stdlib.h>

/* Adds an element to an array that grows; NULL, with the array as it was, if memory ran out. */
static void *append(struct store *s, void **array, size_t count, size_t size)
{
    void *more = realloc(*array, (count + 1) * size);
    if (more)
        *array = more;
    else
        store_fail_with(s, -ENOMEM);
    return more ? (char *)more + count * size : NULL;
}

/* Reads the rows of a statement, and releases it. Returns 0 or a negative
 * errno. */
static int read_trials(struct store *s, sqlite3_stmt *q, struct trial **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    if (!q)
        return s->status;
    int status = 0, step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW && status == 0) {
        void *array = *out;
        struct trial *t = append(s, &array, *count, sizeof(*t));
        *out = array;
        if (!t) {
            status = -ENOMEM;
            continue;
        }
        *t = (struct trial){
            .cell = sqlite3_column_int64(q, 0),
            .process = (uint32_t)sqlite3_column_int64(q, 1),
            .status = (enum trial_status)sqlite3_column_int(q, 2),
            .others = {store_double(q, 3), store_double(q, 4)},
            .position = (uint64_t)sqlite3_column_int64(q, 5),
            .started_ms = (uint64_t)sqlite3_column_int64(q, 6),
        };
        ++*count;
    }
    if (status == 0 && step != SQLITE_DONE)
        status = store_fail(s);
    sqlite3_finalize(q);
    if (status) {
        free(*out);
        *out = NULL;
        *count = 0;
    }
    return status;
}

int trials_read(struct store *s, int64_t run, struct trial **out, size_t *count)
{
    return read_trials(
        s,
        store_prepare(s,
                      "SELECT cell, process, status, others_share, steal_meanwhile, position,"
                      " started_ms FROM trials WHERE cell IN (SELECT id FROM cells WHERE run = ?)"
                      " ORDER BY cell, process",
                      "i", run),
        out, count);
}

static const char *const removals[] = {
    "DELETE FROM trials WHERE cell = ? AND process = ?",
    "DELETE FROM samples WHERE cell = ? AND process = ?",
    "DELETE FROM outcomes WHERE cell = ? AND process = ?",
    "DELETE FROM counters WHERE cell = ? AND process = ?",
    "DELETE FROM latencies WHERE cell = ? AND process = ?",
};

int trials_remove(struct store *s, int64_t cell, uint32_t process)
{
    int status = 0;
    for (size_t i = 0; i < sizeof(removals) / sizeof(removals[0]) && status == 0; i++)
        status = store_finish(s, store_prepare(s, removals[i], "ii", cell, (int64_t)process));
    return status;
}

#define LEFT_IN(table) \
    "SELECT cell, process FROM " table " WHERE cell IN (SELECT id FROM cells WHERE run = ?1)"

/* The processes of a run that left something, and no row that says how they ended. */
static const char cut[] =
    "SELECT cell, process, 0, NULL, NULL, 0, 0 FROM (" LEFT_IN("samples") " UNION " LEFT_IN(
        "outcomes") " UNION " LEFT_IN("counters") " UNION " LEFT_IN("latencies") " EXCEPT SELECT "
                                                                                 "cell, process "
                                                                                 "FROM trials)";

int trials_remove_cut(struct store *s, int64_t run, size_t *count)
{
    struct trial *found;
    *count = 0;
    int status = store_begin(s);
    if (status)
        return status;
    status = read_trials(s, store_prepare(s, cut, "i", run), &found, count);
    for (size_t i = 0; i < *count && status == 0; i++)
        status = trials_remove(s, found[i].cell, found[i].process);
    free(found);
    if (status == 0)
        status = store_commit(s);
    if (status)
        store_rollback(s);
    return status;
}

int trials_age_ms(struct store *s, int64_t run, int64_t *ms)
{
    sqlite3_stmt *q = store_prepare(s,
                                    "SELECT (julianday('now') - julianday(started)) * 86400000"
                                    " FROM runs WHERE id = ?",
                                    "i", run);
    if (!q)
        return s->status;
    int step = sqlite3_step(q);
    int status = step == SQLITE_ROW    ? 0
                 : step == SQLITE_DONE ? store_fail_with(s, -ENOENT)
                                       : store_fail(s);
    *ms = status ? 0 : sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return status;
}
