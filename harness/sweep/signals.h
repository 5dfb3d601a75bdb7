/* Signals while something is made that must not be left half made: a sweep, a report. They are
 * blocked but for where a sweep waits (ppoll with `mask`), so that none comes between a look and
 * the wait; a report looks for those that are pending. For one thread, and one use at a time. */
#ifndef HARNESS_SWEEP_SIGNALS_H
#define HARNESS_SWEEP_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

enum { SIGNALS_CAUGHT = 4 };

struct signals {
    sigset_t mask;     /* of the process before, but the caught ones let through */
    sigset_t old_mask; /* of the process before */
    struct sigaction old_action[SIGNALS_CAUGHT];
};

/* Blocks and catches SIGINT, SIGTERM, SIGCHLD and, unless it is ignored, SIGHUP; signals_release()
 * puts back what was before. */
void signals_catch(struct signals *s);
void signals_release(const struct signals *s);

/* Whether the user interrupted since signals_catch(). */
bool signals_interrupted(void);

#endif
