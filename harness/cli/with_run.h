/* Commands that work on one run of a store: `[RUN] --run RUN --db FILE`. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_WITH_RUN_H
#define HARNESS_CLI_WITH_RUN_H

#include "harness/cli/commands.h"
#include "harness/store/store.h"

/* What a command line chose; all NULL at first. */
struct run_choice {
    const char *db;    /* with_run() makes it the user's store where it is NULL */
    const char *word;  /* the run, as the command's word */
    const char *named; /* the run, as the value of --run */
};

/* The rows of the options. */
#define RUN_OPTIONS(choice)                                                                     \
    STORE_OPTION(&(choice)->db),                                                                \
    {                                                                                           \
        .name = "run", .kind = OPTION_WORD, .value = &(choice)->named, .argument = "RUN",       \
        .help = "the run: its number, its name, or `latest` (the default)", .offer = OFFER_RUNS \
    }

/* Opens the store, finds the run, calls work() with both and closes the store. Returns what work()
 * returns, or another exit status after a complaint. */
int with_run(struct run_choice *choice, int (*work)(struct store *store, const struct run *run));

#endif
