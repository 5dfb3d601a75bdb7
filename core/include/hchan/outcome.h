/* Path accounting. A traced instance of a variant counts each outcome in a counter of the calling
 * goroutine, or thread; nothing shared is written on the way. The sums tell which path every
 * operation took: the send_* and the recv_* outcomes each add up to the operations. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_OUTCOME_H
#define HCHAN_OUTCOME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum hchan_outcome {
#define HCHAN_OUTCOME(id, name, what) HCHAN_##id,
#include <hchan/outcome.def>
#undef HCHAN_OUTCOME
    HCHAN_OUTCOMES,
};

/* The outcome's name, e.g. "send_handoff", and what it counts. NULL if there is no outcome i. */
const char *hchan_outcome_name(unsigned i);
const char *hchan_outcome_what(unsigned i);

/* Adds up the counts of the outcomes whose names begin with `prefix`. Each send ends in exactly one
 * of "send_", each receive in one of "recv_", each select in one of "select_". A select with one
 * case and no deadline counts as the plain operation; a bounded send or receive counts as a select;
 * a select of nil channels only is not counted. */
uint64_t hchan_outcomes_sum(const uint64_t counts[HCHAN_OUTCOMES], const char *prefix);

/* Adds up the counts of all goroutines and threads since the program began, including those that
 * have ended. May be called from any thread at any time; operations that are under way may or may
 * not be counted yet. */
void hchan_outcomes_read(uint64_t totals[HCHAN_OUTCOMES]);

/* The counts of the calling goroutine or thread. Only their differences mean anything: they need
 * not begin at 0: they go on from those of a goroutine or thread that has ended. */
void hchan_outcomes_self(uint64_t totals[HCHAN_OUTCOMES]);

#ifdef __cplusplus
}
#endif

#endif
