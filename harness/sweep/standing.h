/* How far a run is, by its store: what has been measured, and what is to be. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_STANDING_H
#define HARNESS_SWEEP_STANDING_H

#include "harness/store/store.h"
#include "harness/sweep/plan.h"
#include <stdbool.h>
#include <stdint.h>

struct standing {
    int64_t *cell_ids;    /* of the plan's cells, in the store */
    bool *wanted;         /* whether process p of cell c is to run: [c * processes + p] */
    uint64_t done, total; /* processes: those that need not run are done */
    uint64_t position;    /* of the next process in its run */
    uint64_t elapsed_ms;  /* since the run began */
    /* What others used while the run's processes ran: the sums of their shares, over so many
     * processes of which it is known. */
    struct others_shares sum;
    uint64_t known;
};

/* Reads how far a run of the plan is. `failed`: only those processes are wanted that failed or ran
 * out of time; otherwise those that have not ended yet. Returns 0; -EBADMSG if the run's cells are
 * not the plan's; or another negative errno. standing_free() releases it either way. */
int standing_read(struct standing *standing, const struct plan *plan, struct store *store,
                  int64_t run, bool failed);
void standing_free(struct standing *standing);

/* Lets a block have so many rounds and no more: what it wants of later ones is not run, and is not
 * in the total. */
void standing_close_block(struct standing *standing, const struct plan *plan, size_t block,
                          uint32_t rounds);

#endif
