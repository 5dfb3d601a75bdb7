/* Finding the run that a command line names. */
#ifndef HARNESS_STORE_RUNS_H
#define HARNESS_STORE_RUNS_H

#include "harness/store/store.h"

/* Opens the store `db` for reading and finds the run: a number, or "latest" or NULL for the latest.
 * EXIT_OK with *store (the caller closes it) and *run, or the exit status after one complaint line
 * that says which runs there are. */
int runs_open(const char *db, const char *wanted, struct store **store, struct run *run);

#endif
