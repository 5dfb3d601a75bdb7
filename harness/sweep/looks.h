/* The looks of an adaptive sweep: after 10, 20 and 40 rounds, and only then, each block is looked
 * at, and one in which each variant has a verdict runs no more. Whoever compares afterwards must do
 * so at the level of three looks, which pays for having looked: LOOKS_THREE of verdict.h, whose
 * fact the run's environment has. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_LOOKS_H
#define HARNESS_SWEEP_LOOKS_H

#include "harness/base/verdict.h"
#include "harness/store/store.h"
#include "harness/sweep/plan.h"
#include <stdbool.h>
#include <stdint.h>

enum { LOOKS_ROUNDS = ADAPTIVE_MAX };

/* Whether there is a look after so many rounds, and rounds that it may save. */
bool looks_after(uint32_t rounds);

/* Looks at a block whose cells have run for so many rounds; later ones do not count. Sets *done if
 * each of its cells has a verdict, against the first variant of the block, that is not "can't
 * tell". Floors are compared with nothing, nor is a cell that has no round in common with the
 * first. cell_ids are those of the plan's cells. Returns 0 or a negative errno. */
int looks_at_block(struct store *store, const struct plan *plan, const int64_t *cell_ids,
                   size_t block, uint32_t rounds, bool *done);

#endif
