/* A store's history for Apache Otava, which looks for change points. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_CLI_EXPORT_OTAVA_H
#define HARNESS_CLI_EXPORT_OTAVA_H

#include "harness/store/store.h"
#include <stdio.h>

/* Writes a CSV with a line for each run of the same plan up to this one, by the same host and
 * processor: time, run and commit, and then ratios: each variant of a cell over the first one of
 * it. A ratio is of two arms that ran side by side, so that what drifts from run to run is not in
 * it. Only ratios that all of these runs have are written. Returns 0; -ENODATA if there is none; or
 * another negative errno, with the sentence in store_error() where the store failed. */
int export_otava(FILE *out, struct store *s, const struct run *run);

#endif
