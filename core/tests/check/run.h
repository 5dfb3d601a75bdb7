/* Runs one party of a program on real channels. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_CHECK_RUN_H
#define CORE_TESTS_CHECK_RUN_H

#include "core/tests/check/program.h"
#include <hchan/hchan.h>

struct run {
    const struct program *program;
    hchan *chans[PROGRAM_CHANNELS];
    struct history history;
    /* Sends and closes by hchan_send() and its like, whose HCHAN_CLOSED is a panic in the history.
     * run_make() clears it. */
    bool ends;
    uint64_t (*moment)(void); /* the clock of `invoked` and `returned` */
};

/* Makes the program's channels, with 8-byte elements, and clears the history. False with errno if
 * makechan() fails. run_free() frees the channels. */
bool run_make(struct run *r, const struct program *p, const struct hchan_variant *variant,
              uint64_t (*moment)(void));
void run_free(struct run *r);

/* Runs the operations of party `party` in order and records each one's result. Returns when the
 * last is done. An operation whose wait is OP_TIMED gets the deadline that `deadline` returns; if
 * it ends with nothing before that, it is OP_EARLY. */
void run_party(struct run *r, unsigned party, int64_t (*deadline)(void));

#endif
