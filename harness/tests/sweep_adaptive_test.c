/* Adaptive sweeps: a block runs for 10, 20 or 40 rounds, and how many follows from what was
 * measured, whether the sweep was cut short or not. sweep_run() starts /proc/self/exe with the
 * arguments `cell NAME ...`, so this program plays the cells, too (sweep_cells.h). */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/looks.h"
#include "harness/tests/sweep_over.h"

/* Blocks of two cells each; the last is of floors, and all the others of variants. */
static void make_adaptive(struct small_plan *small, const char *names)
{
    cells_a_block = 2;
    make_plan(small, names, LOOKS_ROUNDS, never);
    cells_a_block = 16;
    small->plan.adaptive = true;
    for (size_t i = 0; i + 2 < small->plan.count; i++) {
        strcpy(small->cells[i].scenario, "handoff");
        strcpy(small->cells[i].variant, i % 2 ? "ticket" : "futex-park");
    }
}

static int run_adaptive(struct small_plan *small, bool go_on)
{
    return sweep_run(&(struct sweep_job){.plan = &small->plan,
                                         .store = store,
                                         .run = run,
                                         .seed = 1,
                                         .what = go_on ? SWEEP_REST : SWEEP_NEW},
                     &result);
}

/* The cell ran for the rounds from 0 on, so many. */
static void assert_rounds(const char *name, uint32_t rounds)
{
    char sql[300];
    snprintf(
        sql, sizeof(sql),
        "SELECT count(*) * 1000 + max(process) FROM trials AS t JOIN cells AS c ON t.cell = c.id"
        " WHERE name = '%s'",
        name);
    assert_query(sql, rounds * 1000 + rounds - 1);
}

static void test_a_block_runs_until_something_can_be_said(void **state)
{
    (void)state;
    struct small_plan small;
    make_adaptive(&small, "well dear several unsteady skip failure");
    assert_int_equal(sweep_add_cells(&small.plan, store, run), 0);
    assert_int_equal(run_adaptive(&small, false), EXIT_OK);
    assert_rounds("well", 10);
    assert_rounds("dear", 10);
    assert_rounds("several", 40);
    assert_rounds("unsteady", 40);
    assert_rounds("skip", 10); /* floors are compared with nothing */
    assert_rounds("failure", 10);
    assert_int_equal(result.count[TRIAL_OK], 100);
}

/* A variant that never ends well has no verdict to wait for. */
static void test_a_cell_without_costs_is_not_waited_for(void **state)
{
    (void)state;
    struct small_plan small;
    make_adaptive(&small, "well failure skip dear");
    assert_int_equal(sweep_add_cells(&small.plan, store, run), 0);
    assert_int_equal(run_adaptive(&small, false), EXIT_OK);
    assert_rounds("well", 10);
    assert_rounds("failure", 10);
}

/* Given a sweep that is interrupted in each of its rounds, then each block has the rounds that it
 * has otherwise. */
static void test_a_run_that_is_gone_on_with_has_the_same_rounds(void **state)
{
    (void)state;
    struct small_plan small;
    unsigned sittings = 1;
    make_adaptive(&small, "well dear several unsteady interrupt-once skip");
    assert_int_equal(sweep_add_cells(&small.plan, store, run), 0);
    for (int status = run_adaptive(&small, false); status != EXIT_OK;
         status = run_adaptive(&small, true)) {
        assert_int_equal(status, EXIT_INTERRUPTED);
        sittings++;
    }
    assert_int_equal(sittings, 11);
    assert_rounds("well", 10);
    assert_rounds("dear", 10);
    assert_rounds("several", 40);
    assert_rounds("unsteady", 40);
    assert_rounds("interrupt-once", 10);
}

/* What is measured after a look does not change what the look found. */
static void test_a_look_sees_the_rounds_before_it_only(void **state)
{
    (void)state;
    struct small_plan small;
    int64_t ids[4];
    bool done;
    make_adaptive(&small, "well dear skip failure");
    assert_int_equal(sweep_add_cells(&small.plan, store, run), 0);
    for (size_t i = 0; i < 4; i++)
        ids[i] = cell_id(small.cells[i].name);
    for (uint32_t p = 0; p < LOOKS_ROUNDS; p++)
        for (size_t i = 0; i < 2; i++) {
            /* Up and down in the first ten rounds, and 10 times as dear in the later ones. */
            double ns = i == 0 ? 1 : p >= 10 ? 10 : p % 2 ? 0.5 : 2;
            const struct sample sample = {p, 0, 1, .ns_per_op = ns, .window_ns = 1};
            assert_int_equal(store_add_sample(store, ids[i], &sample), 0);
            assert_int_equal(store_add_trial(store, ids[i], p, TRIAL_OK, "", NULL, NULL), 0);
        }
    assert_int_equal(looks_at_block(store, &small.plan, ids, 0, 10, &done), 0);
    assert_false(done);
    assert_int_equal(looks_at_block(store, &small.plan, ids, 0, 40, &done), 0);
    assert_true(done);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "cell") == 0)
        return play(argv[2], argc, argv);
    const struct CMUnitTest tests[] = {
        TEST(test_a_block_runs_until_something_can_be_said),
        TEST(test_a_cell_without_costs_is_not_waited_for),
        TEST(test_a_run_that_is_gone_on_with_has_the_same_rounds),
        TEST(test_a_look_sees_the_rounds_before_it_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
