/* Commands that work on one run of a store: `[RUN] --db FILE`. */
#ifndef HARNESS_CLI_WITH_RUN_H
#define HARNESS_CLI_WITH_RUN_H

#include "harness/store/store.h"

/* Opens the store `db`, finds the run (NULL: the latest), calls work() with both and closes the
 * store. Returns what work() returns, or another exit status after a complaint. */
int with_run(const char *db, const char *wanted,
             int (*work)(struct store *store, const struct run *run));

#endif
