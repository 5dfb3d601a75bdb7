/* Which variant to take for a cell that somebody asks about, by what a store has measured, and
 * under which conditions that stops being so: no lock is best everywhere. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_ADVICE_H
#define HARNESS_DECIDE_ADVICE_H

#include "harness/decide/standings.h"
#include <jansson.h>

/* An advice rests on this many rounds at least, and looks at this many runs at most: the newest. */
enum { ADVICE_ROUNDS = 6, ADVICE_RUNS = 20 };

struct advice_run {
    int64_t id;
    char started[32]; /* ISO 8601, UTC */
    struct arms arms;
};

/* The runs of a store that were measured on this machine, the newest first. */
struct advice_runs {
    struct advice_run items[ADVICE_RUNS];
    size_t count;
    size_t elsewhere; /* runs of other machines, which are left out */
};

/* Reads them; `here` has this machine's facts, of which the processor, the name of the host and the
 * topology count. Returns 0, or a negative errno with the sentence in store_error().
 * advice_runs_free() releases them either way. */
int advice_runs_read(struct advice_runs *runs, struct store *s, const json_t *here);
void advice_runs_free(struct advice_runs *runs);

/* What the same question with one other parameter, or another place, says of the advised variant.
 */
struct condition {
    char where[LABEL_MAX];       /* "capacity=1024" */
    bool holds;                  /* it may be the fastest there, too */
    char better[LABEL_MAX];      /* otherwise: the fastest there, */
    struct ratio_interval times; /* and the advised variant over it */
    int64_t run;
};

enum { CONDITIONS_MAX = 64 };

struct advice {
    const struct advice_run *run;
    struct ranking ranking;
    struct condition conditions[CONDITIONS_MAX];
    size_t condition_count;
};

/* Advises on a cell, whose variant does not matter: its first variant in the ranking is the advice.
 * Takes the newest run that has the cell with two variants and enough rounds. Returns 0; -ENODATA
 * if there is none; another negative errno. advice_free() releases what a success has left in
 * *advice.
 */
int advice_make(struct advice *advice, const struct advice_runs *runs, const struct cell *cell);
void advice_free(struct advice *advice);

#endif
