/* The arguments of a test program, on its command line or in the environment. A wrong one gets one
 * line on standard error and status 2, before anything runs. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_GIVEN_H
#define CORE_TESTS_GIVEN_H

#include <errno.h>
#include <hchan/hchan.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reports what was given and what would be right: one line, whatever `what` contains. Returns 2. */
static inline int given_wrong(const char *who, const char *what, const char *why)
{
    char line[1024];
    snprintf(line, sizeof(line), "%s: %.400s: %s", who, *what ? what : "''", why);
    for (char *p = line; *p; p++)
        if ((unsigned char)*p < ' ')
            *p = '?';
    fprintf(stderr, "%s\n", line);
    return 2;
}

/* Reads a whole number in digits, from min to max; or returns 2, after the line. */
static inline int given_number(const char *who, const char *text, uint64_t min, uint64_t max,
                               uint64_t *number)
{
    char *end, why[80];
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (!errno && *text >= '0' && *text <= '9' && !*end && value >= min && value <= max) {
        *number = value;
        return 0;
    }
    snprintf(why, sizeof(why), "give a number from %llu to %llu", (unsigned long long)min,
             (unsigned long long)max);
    return given_wrong(who, text, why);
}

/* The variant of that name; or NULL, after the line, which lists the names. */
static inline const struct hchan_variant *given_variant(const char *who, const char *name)
{
    char why[512] = "no such variant: there are";
    for (const struct hchan_variant *v = NULL; (v = hchan_variant_next(v));) {
        size_t length = strlen(why);
        if (strcmp(hchan_variant_name(v), name) == 0)
            return v;
        snprintf(why + length, sizeof(why) - length, " %s", hchan_variant_name(v));
    }
    given_wrong(who, name, why);
    return NULL;
}

/* The number in an environment variable, or `otherwise` if it is not set. Ends the process if it is
 * invalid: to be read before the tests begin. */
static inline uint64_t environment_number(const char *name, uint64_t otherwise, uint64_t min,
                                          uint64_t max)
{
    const char *text = getenv(name);
    uint64_t number = otherwise;
    if (text && given_number(name, text, min, max, &number))
        exit(2);
    return number;
}

/* Ends the process if a program that takes no arguments has some. */
static inline void given_nothing(int argc, char **argv)
{
    if (argc > 1)
        exit(given_wrong(argv[0], argv[1], "it takes no words, but variables: its head has them"));
}

/* At a program's end: its status, or 3 if not all of its output was written. */
static inline int given_out(const char *who, int status)
{
    if (fflush(stdout) != EOF && !ferror(stdout))
        return status;
    fprintf(stderr, "%s: standard output: %s: write elsewhere\n", who, strerror(errno));
    return status ? status : 3;
}

#endif
