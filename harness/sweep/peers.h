/* Peers: other people's channels, each a program that speaks the protocol of variants/peers. The
 * lab finds them in one folder, asks each what it is, and treats it as a variant that it did not
 * compile. For one thread. */
#ifndef HARNESS_SWEEP_PEERS_H
#define HARNESS_SWEEP_PEERS_H

#include "harness/base/cell.h"
#include "harness/scenarios/scenario.h"
#include <stddef.h>

enum { PEER_SCENARIOS_MAX = 40 };

struct peer {
    const char *name;    /* a variant's name */
    const char *package; /* what to install for it, or NULL for one that the lab does not know */
    const char *reason;  /* why it is not here, or NULL */
    const char *version, *language;
    const char *lacks;   /* of what a Go channel has; words, comma separated */
    const char *program; /* its path */
    const struct scenario *scenarios[PEER_SCENARIOS_MAX + 1]; /* ended by NULL; without loops */
};

/* Whether the folder that the user names in HCHANLAB_PEERS, if any, is one: EXIT_OK, or a
 * complaint's status. For commands that run peers, first. */
int peers_check_folder(void);

/* Every peer that the lab knows of and every other in the folder, the ones that are not here
 * included, by name; ended by NULL. The folder is the build's, or HCHANLAB_PEERS. */
const struct peer *const *peers_all(void);

/* The peer of this name if it is here, or NULL. */
const struct peer *peer_find(const char *name);

/* Scenarios that no variant of ours has; ended by NULL. */
const struct scenario *const *peers_own_scenarios(void);

/* A skip whose message begins so is no fault of the machine's: the channel has no such thing. */
#define PEER_LACKS "lacks "

/* Becomes the peer that measures the cell, with these arguments after the cell's name and PUs;
 * returns only where it can't, with a negative errno. */
int peer_exec(const struct peer *peer, const char *cell, const unsigned pu[2], char **arguments);

#endif
