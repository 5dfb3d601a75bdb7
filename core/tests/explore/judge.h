/* Explores programs (check/program.h): lin_check() judges the history of every schedule. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_EXPLORE_JUDGE_H
#define CORE_TESTS_EXPLORE_JUDGE_H

#include "core/tests/check/run.h"
#include "core/tests/explore/explore.h"
#include <stdio.h>

struct judge {
    struct explore_case what; /* to be explored */
    const struct program *program;
    const struct hchan_variant *variant;
    unsigned procs;   /* 0: all parties are threads */
    uint32_t threads; /* the parties that are threads; the others are goroutines */
    bool ends;        /* as in struct run */
    uint32_t ended;   /* parties */
    struct g *gs[PROGRAM_PARTIES];
    struct run run; /* with the last schedule's history */
    /* The number of different histories so far, and of different results, regardless of moments. If
     * there are hundreds of thousands, they are no longer counted. */
    uint64_t histories, outcomes;
    char name[PROGRAM_TEXT + 128];
};

/* One judge at a time. The program and the variant, which may be a measured or a traced instance,
 * are used until the next one. */
void judge_make(struct judge *j, const struct program *p, const struct hchan_variant *variant);

/* The same with the parties as goroutines on `procs` Ps, except for those whose bits are in
 * `threads`. The scheduler is judged as well. */
void judge_make_sched(struct judge *j, const struct program *p, const struct hchan_variant *variant,
                      unsigned procs, uint32_t threads);

/* Lets the judge's parties send and close by the functions that return an enum hchan_end (struct
 * run). */
void judge_for_ends(struct judge *j);

/* Why the variant cannot be explored; NULL if it can. */
const char *judge_blind(const struct hchan_variant *variant);

/* Prints the last schedule's history for a reader. */
void judge_print(const struct judge *j, FILE *to);

#endif
