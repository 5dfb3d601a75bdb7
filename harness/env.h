/* The environment of a run, as one JSON object: what a reader needs to judge a number and what two
 * runs must share to be compared. A fact that this machine does not tell is JSON null, never a
 * guess. */
#ifndef HARNESS_ENV_H
#define HARNESS_ENV_H

#include <jansson.h>

struct topo;

/* Collects the facts: what the machine is (hostname, cpu_model, topology, kernel, hypervisor ...),
 * how it is set (governor, turbo, smt, clocksource, perf_event_paranoid ...), what it may use
 * (cpus_allowed, cpu_quota, pmu), how busy it is (load_1m, steal_share), what the program was built
 * with, and what the clock costs (timer_cost_ns, timer_resolution_ns, measured here). A new
 * reference; the caller decrefs it. NULL where memory ran out. */
json_t *env_collect(const struct topo *t);

#endif
