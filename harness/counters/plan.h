/* The events that are to be counted on a machine. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_COUNTERS_PLAN_H
#define HARNESS_COUNTERS_PLAN_H

#include "harness/base/cell.h"
#include <stddef.h>

/* The events of a machine: the wanted ones (L1, L2, L3 data misses, snoops or shared-line requests,
 * instructions, cycles, each in the user and in the kernel domain), available or with a reason. An
 * event has PAPI's name; a preset that means something else on each processor is followed by what
 * it counts on this one, as in PAPI_CA_SHR=OFFCORE_REQUESTS:ALL_DATA_RD. */
enum { COUNTERS_MAX = 24 };
struct counters_plan {
    size_t count;
    struct counter event[COUNTERS_MAX]; /* name, domain, available, reason; per_op unused */
    int code[COUNTERS_MAX];             /* PAPI's event codes, where available */
};

#endif
