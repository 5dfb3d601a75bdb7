/* A program of cases.txt, and its run on the channels of one variant. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_TESTS_RACE_PROGRAM_H
#define CORE_TESTS_RACE_PROGRAM_H

#include <hchan/hchan.h>
#include <stdbool.h>
#include <stddef.h>

enum { PARTIES_MAX = 8, LINE_MAX_BYTES = 256 };

struct race_program {
    bool racy;
    char name[64];
    size_t capacity[3]; /* of c, d and e */
    size_t elemsize;
    char first[LINE_MAX_BYTES], last[LINE_MAX_BYTES];
    char parties[PARTIES_MAX][LINE_MAX_BYTES], later[PARTIES_MAX][LINE_MAX_BYTES];
    unsigned nparties, nlater;
};

/* Reads all programs of cases.txt. Returns how many, which the caller frees; ends the process,
 * after a line on standard error, if it cannot be read. */
size_t race_programs_read(struct race_program **programs);

/* Runs it: as goroutines if the variant parks those, or else as threads. Returns when all have
 * ended. */
void race_program_run(const struct race_program *p, const struct hchan_variant *variant);

#endif
