/* Runs peers' programs. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/peer_program.h"
#include "harness/sweep/program_output.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How long a peer may take to describe itself. */
static const uint64_t describe_ns = 10000000000;

json_t *peer_program_ask(const char *program, const char **why)
{
    enum { ROOM = 1 << 16 };
    const char *const argv[] = {program, "--describe", NULL};
    char *text;
    int status;
    enum program_end end = program_output(argv, describe_ns, ROOM, &text, &status);
    *why = end == PROGRAM_NO_START ? "its --describe could not be started"
           : end != PROGRAM_ENDED  ? "its --describe does not end well, or not in time"
                                   : "its --describe does not print what it is";
    json_t *described = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return described;
}

int peer_program_become(const char *program, const char *cell, const unsigned pu[2],
                        char **arguments)
{
    char *argv[32], pus[32];
    size_t count = 0;
    snprintf(pus, sizeof(pus), "%u,%u", pu[0], pu[1]);
    const char *const first[] = {program, cell, "--pus", pus};
    for (; count < sizeof(first) / sizeof(first[0]); count++)
        argv[count] = (char *)first[count];
    for (; *arguments; arguments++) {
        if (count == sizeof(argv) / sizeof(argv[0]) - 1)
            return -E2BIG;
        argv[count++] = *arguments;
    }
    argv[count] = NULL;
    execv(program, argv);
    return -errno;
}
