/* The blocks of a plan: cells that differ in the variant only, and so run side by side. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_BLOCKS_H
#define HARNESS_SWEEP_BLOCKS_H

#include "harness/base/cell.h"
#include <stddef.h>

/* Leaves each cell once, which changes *count, and puts those of each block together, the blocks in
 * the order of their first cells. Gives each cell's block, in *block, which the caller frees, and
 * the number of blocks. EXIT_OK, or a complaint's status. */
int blocks_make(struct cell *cells, size_t *count, size_t **block, size_t *blocks);

#endif
