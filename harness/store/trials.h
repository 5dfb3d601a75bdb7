/* The processes of a run as a whole, for a sweep that goes on with it: which have ended and how,
 * which were cut short, and the removal of what one left. Functions return 0 or a negative errno,
 * as those of store.h; the store is open for writing. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_STORE_TRIALS_H
#define HARNESS_STORE_TRIALS_H

#include "harness/store/store.h"
#include <stddef.h>

/* A process that has ended. */
struct trial {
    int64_t cell;
    uint32_t process;
    enum trial_status status;
    struct others_shares others; /* NaN if they are not known */
    uint64_t position, started_ms;
};

/* Reads those of a run, by cell and process; malloc'd, the caller frees them. */
int trials_read(struct store *s, int64_t run, struct trial **out, size_t *count);

/* Removes what a process left, and that it ended. One transaction only within store_begin(). */
int trials_remove(struct store *s, int64_t cell, uint32_t process);

/* Removes what is there of a run's processes that were cut short: they left samples or the like,
 * and nothing says how they ended. One transaction; counts the processes. */
int trials_remove_cut(struct store *s, int64_t run, size_t *count);

/* How long ago a run began, by the machine's clock, which somebody may have set meanwhile: it may
 * be less than 0. */
int trials_age_ms(struct store *s, int64_t run, int64_t *ms);

#endif
