/* Path accounting. A traced instance of a variant counts each outcome in a counter of the calling
 * thread; nothing shared is written on the way. The sums over threads tell which path every
 * operation took: the send_* and the recv_* outcomes each add up to the operations. */
#ifndef HCHAN_OUTCOME_H
#define HCHAN_OUTCOME_H

#include <stdint.h>

enum hchan_outcome {
#define OUTCOME(id, name, what) HCHAN_##id,
#include <hchan/outcome.def>
#undef OUTCOME
    HCHAN_OUTCOMES,
};

/* The outcome's name, e.g. "send_handoff", and what it counts. NULL where i is none. */
const char *hchan_outcome_name(unsigned i);
const char *hchan_outcome_what(unsigned i);

/* Adds up the counts of the outcomes whose names begin with `prefix`. Each send ends in exactly one
 * of "send_", each receive in one of "recv_", each select in one of "select_". */
uint64_t hchan_outcomes_sum(const uint64_t counts[HCHAN_OUTCOMES], const char *prefix);

/* Adds up every thread's counts since the program began, threads that ended included. May be called
 * from any thread at any time; counts of operations that are under way may or may not be in it. */
void hchan_outcomes_read(uint64_t totals[HCHAN_OUTCOMES]);

/* The calling thread's own counts: how far they go is what counts. They need not begin at 0, since
 * a G counts on for the thread that it goes to next. */
void hchan_outcomes_self(uint64_t totals[HCHAN_OUTCOMES]);

#endif
