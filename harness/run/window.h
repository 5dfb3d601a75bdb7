/* What is timed of a crew. A lead times its own window, from inside; a crowd's window is watched
 * from outside, by looking at the workers' counts. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_RUN_WINDOW_H
#define HARNESS_RUN_WINDOW_H

#include "harness/run/crew.h"

/* What each worker does in a window; for crew_start(). */
void window_part(struct crew *crew, struct worker *w);

/* Runs a crowd's window, in the thread that started it: waits until all workers run, notes how far
 * each has come, and does so again at the end. `before` and `after` have room for a count of each
 * worker, and `before` is all zero. */
void window_watch_crowd(struct crew *crew, struct window *out, uint64_t *before, uint64_t *after);

/* Fills the sample once the workers are joined: operations and time; of a crowd also its fairness,
 * and the share of workers that did anything. */
void window_sum_crowd(struct crew *crew, struct window *out, const uint64_t *before,
                      const uint64_t *after);
void window_sum_lead(struct crew *crew, struct window *out);

#endif
