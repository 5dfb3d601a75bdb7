/* The environment of the programs that the lab calls (tools.h). It owns the last one that it made.
 */
/* SPDX-License-Identifier: MIT */
#include "harness/base/tools.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is handed on if it is set, and what is set. */
static const char *const kept[] = {"PATH", "LD_LIBRARY_PATH", "TMPDIR"};
static const char *const fixed[] = {"LC_ALL=C.UTF-8", "TZ=UTC0", "HOME=/nonexistent"};

enum { KEPT = sizeof(kept) / sizeof(kept[0]), FIXED = sizeof(fixed) / sizeof(fixed[0]) };

static char *environment[KEPT + FIXED + 1];

char *const *tools_environment(void)
{
    size_t count = 0;
    for (size_t i = 0; i < KEPT + FIXED; i++) {
        free(environment[i]);
        environment[i] = NULL;
    }
    for (size_t i = 0; i < KEPT; i++) {
        const char *value = getenv(kept[i]);
        if (value && asprintf(&environment[count++], "%s=%s", kept[i], value) < 0)
            return NULL;
    }
    for (size_t i = 0; i < FIXED; i++)
        if (!(environment[count++] = strdup(fixed[i])))
            return NULL;
    return environment;
}

void tools_drop_variables(const char *beginning)
{
    for (char **v = environ; v && *v;) {
        char *name =
            strncmp(*v, beginning, strlen(beginning)) == 0 ? strndup(*v, strcspn(*v, "=")) : NULL;
        if (name && unsetenv(name) == 0)
            v = environ; /* the list has moved */
        else
            v++;
        free(name);
    }
}
