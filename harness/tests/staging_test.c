/* Reports are put in place together or not at all, and take the older one's files with them. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/files.h"
#include "harness/tell/staging.h"
#include "scripts/test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], place[128];

static int make(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/hchanlab-staging-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(place, sizeof(place), "%s/a/report", folder);
    return 0;
}

static int clean(void **state)
{
    char line[128];
    (void)state;
    snprintf(line, sizeof(line), "rm -rf '%s'", folder);
    return system(line);
}

static void put(const char *report, const char *name, const char *text)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof(path), "%s/%s", report, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* What a file of the report says; NULL where it is not there. The next call overwrites it. */
static const char *says(const char *name)
{
    static char text[64];
    char path[PATH_MAX + 64];
    snprintf(path, sizeof(path), "%s/%s", place, name);
    FILE *f = fopen(path, "r");
    if (!f)
        return NULL;
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    fclose(f);
    return text;
}

/* A report with a page, a plot and a table, all of which say `text`. */
static void report(const char *plot, const char *text)
{
    struct staging s;
    assert_int_equal(staging_begin(&s, place), 0);
    put(s.made, plot, text);
    put(s.made, "index.html", text);
    put(s.made, "data/cells.tsv", text);
    assert_int_equal(staging_commit(&s), 0);
    assert_int_equal(access(s.made, F_OK), -1);
}

static void test_a_report_takes_the_older_ones_files_with_it_and_no_others(void **state)
{
    (void)state;
    report("old.svg", "1");
    put(place, "mine.svg", "of the user");
    report("new.svg", "2");
    assert_string_equal(says("index.html"), "2");
    assert_string_equal(says("data/cells.tsv"), "2");
    assert_string_equal(says("new.svg"), "2");
    assert_null(says("old.svg"));
    assert_string_equal(says("mine.svg"), "of the user");
}

static void test_what_is_abandoned_leaves_the_older_report_as_it_was(void **state)
{
    struct staging s;
    (void)state;
    report("old.svg", "1");
    assert_int_equal(staging_begin(&s, place), 0);
    put(s.made, "index.html", "2");
    put(s.made, "data/cells.tsv", "2");
    staging_abandon(&s);
    assert_int_equal(access(s.made, F_OK), -1);
    assert_string_equal(says("index.html"), "1");
    assert_string_equal(says("data/cells.tsv"), "1");
    assert_string_equal(says("old.svg"), "1");
}

static bool stands(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Stages a report of a page and a table, and tries to put it in place. */
static int try_report(const char *text)
{
    struct staging s;
    assert_int_equal(staging_begin(&s, place), 0);
    put(s.made, "index.html", text);
    put(s.made, "data/cells.tsv", text);
    return staging_commit(&s);
}

static void test_what_is_of_others_is_not_replaced_nor_anything_else_then(void **state)
{
    char path[PATH_MAX];
    struct staging s;
    (void)state;
    report("old.svg", "1");
    put(place, "data/files.txt", "index.html\nold.svg\n"); /* so the table is not ours */
    assert_int_equal(try_report("2"), -EEXIST);
    assert_string_equal(says("index.html"), "1");
    assert_string_equal(says("data/cells.tsv"), "1");
    assert_string_equal(says("old.svg"), "1");
    put(place, "data/files.txt", "old.svg\n"); /* some list: nothing is ours */
    assert_int_equal(staging_begin(&s, place), -EEXIST);
    assert_string_equal(s.blocked, "index.html");
    snprintf(path, sizeof(path), "%s/index.html", place);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(try_report("2"), -EEXIST); /* the list itself */
    assert_string_equal(says("data/files.txt"), "old.svg\n");
    assert_int_equal(mkdir(path, 0777), 0);
    assert_int_equal(staging_begin(&s, place), -EISDIR);
    assert_string_equal(says("data/cells.tsv"), "1");
    assert_int_equal(rmdir(path), 0);
    put(place, "data/files.txt", "index.html\ndata/cells.tsv\nold.svg\n");
    assert_int_equal(try_report("2"), 0);
    assert_null(says("old.svg"));
    assert_string_equal(says("data/cells.tsv"), "2");
}

static void test_what_a_killed_report_left_is_removed_by_the_next(void **state)
{
    static const struct timespec long_ago[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    static const char *const folders[] = {".part-7", ".part-8", ".part-x"};
    char path[3][PATH_MAX], data[PATH_MAX + 8];
    struct staging mine;
    (void)state;
    assert_int_equal(staging_begin(&mine, place), 0);
    put(mine.made, "ours.svg", "of a process of our number");
    for (size_t i = 0; i < 3; i++) {
        snprintf(path[i], sizeof(path[i]), "%s/%s", place, folders[i]);
        snprintf(data, sizeof(data), "%s/data", path[i]);
        assert_int_equal(mkdir(path[i], 0777), 0);
        assert_int_equal(mkdir(data, 0777), 0);
        put(path[i], "data/cells.tsv", "1");
        if (i != 1) /* which somebody may be at */
            assert_int_equal(utimensat(AT_FDCWD, path[i], long_ago, 0), 0);
    }
    report("new.svg", "2");
    assert_false(stands(path[0]));
    assert_true(stands(path[1]));
    assert_true(stands(path[2]));
    assert_null(says("ours.svg"));
}

static void test_what_is_abandoned_leaves_no_folder_that_was_not_there(void **state)
{
    struct staging s;
    char data[PATH_MAX];
    (void)state;
    assert_int_equal(staging_begin(&s, place), 0);
    put(s.made, "index.html", "1");
    staging_abandon(&s);
    assert_false(stands(place));
    assert_int_equal(mkdir(place, 0777), 0);
    assert_int_equal(staging_begin(&s, place), 0);
    staging_abandon(&s);
    snprintf(data, sizeof(data), "%s/data", place);
    assert_true(stands(place));
    assert_false(stands(data));
}

static void test_a_list_that_leads_out_of_the_report_removes_nothing_there(void **state)
{
    char absolute[PATH_MAX];
    (void)state;
    report("old.svg", "1");
    put(place, "../outside", "kept");
    snprintf(absolute, sizeof(absolute),
             "../outside\n%s/a/outside\nold.svg\nindex.html\ndata/cells.tsv\n", folder);
    put(place, "data/files.txt", absolute);
    report("new.svg", "2");
    assert_string_equal(says("../outside"), "kept");
    assert_null(says("old.svg"));
}

/* Given a folder of other things, when a report is to go there, then nothing is put among them; an
 * empty folder is fine, and so is one of a report to which things were added. */
static void test_a_report_is_not_scattered_among_other_things(void **state)
{
    struct staging s;
    char thing[PATH_MAX];
    static const char *const things[] = {"notes.txt", ".hidden", "data/of-others"};
    (void)state;
    for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
        assert_int_equal(files_make_folder(place, 0777), 0);
        snprintf(thing, sizeof(thing), "%s/data", place);
        assert_int_equal(files_make_folder(thing, 0777), 0);
        put(place, things[i], "mine");
        assert_int_equal(staging_begin(&s, place), -ENOTEMPTY);
        assert_string_equal(says(things[i]), "mine");
        assert_false(stands(s.made));
        snprintf(thing, sizeof(thing), "%s/%s", place, things[i]);
        assert_int_equal(unlink(thing), 0);
    }
    report("old.svg", "1"); /* into an empty folder with an empty data/ */
    put(place, "notes.txt", "mine");
    report("new.svg", "2");
    assert_string_equal(says("notes.txt"), "mine");
}

static void test_a_place_that_cannot_be_is_an_error(void **state)
{
    struct staging s;
    (void)state;
    put(folder, "a", "a file");
    assert_true(staging_begin(&s, place) < 0);
    assert_true(staging_begin(&s, "/dev/null") < 0);
    put(folder, "data", "a file");
    assert_true(staging_begin(&s, folder) < 0);
    char longer[2 * PATH_MAX];
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_true(staging_begin(&s, longer) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_report_takes_the_older_ones_files_with_it_and_no_others),
        TEST(test_what_is_abandoned_leaves_the_older_report_as_it_was),
        TEST(test_what_is_of_others_is_not_replaced_nor_anything_else_then),
        TEST(test_what_a_killed_report_left_is_removed_by_the_next),
        TEST(test_what_is_abandoned_leaves_no_folder_that_was_not_there),
        TEST(test_a_list_that_leads_out_of_the_report_removes_nothing_there),
        TEST(test_a_report_is_not_scattered_among_other_things),
        TEST(test_a_place_that_cannot_be_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
