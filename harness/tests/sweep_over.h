/* Sweeps over cells that behave as their names say (sweep_cells.h), into a store of each test's
 * own: make_store() and remove_store() are its setup and teardown. The program that includes this
 * is the command `cell`, too: its main() begins with play(). */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_SWEEP_OVER_H
#define HARNESS_TESTS_SWEEP_OVER_H

#include "harness/sweep/sweep.h"
#include "harness/tests/sweep_cells.h"
#include "scripts/test.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint64_t soon = 300000000, never = 600000000000;

static char folder[64], path[128];
static struct store *store;
static int64_t run;
static struct sweep_result result;

static int make_store(void **state)
{
    char error[512];
    (void)state;
    strcpy(folder, "/tmp/hchanlab-sweep-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/lab.db", folder);
    setenv(store_variable, path, 1);
    store = store_open(path, STORE_WRITE, error, sizeof(error));
    if (!store)
        fail_msg("%s", error);
    return store_begin_run(
        store,
        &(struct run){.command = "c", .mode = "quick", .environment = "{}", .topology = "<t/>"},
        &run);
}

static int remove_store(void **state)
{
    char line[128];
    (void)state;
    store_close(store);
    snprintf(line, sizeof(line), "rm -rf '%s'", folder);
    return system(line);
}

static size_t cells_a_block = 16;

/* A plan of cells that behave as their names, separated by spaces, say. */
struct small_plan {
    struct plan plan;
    struct cell cells[16];
    size_t block[16];
};

static inline void make_plan(struct small_plan *small, const char *names, uint32_t processes,
                             uint64_t kill_ns)
{
    struct plan *plan = &small->plan;
    char words[256], *save;
    *small = (struct small_plan){.plan = {.mode = "quick"}};
    plan->cells = small->cells;
    plan->block = small->block;
    plan->sampling = (struct sampling){processes, 1, 1000000, 1000000, kill_ns};
    snprintf(words, sizeof(words), "%s", names);
    for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        small->block[plan->count] = plan->count / cells_a_block;
        plan->blocks = small->block[plan->count] + 1;
        struct cell *c = &small->cells[plan->count++];
        snprintf(c->name, sizeof(c->name), "%s", w);
        strcpy(c->scenario, "floor-empty"); /* the plan's time is made of it */
        c->params = (struct cell_params)PARAMS_ABSENT;
    }
}

static inline int sweep(const char *names, uint32_t processes, uint64_t kill_ns)
{
    struct small_plan small;
    make_plan(&small, names, processes, kill_ns);
    assert_int_equal(sweep_add_cells(&small.plan, store, run), 0);
    return sweep_run(
        &(struct sweep_job){.plan = &small.plan, .store = store, .run = run, .seed = 1}, &result);
}

/* Goes on with what sweep() began. */
static inline int sweep_on(const char *names, uint32_t processes, bool failed)
{
    struct small_plan small;
    make_plan(&small, names, processes, never);
    return sweep_run(&(struct sweep_job){.plan = &small.plan,
                                         .store = store,
                                         .run = run,
                                         .seed = 1,
                                         .what = failed ? SWEEP_FAILED : SWEEP_REST},
                     &result);
}

struct wanted_cell {
    const char *name;
    int64_t id;
};

static inline int find_cell(void *arg, int64_t id, const struct cell *cell)
{
    struct wanted_cell *wanted = arg;
    if (strcmp(cell->name, wanted->name) == 0)
        wanted->id = id;
    return 0;
}

static inline int64_t cell_id(const char *name)
{
    struct wanted_cell wanted = {name, 0};
    assert_int_equal(store_each_cell(store, run, find_cell, &wanted), 0);
    assert_true(wanted.id > 0);
    return wanted.id;
}

static inline size_t samples_of(const char *name)
{
    struct sample *samples;
    size_t count;
    assert_int_equal(store_samples(store, cell_id(name), &samples, &count), 0);
    free(samples);
    return count;
}

/* All of the cell's processes, `count` of them, ended so, and the last for a reason that holds
 * these words. */
static inline void assert_all(const char *name, enum trial_status status, uint32_t count,
                              const char *words)
{
    uint32_t counts[TRIAL_STATUSES];
    char message[REASON_MAX];
    assert_int_equal(store_trials(store, cell_id(name), counts, message, sizeof(message)), 0);
    if (counts[status] != count || !strstr(message, words))
        fail_msg("%s: %u ok, %u timeout, %u failed, %u skipped: '%s'; wanted %u of %d: '%s'", name,
                 counts[TRIAL_OK], counts[TRIAL_TIMEOUT], counts[TRIAL_FAILED],
                 counts[TRIAL_SKIPPED], message, count, (int)status, words);
    if (words[0] == '\0')
        assert_string_equal(message, "");
}

/* So many processes came to each end. */
static inline void assert_results(uint64_t ok, uint64_t timeout, uint64_t failed, uint64_t skipped)
{
    assert_int_equal(result.count[TRIAL_OK], ok);
    assert_int_equal(result.count[TRIAL_TIMEOUT], timeout);
    assert_int_equal(result.count[TRIAL_FAILED], failed);
    assert_int_equal(result.count[TRIAL_SKIPPED], skipped);
}

/* What a query of one number finds in the store. */
static inline void assert_query(const char *sql, int64_t wanted)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    if (sqlite3_column_int64(q, 0) != wanted)
        fail_msg("%s: %lld", sql, (long long)sqlite3_column_int64(q, 0));
    sqlite3_finalize(q);
    sqlite3_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_store, remove_store)

#endif
