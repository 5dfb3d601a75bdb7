/* What on a machine spoils numbers, judged from its environment (env.h). A pure function, so that
 * tests can try machines that are not at hand. A fact that is not known gives a note: it is neither
 * trouble nor praise. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_DOCTOR_H
#define HARNESS_MACHINE_DOCTOR_H

#include <jansson.h>
#include <stddef.h>

enum severity { SEVERITY_OK, SEVERITY_NOTE, SEVERITY_WARN, SEVERITY_BAD, SEVERITIES };

struct finding {
    const char *check; /* static */
    enum severity severity;
    char seen[200];     /* what this machine has */
    const char *effect; /* static: what it does to numbers; "" for nothing */
    const char *remedy; /* static: what to do about it; "" for nothing */
};

enum { FINDINGS_MAX = 16 };

/* ok, note, warn or bad. */
const char *severity_name(enum severity severity);

/* Examines an environment. Fills in at most FINDINGS_MAX findings, worst first, and returns how
 * many. Reads nothing else; safe from any thread. */
size_t doctor_examine(const json_t *environment, struct finding *findings);

/* The machine's grade, which depends on the severities only: A if nothing is worse than a note, B
 * with one warning, C with two or three, D with more or with one bad finding, F with two bad ones
 * or more. */
char doctor_grade(const struct finding *findings, size_t count);

/* What figures of a machine with that grade are good for, in a few words; static. */
const char *doctor_grade_meaning(char grade);

#endif
