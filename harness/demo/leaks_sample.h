/* A program that leaks, for `hchanlab leaks`: goroutines that wait for ever, and some that do not.
 * leaks_sample.c is meant to be read beside the report. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_DEMO_LEAKS_SAMPLE_H
#define HARNESS_DEMO_LEAKS_SAMPLE_H

#include <hchan/hchan.h>

/* A leak that was planted. */
struct planted {
    const char *reason; /* as a report has it */
    int line;           /* of leaks_sample.c, where it waits */
    size_t channels;
    const hchan *channel[2]; /* that it waits on */
};

enum { LEAKS_PLANTED = 3, LEAKS_GOROUTINES = 6 };

/* Starts the program with channels of the variant, and returns when the three that leak are parked.
 * Nothing ends it. Fills in what is to be found. 0, or an error number. */
int leaks_sample_start(const struct hchan_variant *variant, struct planted planted[LEAKS_PLANTED]);

#endif
