/* A run of three cells for the tests of exporters: one that was measured, one that hung, and their
 * floor. make_run() and remove_run() are a test's setup and teardown. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_EXPORTED_H
#define HARNESS_TESTS_EXPORTED_H

#include "harness/tell/export.h"
#include "scripts/test.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROCESSES = 6, WINDOWS = 3 };

static const char handoff[] = "handoff/variant=ticket/elem=8/place=l3";
static const char floor_name[] = "floor-wake/place=l3";
static const char hung[] = "park-wake/variant=spin-mutex/elem=8/place=same-pu";

static char folder[64], path[128];
static struct store *store;
static struct run run;
static struct row *rows;
static size_t row_count;

static int64_t add_cell(int64_t run_id, const char *name)
{
    struct cell c = {.params = PARAMS_ABSENT};
    int64_t id;
    c.params.elem = 8;
    strcpy(c.params.place, "l3");
    const char *variant = strstr(name, "/variant=");
    snprintf(c.name, sizeof(c.name), "%s", name);
    snprintf(c.scenario, sizeof(c.scenario), "%.*s", (int)strcspn(name, "/"), name);
    if (variant)
        sscanf(variant, "/variant=%47[^/]", c.variant);
    strcpy(c.op, "send, then \"receive\"");
    assert_int_equal(store_add_cell(store, run_id, &c, &id), 0);
    return id;
}

/* Process p's window w took first + 10 p + w ns an operation. */
static void add_samples(int64_t cell, double first)
{
    for (uint32_t p = 0; p < PROCESSES; p++) {
        /* Others used p hundredths, and the host the more the earlier. */
        const struct others_shares others = {p / 100.0, (PROCESSES - p) / 1000.0};
        assert_int_equal(store_add_trial(store, cell, p, TRIAL_OK, "", &others, NULL), 0);
        for (uint32_t w = 0; w < WINDOWS; w++) {
            struct sample x = {.process = p,
                               .index = w,
                               .ops = 1000,
                               .ns_per_op = first + 10 * p + w,
                               .cpu_ns_per_op = 5,
                               .switches_per_op = NAN,
                               .overlap = NAN,
                               .fairness = NAN,
                               .handovers = NAN};
            assert_int_equal(store_add_sample(store, cell, &x), 0);
        }
    }
}

static int make_run(void **state)
{
    static const struct run wanted = {
        .command = "hchanlab sweep --quick",
        .mode = "quick",
        .environment = "{\"hostname\": \"here\", \"cpus_online\": 4, \"cpus_allowed\": 2,"
                       " \"architecture\": \"x86_64\", \"cpu_model\": \"A CPU\"}",
        .topology = "<topology/>",
        .seed = 12345678901234567890u,
        .processes = PROCESSES};
    char error[512];
    int64_t id;
    (void)state;
    strcpy(folder, "/tmp/hchanlab-export-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/lab.db", folder);
    store = store_open(path, STORE_WRITE, error, sizeof(error));
    if (!store)
        fail_msg("%s", error);
    assert_int_equal(store_begin_run(store, &wanted, &id), 0);
    /* The floor comes last: a cell may name one that was added after it. */
    int64_t cell = add_cell(id, handoff);
    add_samples(cell, 101);
    assert_int_equal(
        store_add_outcome(store, cell, 0, &(struct outcome_count){"send_handoff", 750, 1000}), 0);
    assert_int_equal(store_add_outcome(store, cell, 0, &(struct outcome_count){"pure", 995, 1000}),
                     0);
    for (uint32_t p = 0; p < PROCESSES; p++) { /* traced, it takes twice the process's median */
        struct outcome_count twice = {TRACED_WINDOW, 2000 * (101 + 10 * p) + 1000 * (WINDOWS - 1),
                                      1000};
        assert_int_equal(store_add_outcome(store, cell, p, &twice), 0);
    }
    cell = add_cell(id, hung);
    assert_int_equal(
        store_add_trial(store, cell, 0, TRIAL_TIMEOUT, "no end, after \"2\" s", NULL, NULL), 0);
    add_samples(add_cell(id, floor_name), 1);
    assert_int_equal(store_find_run(store, id, &run), 0);
    assert_int_equal(rows_read(store, &run, &rows, &row_count), 0);
    assert_int_equal(row_count, 3);
    rows[0].parties = 2;
    return 0;
}

static int remove_run(void **state)
{
    char line[128];
    (void)state;
    free(rows);
    store_close(store);
    snprintf(line, sizeof(line), "rm -rf '%s'", folder);
    return system(line);
}

/* What an exporter writes; the caller frees. */
static char *written_by(int (*export)(FILE *, struct store *, const struct run *,
                                      const struct row *, size_t))
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    assert_int_equal(export(f, store, &run, rows, row_count), 0);
    assert_int_equal(fclose(f), 0);
    return text;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_run, remove_run)

#endif
