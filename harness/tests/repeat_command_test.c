/* The command that a run keeps plans the same cells, sampled alike, from any folder. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/repeat_command.h"
#include "harness/tests/program.h"

static char folder[64];

static int enter(void **state)
{
    char path[96];
    (void)state;
    make_folder(folder);
    snprintf(path, sizeof(path), "%s/it's mine.yaml", folder);
    FILE *f = fopen(path, "w");
    if (!f)
        return -1;
    fputs("rounds: 5\ncrosses:\n  - {scenarios: lock, variants: ticket, threads: [2, 4]}\n", f);
    return fclose(f);
}

static int leave(void **state)
{
    (void)state;
    remove_folder(folder);
    return 0;
}

/* The command of these choices, made in the folder, dry. */
static char *command_of(const struct choices *choices)
{
    char old[512], db[96];
    assert_non_null(getcwd(old, sizeof(old)));
    assert_int_equal(chdir(folder), 0);
    snprintf(db, sizeof(db), "%s/a.db", folder);
    char *command = repeat_command(choices, 7, db);
    assert_int_equal(chdir(old), 0);
    assert_non_null(command);
    return command;
}

static void test_the_command_plans_the_same_from_another_folder(void **state)
{
    static const struct {
        const char *options;
        struct choices choices;
    } rows[] = {
        {"--plan \"it's mine.yaml\"", {.plan = "./it's mine.yaml"}},
        {"--plan \"it's mine.yaml\" --variant 'tick*,futex-*' --held 0,2us --window 9ms",
         {.plan = "it's mine.yaml",
          .variants = {{"tick*", "futex-*"}, 2},
          .held = {{0, 2000}, 2},
          .window_ns = 9000000}},
        {"--plan locks --lock spin,t* --cell 'held=(0|200)/' --samples 9 --reps 2",
         {.plan = "locks",
          .locks = {{"spin", "t*"}, 2},
          .cell = "held=(0|200)/",
          .samples = 9,
          .processes = 2}},
        {"--producers 4 --consumers 1 --work 2us --place same-pu --cells-max 9000",
         {.producers = 4,
          .consumers = 1,
          .work = {{2000}, 1},
          .place = "same-pu",
          .cells_max = 9000}},
        {"--full --scenario handoff", {.full = true, .scenarios = {{"handoff"}, 1}}},
    };
    static char wanted[262144];
    char line[1024];
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(line, sizeof(line), "cd %s; $H sweep %s --dry-run", folder, rows[i].options);
        struct said *said = run_program(line);
        if (said->status != EXIT_OK)
            fail_msg("%s: %s", line, said->err);
        strcpy(wanted, said->out);
        char *command = command_of(&rows[i].choices);
        assert_non_null(strstr(command, " --seed 7 "));
        const char *words = strstr(command, " sweep --"); /* the program is this one */
        assert_non_null(words);
        setenv("C", words, 1);
        said = run_program("cd /; eval \"\\\"$H\\\"$C --dry-run\"");
        if (said->status != EXIT_OK || strcmp(said->out, wanted) != 0)
            fail_msg("%s: status %d:\n%s", command, said->status, said->err);
        free(command);
    }
    unsetenv("C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_command_plans_the_same_from_another_folder),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
