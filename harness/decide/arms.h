/* The arms of a stored run: for each cell of a variant what it cost in each round. A process's
 * number is its round, and its cost is the log of the median of its windows. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_ARMS_H
#define HARNESS_DECIDE_ARMS_H

#include "harness/base/verdict.h"
#include "harness/store/store.h"
#include <stddef.h>

struct arm {
    struct cell cell;
    char label[CELL_NAME_MAX]; /* the cell's name without its variant: what arms are paired by */
    double *costs;             /* one a round; NaN where no process of the round ended well */
    double cpu_ns,
        switches;         /* an operation's; medians over the processes that ended well, or NaN */
    uint64_t *started_ms; /* one a round: when that process began, after the run's start */
};

struct arms {
    struct arm *items; /* in the order of the run's cells */
    size_t count;
    size_t rounds;    /* of the run: what the cell that has the most has */
    enum looks looks; /* LOOKS_ONE, unless the caller knows better (arms_looks) */
};

/* A cell's name without "/variant=...": what its variants have in common. */
void arms_label(const struct cell *cell, char *label, size_t size);

/* Reads the arms of a run; a floor is one whose variant is "". Returns 0, or a negative errno with
 * the sentence in store_error(). arms_free() releases what a success has left in *arms. */
int arms_read(struct store *s, int64_t run, struct arms *arms);
void arms_free(struct arms *arms);

/* Adds an arm that was measured elsewhere, with so many rounds and no cost in any: its costs are
 * the caller's to fill, and it runs beside the others. Returns its index, or -ENOMEM. */
long arms_add(struct arms *arms, const char *label, const char *variant, size_t rounds);

/* The most milliseconds between the starts of two processes that ran side by side. Those of a block
 * follow each other, but for one that was measured again later (`sweep --resume`,
 * `--retry-failed`), or if the sweep waited for the machine to be free in between. */
enum { ARMS_APART_MS = 60000 };

/* Whether two arms can be compared in a round: both have a cost in it, and ran side by side. Where
 * a store does not know when its processes began, they did. */
bool arms_meet(const struct arm *a, const struct arm *b, size_t round);

/* B over A in the rounds in which they meet, at the looks' level; NaN where they never do. Returns
 * 0; -E2BIG if there are more rounds than SIGNED_RANK_MAX; -ENOMEM. */
int arms_ratio(const struct arms *arms, const struct arm *a, const struct arm *b,
               struct ratio_interval *times);

/* When the rounds of a run were looked at, by its environment. */
enum looks arms_looks(const struct run *run);

/* How many rounds an arm's cell ran for: all of the run, or, where the run ended a cell after a
 * look, those that any variant of the cell has. */
size_t arms_rounds(const struct arms *arms, const struct arm *arm);

/* The middle of an arm's costs, in ns; NaN if it has none, or if memory ran out. */
double arms_median_ns(const struct arms *arms, const struct arm *arm);

/* The names of the variants, each once, floors left out; malloc'd, and the names are the arms'.
 * NULL if memory ran out. */
const char **arms_variants(const struct arms *arms, size_t *count);

/* The arm of this label and variant, or NULL. */
const struct arm *arms_find(const struct arms *arms, const char *label, const char *variant);

#endif
