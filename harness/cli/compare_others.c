/* Compares two runs, or two files, that were not side by side: no verdict (compare_others.h). No
 * state. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/compare_others.h"
#include "harness/base/say.h"
#include "harness/cli/user_store.h"
#include "harness/store/runs.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* "run:" may stand before a run. */
static const char *run_of(const char *word)
{
    bool prefixed = strncmp(word, COMPARE_RUN, strlen(COMPARE_RUN)) == 0;
    return prefixed ? word + strlen(COMPARE_RUN) : word;
}

/* Whatever the numbers are, nobody can tell. */
static int print_apart(const struct compare_choice *choice, const struct apart *apart)
{
    if (compare_print_apart(choice, apart) == 0)
        return complain(EXIT_USAGE, "%s %s and %s %s have no cell in common: give two of one %s",
                        apart->kind, apart->a, apart->kind, apart->b,
                        strcmp(apart->kind, "run") == 0 ? "plan" : "program");
    return EXIT_CANT_TELL;
}

static int read_run(const char *db, const char *word, struct costs *costs, int64_t *id)
{
    struct store *store;
    struct run run;
    int exit_status = runs_open(db, run_of(word), &store, &run);
    if (exit_status != EXIT_OK)
        return exit_status;
    *id = run.id;
    if (costs_of_run(store, &run, costs))
        exit_status = complain(EXIT_IO, "%s: %s", db, store_error(store));
    store_close(store);
    return exit_status;
}

static int read_counts(const char *db, const int64_t id[2], struct changed_counts *counts)
{
    char error[512];
    struct store *store = store_open(db, STORE_READ, error, sizeof(error));
    if (!store)
        return complain(EXIT_IO, "%s", error);
    int exit_status = EXIT_OK;
    if (counts_compare(store, id[0], id[1], counts))
        exit_status = complain(EXIT_IO, "%s: %s", db, store_error(store));
    store_close(store);
    return exit_status;
}

static const char *commit_of(const struct costs *costs)
{
    const char *commit = json_string_value(json_object_get(costs->about, "hchanlab_commit"));
    return commit ? commit : "";
}

/* How two runs are measured again, side by side: two builds in turns, or two variants in one run.
 */
static void write_command(const struct costs costs[2], char *text, size_t size)
{
    enum { SHORT = 12 };
    const char *a = commit_of(&costs[0]), *b = commit_of(&costs[1]);
    if (a[0] && b[0] && strcmp(a, b) != 0)
        snprintf(text, size,
                 "scripts/compare_builds OLD NEW, build folders of the commits %.*s and "
                 "%.*s",
                 SHORT, a, SHORT, b);
    else
        snprintf(text, size,
                 "hchanlab sweep --reps %d --variant A,B, where A and B are what is to "
                 "be compared; or scripts/compare_builds OLD NEW, of two builds",
                 VERDICT_ROUNDS);
}

int compare_runs(const struct compare_choice *choice, const char *db)
{
    int64_t id[2];
    char command[256];
    struct apart apart = {.kind = "run", .command = command};
    char names[2][24];
    const char *const words[] = {choice->a, choice->b};
    int exit_status = user_store_find(&db);
    for (size_t i = 0; i < 2 && exit_status == EXIT_OK; i++) {
        exit_status = read_run(db, words[i], &apart.costs[i], &id[i]);
        if (exit_status == EXIT_OK)
            snprintf(names[i], sizeof(names[i]), "%lld", (long long)id[i]);
    }
    apart.a = names[0];
    apart.b = names[1];
    if (exit_status == EXIT_OK && id[0] == id[1])
        exit_status = complain(EXIT_USAGE, "A and B are both run %s: name two runs", names[0]);
    if (exit_status == EXIT_OK)
        exit_status = read_counts(db, id, &apart.counts);
    if (exit_status == EXIT_OK) {
        write_command(apart.costs, command, sizeof(command));
        exit_status = print_apart(choice, &apart);
    }
    counts_free(&apart.counts);
    costs_free(&apart.costs[0]);
    costs_free(&apart.costs[1]);
    return exit_status;
}

int compare_files(const struct compare_choice *choice)
{
    const char *const words[] = {choice->a, choice->b};
    char error[512];
    struct apart apart = {.kind = "file",
                          .a = words[0],
                          .b = words[1],
                          .command = "one program that has both, with "
                                     "--benchmark_enable_random_interleaving=true and "
                                     "--benchmark_repetitions=20"};
    int exit_status = EXIT_OK;
    for (size_t i = 0; i < 2 && exit_status == EXIT_OK; i++) {
        int status = costs_of_file(words[i], &apart.costs[i], error, sizeof(error));
        if (status)
            exit_status = complain(status == -ENOMEM ? EXIT_ENVIRONMENT : EXIT_IO, "%s", error);
    }
    if (exit_status == EXIT_OK)
        exit_status = print_apart(choice, &apart);
    costs_free(&apart.costs[0]);
    costs_free(&apart.costs[1]);
    return exit_status;
}
