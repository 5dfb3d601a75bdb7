/* Judges a claim: compares observations from the run (a cost, a ratio or a share, most with an
 * interval) with the range that the claim allows. Nothing here knows the claims themselves. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_JUDGE_H
#define PLOTS_JUDGE_H

#include "plots/model.h"
#include <stddef.h>

enum verdict {
    VERDICT_HOLDS,       /* every observation is inside the range */
    VERDICT_PARTLY,      /* some are inside, some are not */
    VERDICT_LOWER,       /* all are below */
    VERDICT_HIGHER,      /* all are above */
    VERDICT_FAILS,       /* all are outside, on both sides */
    VERDICT_EDGE,        /* none is inside; some intervals cross an end of the range */
    VERDICT_EDGE_LOWER,  /* the same, and the others are below */
    VERDICT_EDGE_HIGHER, /* the same, and the others are above */
    VERDICT_OPEN,        /* every interval crosses an end: this run cannot decide */
    VERDICT_UNMEASURED,  /* the run has no such cells */
};

enum unit { UNIT_NS, UNIT_TIMES, UNIT_SHARE, UNIT_COUNT };

struct observation {
    const char *variant;
    struct words place;
    double value, low, high; /* low and high are NaN if there is no interval */
};

/* Starts as zeros; observations_free() releases the items. */
struct observations {
    enum unit unit;
    size_t count, left_out; /* impure, uncontended, failed or without an interval */
    size_t room;
    struct observation *items;
};

/* Text that grows piece by piece. Whatever does not fit is cut off. */
struct note {
    char text[4000];
};
void note_add(struct note *n, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The claimed range; either end may be infinite. A comparison only has a right and a wrong side, so
 * a miss is "does not hold", not "lower" or "higher". */
struct claimed {
    double low, high;
    bool comparison;
    /* Words for an observation below, inside and above the range. */
    const char *below, *inside, *above;
};

struct judgement {
    enum verdict verdict;
    struct note measured, says;
};

/* Adds an observation; one without a value (NaN) is ignored. 0 or -ENOMEM. A count has no interval:
 * pass it as both ends, and it is compared exactly. */
int observe(struct observations *o, const char *variant, struct words place, double value,
            double low, double high);
void observations_free(struct observations *o);

/* Where one observation lies: -1 below, 0 inside, 1 above, 2 its interval crosses an end. */
int judge_one(const struct observation *o, const struct claimed *claimed);

/* Judges all observations: sets the verdict and adds a line per place to each text. */
void judge(const struct observations *o, const struct claimed *claimed, struct judgement *j);

/* Adds lines, marked as beside, for observations that do not count for the verdict. */
void judge_beside(const struct observations *o, const struct claimed *claimed, struct judgement *j);

/* The verdict in words: "higher". */
const char *verdict_words(enum verdict verdict);

/* How the verdict looks: a class of page.css. */
const char *verdict_look(enum verdict verdict);

#endif
