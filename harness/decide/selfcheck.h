/* How often the lab's verdicts are wrong, and how often they find what is there: counted in a run
 * whose cells have twins (harness/base/twin.h), with the same tables that `compare` makes. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DECIDE_SELFCHECK_H
#define HARNESS_DECIDE_SELFCHECK_H

#include "harness/decide/arms.h"

/* The rounds of one comparison; longer runs hold several, one after the other. Adaptive ones look
 * after 10, 20 and 40. */
enum { SELFCHECK_ROUNDS = 20, SELFCHECK_ADAPTIVE = 40 };

/* Cells whose noise is alike. */
enum place_group { GROUP_ONE_THREAD, GROUP_ONE_PU, GROUP_MORE_PUS, GROUPS };
const char *place_group_name(enum place_group group);

/* How often something was so. Comparisons of one cell have arms in common, so that they go
 * together, and cells do not: the squares are sums over cells, and say how much they go together.
 */
struct tally {
    size_t hits, count, cells;
    double hits_hits, hits_count, count_count; /* sums over cells of the products */
};

/* The difference at which equivalence is tested, and its margin, in percent. */
enum { SELFCHECK_WASTES = 8, SELFCHECK_DIFFERENT = 5, SELFCHECK_MARGIN = 3 };

/* What arms that waste a known share are called. */
struct power {
    unsigned waste;                            /* percent */
    struct tally slower[GROUPS], same[GROUPS]; /* same within SELFCHECK_MARGIN percent */
};

/* A cost that was known, and what the lab says of it. */
struct known {
    double ns, measured_ns;
};

enum { SELFCHECK_KNOWN = 16 };

struct selfcheck {
    size_t twins;               /* arms that are one */
    struct tally wrong[GROUPS]; /* equal arms that are called slower or faster */
    struct tally wrong_adaptive[GROUPS];
    struct tally same[GROUPS];  /* equal arms that are called the same */
    struct tally apart[GROUPS]; /* whose two medians, each over ten rounds, have intervals apart */
    struct tally tables;        /* tables of equal arms with a mark in any of their cells */
    struct power powers[SELFCHECK_WASTES];
    size_t power_count;
    struct known known[SELFCHECK_KNOWN];
    size_t known_count;
    double timer_ns; /* one reading of the clock; NaN if it was not measured */
};

/* Counts. Returns 0; -ENODATA if no cell of the run has a twin; -ENOMEM. */
int selfcheck_make(struct selfcheck *check, const struct arms *arms);

/* The interval of a share at 95%: Wilson's ("Probable inference, the law of succession, and
 * statistical inference", 1927), for as many independent comparisons as the spread of the share
 * from cell to cell says that there were (Kish's effective sample size, with the ratio estimator's
 * variance: Cochran, Sampling Techniques, section 9A). NaN if nothing was counted. */
struct tally_interval {
    double share, low, high;
};
struct tally_interval tally_interval(const struct tally *tally);

/* What the lab promises: how often a verdict may be wrong, and how often a difference of
 * SELFCHECK_DIFFERENT percent has to be found in cells of one thread or one PU. */
#define SELFCHECK_WRONG 0.05
#define SELFCHECK_FOUND 0.95

/* Whether a known cost was measured to within 1% and two readings of the clock. */
bool known_is_right(const struct known *known, double timer_ns);

/* Whether nothing that was counted is beyond the promise by its whole interval, and every known
 * cost is right. */
bool selfcheck_keeps(const struct selfcheck *check);

/* All groups together. */
struct tally tally_sum(const struct tally tallies[GROUPS]);

#endif
