/* The places of a plan on one machine. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_SWEEP_PLAN_PLACES_H
#define HARNESS_SWEEP_PLAN_PLACES_H

#include "harness/base/lists.h"
#include "harness/base/numbers.h"
#include "harness/base/relation.h"

struct topo;

/* Relations of PUs, as bits (1 << enum relation). */
struct places {
    unsigned here;    /* those that the machine has */
    unsigned lacking; /* and those that were named and it has not */
};

/* The places that the words stand for: relations, `nearest` or `every`; no words: `nearest`. */
struct places places_find(const struct word_list *words, const struct topo *topo);

/* The relations that the machine has, in words. */
struct words places_of_machine(const struct topo *topo);

/* Checks the place that a user named. EXIT_OK, or a complaint's status. */
int places_check(const char *place, const struct topo *topo);

/* Says on standard error which places of the plan the machine lacks, and why they are left out. */
void places_tell(const char *plan, unsigned lacking, const struct topo *topo);

#endif
