/* `hchanlab advise`: which variant to take for a question that is asked as `sweep` asks it, by what
 * the store has measured; where it does not know, the sweep that would tell. The options' values
 * are this file's only state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/advice_output.h"
#include "harness/cli/choice_options.h"
#include "harness/cli/commands.h"
#include "harness/cli/repeat_command.h"
#include "harness/cli/sweeping.h"
#include "harness/cli/user_store.h"
#include "harness/machine/env.h"
#include "harness/sweep/plan.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A question of more cells than this is no question. */
enum { ASKED_MAX = 24 };

static struct choices choices;
static const char *db;
static bool json;

/* The cells that the question is about, each once, whatever the variant. */
struct asked {
    const struct cell *cells[ASKED_MAX];
    char labels[ASKED_MAX][CELL_NAME_MAX];
    size_t count;
};

static int find_asked(const struct plan *plan, struct asked *asked)
{
    asked->count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        char label[CELL_NAME_MAX];
        size_t k = 0;
        if (!plan->cells[i].variant[0])
            continue;
        arms_label(&plan->cells[i], label, sizeof(label));
        while (k < asked->count && strcmp(asked->labels[k], label) != 0)
            k++;
        if (k < asked->count)
            continue;
        if (asked->count == ASKED_MAX)
            return complain(EXIT_USAGE,
                            "more than %d cells would answer: ask less, such as --producers 4 "
                            "--consumers 1, --scenario handoff or --place same-pu",
                            ASKED_MAX);
        strcpy(asked->labels[asked->count], label);
        asked->cells[asked->count++] = &plan->cells[i];
    }
    return EXIT_OK;
}

/* What would tell, ready to paste. */
static int print_sweep(const struct plan *plan, size_t unknown)
{
    double seconds = plan_seconds(plan);
    char *command = repeat_command(&choices, 0, db);
    if (!command)
        return complain(EXIT_ENVIRONMENT, "out of memory: free some");
    advice_print_unknown(unknown, command, seconds, json);
    free(command);
    return EXIT_CANT_TELL;
}

static int answer(const struct plan *plan, const struct asked *asked,
                  const struct advice_runs *runs)
{
    size_t unknown = 0;
    advice_print_begin(runs, json);
    for (size_t i = 0; i < asked->count; i++) {
        struct advice advice;
        int status = advice_make(&advice, runs, asked->cells[i]);
        if (status && status != -ENODATA)
            return complain(EXIT_ENVIRONMENT, status == -E2BIG ? "too many rounds: ask another run"
                                                               : "out of memory: free some");
        advice_print(asked->labels[i], status ? NULL : &advice, json);
        unknown += status != 0;
        if (!status)
            advice_free(&advice);
    }
    int status = unknown ? print_sweep(plan, unknown) : EXIT_OK;
    advice_print_end(json);
    return status;
}

/* A store that is not there knows nothing, and is no mistake. */
static int read_runs(struct advice_runs *runs, const struct topo *topo)
{
    char error[512];
    json_t *here = env_collect(topo);
    *runs = (struct advice_runs){.count = 0};
    int status = here ? user_store_find(&db)
                      : complain(EXIT_ENVIRONMENT, "the machine can't be examined: free some "
                                                   "memory");
    if (status == EXIT_OK && access(db, F_OK) == 0) {
        struct store *store = store_open(db, STORE_READ, error, sizeof(error));
        if (!store)
            status = complain(EXIT_IO, "%s", error);
        else if (advice_runs_read(runs, store, here))
            status = complain(EXIT_IO, "%s: %s", db, store_error(store));
        if (store)
            store_close(store);
    }
    json_decref(here);
    return status;
}

static int advise(const struct plan *plan, const struct topo *topo)
{
    struct asked *asked = malloc(sizeof(*asked));
    struct advice_runs *runs = malloc(sizeof(*runs));
    int status = asked && runs ? find_asked(plan, asked)
                               : complain(EXIT_ENVIRONMENT, "out of memory: free some");
    if (status == EXIT_OK) {
        status = read_runs(runs, topo);
        if (status == EXIT_OK)
            status = answer(plan, asked, runs);
        advice_runs_free(runs);
    }
    free(asked);
    free(runs);
    return status;
}

static int cmd_advise_run(void)
{
    struct topo *topo;
    struct plan plan;
    if (choices.quick + choices.full + (choices.plan != NULL) > 1)
        return complain(EXIT_USAGE, "--quick, --full and --plan: choose one");
    int status = sweeping_topo(&topo);
    if (status != EXIT_OK)
        return status;
    status = choices_load_peers(&choices);
    if (status == EXIT_OK)
        status = plan_make(&plan, &choices, topo);
    if (status == EXIT_OK) {
        status = advise(&plan, topo);
        plan_free(&plan);
    }
    topo_free(topo);
    return status;
}

static const struct option_spec options[] = {
    CHOICE_OPTIONS(&choices),
    {.name = "think",
     .kind = OPTION_TIME_LIST,
     .value = &choices.work,
     .min = 0,
     .max = 1000000,
     .unit_ns = 1,
     .argument = "T,..",
     .help = "another name for --work"},
    STORE_OPTION(&db),
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "the same, as JSON"},
    {0},
};

static const char about[] =
    "Says which variant to take, by how much it is ahead, under which conditions that stops being "
    "so, and which runs say so. Ask as `sweep` does: by producers and consumers, a scenario, "
    "values "
    "of parameters, a place. Only runs of this machine count, and of those the newest that has the "
    "cell with two variants and six rounds.\n\n"
    "The variants that are not shown slower than the cheapest are named with it: the fastest is "
    "among them, 95%. A ratio to another variant has an interval "
    "that allows for how many there are. Under the advice stand the cells that differ in one "
    "parameter or in the place: where it holds as well, and where another variant is faster.\n\n"
    "Where the store does not know, the sweep that would tell is printed, with its time, ready to "
    "paste, and the status is 9.\n\n"
    "With --json: elsewhere (runs of other machines), answers, an array, and, where something is "
    "not "
    "known, sweep and sweep_seconds. An answer has cell, run, started, rounds, variants (each with "
    "variant, ns, times, low, high, may_be_best, cpu_ns and switches an operation) and conditions "
    "(each with where, holds, better, times, low, high and run); an unknown one has cell "
    "only.";

const struct command cmd_advise = {
    .name = "advise",
    .summary = "say which variant to take, and under which conditions",
    .usage = "",
    .about = about,
    .examples = "hchanlab advise --producers 4 --consumers 1 --capacity 64 --think 2us\n"
                "hchanlab advise --scenario handoff --place same-pu",
    .options = options,
    .run = cmd_advise_run,
};
