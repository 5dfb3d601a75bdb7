/* The source text's claims about cost, as a table: what it says, what of a run speaks to it, and
 * the range that the words allow. To add a claim, add a row. */
#ifndef PLOTS_CLAIMS_H
#define PLOTS_CLAIMS_H

#include "plots/judge.h"

/* What of the run is observed. */
enum source {
    FROM_COST,     /* the cost of the cells of `over`, divided by `per` */
    FROM_RATIO,    /* `over` as a multiple of `under`, paired by process, times `per` */
    FROM_OUTCOME,  /* how often `outcome` (and `also`) happened per operation of `over` */
    FROM_SHARE,    /* the same, as a share */
    FROM_SWITCHES, /* context switches per operation of `over` */
};

enum partner {
    PARTNER_SAME_PLACE, /* the cell of `under` at the same place */
    PARTNER_ALONE,      /* the cell of `under` with one thread */
};

struct claim {
    const char *quote; /* short, in the text's words */
    const char *rule;  /* how it is judged, and what to know about it */
    enum source source;
    const char *over, *under;                 /* scenarios */
    const char *over_variant, *under_variant; /* NULL: each with its own like */
    double threads;                           /* of `over`; 0: any */
    enum partner partner;
    const char *outcome, *also;
    double per; /* 0: 1 */
    struct claimed claimed;
    bool per_buffer; /* the claimed range is that of a full buffer: of `over`'s capacity */
};

extern const struct claim claims[];
extern const size_t claim_count;

/* Judges one claim by the run. 0 or -ENOMEM. */
int claim_judge(const struct model *m, const struct claim *claim, struct judgement *j);

/* How it is judged, with the range of ns that is claimed, where it is one. */
void claim_rule(const struct claim *claim, struct note *n);

/* A claimed range in words: "40 to 100 ns", "200 ns and more". */
struct words claim_range(double low, double high);

/* The band in ns per operation that the text claims of a path ("handoff", "buffer", "park"), as the
 * headline's cells count operations; false where it claims none. high may be infinite. */
bool claim_band(const char *path, double *low, double *high);

#endif
