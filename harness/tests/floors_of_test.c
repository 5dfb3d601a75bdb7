/* What cells are compared with: the table names floors that there are, every plan measures them,
 * and a run that was stored with other floors is reported with today's. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/goroutines.h"
#include "harness/base/say.h"
#include "harness/machine/topo.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/plan.h"
#include "harness/tell/floors_of.h"
#include "harness/tell/rows.h"
#include "harness/tests/in_folder.h"
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static struct cell cell_named(const char *name)
{
    struct cell cell;
    if (!cell_parse(&cell, name))
        fail_msg("no cell %s", name);
    return cell;
}

static void test_a_cell_has_the_floor_of_its_scenario_its_place_and_its_workers(void **state)
{
    static const struct {
        const char *cell;
        bool goroutines;
        const char *floor; /* NULL: none */
        double units;
    } known[] = {
        {"handoff/variant=ticket/elem=8/place=same-pu", false, "floor-futex", 2},
        {"handoff/variant=ticket/elem=8/place=same-pu", true, "floor-switch", 2},
        {"handoff/variant=ticket/elem=8/place=l3", false, "floor-wake", 1},
        {"handoff/variant=ticket/elem=8/place=l3", true, "floor-switch", 2},
        {"park-wake/variant=ticket/elem=8/place=l3", false, "floor-wake", 1},
        {"park-wake/variant=ticket/elem=8/place=l3", true, "floor-switch", 1},
        {"recv-closed/variant=ticket/elem=8", true, "floor-atomic", 1}, /* as threads */
        {"buffer-hop/variant=ticket/capacity=1/elem=8/threads=1", false, "floor-atomic", 2},
        {"yield/variant=ticket", true, "floor-switch", 1},
        {"yield/variant=ticket", false, NULL, 0},
        {"make-chan/variant=ticket/elem=8", false, NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct cell cell = {.scenario = ""};
        const char *place = strstr(known[i].cell, "/place=");
        snprintf(cell.scenario, sizeof(cell.scenario), "%.*s", (int)strcspn(known[i].cell, "/"),
                 known[i].cell);
        snprintf(cell.params.place, sizeof(cell.params.place), "%s", place ? place + 7 : "");
        struct floor_of floor = floor_of_cell(&cell, known[i].goroutines);
        if (known[i].floor ? !floor.scenario || strcmp(floor.scenario, known[i].floor) != 0
                           : floor.scenario != NULL)
            fail_msg("%s: %s", known[i].cell, floor.scenario ? floor.scenario : "none");
        assert_true(floor.units == known[i].units);
    }
}

/* Scenarios that are named after a path are in headlines, as multiples of a floor. */
static void test_every_path_has_a_floor(void **state)
{
    (void)state;
    for (const struct scenario *const *s = scenarios_any(); *s; s++) {
        struct cell cell = {.scenario = ""};
        if (!(*s)->path)
            continue;
        snprintf(cell.scenario, sizeof(cell.scenario), "%s", (*s)->name);
        for (int i = 0; i < 2; i++) {
            strcpy(cell.params.place, i ? "l3" : "same-pu");
            struct floor_of floor = floor_of_cell(&cell, false);
            if (!floor.scenario || !scenario_find(floor.scenario, "", INSTANCE_MEASURED))
                fail_msg("%s, %s: no floor", (*s)->name, cell.params.place);
        }
    }
}

static void check_plan(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        for (int goroutines = 0; goroutines < 2; goroutines++) {
            struct floor_of floor = floor_of_cell(&plan->cells[i], goroutines);
            size_t found = 0;
            for (size_t k = 0; k < plan->count; k++)
                found += floor_is(&plan->cells[k], &floor, &plan->cells[i]);
            if (found != (floor.scenario != NULL))
                fail_msg("%s: %zu cells are its %s", plan->cells[i].name, found, floor.scenario);
        }
}

static void test_every_plan_measures_the_floors_of_its_cells(void **state)
{
    static const struct choices choices[] = {
        {.quick = true},
        {.full = true},
        {.scenarios = {{"handoff"}, 1}, .elem = {{64, 4096}, 2}},
        {.groups = {{"go-bench"}, 1}, .place = "same-pu"},
    };
    struct topo *two_pus = topo_load("pack:1 l3:1 l2:2 core:1 pu:1");
    (void)state;
    assert_non_null(two_pus);
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        struct plan plan;
        assert_int_equal(plan_make(&plan, &choices[i], two_pus), EXIT_OK);
        check_plan(&plan);
        plan_free(&plan);
    }
    topo_free(two_pus);
}

static void test_variants_of_goroutines_are_named_or_known_by_their_parts(void **state)
{
    (void)state;
    assert_true(goroutines_named("spin+go+none", "spin+go+none"));
    assert_true(goroutines_named("a b+go+c d", "b+go+c"));
    assert_true(goroutines_named("x+go+ring x+go", "x+go"));
    assert_false(goroutines_named("x+go+ring", "x+go"));
    assert_false(goroutines_named("none", "x+go+ring"));
    assert_false(goroutines_named("a b", ""));
    assert_true(goroutines_named("", "x+go+ring") && goroutines_named(NULL, "x+go+ring"));
    assert_false(goroutines_named(NULL, "ticket"));
}

/* A run of these cells, the i-th of which took i + 1 ns. */
static void store_cells(const char *const *names, size_t count, const char *environment)
{
    struct store *s = open_store(STORE_WRITE);
    int64_t run, id;
    const struct run wanted = {
        .command = "c", .mode = "quick", .environment = environment, .topology = ""};
    assert_int_equal(store_begin_run(s, &wanted, &run), 0);
    for (size_t i = 0; i < count; i++) {
        struct cell cell = cell_named(names[i]);
        const struct sample sample = {.ops = 1, .ns_per_op = (double)i + 1, .window_ns = 1};
        assert_int_equal(store_add_cell(s, run, &cell, &id), 0);
        assert_int_equal(store_add_sample(s, id, &sample), 0);
    }
    store_close(s);
}

static void read_rows(struct row **rows, size_t *count)
{
    struct store *s = open_store(STORE_READ);
    struct run run;
    assert_int_equal(store_find_run(s, 0, &run), 0);
    assert_int_equal(rows_read(s, &run, rows, count), 0);
    store_close(s);
}

static const char *const stored[] = {
    "buffer-hop/variant=ticket/capacity=1/elem=8/threads=1",
    "handoff/variant=ticket/elem=8/place=l3",
    "handoff/variant=futex-park/elem=8/place=l3",
    "handoff/variant=ticket/elem=8/place=same-pu",
    "floor-atomic",
    "floor-switch",
    "floor-wake/place=l3",
};

enum { STORED = sizeof(stored) / sizeof(stored[0]) };

static void check_row(const struct row *row, const char *floor, double ratio)
{
    assert_string_equal(row->floor, floor);
    if (isnan(ratio) ? !isnan(row->floor_ratio) : !(fabs(row->floor_ratio - ratio) < 1e-9))
        fail_msg("%s: %g times its floor", row->cell.name, row->floor_ratio);
}

/* The run says that futex-park had goroutines, whatever that is in this program. */
static void test_rows_are_multiples_of_their_floors(void **state)
{
    struct row *rows;
    size_t count;
    (void)state;
    store_cells(stored, STORED, "{\"goroutines\": \"futex-park\"}");
    read_rows(&rows, &count);
    assert_int_equal(count, STORED);
    check_row(&rows[0], "floor-atomic", 1.0 / (2 * 5));
    check_row(&rows[1], "floor-wake/place=l3", 2.0 / 7);
    check_row(&rows[2], "floor-switch", 3.0 / (2 * 6));
    check_row(&rows[3], "", NAN); /* its floor was not measured */
    check_row(&rows[4], "", NAN);
    free(rows);
}

/* A store of a program that decided the floors when it ran, and decided otherwise. */
static void test_a_stored_run_is_reported_with_todays_floors(void **state)
{
    struct row *rows;
    size_t count;
    sqlite3 *db;
    (void)state;
    store_cells(stored, STORED, "{\"goroutines\": \"none\"}");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "ALTER TABLE trials DROP COLUMN others_share;"
                     "ALTER TABLE trials DROP COLUMN steal_meanwhile;"
                     "ALTER TABLE trials DROP COLUMN block;"
                     "ALTER TABLE trials DROP COLUMN position;"
                     "ALTER TABLE trials DROP COLUMN started_ms;"
                     "ALTER TABLE samples DROP COLUMN handovers;"
                     "ALTER TABLE runs DROP COLUMN samples;"
                     "ALTER TABLE runs DROP COLUMN window_ns;"
                     "ALTER TABLE runs DROP COLUMN limit_ns;"
                     "ALTER TABLE runs DROP COLUMN kill_ns;"
                     "DROP INDEX run_names; ALTER TABLE runs DROP COLUMN name;"
                     "ALTER TABLE runs DROP COLUMN note;"
                     "ALTER TABLE cells ADD COLUMN floor TEXT NOT NULL DEFAULT 'floor-switch';"
                     "ALTER TABLE cells ADD COLUMN floor_units REAL NOT NULL DEFAULT 3;"
                     "PRAGMA user_version = 2",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    read_rows(&rows, &count);
    check_row(&rows[0], "floor-atomic", 1.0 / (2 * 5));
    check_row(&rows[1], "floor-wake/place=l3", 2.0 / 7);
    free(rows);
    store_close(open_store(STORE_WRITE)); /* which brings it up to date */
    read_rows(&rows, &count);
    check_row(&rows[0], "floor-atomic", 1.0 / (2 * 5));
    check_row(&rows[1], "floor-wake/place=l3", 2.0 / 7);
    free(rows);
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cell_has_the_floor_of_its_scenario_its_place_and_its_workers),
        cmocka_unit_test(test_every_path_has_a_floor),
        cmocka_unit_test(test_every_plan_measures_the_floors_of_its_cells),
        cmocka_unit_test(test_variants_of_goroutines_are_named_or_known_by_their_parts),
        IN_FOLDER(test_rows_are_multiples_of_their_floors),
        IN_FOLDER(test_a_stored_run_is_reported_with_todays_floors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
