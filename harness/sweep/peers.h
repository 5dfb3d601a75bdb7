/* Peers: other people's channels, each a program that speaks the protocol of variants/peers. The
 * lab treats one as a variant that it did not compile: peers_load() finds the programs in one
 * folder, by the names that it knows or that a list there has, asks those that are wanted what they
 * are, and adds each as a row to scenarios.h. Until then there are no peers; nothing else here runs
 * a program. For one thread. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PEERS_H
#define HARNESS_SWEEP_PEERS_H

#include "harness/base/lists.h"
#include "harness/scenarios/scenario.h"

enum { PEER_SCENARIOS_MAX = 40 };

/* The file in a folder of peers that names, a line each, those that the lab does not know. */
#define PEERS_LIST "peers.txt"

struct peer {
    const char *name;    /* a variant's name */
    const char *program; /* its path */
    const char *package; /* what to install for it; NULL if the lab does not know it */
    const char *reason;  /* why it cannot be used, or NULL */
    /* What it is; NULL until it was asked. */
    const char *version, *language;
    const char *lacks; /* of what a Go channel has; words, comma separated */
    const struct scenario *scenarios[PEER_SCENARIOS_MAX + 1]; /* ended by NULL; without loops */
};

/* Loads the peers of these names, or all of them if `names` is NULL: runs each that is there and
 * was not asked before. The folder is beside the program, or HCHANLAB_PEERS. EXIT_OK, or EXIT_USAGE
 * after a complaint: HCHANLAB_PEERS is no folder. */
int peers_load(const struct word_list *names);

/* Every peer that peers_load() found, whether it can be used or not, by name; ended by NULL. */
const struct peer *const *peers_all(void);

/* A sentence that says why the program has no folder of peers, and what would be right; or NULL. */
const char *peers_missing(void);

/* The loaded peer of this name, or NULL. */
const struct peer *peer_find(const char *name);

/* Scenarios that no variant of ours has; ended by NULL. */
const struct scenario *const *peers_own_scenarios(void);

#endif
