/* Records what real threads do: programs of two parties, each party on a thread that is bound to a
 * CPU of its own, started together so that their operations overlap. Each history is judged.
 *
 * Everything is done in batches: both threads draw programs and make channels, then run the batch
 * program by program, then judge it. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_CHECK_RECORD_H
#define CORE_TESTS_CHECK_RECORD_H

#include "core/tests/check/lin.h"
#include "core/tests/check/run.h"

struct record_plan {
    const struct hchan_variant *variant;
    /* Draws a program of two parties that cannot hang. *random may be any number. */
    void (*draw)(struct program *p, uint64_t *random);
    int64_t (*deadline)(void); /* for operations that have one; called by both threads */
    uint64_t (*moment)(void);  /* NULL: record_moment */
    uint64_t seed;             /* of the first history; the next history has the next one */
    uint64_t histories;
    unsigned overlap_percent; /* of each batch, otherwise it is repeated; 0: not required */
    bool until_wrong;         /* end with the batch in which a history is wrong */
    unsigned patience_s;      /* how long to wait for a program to end; 0: 600 */
};

enum { RECORD_REPORT = 2048 };

struct record_tally {
    uint64_t histories, overlapping, wrong;
    uint64_t repeated;    /* histories of batches that did not overlap enough; of the above, only
                             `wrong` has them too */
    uint64_t first_wrong; /* how many histories it took; 0 if none was wrong */
    double elapsed_s;
    char report[RECORD_REPORT]; /* for the first wrong one: why, seed, program, history */
};

/* Whether there are two CPUs to bind threads to. */
bool record_possible(void);

/* Runs the plan and adds its results to the tally. False if it gave up, because as many batches had
 * to be repeated as were planned. If a thread hangs, the process is aborted, with the program on
 * standard error. */
bool record(const struct record_plan *plan, struct record_tally *tally);

/* The clock. On x86-64 it is the time stamp counter, with a fence on both sides to keep it in its
 * place, if a check at the start finds that both CPUs agree on it; otherwise clock_gettime(), which
 * is slower. At a moment read in this way, a store of the operation may still be in its CPU's
 * buffer. */
uint64_t record_moment(void);
const char *record_clock(void);

/* record_moment() after an exchange, which empties the CPU's store buffer. */
uint64_t record_moment_fenced(void);

#endif
