/* `hchanlab selftest`: measures cells beside their twins, and counts how often the lab's verdicts
 * on them are wrong. The options' values are this file's only state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/base/twin.h"
#include "harness/cli/choice_options.h"
#include "harness/cli/commands.h"
#include "harness/cli/repeat_command.h"
#include "harness/cli/selftest_output.h"
#include "harness/cli/selftest_repeat.h"
#include "harness/cli/sweeping.h"
#include "harness/cli/user_store.h"
#include "harness/machine/topo.h"
#include "harness/store/runs.h"
#include "harness/sweep/plan.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { COPIES = 2 };

static struct choices choices;
static struct sweeping chosen = {.untold = true};
static struct uint_list wastes;
static uint64_t copies, cells;
static const char *run_name, *again_name;
static bool dry_run, json;

/* The twins that were asked for; by default, an equal one and four that waste. */
static struct twins twins_wanted(uint64_t seed)
{
    static const struct uint_list usual = {{1, 2, 5, 10}, 4};
    return (struct twins){.copies = copies ? (unsigned)copies : COPIES,
                          .wastes = wastes.count ? wastes : usual,
                          .cells = cells,
                          .seed = seed};
}

static int judge(struct store *store, int64_t run)
{
    struct arms arms;
    struct selfcheck check;
    if (arms_read(store, run, &arms))
        return complain(EXIT_IO, "run %lld: %s", (long long)run, store_error(store));
    int status = selfcheck_make(&check, &arms);
    arms_free(&arms);
    if (status == -ENODATA)
        return complain(EXIT_USAGE,
                        "run %lld has no twins: measure some with `hchanlab selftest`, or name a "
                        "run that has",
                        (long long)run);
    if (status)
        return complain(EXIT_ENVIRONMENT, "out of memory: free some");
    selftest_print(&check, run, json);
    return selfcheck_keeps(&check) ? EXIT_OK : EXIT_WRONG;
}

static char *make_command(void *arg, uint64_t seed)
{
    return selftest_command(&choices, arg, seed, chosen.db);
}

/* With the store open. A sweep in which some processes went wrong is judged all the same. */
static int measure_into(struct store *store, const struct plan *plan, const struct topo *topo,
                        struct twins *twins)
{
    struct sweep_job job;
    int status = sweeping_begin(&chosen, store, plan, topo, make_command, twins, &job);
    if (status != EXIT_OK)
        return status;
    status = sweeping_run(&chosen, &job);
    if (status != EXIT_OK && status != EXIT_WRONG && status != EXIT_TIMEOUT)
        return status;
    int judged = judge(store, job.run);
    return status == EXIT_OK ? judged : status;
}

static int measure(const struct plan *plan, const struct topo *topo, struct twins *twins)
{
    char error[512];
    int status = sweeping_prepare(&chosen, topo);
    if (status == EXIT_OK)
        status = user_store_prepare(chosen.db);
    if (status != EXIT_OK)
        return status;
    struct store *store = store_open(chosen.db, STORE_WRITE, error, sizeof(error));
    if (!store)
        return complain(EXIT_IO, "%s", error);
    status = measure_into(store, plan, topo, twins);
    store_close(store);
    return status;
}

static int print_plan(const struct plan *plan)
{
    double seconds = plan_seconds(plan);
    for (size_t i = 0; i < plan->count; i++)
        puts(plan->cells[i].name);
    printf("%zu cells, %u processes each: about %.0f min %02.0f s\n", plan->count,
           plan->sampling.processes, floor(seconds / 60), fmod(seconds, 60));
    return EXIT_OK;
}

static int run_plan(const struct topo *topo)
{
    struct plan plan;
    int status = sweeping_seed(chosen.seed, &chosen.seed);
    if (status == EXIT_OK)
        status = plan_make(&plan, &choices, topo);
    if (status != EXIT_OK)
        return status;
    struct twins twins = twins_wanted(chosen.seed);
    status = twins_make(&plan, &twins);
    if (status == EXIT_OK)
        status = dry_run ? print_plan(&plan) : measure(&plan, topo, &twins);
    plan_free(&plan);
    return status;
}

/* The run that was found, or that and a second one of the same store. */
static int judge_found(struct store *store, const struct run *run)
{
    struct store *other;
    struct run again;
    if (!again_name)
        return judge(store, run->id);
    int status = runs_open(chosen.db, again_name, &other, &again);
    if (status != EXIT_OK)
        return status;
    status = run->id == again.id
                 ? complain(EXIT_USAGE, "--run and --again are both run %lld: name two runs",
                            (long long)run->id)
                 : selftest_repeat(store, run, &again, json);
    store_close(other);
    return status;
}

static int judge_stored(void)
{
    static const char *const allowed[] = {"run", "again", "db", "json", NULL};
    struct store *store;
    struct run run;
    const struct option_spec *other = options_first_set(cmd_selftest.options, allowed);
    if (other)
        return complain(EXIT_USAGE, "--run judges a run that is there: leave --%s out",
                        other->name);
    int status = user_store_find(&chosen.db);
    if (status == EXIT_OK)
        status = runs_open(chosen.db, run_name, &store, &run);
    if (status != EXIT_OK)
        return status;
    status = judge_found(store, &run);
    store_close(store);
    return status;
}

static int cmd_selftest_run(void)
{
    if (run_name)
        return judge_stored();
    if (again_name)
        return complain(EXIT_USAGE, "--again %s: name the other run with --run", again_name);
    chosen.shared = choices.shared;
    if (choices.quick + choices.full + (choices.plan != NULL) > 1)
        return complain(EXIT_USAGE, "--quick, --full and --plan: choose one");
    if (choices.adaptive || choices.peers)
        return complain(
            EXIT_USAGE, "--%s: a self-test has none: %s", choices.adaptive ? "adaptive" : "peers",
            choices.adaptive ? "with --reps 40 it counts what an adaptive sweep would say"
                             : "leave it out");
    if (wastes.count > SELFCHECK_WASTES)
        return complain(EXIT_USAGE, "--waste: %zu shares: give %d at most", wastes.count,
                        SELFCHECK_WASTES);
    struct topo *topo;
    int status = sweeping_check(&chosen);
    if (status == EXIT_OK)
        status = sweeping_topo(&topo);
    if (status != EXIT_OK)
        return status;
    status = run_plan(topo);
    topo_free(topo);
    return status;
}

static const struct option_spec options[] = {
    CHOICE_OPTIONS(&choices),
    {.name = "copies",
     .kind = OPTION_UINT,
     .value = &copies,
     .min = 1,
     .max = TWINS_MAX,
     .argument = "N",
     .help = "equal arms of each cell, of which all pairs are compared (default 2)"},
    {.name = "waste",
     .kind = OPTION_UINT_LIST,
     .value = &wastes,
     .min = 1,
     .max = TWIN_WASTE_MAX,
     .argument = "P,..",
     .help = "percent that further arms waste, eight at most (default 1,2,5,10)"},
    {.name = "cells",
     .kind = OPTION_UINT,
     .value = &cells,
     .min = 1,
     .max = 10000,
     .argument = "N",
     .help = "so many cells of the plan, drawn at random (default: all)"},
    SEED_OPTION(&chosen.seed),
    NAME_OPTION(&chosen.name),
    NOTE_OPTION(&chosen.note),
    STORE_OPTION(&chosen.db),
    SHARED_OPTION(&choices.shared),
    NO_PAUSE_OPTION(&chosen.no_pause),
    {.name = "run",
     .kind = OPTION_WORD,
     .value = &run_name,
     .argument = "RUN",
     .help = "judge a self-test that was measured before: its number, its name or `latest`",
     .offer = OFFER_RUNS},
    {.name = "again",
     .kind = OPTION_WORD,
     .value = &again_name,
     .argument = "RUN",
     .help = "compare the ratios of that run with those of this one, of the same plan",
     .offer = OFFER_RUNS},
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "what was counted, as JSON"},
    {.name = "dry-run",
     .kind = OPTION_FLAG,
     .value = &dry_run,
     .help = "print the cells and the expected time, and measure nothing"},
    {0},
};

static const char about[] =
    "Measures how often the lab's own verdicts are wrong on this machine, with its noise. It runs "
    "the cells of a plan as a sweep does, each beside twins: arms that are equal, named VARIANT~2 "
    "and so on, and arms that waste a known share of each window, named VARIANT~waste5. Then it "
    "compares them by the tables of `compare`, 20 rounds at a time, and counts.\n\n"
    "Equal arms that are called slower or faster are false alarms, of which 5% are promised. Arms "
    "that waste 5% and are called the same within 3% are wrong as well; at most 5% may be. How "
    "many of the arms that waste are found is the power; 95% of those that waste 5% should be, in "
    "cells of one thread or one PU. With 40 rounds it also counts what an adaptive sweep would "
    "have said. A channel whose cost is a known wait, over five decades, has to be measured to "
    "within 1% and two readings of the clock.\n\n"
    "With --run and --again, it says whether a plan that was measured twice gave the same ratios: "
    "in each run, each variant over the first of its cell. Such ratios are of arms that were side "
    "by side, and are compared although the runs were not.\n\n"
    "A scenario whose workers all do the same has no arm that wastes. The status is 5 if an "
    "interval of what was counted lies wholly beyond what is promised, or a known cost is "
    "wrong.\n\n"
    "With --json: run, rounds, equal_arms (for each kind of cell: wrong, wrong_adaptive, same, "
    "apart), tables_with_a_mark, wasting_arms (for each share: slower, same), and known (ns, "
    "measured_ns, right). What was counted has hits, count, share, low and high, at 95%.";

const struct command cmd_selftest = {
    .name = "selftest",
    .summary = "measure how often the lab's verdicts are wrong on this machine",
    .usage = "",
    .about = about,
    .examples = "hchanlab selftest --cells 12\n"
                "hchanlab selftest --plan locks --reps 40 --copies 4\n"
                "hchanlab selftest --run latest --json\n"
                "hchanlab selftest --run 3 --again 7",
    .options = options,
    .run = cmd_selftest_run,
};
