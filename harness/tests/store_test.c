/* The store gives back what it was given, recognises what is not its own, and keeps what was
 * committed whatever happens to the writer. */
/* SPDX-License-Identifier: MIT */
#include "harness/store/trials.h"
#include "harness/tests/in_folder.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct run a_run = {
    .command = "hchanlab sweep --quick",
    .mode = "quick",
    .environment = "{\"hostname\":\"here\"}",
    .topology = "<topology/>",
    .seed = 0x7fffffffffffffff,
    .processes = 3,
    .samples = 5,
    .window_ns = 8000000,
    .limit_ns = 60000000,
    .kill_ns = 20000000000,
};

static const struct cell a_cell = {
    .name = "handoff/variant=ticket/elem=8/place=l3",
    .scenario = "handoff",
    .variant = "ticket",
    .path = "handoff",
    .op = "send+receive pair",
    .params = {.capacity = PARAM_ABSENT,
               .elem = 8,
               .threads = PARAM_ABSENT,
               .work = PARAM_ABSENT,
               .held = PARAM_ABSENT,
               .lines = PARAM_ABSENT,
               .away = PARAM_ABSENT,
               .geometric = PARAM_ABSENT,
               .place = "l3"},
};

static int64_t add_cell(struct store *s, int64_t *run)
{
    int64_t cell;
    assert_int_equal(store_begin_run(s, &a_run, run), 0);
    assert_int_equal(store_add_cell(s, *run, &a_cell, &cell), 0);
    return cell;
}

static int compare_cell(void *arg, int64_t id, const struct cell *cell)
{
    (void)id;
    ++*(int *)arg;
    assert_memory_equal(cell, &a_cell, sizeof(*cell));
    return 0;
}

static void test_runs_and_cells_come_back(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t id;
    struct run run;
    int cells = 0;
    assert_int_equal(store_find_run(s, 0, &run), -ENOENT);
    add_cell(s, &id);
    assert_int_equal(store_find_run(s, 0, &run), 0);
    assert_int_equal(run.id, id);
    assert_null(run.finished);
    assert_string_equal(run.command, a_run.command);
    assert_string_equal(run.environment, a_run.environment);
    assert_string_equal(run.topology, a_run.topology);
    assert_true(run.seed == a_run.seed);
    assert_int_equal(run.processes, 3);
    assert_int_equal(run.samples, 5);
    assert_int_equal(run.window_ns, 8000000);
    assert_int_equal(run.limit_ns, 60000000);
    assert_true(run.kill_ns == 20000000000);
    assert_int_equal(store_end_run(s, id), 0);
    assert_int_equal(store_find_run(s, id, &run), 0);
    assert_non_null(run.finished);
    assert_int_equal(store_find_run(s, id + 1, &run), -ENOENT);
    assert_int_equal(store_each_cell(s, id, compare_cell, &cells), 0);
    assert_int_equal(cells, 1);
    store_close(s);
}

static void test_samples_come_back_in_order_with_what_is_missing(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    const struct sample b = {1, 0, 100, 2.5, 250, NAN, 2.25, 0.5, NAN, NAN};
    const struct sample a = {0, 3, 1u << 31, 1.25, 1e9, 1, 1.5, 0, 0.75, 0.5};
    assert_int_equal(store_add_sample(s, cell, &b), 0);
    assert_int_equal(store_add_sample(s, cell, &a), 0);
    assert_int_equal(store_add_sample(s, cell, &a), -EEXIST); /* never twice */
    struct sample *back;
    size_t count;
    assert_int_equal(store_samples(s, cell, &back, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(back[0].process, 0);
    assert_int_equal(back[0].index, 3);
    assert_int_equal(back[0].ops, a.ops);
    assert_float_equal(back[0].fairness, 0.75, 0);
    assert_float_equal(back[1].ns_per_op, 2.5, 0);
    assert_true(isnan(back[1].overlap) && isnan(back[1].fairness));
    free(back);
    assert_int_equal(store_samples(s, cell + 1, &back, &count), 0);
    assert_int_equal(count, 0);
    store_close(s);
}

static void test_outcomes_add_up_over_processes(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    struct outcome_count back[8];
    for (uint32_t p = 0; p < 3; p++) {
        assert_int_equal(
            store_add_outcome(s, cell, p, &(struct outcome_count){"send_park", 10 + p, 100}), 0);
        assert_int_equal(store_add_outcome(s, cell, p, &(struct outcome_count){"pure", 99, 100}),
                         0);
    }
    assert_int_equal(store_outcomes(s, cell, back, 8), 2);
    assert_string_equal(back[0].name, "pure");
    assert_int_equal(back[0].count, 297);
    assert_int_equal(back[1].count, 33);
    assert_int_equal(back[1].ops, 300);
    store_close(s);
}

static void test_more_than_there_is_room_for_is_an_error_and_not_cut(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    struct outcome_count outcomes[3];
    struct counter counters[3];
    for (unsigned i = 0; i < 3; i++) {
        struct outcome_count outcome = {.count = i, .ops = 1};
        struct counter counter = {.domain = "user", .reason = "not here"};
        snprintf(outcome.name, sizeof(outcome.name), "outcome-%u", i);
        snprintf(counter.name, sizeof(counter.name), "counter-%u", i);
        assert_int_equal(store_add_outcome(s, cell, 0, &outcome), 0);
        assert_int_equal(store_add_counter(s, cell, 0, &counter), 0);
    }
    assert_int_equal(store_outcomes(s, cell, outcomes, 3), 3);
    assert_int_equal(store_counters(s, cell, counters, 3), 3);
    assert_int_equal(store_outcomes(s, cell, outcomes, 2), -E2BIG);
    assert_non_null(strstr(store_error(s), "more than 2 outcomes"));
    assert_int_equal(store_counters(s, cell, counters, 2), -E2BIG);
    assert_non_null(strstr(store_error(s), "more than 2 counters"));
    store_close(s);
}

static void test_counters_are_medians_and_missing_ones_keep_their_reason(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    struct counter back[8];
    const double values[] = {5, 1, 2};
    for (uint32_t p = 0; p < 3; p++) {
        assert_int_equal(store_add_counter(s, cell, p,
                                           &(struct counter){.name = "PAPI_L1_DCM",
                                                             .domain = "user",
                                                             .available = true,
                                                             .per_op = values[p]}),
                         0);
        assert_int_equal(
            store_add_counter(
                s, cell, p,
                &(struct counter){.name = "PAPI_CA_SNP", .domain = "user", .reason = "not here"}),
            0);
    }
    assert_int_equal(store_counters(s, cell, back, 8), 2);
    for (int i = 0; i < 2; i++) {
        bool there = strcmp(back[i].name, "PAPI_L1_DCM") == 0;
        assert_int_equal(back[i].available, there);
        if (there)
            assert_float_equal(back[i].per_op, 2.0, 0);
        else
            assert_string_equal(back[i].reason, "not here");
    }
    store_close(s);
}

static void test_histograms_add_up_over_processes(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    struct latency *h = calloc(2, sizeof(*h));
    strcpy(h->side, "send");
    for (uint32_t p = 0; p < 2; p++) {
        h->bucket[0] = 1;
        h->bucket[77] = 10 * (p + 1);
        h->bucket[HIST_BUCKETS - 1] = 3;
        h->count = h->bucket[0] + h->bucket[77] + 3;
        h->min_ns = p ? 5 : 0;
        h->max_ns = p ? 1e12 : 77;
        assert_int_equal(store_add_latency(s, cell, p, h), 0);
    }
    assert_int_equal(store_latency(s, cell, "send", &h[1]), 0);
    assert_int_equal(h[1].bucket[77], 30);
    assert_int_equal(h[1].bucket[HIST_BUCKETS - 1], 6);
    assert_int_equal(h[1].count, 14 + 24);
    assert_float_equal(h[1].min_ns, 0.0, 0);
    assert_float_equal(h[1].max_ns, 1e12, 0);
    assert_int_equal(store_latency(s, cell, "recv", &h[1]), -ENOENT);
    free(h);
    store_close(s);
}

static void test_trials_are_counted_by_how_they_ended(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    uint32_t count[TRIAL_STATUSES];
    char message[64];
    assert_int_equal(store_add_trial(s, cell, 0, TRIAL_OK, "", NULL, NULL), 0);
    assert_int_equal(store_add_trial(s, cell, 1, TRIAL_TIMEOUT, "too slow", NULL, NULL), 0);
    assert_int_equal(store_add_trial(s, cell, 2, TRIAL_OK, "", NULL, NULL), 0);
    assert_int_equal(store_trials(s, cell, count, message, sizeof(message)), 0);
    assert_int_equal(count[TRIAL_OK], 2);
    assert_int_equal(count[TRIAL_TIMEOUT], 1);
    assert_string_equal(message, "too slow");
    store_close(s);
}

static const struct others_shares some_others = {0.25, 0.125};

static void test_what_others_used_is_kept_for_each_process(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    struct trial_others *others;
    size_t count;
    assert_int_equal(store_add_trial(s, cell, 2, TRIAL_FAILED, "no", &some_others, NULL), 0);
    assert_int_equal(store_add_trial(s, cell, 0, TRIAL_OK, "", NULL, NULL), 0);
    assert_int_equal(
        store_add_trial(s, cell, 1, TRIAL_OK, "", &(struct others_shares){0, NAN}, NULL), 0);
    assert_int_equal(store_trial_others(s, cell, &others, &count), 0);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(others[i].process, i);
    assert_true(isnan(others[0].shares.programs) && isnan(others[0].shares.host));
    assert_true(others[1].shares.programs == 0 && isnan(others[1].shares.host));
    assert_true(others[2].shares.programs == 0.25 && others[2].shares.host == 0.125);
    free(others);
    assert_int_equal(store_trial_others(s, cell + 1, &others, &count), 0);
    assert_int_equal(count, 0);
    assert_null(others);
    store_close(s);
}

/* Given skips as older versions stored them, then those for want of something are read as such. */
static void test_what_a_channel_lacks_is_read_from_older_stores(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    uint32_t count[TRIAL_STATUSES];
    char message[64];
    assert_int_equal(store_add_trial(s, cell, 0, TRIAL_SKIPPED, "lacks rendezvous", NULL, NULL), 0);
    assert_int_equal(store_add_trial(s, cell, 1, TRIAL_LACKING, "lacks rendezvous", NULL, NULL), 0);
    assert_int_equal(
        store_add_trial(s, cell, 2, TRIAL_SKIPPED, "the PU lacks rendezvous", NULL, NULL), 0);
    assert_int_equal(store_trials(s, cell, count, message, sizeof(message)), 0);
    assert_int_equal(count[TRIAL_LACKING], 2);
    assert_int_equal(count[TRIAL_SKIPPED], 1);
    store_close(s);
}

static void run_sql(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void refuse_both(const char *says)
{
    assert_null(store_open(path, STORE_READ, error, sizeof(error)));
    assert_non_null(strstr(error, says));
    assert_null(store_open(path, STORE_WRITE, error, sizeof(error)));
    assert_non_null(strstr(error, says));
}

static void test_what_is_not_a_store_is_refused(void **state)
{
    (void)state;
    assert_null(store_open(path, STORE_READ, error, sizeof(error))); /* not there */
    assert_non_null(strstr(error, "hchanlab sweep"));
    assert_int_not_equal(access(path, F_OK), 0); /* and not made */
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is a letter\n", f);
    fclose(f);
    refuse_both("is not a store");
    unlink(path);
    run_sql("CREATE TABLE theirs (a)");
    refuse_both("another program's");
    unlink(path);
    store_close(open_store(STORE_WRITE));
    run_sql("PRAGMA user_version = 6");
    refuse_both("newer hchanlab");
}

static int check_work(void *arg, int64_t id, const struct cell *cell)
{
    uint64_t *wanted = arg;
    (void)id;
    assert_int_equal(cell->params.work, *wanted);
    return 0;
}

/* What makes a current store one of an older program: each step takes it back by one version. */
static const char *const older[] = {
    "ALTER TABLE trials DROP COLUMN others_share; ALTER TABLE trials DROP COLUMN steal_meanwhile;"
    "ALTER TABLE trials DROP COLUMN block; ALTER TABLE trials DROP COLUMN position;"
    "ALTER TABLE trials DROP COLUMN started_ms; ALTER TABLE samples DROP COLUMN handovers;"
    "ALTER TABLE runs DROP COLUMN samples; ALTER TABLE runs DROP COLUMN window_ns;"
    "ALTER TABLE runs DROP COLUMN limit_ns; ALTER TABLE runs DROP COLUMN kill_ns;"
    "PRAGMA user_version = 4",
    "DROP INDEX run_names; ALTER TABLE runs DROP COLUMN name; ALTER TABLE runs DROP COLUMN note;"
    "PRAGMA user_version = 3",
    "ALTER TABLE cells ADD COLUMN floor TEXT NOT NULL DEFAULT 'floor-x';"
    "ALTER TABLE cells ADD COLUMN floor_units REAL NOT NULL DEFAULT 7; PRAGMA user_version = 2",
    "ALTER TABLE cells DROP COLUMN work; PRAGMA user_version = 1",
};

static void make_older(size_t steps)
{
    for (size_t i = 0; i <= steps; i++)
        run_sql(older[i]);
}

/* Runs of a store before version 4 have no name, and so none is found by it. */
static void assert_nameless(struct store *s, int64_t id)
{
    struct run run;
    assert_int_equal(store_find_run(s, id, &run), 0);
    assert_string_equal(run.command, a_run.command);
    assert_int_equal(run.samples, 0);
    assert_null(run.name);
    assert_null(run.note);
    assert_int_equal(store_named_run(s, "before", &id), -ENOENT);
}

/* That a process ended is known, but not what others used meanwhile. */
static void assert_others_unknown(struct store *s, int64_t cell)
{
    struct trial_others *others;
    size_t count;
    assert_int_equal(store_trial_others(s, cell, &others, &count), 0);
    assert_int_equal(count, 1);
    assert_true(isnan(others[0].shares.programs) && isnan(others[0].shares.host));
    free(others);
}

/* A store of a program that did not keep what others used while a process ran, knew no names of
 * runs, named the floors, or knew no think time, is read as it is, and is brought up when it is
 * written to. */
static void test_a_store_of_an_older_schema_is_read_and_brought_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(older) / sizeof(older[0]); i++) {
        struct cell cell = {.name = "new", .params = {.work = 100}};
        uint64_t wanted = PARAM_ABSENT;
        int64_t run, id;
        struct store *s = open_store(STORE_WRITE);
        int64_t old = add_cell(s, &run);
        assert_int_equal(store_add_trial(s, old, 0, TRIAL_OK, "", &some_others, NULL), 0);
        store_close(s);
        make_older(i);
        s = open_store(STORE_READ);
        assert_others_unknown(s, old);
        assert_int_equal(store_each_cell(s, run, check_work, &wanted), 0);
        assert_nameless(s, run);
        store_close(s);
        s = open_store(STORE_WRITE);
        assert_int_equal(store_each_cell(s, run, check_work, &wanted), 0);
        assert_nameless(s, run);
        assert_int_equal(store_begin_run(s, &a_run, &run), 0);
        assert_int_equal(store_add_cell(s, run, &cell, &id), 0);
        assert_int_equal(store_add_trial(s, old, 1, TRIAL_OK, "", &some_others, NULL), 0);
        store_close(s);
        wanted = 100;
        s = open_store(STORE_READ);
        assert_int_equal(store_each_cell(s, run, check_work, &wanted), 0);
        store_close(s);
        unlink(path);
    }
}

/* Runs without names may be many; a name is one run's. */
static void test_a_run_is_found_by_its_name(void **state)
{
    (void)state;
    struct run named = a_run, found;
    int64_t id[4], at = 0, by_name;
    struct store *s = open_store(STORE_WRITE);
    assert_int_equal(store_begin_run(s, &a_run, &id[0]), 0);
    named.name = "before";
    named.note = "with the old lock, 1";
    assert_int_equal(store_begin_run(s, &named, &id[1]), 0);
    assert_int_equal(store_begin_run(s, &a_run, &id[2]), 0);
    assert_int_equal(store_begin_run(s, &named, &id[3]), -EEXIST);
    store_close(s);
    s = open_store(STORE_READ);
    assert_int_equal(store_named_run(s, "before", &by_name), 0);
    assert_int_equal(by_name, id[1]);
    assert_int_equal(store_named_run(s, "after", &by_name), -ENOENT);
    assert_int_equal(store_find_run(s, id[1], &found), 0);
    assert_string_equal(found.name, "before");
    assert_string_equal(found.note, "with the old lock, 1");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_next_run(s, &at), 0);
        assert_int_equal(at, id[i]);
    }
    assert_int_equal(store_next_run(s, &at), -ENOENT);
    store_close(s);
}

static void test_a_killed_writer_loses_nothing_that_was_added(void **state)
{
    (void)state;
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *s = store_open(path, STORE_WRITE, error, sizeof(error));
        int64_t run, cell = add_cell(s, &run);
        for (uint32_t i = 0;; i++) {
            store_add_sample(s, cell, &(struct sample){.index = i, .ops = 1, .ns_per_op = i});
            if (i == 200 && write(pipe_fds[1], "x", 1) != 1)
                _exit(1);
        }
    }
    char byte;
    assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    struct store *s = open_store(STORE_READ);
    struct sample *samples;
    size_t count;
    assert_int_equal(store_samples(s, 1, &samples, &count), 0);
    assert_true(count > 200);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(samples[i].index, i);
    free(samples);
    store_close(s);
}

/* What a transaction adds and removes is there when it has been committed, and not before. */
static void test_a_transaction_is_done_whole_or_not(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t run, cell = add_cell(s, &run);
    uint32_t count[TRIAL_STATUSES];
    char message[64];
    assert_int_equal(store_add_trial(s, cell, 0, TRIAL_FAILED, "no", NULL, NULL), 0);
    for (int commit = 0; commit < 2; commit++) {
        assert_int_equal(store_begin(s), 0);
        assert_int_equal(trials_remove(s, cell, 0), 0);
        assert_int_equal(store_add_trial(s, cell, 0, TRIAL_OK, "", NULL, NULL), 0);
        assert_int_equal(store_raise_fact(s, run, "retried", 2), 0);
        if (commit)
            assert_int_equal(store_commit(s), 0);
        else
            store_rollback(s);
        assert_int_equal(store_trials(s, cell, count, message, sizeof(message)), 0);
        assert_int_equal(count[TRIAL_OK], commit);
        assert_int_equal(count[TRIAL_FAILED], !commit);
    }
    struct run found;
    assert_int_equal(store_raise_fact(s, run, "retried", 1), 0);
    assert_int_equal(store_find_run(s, run, &found), 0);
    assert_non_null(strstr(found.environment, "\"retried\":3"));
    store_close(s);
}

/* A disk that fills up: here a limit on the size of a file. */
static void test_a_full_disk_is_an_error_and_what_was_added_stays(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        struct store *s = store_open(path, STORE_WRITE, error, sizeof(error));
        int64_t run, cell = add_cell(s, &run);
        struct rlimit small = {300000, 300000};
        setrlimit(RLIMIT_FSIZE, &small);
        uint32_t i = 0;
        while (store_add_sample(s, cell, &(struct sample){.index = i, .ns_per_op = 1}) == 0)
            i++;
        _exit(store_error(s)[0] && i > 10 ? (int)(i % 199) : 255);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), 255);
    struct store *s = open_store(STORE_READ);
    struct sample *samples;
    size_t count;
    assert_int_equal(store_samples(s, 1, &samples, &count), 0);
    assert_int_equal(count % 199, WEXITSTATUS(status));
    free(samples);
    store_close(s);
}

/* SQLite would take the first for no file at all, and the others for addresses. */
static void test_a_name_is_a_name_and_nothing_else(void **state)
{
    static const char *const names[] = {":memory:", "file:x.db?mode=memory", "file:y.db", "-z"};
    char before[256];
    (void)state;
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int64_t id;
        struct run run;
        struct store *s = store_open(names[i], STORE_WRITE, error, sizeof(error));
        if (!s)
            fail_msg("%s", error);
        assert_int_equal(store_begin_run(s, &a_run, &id), 0);
        store_close(s);
        assert_int_equal(access(names[i], F_OK), 0);
        s = store_open(names[i], STORE_READ, error, sizeof(error));
        assert_non_null(s);
        assert_int_equal(store_find_run(s, id, &run), 0);
        store_close(s);
    }
    assert_int_equal(chdir(before), 0);
}

static void test_a_store_that_was_taken_away_is_noticed(void **state)
{
    char elsewhere[160];
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    assert_int_equal(store_check_place(s), 0);
    snprintf(elsewhere, sizeof(elsewhere), "%s.away", path);
    assert_int_equal(rename(path, elsewhere), 0);
    assert_int_equal(store_check_place(s), -ENOENT);
    store_close(open_store(STORE_WRITE)); /* another one in its place */
    assert_int_equal(store_check_place(s), -ENOENT);
    assert_non_null(strstr(store_error(s), "removed or replaced"));
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_runs_and_cells_come_back),
        TEST(test_samples_come_back_in_order_with_what_is_missing),
        TEST(test_outcomes_add_up_over_processes),
        TEST(test_more_than_there_is_room_for_is_an_error_and_not_cut),
        TEST(test_counters_are_medians_and_missing_ones_keep_their_reason),
        TEST(test_histograms_add_up_over_processes),
        TEST(test_trials_are_counted_by_how_they_ended),
        TEST(test_what_a_channel_lacks_is_read_from_older_stores),
        TEST(test_what_is_not_a_store_is_refused),
        TEST(test_a_name_is_a_name_and_nothing_else),
        TEST(test_a_store_that_was_taken_away_is_noticed),
        TEST(test_what_others_used_is_kept_for_each_process),
        TEST(test_a_store_of_an_older_schema_is_read_and_brought_up),
        TEST(test_a_run_is_found_by_its_name),
        TEST(test_a_killed_writer_loses_nothing_that_was_added),
        TEST(test_a_transaction_is_done_whole_or_not),
        TEST(test_a_full_disk_is_an_error_and_what_was_added_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
