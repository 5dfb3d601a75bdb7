/* The program's commands: one file (cmd_*.c) and one row in commands.c for each. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_COMMANDS_H
#define HARNESS_CLI_COMMANDS_H

#include "harness/cli/options.h"

extern const struct command cmd_doctor;
extern const struct command cmd_list;
extern const struct command cmd_sweep;
extern const struct command cmd_rerun;
extern const struct command cmd_runs;
extern const struct command cmd_report;
extern const struct command cmd_export;
extern const struct command cmd_compare;
extern const struct command cmd_ratio;
extern const struct command cmd_selftest;
extern const struct command cmd_advise;
extern const struct command cmd_leaks;
extern const struct command cmd_life;
extern const struct command cmd_crowd;
extern const struct command cmd_cell;
extern const struct command cmd_manual;
extern const struct command cmd_completion;

/* Every command, in the order of the help; ended by NULL. */
extern const struct command *const commands[];

/* The command of this name. If there is none, complains and returns NULL. */
const struct command *commands_find(const char *name);

/* The row of the option --db, whose value goes to *db; user_store_find() has the default. */
#define STORE_OPTION(db)                                                                       \
    {                                                                                          \
        .name = "db", .kind = OPTION_WORD, .value = db, .argument = "FILE",                    \
        .help = "the store (default hchanlab/lab.db in $XDG_DATA_HOME, or in ~/.local/share)", \
        .offer = {                                                                             \
            .path = FILE_PATH                                                                  \
        }                                                                                      \
    }

/* The names of the variants of this build, and of runs, for a shell to offer. */
#define OFFER_OWN_VARIANTS             \
    {                                  \
        .ask = "list --names variants" \
    }
#define OFFER_RUNS                               \
    {                                            \
        .words = "latest", .ask = "runs --names" \
    }

#endif
