/* What the commands that measure a plan have in common: `sweep`, with and without --resume, and
 * `rerun`. Each function returns EXIT_OK, or another exit status after one complaint line. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_SWEEPING_H
#define HARNESS_CLI_SWEEPING_H

#include "harness/cli/commands.h"
#include "harness/machine/topo.h"
#include "harness/store/store.h"
#include "harness/sweep/sweep.h"

/* What a command line chose; all NULL, 0 or false at first. */
struct sweeping {
    const char *db; /* sweeping_prepare() makes it the user's store where it is NULL */
    const char *name, *note;
    uint64_t seed; /* sweeping_begin() draws one where it is 0 */
    bool shared, no_pause;
    bool untold;           /* sweeping_run() does not print the results */
    unsigned pause_most_s; /* sweeping_check() finds it */
};

/* The rows of options. */
#define SEED_OPTION(to)                                                                 \
    {                                                                                   \
        .name = "seed", .kind = OPTION_UINT, .value = to, .min = 1, .max = UINT32_MAX,  \
        .argument = "N",                                                                \
        .help = "the seed of the cells' order (default: random, recorded with the run)" \
    }
#define NAME_OPTION(to)                                                                     \
    {                                                                                       \
        .name = "name", .kind = OPTION_WORD, .value = to, .argument = "NAME",               \
        .help = "a name for the run, to choose it by later; no other run in the store may " \
                "have it"                                                                   \
    }
#define NOTE_OPTION(to)                                                       \
    {                                                                         \
        .name = "note", .kind = OPTION_WORD, .value = to, .argument = "TEXT", \
        .help = "a note that is kept with the run"                            \
    }
#define SHARED_OPTION(to)                                               \
    {                                                                   \
        .name = "shared", .kind = OPTION_FLAG, .value = to,             \
        .help = "measure even while another sweep runs on this machine" \
    }
#define NO_PAUSE_OPTION(to)                                                               \
    {                                                                                     \
        .name = "no-pause", .kind = OPTION_FLAG, .value = to,                             \
        .help = "measure on while other programs use the machine; without it, measuring " \
                "waits for up to ten minutes in all"                                      \
    }

/* Checks the name, the store's path, for how long to pause, and whether this process may rank above
 * what it measures. */
int sweeping_check(struct sweeping *s);

/* Loads the topology, which the caller frees. */
int sweeping_topo(struct topo **topo);

/* Refuses another machine's topology and a second sweep on the machine, and finds the store's path.
 */
int sweeping_prepare(struct sweeping *s, const struct topo *topo);

/* The seed of the order: the user's, or a random one where it is 0, of as many bits as the
 * generator takes. */
int sweeping_seed(uint64_t chosen, uint64_t *seed);

/* Adds a run of the plan to the store, with the command that makes_command() gives for the seed,
 * malloc'd. Gives the job that measures it. */
int sweeping_begin(const struct sweeping *s, struct store *store, const struct plan *plan,
                   const struct topo *topo, char *(*make_command)(void *arg, uint64_t seed),
                   void *arg, struct sweep_job *job);

/* Runs the job, prints the run's results and judges them. */
int sweeping_run(const struct sweeping *s, struct sweep_job *job);

/* Measures what a stored run lacks, or what went wrong in it. `wanted` is a run as runs_open()
 * takes it. */
int sweeping_go_on(struct sweeping *s, const char *wanted, bool failed);

#endif
