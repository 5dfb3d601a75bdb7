/* Picks the variables that change what is measured (env_variables.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/env_variables.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whole names, with their '=', and how families of names begin: of the dynamic linker, of C's and
 * other allocators, of hwloc, PAPI, libpfm and oneTBB, and of Go's runtime. */
static const char *const beginnings[] = {
    "GLIBC_TUNABLES=", "GODEBUG=",  "GOGC=",        "GOMAXPROCS=", "GOMEMLIMIT=",
    "HWLOC_",          "LD_AUDIT=", "LD_BIND_NOW=", "LD_PRELOAD=", "LIBPFM_",
    "MALLOC_",         "PAPI_",     "TBB_",         "TCMALLOC_",
};

static int begins_as_listed(const char *variable)
{
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
        if (strncmp(variable, beginnings[i], strlen(beginnings[i])) == 0)
            return 1;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Joins the words; NULL if memory ran out. The caller frees. */
static char *join(const char **words, size_t count)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? " " : "", words[i]);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

json_t *env_variables(char *const *environment)
{
    size_t all = 0, count = 0;
    while (environment[all])
        all++;
    const char **found = calloc(all + 1, sizeof(*found));
    if (!found)
        return NULL;
    for (size_t i = 0; i < all; i++)
        if (begins_as_listed(environment[i]))
            found[count++] = environment[i];
    qsort(found, count, sizeof(*found), by_name);
    char *text = join(found, count);
    free(found);
    for (char *c = text; c && *c; c++) /* a value may hold any bytes */
        if (*c < ' ' || *c > '~')
            *c = '?';
    json_t *string = text ? json_string(text[0] ? text : "none") : NULL;
    free(text);
    return string;
}
