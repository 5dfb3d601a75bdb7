/* Signals while a sweep or a report is made, which must not be left half made. They are blocked
 * except where a sweep waits (ppoll() with `mask`), so that none is lost between a check and the
 * wait; a report checks for pending ones. For one thread, and one use at a time. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_SIGNALS_H
#define HARNESS_SWEEP_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

enum { SIGNALS_CAUGHT = 4 };

struct signals {
    sigset_t mask;     /* the mask from before, without the signals that are caught */
    sigset_t old_mask; /* the mask from before */
    struct sigaction old_action[SIGNALS_CAUGHT];
};

/* Blocks and catches SIGINT, SIGTERM, SIGCHLD and, unless it is ignored, SIGHUP. signals_release()
 * restores what was set before. */
void signals_catch(struct signals *s);
void signals_release(const struct signals *s);

/* Whether the user interrupted since signals_catch(). */
bool signals_interrupted(void);

#endif
