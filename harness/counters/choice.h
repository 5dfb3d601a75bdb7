/* Choosing hardware events from what a machine offers: a pure function, so that tests can try
 * machines that are not at hand. counters_init() describes the real machine in PAPI's words. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_COUNTERS_CHOICE_H
#define HARNESS_COUNTERS_CHOICE_H

#include "harness/counters/plan.h"
#include <stdbool.h>
#include <stddef.h>

/* A machine's counters, as far as the choice depends on them. Each `reason` has REASON_MAX bytes.
 */
struct counters_machine {
    size_t slots;            /* hardware counters that count at once */
    char reason[REASON_MAX]; /* why there are none at all; "" if there are some */
    /* Whether the machine has an event of this name. If so, fills its code and, in LABEL_MAX bytes,
     * the native event that a preset stands for ("" for a native event, or if there are several).
     * If not, fills the reason. */
    bool (*find)(void *arg, const char *name, int *code, char *native, char *reason);
    /* Whether the event counts in the domain, "user" or "kernel", together with those for which
     * this was true before. If not, fills the reason. */
    bool (*fits)(void *arg, int code, const char *domain, char *reason);
    void *arg;
};

/* Fills the plan: for each quantity and domain, the first of the quantity's events that the machine
 * has and that fits, as long as the domain has slots. A quantity that is not available has the name
 * of its first choice, and the reason. */
void counters_choose(struct counters_plan *plan, const struct counters_machine *machine);

#endif
