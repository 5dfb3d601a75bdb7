/* A program whose goroutines park once each, for `hchanlab life`. life_sample.c is meant to be read
 * beside the trace. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DEMO_LIFE_SAMPLE_H
#define HARNESS_DEMO_LIFE_SAMPLE_H

#include <hchan/hchan.h>
#include <stdint.h>

enum { LIVES = 4 };

/* A goroutine that parked once, as its trace must have it. */
struct life {
    const char *title;
    const char *reason;  /* as a trace has it */
    const char *returns; /* the operation that it parked in */
    const void *on;      /* the channel that it waited on; NULL: several */
    const void *through; /* the channel that woke it. Both are freed */
    uint32_t goroutine, by;
};

/* Runs life number `which`, below LIVES, with traced channels of the variant, and returns when its
 * goroutines have ended. 0, or an error number. One at a time. */
int life_sample_run(const struct hchan_variant *variant, unsigned which, struct life *life);

#endif
