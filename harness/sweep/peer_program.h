/* A peer as a program: asking it what it is, and becoming it. variants/peers/README.md has the
 * protocol. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PEER_PROGRAM_H
#define HARNESS_SWEEP_PEER_PROGRAM_H

#include <jansson.h>

/* Runs the program with --describe. Returns what it prints as one JSON object, a new reference; or
 * NULL, with the reason in *why (static): it did not end well, not in time, or printed something
 * else. Whatever it started has ended then. */
json_t *peer_program_ask(const char *program, const char **why);

/* Becomes the program that measures the cell, with these arguments after the cell's name and PUs;
 * returns only if it can't, with a negative errno: -E2BIG for more than 27 arguments. */
int peer_program_become(const char *program, const char *cell, const unsigned pu[2],
                        char **arguments);

#endif
