/* Facts that no file holds: asked of the CPU or of the kernel, or measured. */
#ifndef HARNESS_MACHINE_ENV_PROBE_H
#define HARNESS_MACHINE_ENV_PROBE_H

#include <jansson.h>
#include <stdbool.h>

/* The hypervisor's name, by the CPU's own signature on x86, with the vendor of the virtual machine
 * where firmware names one; "none" where an x86 CPU says that there is none; null where nothing
 * tells. A new reference. */
json_t *probe_hypervisor(void);

/* Whether a hardware cycle counter can be opened for this thread, in user mode or in the kernel:
 * "available", or why not: "forbidden: ..." where privilege is missing, else "none: ..." with the
 * errno's meaning. A new reference. */
json_t *probe_pmu(bool kernel);

/* What a look at the clock costs (the median of batches) and the smallest step between two looks
 * that differ, in nanoseconds; the step is null where none was seen. Takes about a millisecond.
 * Sets timer_cost_ns and timer_resolution_ns in the object. */
void probe_timer(json_t *env);

#endif
