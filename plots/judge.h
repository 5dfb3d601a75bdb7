/* Judging a claim: observations from the run (a cost, a ratio, a share, each with an interval where
 * it has one) against the range that the claim allows. The verdict is what the observations say;
 * nothing here knows the claims. */
#ifndef PLOTS_JUDGE_H
#define PLOTS_JUDGE_H

#include "plots/model.h"
#include <stddef.h>

enum verdict {
    VERDICT_HOLDS,      /* every observation is inside */
    VERDICT_PARTLY,     /* some are, some are not */
    VERDICT_LOWER,      /* all are below */
    VERDICT_HIGHER,     /* all are above */
    VERDICT_FAILS,      /* all are outside, on both sides */
    VERDICT_EDGE,       /* none is inside, and of some, the interval reaches over an end; */
    VERDICT_EDGE_LOWER, /* the others are below */
    VERDICT_EDGE_HIGHER,
    VERDICT_OPEN,       /* the intervals reach over an end: this run cannot tell */
    VERDICT_UNMEASURED, /* the run has no such cells */
};

enum unit { UNIT_NS, UNIT_TIMES, UNIT_SHARE, UNIT_COUNT };

struct observation {
    const char *variant;
    struct words place;
    double value, low, high; /* the interval is NaN where there is none */
};

/* Starts as zeros; observations_free() releases the items. */
struct observations {
    enum unit unit;
    size_t count, left_out; /* impure, uncontended, failed or without an interval */
    size_t room;
    struct observation *items;
};

/* Text that grows by pieces; what does not fit is cut. */
struct note {
    char text[4000];
};
void note_add(struct note *n, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What is claimed: a range; an end may be infinite. Of a comparison it only matters on which side
 * of it things are, so that it fails where a cost would be lower or higher. */
struct claimed {
    double low, high;
    bool comparison;
    /* Words for an observation below, inside and above, as in "below", "inside the band". */
    const char *below, *inside, *above;
};

struct judgement {
    enum verdict verdict;
    struct note measured, says;
};

/* Adds an observation; one without a value is none. 0 or -ENOMEM. What was counted and not timed
 * has no interval: it is passed as its own, and so is compared as it is. */
int observe(struct observations *o, const char *variant, struct words place, double value,
            double low, double high);
void observations_free(struct observations *o);

/* Where one observation lies: -1 below, 0 inside, 1 above, 2 its interval reaches over an end. */
int judge_one(const struct observation *o, const struct claimed *claimed);

/* Judges all; adds to the judgement's texts a line per place and sets its verdict. */
void judge(const struct observations *o, const struct claimed *claimed, struct judgement *j);

/* The verdict in words, with how far off it is where all are: "higher". */
const char *verdict_words(enum verdict verdict);

/* How it looks: a word of page.css. */
const char *verdict_look(enum verdict verdict);

#endif
