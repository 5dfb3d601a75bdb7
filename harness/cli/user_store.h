/* The store that a command works on: the one that --db names, or the user's own. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_USER_STORE_H
#define HARNESS_CLI_USER_STORE_H

#include <stdbool.h>

/* If *db is NULL, makes it the user's store: hchanlab/lab.db in the folder that XDG_DATA_HOME
 * names, or in ~/.local/share. The path is static. Returns EXIT_OK, or another exit status after a
 * complaint: the environment names no folder. */
int user_store_find(const char **db);

/* Whether this is the path that user_store_find() gave. */
bool user_store_is(const char *db);

/* Makes the folder of the user's store, if `db` is that store; the folder of another one is not
 * made, since its name may be mistyped. Returns EXIT_OK, or EXIT_IO after a complaint. */
int user_store_prepare(const char *db);

#endif
