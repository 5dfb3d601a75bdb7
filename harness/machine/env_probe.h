/* Facts that are in no file: the CPU or the kernel is asked, or they are measured. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_ENV_PROBE_H
#define HARNESS_MACHINE_ENV_PROBE_H

#include <jansson.h>
#include <stdbool.h>

/* The hypervisor's name, from the CPU's signature on x86, with the vendor of the virtual machine if
 * the firmware names one; "none" if an x86 CPU reports that there is none; null if it is not known.
 * A new reference. */
json_t *probe_hypervisor(void);

/* Whether a hardware cycle counter can be opened for this thread, in user mode or in the kernel:
 * "available", or why not: "forbidden: ..." if the privilege is missing, otherwise "none: ..." with
 * the meaning of errno. A new reference. */
json_t *probe_pmu(bool kernel);

/* Measures what reading the clock costs (the median of batches) and the smallest step between two
 * readings that differ, in nanoseconds; the step is null if none was seen. Takes about a
 * millisecond. Sets timer_cost_ns and timer_resolution_ns in the object. */
void probe_timer(json_t *env);

#endif
