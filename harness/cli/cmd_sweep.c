/* `hchanlab sweep`: makes a plan from the options, runs it into the store, and prints the results.
 * The options' values are this file's only state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/progress.h"
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/cli/repeat_command.h"
#include "harness/cli/sweep_results.h"
#include "harness/cli/user_store.h"
#include "harness/machine/doctor.h"
#include "harness/machine/rank.h"
#include "harness/machine/topo.h"
#include "harness/store/runs.h"
#include "harness/sweep/alone.h"
#include "harness/sweep/environment.h"
#include "harness/sweep/peers.h"
#include "harness/sweep/plan.h"
#include "harness/sweep/sweep.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static struct choices choices;
static const char *db, *name, *note;
static bool dry_run;
static uint64_t chosen_seed;

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

/* One line before a sweep whose figures will not be worth much. */
static void warn_of_machine(const json_t *environment)
{
    struct finding findings[FINDINGS_MAX];
    size_t count = doctor_examine(environment, findings);
    char grade = doctor_grade(findings, count);
    if (grade >= 'D')
        fprintf(stderr, "this machine is graded %c now: %s: %s (`hchanlab doctor` has more)\n",
                grade, findings[0].check, findings[0].seen);
}

static int refuse_run(struct store *store, int status)
{
    if (status == -EEXIST && name)
        return complain(EXIT_USAGE, "--name %s: a run in %s has it: choose another name", name, db);
    return complain(EXIT_IO, "%s: %s: name a store that can be written with --db", db,
                    store_error(store));
}

/* Adds the run to the store. EXIT_OK with its id, or a complaint's status. */
static int begin_run(struct store *store, const struct plan *plan, const struct topo *topo,
                     uint64_t seed, int64_t *id)
{
    char *command = repeat_command(&choices, plan->mode, seed, db);
    json_t *environment = environment_of(plan, topo);
    warn_of_machine(environment);
    char *environment_text = environment ? json_dumps(environment, JSON_COMPACT) : NULL;
    char *xml = topo_xml(topo);
    const struct run run = {
        .command = command,
        .mode = plan->mode,
        .environment = environment_text,
        .topology = xml,
        .seed = seed,
        .processes = plan->sampling.processes,
        .name = name,
        .note = note,
    };
    int status = EXIT_OK, begun;
    if (!command || !environment_text || !xml)
        status = complain(EXIT_ENVIRONMENT, "out of memory: free some");
    else if ((begun = store_begin_run(store, &run, id)))
        status = refuse_run(store, begun);
    json_decref(environment);
    free(command);
    free(environment_text);
    free(xml);
    return status;
}

/* The seed of the order: the user's, or a random one, of as many bits as the generator takes. */
static int find_seed(uint64_t *seed)
{
    uint32_t random;
    *seed = chosen_seed;
    if (*seed)
        return EXIT_OK;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        return complain(EXIT_ENVIRONMENT, "no random seed: %s: give one with --seed",
                        strerror(errno));
    *seed = random | 1;
    return EXIT_OK;
}

static int run_into(struct store *store, const struct plan *plan, const struct topo *topo)
{
    uint64_t seed;
    struct sweep_result result;
    int64_t id;
    int exit_status = find_seed(&seed);
    if (exit_status == EXIT_OK)
        exit_status = begin_run(store, plan, topo, seed, &id);
    if (exit_status == EXIT_OK)
        exit_status = sweep_run(plan, store, id, seed, &result);
    if (exit_status == EXIT_OK && store_check_place(store))
        exit_status = complain(EXIT_IO, "%s: leave it there and sweep again", store_error(store));
    if (exit_status == EXIT_OK) {
        printf("run %lld in %s\n", (long long)id, db);
        sweep_results_print(store, id);
        exit_status = sweep_results_judge(&result);
    }
    return exit_status;
}

/* Refuses to spoil another sweep's figures, and to have its own spoiled. */
static int check_alone(void)
{
    pid_t other;
    char who[40] = "";
    int status = choices.shared ? 0 : alone_begin(&other);
    if (status == 0)
        return EXIT_OK;
    if (status == -ENAMETOOLONG)
        return complain(EXIT_USAGE, "HCHANLAB_LOCK is too long: give it 90 characters at most");
    if (status != -EBUSY) {
        progress_note("another sweep on this machine would not be noticed: %s", strerror(-status));
        return EXIT_OK;
    }
    if (other > 0)
        snprintf(who, sizeof(who), " (process %d)", (int)other);
    return complain(EXIT_ENVIRONMENT,
                    "another sweep%s measures on this machine, and the two would spoil each other: "
                    "wait for it, or say --shared",
                    who);
}

static int run_plan(const struct plan *plan, const struct topo *topo)
{
    char error[512];
    if (!topo_is_this_machine(topo))
        return complain(EXIT_ENVIRONMENT, "hwloc was given another machine's topology: unset "
                                          "HWLOC_SYNTHETIC and HWLOC_XMLFILE");
    int exit_status = check_alone();
    if (exit_status == EXIT_OK)
        exit_status = user_store_find(&db);
    if (exit_status == EXIT_OK)
        exit_status = user_store_prepare(db);
    if (exit_status != EXIT_OK)
        return exit_status;
    struct store *store = store_open(db, STORE_WRITE, error, sizeof(error));
    if (!store)
        return complain(EXIT_IO, "%s", error);
    exit_status = run_into(store, plan, topo);
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

static int cmd_sweep_run(void)
{
    if (choices.quick && choices.full)
        return complain(EXIT_USAGE, "--quick and --full: choose one");
    if (name && !runs_is_name(name))
        return complain(
            EXIT_USAGE,
            "--name %s: give a letter, and up to %d letters, digits or any of ._+-, but "
            "not `latest`",
            name, RUN_NAME_MAX - 1);
    if (db && db[strlen(db) - 1] == '\n')
        return complain(EXIT_USAGE,
                        "--db %s: it ends in a newline, so that no command of a shell could name "
                        "it: choose another name",
                        db);
    char why[160];
    if (rank_raise(RANK_SWEEP, why, sizeof(why)))
        return complain(EXIT_ENVIRONMENT, "%s", why);
    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no end of a sweep */
    int exit_status = choices_load_peers(&choices);
    if (exit_status != EXIT_OK)
        return exit_status;
    struct topo *topo = topo_load(NULL);
    if (!topo)
        return complain(EXIT_ENVIRONMENT, "the topology can't be read: %s", strerror(errno));
    struct plan plan;
    warn_of_peers();
    exit_status = plan_make(&plan, &choices, topo);
    if (exit_status == EXIT_OK) {
        choices_tell_unused(&choices);
        exit_status = dry_run ? print_plan(&plan) : run_plan(&plan, topo);
        plan_free(&plan);
    }
    topo_free(topo);
    return exit_status;
}

static const struct option_spec options[] = {
    {.name = "quick",
     .kind = OPTION_FLAG,
     .value = &choices.quick,
     .help = "four variants on every scenario, all of them on those that park; some five "
             "minutes on two PUs (the default)"},
    {.name = "full",
     .kind = OPTION_FLAG,
     .value = &choices.full,
     .help = "every variant, more values, more and longer windows"},
    {.name = "scenario",
     .kind = OPTION_WORDS,
     .value = &choices.scenarios,
     .argument = "S,..",
     .help = "only these scenarios, separated by commas; may be repeated",
     .offer = {.ask = "list --names scenarios"}},
    {.name = "group",
     .kind = OPTION_WORDS,
     .value = &choices.groups,
     .argument = "G,..",
     .help = "the scenarios of these groups, as `hchanlab list` has them; may be repeated",
     .offer = {.ask = "list --names groups"}},
    {.name = "variant",
     .kind = OPTION_WORDS,
     .value = &choices.variants,
     .argument = "V,..",
     .help = "only these variants, or `all` of them; may be repeated",
     .offer = {.words = ALL_VARIANTS, .ask = "list --names variants,peers"}},
    {.name = "peers",
     .kind = OPTION_FLAG,
     .value = &choices.peers,
     .help = "every peer that is here, too, in the scenarios that it has; --variant names one"},
    {.name = "capacity",
     .kind = OPTION_UINT_LIST,
     .value = &choices.capacity,
     .min = 0,
     .max = 1000000,
     .argument = "N,..",
     .help = "the buffer's size, in elements"},
    {.name = "elem",
     .kind = OPTION_UINT_LIST,
     .value = &choices.elem,
     .min = 0,
     .max = 65535,
     .argument = "BYTES,..",
     .help = "the size of an element, in bytes"},
    {.name = "threads",
     .kind = OPTION_UINT_LIST,
     .value = &choices.threads,
     .min = 1,
     .max = 1024,
     .argument = "N,..",
     .help = "how many workers, threads or goroutines"},
    {.name = "work",
     .kind = OPTION_UINT_LIST,
     .value = &choices.work,
     .min = 0,
     .max = 1000000,
     .argument = "N,..",
     .help = "think time around each operation: turns of a loop, about a nanosecond each"},
    {.name = "held",
     .kind = OPTION_UINT_LIST,
     .value = &choices.held,
     .min = 0,
     .max = 1000000,
     .argument = "NS,..",
     .help = "how long a lock is held, in nanoseconds of work"},
    {.name = "lines",
     .kind = OPTION_UINT_LIST,
     .value = &choices.lines,
     .min = 1,
     .max = 64,
     .argument = "N,..",
     .help = "how many cache lines are written while a lock is held"},
    {.name = "away",
     .kind = OPTION_UINT_LIST,
     .value = &choices.away,
     .min = 0,
     .max = 1000000,
     .argument = "NS,..",
     .help = "how long a worker does something else between two acquisitions of a lock"},
    {.name = "geometric",
     .kind = OPTION_UINT_LIST,
     .value = &choices.geometric,
     .min = 0,
     .max = 1,
     .argument = "0,1",
     .help = "1: the times away vary, and --away is their mean; 0: all are the same"},
    {.name = "reps",
     .kind = OPTION_UINT,
     .value = &choices.processes,
     .min = 1,
     .max = 1000,
     .argument = "N",
     .help = "how many processes measure each cell"},
    {.name = "place",
     .kind = OPTION_WORD,
     .value = &choices.place,
     .argument = "RELATION",
     .help = "how the PUs are related: same-pu, smt, l2, l3, package or machine",
     .offer = {.ask = "list --names places"}},
    {.name = "seed",
     .kind = OPTION_UINT,
     .value = &chosen_seed,
     .min = 1,
     .max = UINT32_MAX,
     .argument = "N",
     .help = "the seed of the cells' order (default: random, recorded with the run)"},
    {.name = "name",
     .kind = OPTION_WORD,
     .value = &name,
     .argument = "NAME",
     .help = "a name for the run, to choose it by later; no other run in the store may have it"},
    {.name = "note",
     .kind = OPTION_WORD,
     .value = &note,
     .argument = "TEXT",
     .help = "a note that is kept with the run"},
    STORE_OPTION(&db),
    {.name = "shared",
     .kind = OPTION_FLAG,
     .value = &choices.shared,
     .help = "measure even while another sweep runs on this machine"},
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
        "Options with `,..` take several values, separated by commas; with several values of "
        "several "
        "options, every combination is a cell. Leave the machine alone meanwhile.",
    .examples = "hchanlab sweep --name before --note 'the old lock'\n"
                "hchanlab sweep --scenario buffer-hop --threads 1,2 --variant ticket,futex-park\n"
                "hchanlab sweep --group workloads --variant all --dry-run",
    .options = options,
    .run = cmd_sweep_run,
};
