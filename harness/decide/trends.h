/* How the ratio of two variants has gone from run to run: in each run of a store B over its base A,
 * so that what drifts from run to run cancels out, and the newest beside those before it. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_TRENDS_H
#define HARNESS_DECIDE_TRENDS_H

#include "harness/decide/arms.h"
#include "harness/decide/history.h"

/* A cell that several runs have. */
struct trend {
    char label[CELL_NAME_MAX];
    double *ratios; /* the log of B over A in each run that has both, in the runs' order */
    size_t count;
    int64_t last;   /* the run of the last of them */
    bool predicted; /* enough runs came before the newest for what follows */
    struct prediction prediction;
};

struct trends {
    struct trend *items; /* the cells of the newest run */
    size_t count;
};

/* Reads the ratios of variant b to variant a in every run up to `newest`. Returns 0; -ENODATA if
 * the newest has no cell of both; another negative errno with the sentence in store_error() where
 * the store failed. trends_free() releases what a success has left in *trends. */
int trends_read(struct store *s, int64_t newest, const char *a, const char *b,
                struct trends *trends);
void trends_free(struct trends *trends);

#endif
