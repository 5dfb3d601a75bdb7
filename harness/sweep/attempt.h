/* One process of a cell: running it, and storing what it sends and how it ended. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_ATTEMPT_H
#define HARNESS_SWEEP_ATTEMPT_H

#include "harness/machine/others.h"
#include "harness/store/store.h"
#include "harness/sweep/child.h"
#include "harness/sweep/plan.h"
#include "harness/sweep/signals.h"
#include <stdio.h>

struct attempt {
    /* What the caller says. */
    struct store *store;
    const struct sampling *sampling;
    const struct cell *cell;
    struct signals *signals;
    int64_t run, cell_id; /* in the store */
    uint32_t process;
    struct trial_when when;
    /* What the store has of this process stays until the new one has ended, and is replaced by what
     * that sent, completely or not at all; the run's fact `retried` counts it. Otherwise each
     * record is stored as it comes. */
    bool again;

    /* What came of it. */
    bool ended; /* by itself, or at its limit: the next two say how */
    enum trial_status status;
    char message[REASON_MAX];
    bool cannot_start;
    uint64_t used_ns;     /* of its time limit */
    struct others others; /* while it ran */

    FILE *kept; /* the records of a process that runs again, in lines; attempt.c's own */
};

/* Runs the process. Returns 0 if it ended, or was ended at its limit, and that is stored; -EINTR if
 * the user interrupted, or a negative errno of the store or of starting the process, and then
 * nothing says how it ended. */
int attempt_make(struct attempt *a);

#endif
