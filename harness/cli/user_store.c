/* Finds the user's store, as the XDG Base Directory Specification has it (user_store.h). It owns
 * the store's path. */
/* SPDX-License-Identifier: MIT */
#include "harness/cli/user_store.h"
#include "harness/base/files.h"
#include "harness/base/say.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char user_folder[PATH_MAX], user_store[PATH_MAX + 16];

/* The variable, if it is an absolute path; others are to be ignored. */
static const char *absolute(const char *variable)
{
    const char *path = getenv(variable);
    return path && path[0] == '/' ? path : NULL;
}

int user_store_find(const char **db)
{
    const char *data = absolute("XDG_DATA_HOME"), *home = absolute("HOME");
    int length;
    if (*db)
        return EXIT_OK;
    if (data)
        length = snprintf(user_folder, sizeof(user_folder), "%s/hchanlab", data);
    else if (home)
        length = snprintf(user_folder, sizeof(user_folder), "%s/.local/share/hchanlab", home);
    else
        return complain(EXIT_USAGE, "no place for the store: neither XDG_DATA_HOME nor HOME is an "
                                    "absolute path: name the store with --db");
    if (length >= (int)sizeof(user_folder))
        return complain(EXIT_USAGE, "the path of the user's store is too long: name another store "
                                    "with --db");
    snprintf(user_store, sizeof(user_store), "%s/lab.db", user_folder);
    *db = user_store;
    return EXIT_OK;
}

bool user_store_is(const char *db)
{
    return db == user_store;
}

int user_store_prepare(const char *db)
{
    enum { PRIVATE = 0700 }; /* as the specification wants */
    int status = user_store_is(db) ? files_make_folder(user_folder, PRIVATE) : 0;
    return status ? complain(EXIT_IO, "%s can't be made (%s): name a store with --db", user_folder,
                             strerror(-status))
                  : EXIT_OK;
}
