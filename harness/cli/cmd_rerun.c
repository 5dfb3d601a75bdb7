/* `hchanlab rerun RUN`: measures the plan of a stored run once more, as a run of its own. The
 * options' values are this file's only state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/cli/repeat_command.h"
#include "harness/cli/sweeping.h"
#include "harness/store/runs.h"
#include "harness/sweep/stored_plan.h"
#include <stdio.h>
#include <stdlib.h>

static struct sweeping chosen;
static const char *word;

static char *make_command(void *arg, uint64_t seed)
{
    return rerun_command(*(const int64_t *)arg, seed, chosen.shared, chosen.db);
}

/* "rerun of run 7 (before)", behind what the user noted; malloc'd, NULL if memory ran out. */
static char *make_note(const struct run *run)
{
    char *note = NULL;
    size_t size;
    FILE *out = open_memstream(&note, &size);
    if (!out)
        return NULL;
    if (chosen.note)
        fprintf(out, "%s; ", chosen.note);
    fprintf(out, "rerun of run %lld", (long long)run->id);
    if (run->name)
        fprintf(out, " (%s)", run->name);
    if (fclose(out) == EOF) {
        free(note);
        return NULL;
    }
    return note;
}

/* With the store open and the run found. */
static int measure(struct store *store, const struct run *run, const struct topo *topo)
{
    struct plan plan;
    struct sweep_job job;
    int64_t id = run->id;
    int status = stored_plan_make(&plan, store, run);
    if (status != EXIT_OK)
        return status;
    struct sweeping with_note = chosen;
    char *note = make_note(run);
    with_note.note = note;
    status = note ? sweeping_begin(&with_note, store, &plan, topo, make_command, &id, &job)
                  : complain(EXIT_ENVIRONMENT, "out of memory: free some");
    if (status == EXIT_OK)
        status = sweeping_run(&chosen, &job);
    free(note);
    plan_free(&plan);
    return status;
}

static int cmd_rerun_run(void)
{
    struct topo *topo;
    struct store *store;
    struct run run;
    if (!word)
        return complain(EXIT_USAGE, "rerun: name the run, by its number, its name, or `latest`");
    int status = sweeping_check(&chosen);
    if (status == EXIT_OK)
        status = sweeping_topo(&topo);
    if (status != EXIT_OK)
        return status;
    status = sweeping_prepare(&chosen, topo);
    if (status == EXIT_OK)
        status = runs_open_to_write(chosen.db, word, &store, &run);
    if (status == EXIT_OK) {
        status = measure(store, &run, topo);
        store_close(store);
    }
    topo_free(topo);
    return status;
}

static const struct option_spec options[] = {
    SEED_OPTION(&chosen.seed),
    NAME_OPTION(&chosen.name),
    NOTE_OPTION(&chosen.note),
    STORE_OPTION(&chosen.db),
    SHARED_OPTION(&chosen.shared),
    NO_PAUSE_OPTION(&chosen.no_pause),
    {0},
};

const struct command cmd_rerun = {
    .name = "rerun",
    .summary = "measure the plan of a stored run once more",
    .usage = "RUN",
    .about =
        "Makes a new run in the same store, of the cells of a run that is there, sampled as "
        "they were, in an order of its own. The new run's note says of which run it is one.\n\n"
        "To go on with a run that was interrupted, use `hchanlab sweep --resume`.",
    .examples = "hchanlab rerun latest\n"
                "hchanlab rerun before --name after",
    .offer = OFFER_RUNS,
    .options = options,
    .positional = &word,
    .positional_max = 1,
    .run = cmd_rerun_run,
};
