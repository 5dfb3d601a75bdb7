/* The program's commands: one file (cmd_*.c) and one row in main.c for each. */
#ifndef HARNESS_CLI_COMMANDS_H
#define HARNESS_CLI_COMMANDS_H

#include "harness/cli/options.h"

extern const struct command cmd_doctor;
extern const struct command cmd_list;
extern const struct command cmd_sweep;
extern const struct command cmd_cell;
extern const struct command cmd_report;
extern const struct command cmd_export;
extern const struct command cmd_ratio;
extern const struct command cmd_leaks;
extern const struct command cmd_crowd;
extern const struct command cmd_life;

#define DEFAULT_STORE  "results/lab.db"
#define DEFAULT_REPORT "results/report"

/* The row of the option --db, whose value goes to *db. */
#define STORE_OPTION(db)                                                    \
    {                                                                       \
        .name = "db", .kind = OPTION_WORD, .value = db, .argument = "FILE", \
        .help = "the store (default " DEFAULT_STORE ")"                     \
    }

#endif
