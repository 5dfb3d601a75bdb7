/* What is timed: the lead's window, which it times itself, and a crowd's, which is watched from
 * outside. */
#ifndef HARNESS_RUN_WINDOW_H
#define HARNESS_RUN_WINDOW_H

#include "harness/run/crew.h"

/* The part of each worker in the window: for crew_start(). */
void window_part(struct crew *crew, struct worker *w);

/* A crowd's window: let it run in, look at everybody's progress, wait, look again. Where threads
 * outnumber PUs, one of them may run alone for longer than that: then nobody contended. So both the
 * run-in and the window last until each has had its turn, within a limit. */
void window_watch_crowd(struct crew *crew, struct window *out, uint64_t *before, uint64_t *after);

/* Fills the sample of a crowd: operations in the window, fairness, and the share of workers that
 * got on at all. */
void sum_crowd(struct crew *crew, struct window *out, const uint64_t *before,
               const uint64_t *after);

void sum_lead(struct crew *crew, struct window *out);

#endif
