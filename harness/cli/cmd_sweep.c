/* `hchanlab sweep`: makes a plan from the options, runs it into the store, and prints the results.
 * The options' values are this file's only state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/choice_options.h"
#include "harness/cli/commands.h"
#include "harness/cli/repeat_command.h"
#include "harness/cli/sweeping.h"
#include "harness/cli/user_store.h"
#include "harness/machine/topo.h"
#include "harness/sweep/peers.h"
#include "harness/sweep/plan.h"
#include "harness/sweep/sweep.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct choices choices;
static struct sweeping chosen;
static const char *resume, *retry;
static bool dry_run;

static int print_plan(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        printf("%s\n", plan->cells[i].name);
    double seconds = plan_seconds(plan);
    printf("%zu cells, %u processes each, %u windows of %.0f ms in each: about %.0f min %02.0f s\n",
           plan->count, plan->sampling.processes, plan->sampling.samples,
           (double)plan->sampling.window_ns / 1e6, floor(seconds / 60), fmod(seconds, 60));
    return EXIT_OK;
}

static char *make_command(void *arg, uint64_t seed)
{
    (void)arg;
    return repeat_command(&choices, seed, chosen.db);
}

static int run_plan(struct plan *plan, const struct topo *topo)
{
    char error[512];
    struct sweep_job job;
    int exit_status = sweeping_prepare(&chosen, topo);
    if (exit_status == EXIT_OK)
        exit_status = user_store_prepare(chosen.db);
    if (exit_status != EXIT_OK)
        return exit_status;
    struct store *store = store_open(chosen.db, STORE_WRITE, error, sizeof(error));
    if (!store)
        return complain(EXIT_IO, "%s", error);
    exit_status = sweeping_begin(&chosen, store, plan, topo, make_command, NULL, &job);
    if (exit_status == EXIT_OK)
        exit_status = sweeping_run(&chosen, &job);
    store_close(store);
    return exit_status;
}

/* With --peers, one line about those that are not here. */
static void warn_of_peers(void)
{
    const char *gap = "peers that are not here: ";
    if (!choices.peers)
        return;
    for (const struct peer *const *p = peers_all(); *p; p++)
        if ((*p)->reason) {
            fprintf(stderr, "%s%s", gap, (*p)->name);
            gap = ", ";
        }
    if (gap[0] == ',')
        fprintf(stderr, " (`hchanlab list` says what to install)\n");
}

/* A run that is gone on with has its plan. */
static int go_on(void)
{
    static const char *const allowed[] = {"resume", "retry-failed", "db",
                                          "shared", "no-pause",     NULL};
    const char *name = resume ? "resume" : "retry-failed";
    if (resume && retry)
        return complain(EXIT_USAGE, "--resume and --retry-failed: choose one");
    const struct option_spec *other = options_first_set(cmd_sweep.options, allowed);
    if (other)
        return complain(EXIT_USAGE,
                        "--%s has the plan from the run: leave --%s out; only --db, --shared and "
                        "--no-pause may stand beside it",
                        name, other->name);
    return sweeping_go_on(&chosen, resume ? resume : retry, retry != NULL);
}

static int cmd_sweep_run(void)
{
    chosen.shared = choices.shared;
    if (resume || retry)
        return go_on();
    if (choices.quick + choices.full + (choices.plan != NULL) > 1)
        return complain(EXIT_USAGE, "--quick, --full and --plan: choose one");
    if (choices.adaptive && choices.processes)
        return complain(EXIT_USAGE, "--adaptive and --reps: choose one");
    int exit_status = sweeping_check(&chosen);
    if (exit_status == EXIT_OK)
        exit_status = choices_load_peers(&choices);
    struct topo *topo;
    if (exit_status == EXIT_OK)
        exit_status = sweeping_topo(&topo);
    if (exit_status != EXIT_OK)
        return exit_status;
    struct plan plan;
    warn_of_peers();
    exit_status = plan_make(&plan, &choices, topo);
    if (exit_status == EXIT_OK) {
        exit_status = dry_run ? print_plan(&plan) : run_plan(&plan, topo);
        plan_free(&plan);
    }
    topo_free(topo);
    return exit_status;
}

static const struct option_spec options[] = {
    CHOICE_OPTIONS(&choices),
    SEED_OPTION(&chosen.seed),
    NAME_OPTION(&chosen.name),
    NOTE_OPTION(&chosen.note),
    STORE_OPTION(&chosen.db),
    SHARED_OPTION(&choices.shared),
    NO_PAUSE_OPTION(&chosen.no_pause),
    {.name = "resume",
     .kind = OPTION_WORD,
     .value = &resume,
     .argument = "RUN",
     .help = "go on with a run that was cut short, on the same machine and with the same program",
     .offer = OFFER_RUNS},
    {.name = "retry-failed",
     .kind = OPTION_WORD,
     .value = &retry,
     .argument = "RUN",
     .help = "measure again the processes of a run that failed or ran out of time",
     .offer = OFFER_RUNS},
    {.name = "dry-run",
     .kind = OPTION_FLAG,
     .value = &dry_run,
     .help = "print the cells and the expected time, and measure nothing"},
    {0},
};

const struct command cmd_sweep = {
    .name = "sweep",
    .summary = "measure a plan of cells and store the results",
    .usage = "",
    .about =
        "Makes a plan of cells, each a scenario with a variant and its parameters, and measures "
        "each "
        "cell in several processes, in rounds and in a random order that is kept. What they "
        "measure "
        "is stored as it comes, so that a run that is interrupted keeps what it has. At the end it "
        "prints each cell's median and interval.\n\n"
        "A run that was interrupted or killed, or whose machine went down, goes on with "
        "`--resume`: "
        "in the same order, with what its processes measured; what one left that was cut short is "
        "measured again.\n\n"
        "While other programs use more than a quarter of the PUs' time, measuring waits until they "
        "use less than a tenth, for ten minutes in all.\n\n"
        "Options with `,..` take several values, separated by commas; with several values of "
        "several "
        "options, every combination is a cell. Leave the machine alone meanwhile.",
    .examples = "hchanlab sweep --name before --note 'the old lock'\n"
                "hchanlab sweep --scenario buffer-hop --threads 1,2 --variant ticket,futex-park\n"
                "hchanlab sweep --group workloads --variant all --dry-run\n"
                "hchanlab sweep --producers 4 --consumers 1 --work 2us --lock ticket,futex\n"
                "hchanlab sweep --resume latest",
    .options = options,
    .run = cmd_sweep_run,
};
