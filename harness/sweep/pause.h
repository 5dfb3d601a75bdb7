/* Waiting between blocks while other programs use the machine, whose figures they would spoil.
 *
 *     struct pause pause = {.most_s = PAUSE_MOST_S, .look = pause_look, .arg = &signals};
 *     ... after each block:
 *         status = pause_between(&pause, &others);
 */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PAUSE_H
#define HARNESS_SWEEP_PAUSE_H

#include "harness/machine/others.h"
#include <stdbool.h>

/* A sweep pauses once other programs used more than PAUSE_ABOVE of the PUs' time in the last block,
 * and goes on when a look of one second finds less than PAUSE_BELOW. It waits for PAUSE_MOST_S
 * seconds in all, unless HCHANLAB_PAUSE says otherwise, and never again after that. */
#define PAUSE_ABOVE 0.25
#define PAUSE_BELOW 0.10
enum { PAUSE_MOST_S = 600, PAUSE_S_MAX = 86400 };

struct pause {
    unsigned most_s; /* in all; 0: never */
    /* Looks at the machine for a second, and gives other programs' share of the PUs' time. Returns
     * 0; -EINTR if the user interrupted. */
    int (*look)(void *arg, double *share);
    void *arg;
    struct others seen; /* since the last judgement */
    unsigned waited_s;  /* so far, in looks of a second */
};

/* To be called between blocks with what others used in the one that ended: waits if that was too
 * much, and says so. A block that is too short for the kernel's clock is judged with the next.
 * Returns 0, or what look() returned. */
int pause_between(struct pause *p, const struct others *block);

/* A struct pause's look(); `arg` is the caller's struct signals. */
int pause_look(void *arg, double *share);

/* How long to wait at most: what HCHANLAB_PAUSE says, or PAUSE_MOST_S. EXIT_OK, or EXIT_USAGE after
 * a complaint. */
int pause_most(unsigned *most_s);

#endif
