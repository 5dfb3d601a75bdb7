/* Finding the run that a command line names. */
#ifndef HARNESS_STORE_RUNS_H
#define HARNESS_STORE_RUNS_H

#include "harness/store/store.h"

/* Opens the store `db` for reading and finds the run: a number, or "latest" or NULL for the latest.
 * Returns EXIT_OK with *store, which the caller closes, and *run; or another exit status after one
 * complaint line that says which runs there are. */
int runs_open(const char *db, const char *wanted, struct store **store, struct run *run);

#endif
