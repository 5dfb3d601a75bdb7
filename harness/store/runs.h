/* Finding the run that a command line names. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_STORE_RUNS_H
#define HARNESS_STORE_RUNS_H

#include "harness/store/store.h"
#include <stdbool.h>

enum { RUN_NAME_MAX = 64 };

/* Whether the word can be a run's name: a letter, then letters, digits and ._+- but not "latest".
 */
bool runs_is_name(const char *word);

/* Opens the store `db` for reading and finds the run: its number or name, or "latest" or NULL for
 * the latest.
 * Returns EXIT_OK with *store, which the caller closes, and *run; or another exit status after one
 * complaint line that says which runs there are. */
int runs_open(const char *db, const char *wanted, struct store **store, struct run *run);

/* The same, with a store that can be written; one that is not there is not made. */
int runs_open_to_write(const char *db, const char *wanted, struct store **store, struct run *run);

#endif
