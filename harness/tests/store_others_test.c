/* The store among others: other programs' files, other processes, folders that can't be written. */
/* SPDX-License-Identifier: MIT */
#include "harness/tests/in_folder.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t add_cell(struct store *s, const char *name)
{
    static const struct run run = {
        .command = "c", .mode = "quick", .environment = "{}", .topology = ""};
    struct cell cell = {.scenario = "s"};
    int64_t run_id, id;
    snprintf(cell.name, sizeof(cell.name), "%s", name);
    assert_int_equal(store_begin_run(s, &run, &run_id), 0);
    assert_int_equal(store_add_cell(s, run_id, &cell, &id), 0);
    return id;
}

/* The bytes of a file beside the store, `suffix` being the end of its name; the caller frees. */
static char *contents(const char *suffix, size_t *size)
{
    char name[160];
    snprintf(name, sizeof(name), "%s%s", path, suffix);
    FILE *f = fopen(name, "r");
    assert_non_null(f);
    char *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *size = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}

static void sql(sqlite3 *db, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
}

/* A child that leaves a database with its log beside it, as a killed program does. */
static void leave_a_logged_database(void)
{
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *db;
        bool ok = sqlite3_open(path, &db) == SQLITE_OK &&
                  sqlite3_exec(db,
                               "PRAGMA journal_mode = WAL; CREATE TABLE theirs (a);"
                               "INSERT INTO theirs VALUES ('precious')",
                               NULL, NULL, NULL) == SQLITE_OK;
        _exit(!ok);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_another_programs_database_and_log_keep_every_byte(void **state)
{
    (void)state;
    size_t size[4];
    leave_a_logged_database();
    char *db = contents("", &size[0]), *log = contents("-wal", &size[1]);
    assert_true(size[1] > 0);
    for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
        assert_null(store_open(path, (enum store_mode)mode, error, sizeof(error)));
        assert_non_null(strstr(error, "another program's"));
        char *db_after = contents("", &size[2]), *log_after = contents("-wal", &size[3]);
        assert_int_equal(size[0], size[2]);
        assert_int_equal(size[1], size[3]);
        assert_memory_equal(db, db_after, size[0]);
        assert_memory_equal(log, log_after, size[1]);
        free(db_after);
        free(log_after);
    }
    free(db);
    free(log);
}

/* A store cut to its first `size` bytes is refused, or says so when it is read; it never passes for
 * a whole one. */
static bool admits_its_damage(off_t size)
{
    struct sample *samples = NULL;
    size_t count = 0;
    assert_int_equal(truncate(path, size), 0);
    struct store *s = store_open(path, STORE_READ, error, sizeof(error));
    if (!s)
        return error[0] != '\0';
    bool admits = store_samples(s, 1, &samples, &count) != 0 && store_error(s)[0] != '\0';
    free(samples);
    store_close(s);
    return admits;
}

static void test_a_truncated_store_never_passes_for_a_whole_one(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t cell = add_cell(s, "x");
    for (uint32_t i = 0; i < 2000; i++)
        assert_int_equal(
            store_add_sample(s, cell, &(struct sample){.index = i, .ops = 1, .ns_per_op = 1}), 0);
    store_close(s);
    struct stat whole;
    assert_int_equal(stat(path, &whole), 0);
    for (off_t size = whole.st_size - 4096; size > 0; size -= 4096)
        if (!admits_its_damage(size))
            fail_msg("cut to %ld of %ld bytes", (long)size, (long)whole.st_size);
    assert_true(admits_its_damage(50));
    assert_true(admits_its_damage(0));
}

static void test_a_damaged_histogram_is_an_error(void **state)
{
    (void)state;
    static const char *const damage[] = {
        "UPDATE latencies SET buckets = x'00'", "UPDATE latencies SET buckets = x''",
        "UPDATE latencies SET buckets = x'ffff0000000000000100000000000000'",
        "UPDATE latencies SET count = count + 1"};
    struct latency *h = calloc(1, sizeof(*h));
    for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
        struct store *s = open_store(STORE_WRITE);
        int64_t cell = add_cell(s, "x");
        memset(h, 0, sizeof(*h));
        strcpy(h->side, "send");
        h->bucket[300] = h->count = 5;
        assert_int_equal(store_add_latency(s, cell, 0, h), 0);
        assert_int_equal(store_latency(s, cell, "send", h), 0);
        assert_int_equal(h->bucket[300], 5);
        sqlite3 *db;
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        sql(db, damage[i]);
        sqlite3_close(db);
        assert_int_equal(store_latency(s, cell, "send", h), -EBADMSG);
        assert_true(store_error(s)[0] != '\0');
        store_close(s);
    }
    free(h);
}

static int open_and_add(unsigned writer, unsigned samples)
{
    char name[16];
    struct store *s = store_open(path, STORE_WRITE, error, sizeof(error));
    if (!s) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    snprintf(name, sizeof(name), "writer-%u", writer);
    int64_t cell = add_cell(s, name);
    int status = 0;
    for (uint32_t i = 0; i < samples && !status; i++)
        status = store_add_sample(s, cell,
                                  &(struct sample){.index = i, .ops = writer + 1, .ns_per_op = i});
    if (status)
        fprintf(stderr, "%s\n", store_error(s));
    store_close(s);
    return status != 0;
}

static int count_samples_of_writer(void *arg, int64_t id, const struct cell *cell)
{
    (void)cell;
    struct sample *samples;
    size_t count;
    int status = store_samples(arg, id, &samples, &count);
    assert_int_equal(count, 50);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(samples[i].index, i);
    free(samples);
    return status;
}

/* Sweeps that start together on a store that is not there yet: one makes it, all write to it. */
static void test_writers_that_start_together_lose_nothing(void **state)
{
    enum { ROUNDS = 10, WRITERS = 4, SAMPLES = 50 };
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < WRITERS; i++)
            if (fork() == 0)
                _exit(open_and_add(i, SAMPLES));
        for (unsigned i = 0; i < WRITERS; i++) {
            int status;
            assert_true(wait(&status) > 0);
            assert_int_equal(status, 0);
        }
        struct store *s = open_store(STORE_READ);
        for (int64_t run = 1; run <= WRITERS; run++)
            assert_int_equal(store_each_cell(s, run, count_samples_of_writer, s), 0);
        struct run none;
        assert_int_equal(store_find_run(s, WRITERS + 1, &none), -ENOENT);
        store_close(s);
        unlink(path);
    }
}

/* What was read of a run outlives the reading, and pins no state of the file that another writer
 * then moves on from. */
static void test_a_run_that_was_found_does_not_stand_in_the_way_of_writing(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE), *other;
    int64_t cell = add_cell(s, "x");
    struct run run;
    assert_int_equal(store_find_run(s, 0, &run), 0);
    other = open_store(STORE_WRITE);
    add_cell(other, "y");
    store_close(other);
    if (store_add_sample(s, cell, &(struct sample){.ops = 1, .ns_per_op = 1}))
        fail_msg("%s", store_error(s));
    assert_string_equal(run.command, "c");
    assert_string_equal(run.topology, "");
    assert_null(run.finished);
    store_close(s);
}

enum { NOBODY = 65534 };

/* In a child that is not root, since root may write anywhere: 0 if the store can be read and is
 * refused to a writer. */
static int read_without_rights(void)
{
    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY))
        return 77;
    if (access(folder, W_OK) == 0)
        return 77;
    if (store_open(path, STORE_WRITE, error, sizeof(error)) || !strstr(error, "can't be"))
        return 1;
    struct store *s = store_open(path, STORE_READ, error, sizeof(error));
    if (!s) {
        fprintf(stderr, "%s\n", error);
        return 2;
    }
    struct sample *samples = NULL;
    size_t count = 0;
    int status = store_samples(s, 1, &samples, &count);
    free(samples);
    store_close(s);
    return status || count != 1 ? 3 : 0;
}

static void test_a_store_in_a_read_only_folder_can_be_read(void **state)
{
    (void)state;
    /* A name that would go wrong if it were pasted into a URI. */
    snprintf(path, sizeof(path), "%s/lab?#%%41.db", folder);
    struct store *s = open_store(STORE_WRITE);
    int64_t cell = add_cell(s, "x");
    assert_int_equal(store_add_sample(s, cell, &(struct sample){.ops = 1, .ns_per_op = 1}), 0);
    store_close(s);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(read_without_rights());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

/* The same for a file that can't be written in a folder that can: 0 if the refusal says what to do.
 */
static int write_without_rights(void)
{
    if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY))
        return 77;
    if (access(path, W_OK) == 0)
        return 77;
    if (store_open(path, STORE_WRITE, error, sizeof(error)))
        return 1;
    bool says = strstr(error, path) && strstr(error, ": let it be written, or name another") &&
                strstr(error, "--db") && !strchr(error, '\n');
    if (!says)
        fprintf(stderr, "%s\n", error);
    struct store *s = store_open(path, STORE_READ, error, sizeof(error));
    store_close(s);
    return says && s ? 0 : 2;
}

static void test_a_store_that_is_read_only_is_refused_to_writers_with_a_remedy(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    add_cell(s, "x");
    store_close(s);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(write_without_rights());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

static void test_places_where_no_store_can_be_say_so(void **state)
{
    (void)state;
    static const char *const places[] = {"/proc/lab.db", "/dev/full", "/dev/null", "/",
                                         "/proc/self/status"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        error[0] = '\0';
        assert_null(store_open(places[i], STORE_WRITE, error, sizeof(error)));
        assert_non_null(strstr(error, places[i]));
        assert_non_null(strstr(error, "--db"));
        assert_null(strchr(error, '\n'));
        assert_null(store_open(places[i], STORE_READ, error, sizeof(error)));
    }
    /* A device gets no journal beside it. */
    assert_int_not_equal(access("/dev/null-journal", F_OK), 0);
    assert_int_not_equal(access("/dev/full-journal", F_OK), 0);
}

static void test_no_room_for_a_new_store_leaves_nothing_that_passes_for_one(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit small = {6000, 6000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &small);
        struct store *s = store_open(path, STORE_WRITE, error, sizeof(error));
        _exit(s != NULL || !strstr(error, "can't be written ("));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_null(store_open(path, STORE_READ, error, sizeof(error)));
    /* With room again, the same name serves. */
    store_close(open_store(STORE_WRITE));
    store_close(open_store(STORE_READ));
}

static void test_failures_have_the_errno_that_fits(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t cell = add_cell(s, "x"), id;
    assert_int_equal(store_add_sample(s, cell, &(struct sample){.ns_per_op = NAN}), -EINVAL);
    assert_int_equal(store_add_trial(s, cell + 1, 0, TRIAL_OK, "", NULL, NULL), -ENOENT);
    assert_int_equal(store_add_cell(s, 1, &(struct cell){.name = "x"}, &id), -EEXIST);
    assert_true(store_error(s)[0] != '\0');
    store_close(s);
    s = open_store(STORE_READ);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sql(db, "DROP TABLE samples");
    sqlite3_close(db);
    struct sample *samples;
    size_t count;
    assert_true(store_samples(s, cell, &samples, &count) < 0);
    assert_non_null(strstr(store_error(s), "samples"));
    assert_null(samples);
    store_close(s);
}

static void test_a_counter_missing_in_one_process_does_not_pull_the_median(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    int64_t cell = add_cell(s, "x");
    struct counter c = {.name = "L1", .domain = "user", .reason = "busy"}, back[2];
    assert_int_equal(store_add_counter(s, cell, 0, &c), 0);
    assert_int_equal(store_counters(s, cell, back, 2), 1);
    assert_false(back[0].available);
    assert_string_equal(back[0].reason, "busy");
    for (uint32_t i = 1; i <= 4; i++) {
        c = (struct counter){.name = "L1", .domain = "user", .available = true, .per_op = i};
        assert_int_equal(store_add_counter(s, cell, i, &c), 0);
    }
    assert_int_equal(store_counters(s, cell, back, 2), 1);
    assert_true(back[0].available);
    assert_float_equal(back[0].per_op, 2.5, 0);
    assert_string_equal(back[0].reason, "");
    store_close(s);
}

static int append_schema(void *text, int columns, char **values, char **names)
{
    (void)columns;
    (void)names;
    strncat(text, values[0], 8191 - strlen(text));
    return 0;
}

static void schema_of(sqlite3 *db, char text[8192])
{
    text[0] = '\0';
    assert_int_equal(sqlite3_exec(db, "SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY 1",
                                  append_schema, text, NULL),
                     SQLITE_OK);
}

static void test_a_store_has_the_schema_of_the_file_to_the_byte(void **state)
{
    (void)state;
    static char wanted[8192], made[8192], file[16384];
    FILE *f = fopen(SOURCE_DIR "/results/schema.sql", "r");
    assert_non_null(f);
    file[fread(file, 1, sizeof(file) - 1, f)] = '\0';
    fclose(f);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    sql(db, file);
    schema_of(db, wanted);
    sqlite3_close(db);
    store_close(open_store(STORE_WRITE));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    schema_of(db, made);
    sqlite3_close(db);
    assert_true(strlen(wanted) > 1000);
    assert_string_equal(made, wanted);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_another_programs_database_and_log_keep_every_byte),
        TEST(test_a_truncated_store_never_passes_for_a_whole_one),
        TEST(test_a_damaged_histogram_is_an_error),
        TEST(test_writers_that_start_together_lose_nothing),
        TEST(test_a_run_that_was_found_does_not_stand_in_the_way_of_writing),
        TEST(test_a_store_in_a_read_only_folder_can_be_read),
        TEST(test_a_store_that_is_read_only_is_refused_to_writers_with_a_remedy),
        TEST(test_places_where_no_store_can_be_say_so),
        TEST(test_no_room_for_a_new_store_leaves_nothing_that_passes_for_one),
        TEST(test_failures_have_the_errno_that_fits),
        TEST(test_a_counter_missing_in_one_process_does_not_pull_the_median),
        TEST(test_a_store_has_the_schema_of_the_file_to_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
