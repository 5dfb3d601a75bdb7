/* Choosing hardware events from what a machine offers: a pure function, so that machines that are
 * not at hand can be tried in tests. counters_init() describes the real machine in PAPI's words. */
#ifndef HARNESS_COUNTERS_CHOICE_H
#define HARNESS_COUNTERS_CHOICE_H

#include "harness/counters/counters.h"
#include <stdbool.h>
#include <stddef.h>

/* A machine's counters, as far as the choice depends on them. Each `reason` has REASON_MAX bytes.
 */
struct counters_machine {
    size_t slots;            /* hardware counters that count at once */
    char reason[REASON_MAX]; /* why there are none at all; "" where there are some */
    /* Whether the machine has an event of this name. Yes: fills its code and, in LABEL_MAX bytes,
     * the native event that a preset stands for ("" for a native event, or where it stands for
     * several). No: fills the reason. */
    bool (*find)(void *arg, const char *name, int *code, char *native, char *reason);
    /* Whether the event counts in the domain, "user" or "kernel", beside those for which this was
     * already true in that domain. No: fills the reason. */
    bool (*fits)(void *arg, int code, const char *domain, char *reason);
    void *arg;
};

/* Fills the plan: for each quantity and domain the first of the quantity's events that the machine
 * has and that fits, as long as the domain has slots. What is not available is named by its first
 * choice and says why. */
void counters_choose(struct counters_plan *plan, const struct counters_machine *machine);

#endif
