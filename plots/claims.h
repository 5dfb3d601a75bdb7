/* The lesson's claims about cost as a table: a quotation, the observations of a run that bear on
 * it, and the range that the words allow. To add a claim, add a row. */
/* SPDX-License-Identifier: MIT */
#ifndef PLOTS_CLAIMS_H
#define PLOTS_CLAIMS_H

#include "plots/judge.h"

/* What is observed. */
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
    const char *quote; /* short, in the lesson's words */
    const char *rule;  /* how it is judged, as sentences without the last full stop */
    enum source source;
    const char *over, *under;                 /* scenarios */
    const char *over_variant, *under_variant; /* NULL: any, and the same one */
    double threads;                           /* of `over`; 0: any */
    enum partner partner;
    const char *outcome, *also;
    double per; /* 0: 1 */
    struct claimed claimed;
    bool per_buffer; /* the claimed range is per full buffer, that is, per capacity of `over` */
};

extern const struct claim claims[];
extern const size_t claim_count;

/* Judges one claim by the run. 0 or -ENOMEM. */
int claim_judge(const struct model *m, const struct claim *claim, struct judgement *j);

/* How it is judged, with the claimed range if that is one in ns. */
void claim_rule(const struct claim *claim, struct note *n);

/* A claimed range in words: "40 to 100 ns", "200 ns or more". */
struct words claim_range(double low, double high);

/* The range in ns that the lesson claims for a path ("handoff", "buffer", "park"), per operation of
 * the headline's cells; false if it claims none. *high may be infinite. */
bool claim_band(const char *path, double *low, double *high);

#endif
