/* A program that leaks, for `hchanlab leaks`: goroutines that wait for ever, beside some that are
 * well. leaks_sample.c is meant to be read beside the report. */
#ifndef HARNESS_DEMO_LEAKS_SAMPLE_H
#define HARNESS_DEMO_LEAKS_SAMPLE_H

#include <hchan/hchan.h>

/* A leak that was planted. */
struct planted {
    const char *reason; /* as a report has it */
    int line;           /* of leaks_sample.c, where it waits */
    size_t channels;
    const hchan *channel[2]; /* on which */
};

enum { LEAKS_PLANTED = 3, LEAKS_GOROUTINES = 6 };

/* Starts the program, with channels of the variant, and returns once each of its goroutines runs.
 * Nothing ends it, as nothing ends a leak. Fills in what is to be found. 0, or an error number. */
int leaks_sample_start(const struct hchan_variant *variant, struct planted planted[LEAKS_PLANTED]);

#endif
