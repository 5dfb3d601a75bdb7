/* Performance counters through PAPI: hardware events chosen from what the machine offers, counted
 * in each worker thread and started outside the timed region; and the channel's outcomes as
 * software defined events (sde:::hchan::send_handoff ...), read through the same calls. A counter
 * that is not there has PAPI's own reason and is never 0. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_COUNTERS_COUNTERS_H
#define HARNESS_COUNTERS_COUNTERS_H

#include "harness/counters/plan.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Initialises PAPI and its thread support, and fills the plan: in each domain at most as many
 * available events as the machine has hardware counters; the others are unavailable, with that
 * reason. Each available event has been opened once, so that a hidden PMU or a forbidden kernel
 * domain shows here and not in a worker. Called once, from the main thread. Without PAPI or a PMU
 * it still returns 0, with every event unavailable. */
int counters_init(struct counters_plan *plan);

/* Whether the plan has an available event in the domain, "user" or "kernel". */
bool counters_any(const struct counters_plan *plan, const char *domain);

/* Counting in one worker thread, one domain at a time: an event set of PAPI has one domain, and a
 * thread runs one set of the component at a time, so each domain needs a window. counters_start()
 * is called on that thread before the window, counters_stop() on the same thread after it;
 * counters_restart(), in between, forgets what was counted up to then. The
 * counts of event i are added to sums[i]; the sums of events that are not available stay as they
 * are. Without an available event in the domain they do nothing. Each returns 0 or a negative errno
 * with the reason in `reason`; a counters_start() that fails leaves nothing to stop. The plan and
 * the domain's text must outlive the counting. */
struct counters_thread {
    int event_set;
    const struct counters_plan *plan;
    const char *domain;
};
int counters_start(struct counters_thread *t, const struct counters_plan *plan, const char *domain,
                   char *reason, size_t size);
int counters_restart(struct counters_thread *t, char *reason, size_t size);
int counters_stop(struct counters_thread *t, uint64_t *sums, char *reason, size_t size);

/* The channel's outcomes as software defined events. counters_outcomes_init() registers one event
 * for each outcome that hchan_outcome_name() lists; it is a callback that adds up the threads'
 * counts, so that no path of the channel calls PAPI. It may be called again, also after a failure.
 * counters_outcomes_read() reads them all through PAPI into values[HCHAN_OUTCOMES]; the difference
 * of two readings is a window's count. Both are called from one thread, while the threads that
 * count may run. Each returns 0, or a negative errno with PAPI's reason. */
int counters_outcomes_init(char *reason, size_t size);
int counters_outcomes_read(uint64_t *values, char *reason, size_t size);

#endif
