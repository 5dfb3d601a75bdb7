/* Choosing hardware events from what a machine offers: a pure function, so that machines that are
 * not at hand can be tried in tests. */
#ifndef HARNESS_COUNTERS_CHOICE_H
#define HARNESS_COUNTERS_CHOICE_H

#include "harness/counters.h"
#include <stdbool.h>
#include <stddef.h>

/* A machine's counters, as far as the choice depends on them. */
struct counters_machine {
    size_t slots;            /* hardware counters that count at once */
    char reason[REASON_MAX]; /* why there are none at all; "" where there are some */
    /* Whether the named event can be counted, and its code; the reason where it cannot. */
    bool (*can_count)(void *arg, const char *name, int *code, char *reason, size_t size);
    void *arg;
};

/* Fills the plan: for each quantity the first of its events that the machine can count, in the user
 * and in the kernel domain, as long as there are slots; what is not available says why. */
void counters_choose(struct counters_plan *plan, const struct counters_machine *machine);

#endif
