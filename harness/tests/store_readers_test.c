/* Readers of a store need the right to read its files, write nothing, and leave nothing behind that
 * could keep anybody from it: at rest, while it is written, and after its writer was killed.
 * Readers and writers are processes of their own, as SQLite keeps one state of a file for each
 * process. */
/* SPDX-License-Identifier: MIT */
#include "harness/tests/in_folder.h"
#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OWNER = 61001, READER = 61002, CANNOT = 77 };

static const struct sample a_sample = {.ops = 1, .ns_per_op = 1, .window_ns = 1};

static int64_t add_run(struct store *s)
{
    const struct run run = {.command = "c", .mode = "m", .environment = "{}", .topology = ""};
    int64_t id, cell;
    assert_int_equal(store_begin_run(s, &run, &id), 0);
    assert_int_equal(store_add_cell(s, id, &(struct cell){.name = "x"}, &cell), 0);
    assert_int_equal(store_add_sample(s, cell, &a_sample), 0);
    return cell;
}

/* 0 if the store can be read and has so many samples of its first cell. */
static int read_store(size_t wanted)
{
    struct sample *samples = NULL;
    size_t count = 0;
    struct store *s = store_open(path, STORE_READ, error, sizeof(error));
    if (!s) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    int status = store_samples(s, 1, &samples, &count);
    free(samples);
    store_close(s);
    return status || count != wanted ? 2 : 0;
}

static bool become(uid_t user)
{
    return user == getuid() ||
           (geteuid() == 0 && setresgid(user, user, user) == 0 && setresuid(user, user, user) == 0);
}

/* Reads in another process, as that user. */
static int read_elsewhere(uid_t user, size_t wanted)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(become(user) ? read_store(wanted) : CANNOT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Writes another run into the store in another process, as that user; it is killed instead of
 * closing the store, if so wanted. 0 if that went well. */
static int write_elsewhere(uid_t user, bool killed)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct store *s = become(user) ? store_open(path, STORE_WRITE, error, sizeof(error)) : NULL;
        if (!s) {
            fprintf(stderr, "%s\n", error);
            _exit(user == getuid() ? 1 : CANNOT);
        }
        add_run(s);
        if (killed)
            kill(getpid(), SIGKILL);
        store_close(s);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return killed ? !WIFSIGNALED(status) : WEXITSTATUS(status);
}

/* What the folder holds: names, sizes, owners, times of change, and a sum of each content. */
static char *look(void)
{
    struct dirent **entries;
    char *seen = NULL;
    size_t size;
    FILE *out = open_memstream(&seen, &size);
    int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(out && count >= 0);
    for (int i = 0; i < count; i++) {
        char name[512];
        struct stat st;
        uint64_t sum = 0;
        snprintf(name, sizeof(name), "%s/%s", folder, entries[i]->d_name);
        FILE *f = stat(name, &st) == 0 && S_ISREG(st.st_mode) ? fopen(name, "r") : NULL;
        for (int c; f && (c = fgetc(f)) != EOF;)
            sum = sum * 31 + (uint64_t)c;
        if (f) {
            fclose(f);
            fprintf(out, "%s %lld %u %lld.%09ld %llx\n", entries[i]->d_name, (long long)st.st_size,
                    st.st_uid, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                    (unsigned long long)sum);
        }
        free(entries[i]);
    }
    free(entries);
    fclose(out);
    return seen;
}

/* The user reads the store, and the folder is afterwards what it was before. */
static void assert_read_without_a_trace(uid_t user, size_t samples)
{
    char *before = look();
    assert_int_equal(read_elsewhere(user, samples), 0);
    char *after = look();
    assert_string_equal(after, before);
    free(before);
    free(after);
}

static void run_sql(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_a_store_at_rest_is_one_file(void **state)
{
    (void)state;
    struct store *s = open_store(STORE_WRITE);
    add_run(s);
    store_close(s);
    char *seen = look();
    assert_memory_equal(seen, "lab.db ", 7);
    assert_ptr_equal(strchr(seen, '\n'), seen + strlen(seen) - 1);
    free(seen);
    assert_read_without_a_trace(getuid(), 1);
}

static void test_a_store_of_before_is_read_as_it_is(void **state)
{
    (void)state;
    store_close(open_store(STORE_WRITE));
    run_sql("PRAGMA journal_mode = WAL");
    assert_int_equal(read_elsewhere(getuid(), 0), 0);
    assert_read_without_a_trace(getuid(), 0);
}

/* A writer in a process of its own: it adds a run, and then a sample each time that it is told to,
 * and closes the store once nobody can tell it any more. */
static struct {
    pid_t pid;
    int tell, told;
} writer;

static void write_when_told(int tell, int told)
{
    char byte;
    struct sample next = a_sample;
    struct store *s = open_store(STORE_WRITE);
    int64_t cell = add_run(s);
    while (write(told, "", 1) == 1 && read(tell, &byte, 1) == 1) {
        next.index++;
        assert_int_equal(store_add_sample(s, cell, &next), 0);
    }
    store_close(s);
}

static void wait_for_writer(void)
{
    char byte;
    assert_int_equal(read(writer.told, &byte, 1), 1);
}

static void start_writer(void)
{
    int tell[2], told[2];
    assert_int_equal(pipe(tell), 0);
    assert_int_equal(pipe(told), 0);
    writer.pid = fork();
    if (writer.pid == 0) {
        close(tell[1]);
        close(told[0]);
        write_when_told(tell[0], told[1]);
        _exit(0);
    }
    close(tell[0]);
    close(told[1]);
    writer.tell = tell[1];
    writer.told = told[0];
    wait_for_writer();
}

static void tell_writer(void)
{
    assert_int_equal(write(writer.tell, "", 1), 1);
    wait_for_writer();
}

static void end_writer(void)
{
    int status;
    close(writer.tell);
    assert_int_equal(waitpid(writer.pid, &status, 0), writer.pid);
    assert_int_equal(status, 0);
    close(writer.told);
}

static void test_a_store_is_read_while_it_is_written(void **state)
{
    (void)state;
    start_writer();
    for (size_t i = 1; i < 4; i++) {
        assert_read_without_a_trace(getuid(), i);
        tell_writer();
    }
    end_writer();
    assert_read_without_a_trace(getuid(), 4);
}

static void test_what_a_killed_writer_left_is_read_and_stays(void **state)
{
    (void)state;
    assert_int_equal(write_elsewhere(getuid(), true), 0);
    assert_read_without_a_trace(getuid(), 1);
    /* Nor does a reader need the log's index, which somebody may have left behind. */
    char index[160];
    snprintf(index, sizeof(index), "%s-shm", path);
    assert_int_equal(unlink(index), 0);
    assert_read_without_a_trace(getuid(), 1);
    assert_int_equal(write_elsewhere(getuid(), false), 0);
}

/* Given a folder that everybody may write in, and a store that only its owner may write, when
 * others read it, then the owner can write it as before. */
static void test_a_reader_keeps_nobody_from_writing(void **state)
{
    (void)state;
    assert_int_equal(chmod(folder, 01777), 0);
    if (write_elsewhere(OWNER, false) == CANNOT)
        skip();
    assert_read_without_a_trace(READER, 1);
    assert_int_equal(write_elsewhere(OWNER, true), 0);
    assert_read_without_a_trace(READER, 1);
    assert_int_equal(write_elsewhere(OWNER, false), 0);
    assert_read_without_a_trace(READER, 1);
    run_sql("PRAGMA journal_mode = WAL"); /* as older programs left it */
    assert_read_without_a_trace(READER, 1);
    assert_int_equal(write_elsewhere(OWNER, false), 0);
}

static void test_what_is_read_only_is_read_while_its_owner_writes(void **state)
{
    (void)state;
    start_writer();
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    int status = read_elsewhere(READER, 1);
    if (status != CANNOT)
        assert_read_without_a_trace(READER, 1);
    assert_int_equal(chmod(folder, 0755), 0); /* for a writer that is not root */
    end_writer();
    assert_int_equal(chmod(folder, 0555), 0);
    if (status == CANNOT)
        skip();
    assert_read_without_a_trace(READER, 1);
}

/* A change that was cut short is undone by the next who writes, and not by a reader. */
static void test_a_change_that_was_cut_short_is_told_and_stays(void **state)
{
    char journal[160];
    (void)state;
    store_close(open_store(STORE_WRITE));
    snprintf(journal, sizeof(journal), "%s-journal", path);
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *db; /* a cache of one page: the change reaches the file before it is complete */
        sqlite3_open(path, &db);
        sqlite3_exec(db,
                     "PRAGMA cache_size = 1; BEGIN; CREATE TABLE a (b);"
                     "INSERT INTO a SELECT randomblob(5000) FROM sqlite_master;"
                     "INSERT INTO a SELECT randomblob(5000) FROM a;",
                     NULL, NULL, NULL);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(access(journal, F_OK), 0);
    char *before = look();
    assert_null(store_open(path, STORE_READ, error, sizeof(error)));
    if (!strstr(error, "was left in the middle of a change: sweep into it once more"))
        fail_msg("%s", error);
    char *after = look();
    assert_string_equal(after, before);
    free(before);
    free(after);
    store_close(open_store(STORE_WRITE));
    assert_read_without_a_trace(getuid(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_store_at_rest_is_one_file),
        TEST(test_a_store_of_before_is_read_as_it_is),
        TEST(test_a_store_is_read_while_it_is_written),
        TEST(test_what_a_killed_writer_left_is_read_and_stays),
        TEST(test_a_reader_keeps_nobody_from_writing),
        TEST(test_what_is_read_only_is_read_while_its_owner_writes),
        TEST(test_a_change_that_was_cut_short_is_told_and_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
