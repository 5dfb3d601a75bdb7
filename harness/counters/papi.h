/* What the files that call PAPI share: its error statuses as words and as our return values. Only
 * this folder includes it. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_COUNTERS_PAPI_H
#define HARNESS_COUNTERS_PAPI_H

#include <errno.h>
#include <papi.h>
#include <stddef.h>
#include <stdio.h>

/* PAPI's words for a status that is not success; never NULL. A positive one comes only from
 * PAPI_library_init(): the version of a library that does not fit our header. */
static inline const char *papi_words(int status)
{
    const char *words = status > 0 ? "the library is of another version" : PAPI_strerror(status);
    return words ? words : "an error that PAPI has no words for";
}

/* Writes what failed and PAPI's words for it into `reason`, and returns the negative errno. */
static inline int papi_fail(int status, const char *what, char *reason, size_t size)
{
    snprintf(reason, size, "%s: %s", what, papi_words(status));
    return status == PAPI_ENOMEM ? -ENOMEM : -EIO;
}

#endif
