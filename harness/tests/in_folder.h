/* A store in a folder of each test's own: make_folder() and remove_folder() are a test's setup and
 * teardown. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_TESTS_IN_FOLDER_H
#define HARNESS_TESTS_IN_FOLDER_H

#include "harness/store/store.h"
#include "scripts/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The folder, the store in it, and why that could not be opened. */
static char folder[64], path[128], error[512];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/hchanlab-store-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/lab.db", folder);
    return 0;
}

/* Also if a test that failed has left the folder read-only. */
static int remove_folder(void **state)
{
    char line[128];
    (void)state;
    snprintf(line, sizeof(line), "chmod 700 '%s' && rm -rf '%s'", folder, folder);
    return system(line);
}

static struct store *open_store(enum store_mode mode)
{
    struct store *s = store_open(path, mode, error, sizeof(error));
    if (!s)
        fail_msg("%s", error);
    return s;
}

#endif
