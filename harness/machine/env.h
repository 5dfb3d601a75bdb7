/* The environment of a run, as one JSON object: what a reader needs to judge a number, and what two
 * runs must share to be compared. A fact that is not known is JSON null, never a guess. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_MACHINE_ENV_H
#define HARNESS_MACHINE_ENV_H

#include <jansson.h>
#include <stdbool.h>

struct topo;

/* Collects the facts into a new object; the caller decrefs it. NULL with errno if uname() failed or
 * memory ran out. Takes a quarter of a second; safe from any thread. The facts, which are strings
 * unless noted:
 *
 *   hostname, cpu_model, microcode, architecture, kernel, distribution
 *   topology             in words, see topo_describe()
 *   cpus_allowed         integer: PUs that this process may use
 *   cpus_online          integer: PUs that the kernel runs on
 *   hypervisor           its name, or "none"
 *   governor             of the allowed PUs; "mixed" if they differ
 *   turbo                on, off
 *   smt                  on, off, forceoff, notsupported, notimplemented
 *   idle_driver, idle_governor
 *   idle_exit_latency_us integer: the time to leave the deepest idle state that is enabled
 *   idle_poll_limit_ns   integer: how long a guest's idle loop polls before it halts; 0: never
 *   clocksource, perf_event_paranoid, transparent_hugepages, aslr, spectre_v2
 *   pmu, pmu_kernel      "available", or why cycles can't be counted in user mode, or in the kernel
 *   busy_share           real, 0..1: the share of the PUs' time in use while this process slept
 *                        for a fifth of a second
 *   load_1m              real: the load average of the last minute
 *   sched_policy         that the processes of cells inherit: other, batch, fifo, ...
 *   nice                 integer: from -20 to 19
 *   steal_share          real, 0..1: the host's share of the PUs' busy time since boot
 *   cpu_quota            real: how many PUs' time the control groups grant; or "none"
 *   variables            environment variables that change what is measured, with their values,
 *                        such as LD_PRELOAD; or "none"
 *   sanitizers           those that the program was built with, or "none"
 *   hchanlab_commit, hchanlab_dirty, hchanlab_build_id      (build.h)
 *   hchanlab_version, compiler, libc_version, papi_version, hwloc_api_version, sqlite_version,
 *   benchmark_version
 *   timer_cost_ns        real: what reading the clock costs, measured here
 *   timer_resolution_ns  integer: the smallest step between two readings that differ
 *
 * A sweep adds to them (harness/sweep/environment.h), and when it has ended:
 *
 *   others_share         real, 0..1: other programs' share of all PUs' time while the sweep ran
 *   steal_meanwhile      real, 0..1: the host's share of it
 *   paused_s             integer: seconds for which it waited until others left the machine alone
 *   retried              integer, if there are any: processes that were measured again
 *                        (hchanlab sweep --retry-failed) */
json_t *env_collect(const struct topo *t);

/* Whether a fact is of the moment, such as the load: it differs each time, on the same machine and
 * with the same program. */
bool env_is_of_the_moment(const char *key);

#endif
