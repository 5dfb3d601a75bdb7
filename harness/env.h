/* The environment of a run, as one JSON object: what a reader needs to judge a number and what two
 * runs must share to be compared. A fact that this machine does not tell is JSON null, never a
 * guess. */
#ifndef HARNESS_ENV_H
#define HARNESS_ENV_H

#include <jansson.h>

struct topo;

/* Collects: hostname, cpu_model, cpus_allowed, kernel, distribution, compiler (HCHANLAB_BUILD),
 * hchanlab_version, hypervisor, governor, turbo, smt, clocksource, perf_event_paranoid, pmu,
 * load_1m, steal_share, cpu_quota, mitigations, transparent_hugepages, aslr, library versions
 * (benchmark, hwloc, papi, sqlite), timer_cost_ns, timer_resolution_ns. A new reference; the caller
 * decrefs it. NULL where memory ran out. */
json_t *env_collect(const struct topo *t);

#endif
