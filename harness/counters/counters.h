/* Performance counters through PAPI: cache-miss events chosen from what the machine offers, per
 * worker thread and started outside the timed region; and the channel's outcomes as software
 * defined events (sde:::hchan::send_handoff ...), read through the same calls. A counter that is
 * not there carries PAPI's own reason and is never 0. */
#ifndef HARNESS_COUNTERS_COUNTERS_H
#define HARNESS_COUNTERS_COUNTERS_H

#include "harness/base/cell.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The events of a machine: the wanted ones (L1, L2, L3 data misses, snoops or shared-line requests,
 * instructions, cycles, for user and kernel domain apart), each available or with a reason. An
 * event carries PAPI's name for it; a preset that means something else on each processor is
 * followed by what it counts on this one, as in PAPI_CA_SHR=OFFCORE_REQUESTS:ALL_DATA_RD. */
enum { COUNTERS_MAX = 24 };
struct counters_plan {
    size_t count;
    struct counter event[COUNTERS_MAX]; /* name, domain, available, reason; per_op unused */
    int code[COUNTERS_MAX];             /* PAPI's event codes, where available */
};

/* Initialises PAPI and its thread support, and fills the plan: in each domain at most as many
 * available events as the machine has hardware counters; the rest are unavailable with that reason.
 * An available event has been opened once, so that a hidden PMU or a forbidden kernel domain shows
 * here and not in a worker. Called once, from the main thread. Without PAPI or a PMU it still
 * succeeds, with every event unavailable. Returns 0. */
int counters_init(struct counters_plan *plan);

/* Whether the plan has an available event in the domain, "user" or "kernel". */
bool counters_any(const struct counters_plan *plan, const char *domain);

/* Counting in one worker thread, one domain at a time: PAPI's event sets have one, and a thread
 * runs one set of the component at a time, so a window is needed for each. counters_start() is
 * called on that thread before the window, counters_stop() on the same thread after it; the counts
 * of event i are added to sums[i], and the sums of events that are not available stay as they are.
 * Without an available event in the domain both do nothing. Each returns 0 or a negative errno with
 * the reason in `reason`; a counters_start() that fails leaves nothing to stop. The plan and the
 * domain's text must outlive the counting. */
struct counters_thread {
    int event_set;
    const struct counters_plan *plan;
    const char *domain;
};
int counters_start(struct counters_thread *t, const struct counters_plan *plan, const char *domain,
                   char *reason, size_t size);
int counters_stop(struct counters_thread *t, uint64_t *sums, char *reason, size_t size);

/* The channel's outcomes as software defined events. Registers one event for each outcome that
 * hchan_outcome_name() lists, each a callback that adds up the per-thread counts, so that the
 * channel's path holds no PAPI call. counters_outcomes_read() reads them all through PAPI into
 * values[HCHAN_OUTCOMES]; the difference of two reads is a window's count. The first may be
 * repeated, after a failure too. Both are called from one thread, and the threads that count may
 * run meanwhile. 0, or a negative errno with PAPI's reason. */
int counters_outcomes_init(char *reason, size_t size);
int counters_outcomes_read(uint64_t *values, char *reason, size_t size);

#endif
