/* Collects the facts of env.h: each comes from one file, one library or one probe, and stands in
 * one function here. No state; a fact that cannot be had is JSON null. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/env.h"
#include "harness/machine/build.h"
#include "harness/machine/env_cgroup.h"
#include "harness/machine/env_facts.h"
#include "harness/machine/env_probe.h"
#include "harness/machine/env_variables.h"
#include "harness/machine/others.h"
#include "harness/machine/topo.h"
#include <errno.h>
#include <gnu/libc-version.h>
#include <hwloc.h>
#include <math.h>
#include <papi.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* The hypervisor's share of the PUs' busy time since boot. */
static json_t *steal_share(void)
{
    struct pu_time t;
    return pu_time_read(&t) && t.busy > 0 ? json_real(t.steal / t.busy) : json_null();
}

/* What other programs use of the PUs just now: what was used while this one slept. */
static json_t *busy_share(void)
{
    static const struct timespec while_asleep = {.tv_nsec = 200000000};
    struct pu_time before, after;
    if (!pu_time_read(&before) || nanosleep(&while_asleep, NULL) || !pu_time_read(&after))
        return json_null();
    double busy = after.busy - before.busy, idle = fmax(after.idle - before.idle, 0);
    return busy + idle > 0 ? json_real(busy / (busy + idle)) : json_null();
}

static json_t *sched_policy(void)
{
    static const char *const names[] = {[SCHED_OTHER] = "other",
                                        [SCHED_FIFO] = "fifo",
                                        [SCHED_RR] = "rr",
                                        [SCHED_BATCH] = "batch",
                                        [SCHED_IDLE] = "idle"};
    int policy = sched_getscheduler(0);
    if (policy >= 0 && policy & SCHED_RESET_ON_FORK) /* the processes of cells have none of it */
        policy = SCHED_OTHER;
    bool known = policy >= 0 && policy < (int)(sizeof(names) / sizeof(names[0])) && names[policy];
    return known ? json_string(names[policy]) : json_null();
}

static json_t *nice_value(void)
{
    errno = 0;
    int value = getpriority(PRIO_PROCESS, 0);
    return errno ? json_null() : json_integer(value);
}

static json_t *load_1m(void)
{
    double load;
    return getloadavg(&load, 1) == 1 ? json_real(load) : json_null();
}

/* The frequency governor of the allowed PUs, which may each have their own. */
static json_t *governor(const struct topo *t)
{
    const unsigned *pus;
    size_t count = topo_pus(t, &pus);
    char path[96], all[64] = "", one[64];
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor",
                 pus[i]);
        if (!fact_line(path, one, sizeof(one)))
            return json_null();
        if (i > 0 && strcmp(one, all) != 0)
            return json_string("mixed");
        memcpy(all, one, sizeof(all));
    }
    return fact_text(all);
}

static json_t *turbo(void)
{
    char line[16];
    if (fact_line("/sys/devices/system/cpu/intel_pstate/no_turbo", line, sizeof(line)))
        return json_string(line[0] == '0' ? "on" : "off");
    if (fact_line("/sys/devices/system/cpu/cpufreq/boost", line, sizeof(line)))
        return json_string(line[0] == '1' ? "on" : "off");
    return json_null();
}

/* The exit latency of the deepest idle state that the PU may enter. */
static json_t *idle_exit_latency_us(unsigned pu)
{
    json_int_t deepest = -1;
    for (unsigned state = 0;; state++) {
        char path[96];
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cpuidle/state%u/disable", pu,
                 state);
        json_t *disabled = fact_integer(path);
        if (json_is_null(disabled))
            break;
        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cpuidle/state%u/latency", pu,
                 state);
        json_t *latency = fact_integer(path);
        if (json_integer_value(disabled) == 0 && json_is_integer(latency) &&
            json_integer_value(latency) > deepest)
            deepest = json_integer_value(latency);
        json_decref(disabled);
        json_decref(latency);
    }
    return deepest < 0 ? json_null() : json_integer(deepest);
}

static void add_idle(json_t *env, const struct topo *t)
{
    static const char newer[] = "/sys/devices/system/cpu/cpuidle/current_governor";
    static const char older[] = "/sys/devices/system/cpu/cpuidle/current_governor_ro";
    const unsigned *pus;
    topo_pus(t, &pus);
    json_object_set_new(env, "idle_driver",
                        fact_file("/sys/devices/system/cpu/cpuidle/current_driver"));
    json_object_set_new(env, "idle_governor", fact_file(access(newer, R_OK) ? older : newer));
    json_object_set_new(env, "idle_exit_latency_us", idle_exit_latency_us(pus[0]));
    json_object_set_new(env, "idle_poll_limit_ns",
                        fact_integer("/sys/module/haltpoll/parameters/guest_halt_poll_ns"));
}

static void add_versions(json_t *env)
{
    int papi = PAPI_get_opt(PAPI_LIB_VERSION, NULL);
    unsigned hwloc = hwloc_get_api_version();
    json_object_set_new(env, "hchanlab_version", json_string(HCHANLAB_VERSION));
    build_add(env);
    json_object_set_new(env, "compiler", fact_text(HCHANLAB_BUILD));
    json_object_set_new(env, "sanitizers",
                        json_string(HCHANLAB_SANITIZERS[0] ? HCHANLAB_SANITIZERS : "none"));
    json_object_set_new(env, "libc_version", json_sprintf("glibc %s", gnu_get_libc_version()));
    json_object_set_new(env, "papi_version",
                        json_sprintf("%d.%d.%d", PAPI_VERSION_MAJOR(papi), PAPI_VERSION_MINOR(papi),
                                     PAPI_VERSION_REVISION(papi)));
    json_object_set_new(env, "hwloc_api_version",
                        json_sprintf("%u.%u.%u", hwloc >> 16, hwloc >> 8 & 255, hwloc & 255));
    json_object_set_new(env, "sqlite_version", json_string(sqlite3_libversion()));
    json_object_set_new(env, "benchmark_version", fact_text(BENCHMARK_VERSION));
}

static void add_cpus(json_t *env, const struct topo *t)
{
    const unsigned *pus;
    size_t count = topo_pus(t, &pus);
    char *text = topo_describe(t);
    json_object_set_new(env, "cpu_model", fact_keyed("/proc/cpuinfo", "model name", ':'));
    json_object_set_new(env, "microcode", fact_keyed("/proc/cpuinfo", "microcode", ':'));
    json_object_set_new(env, "cpus_allowed", json_integer((json_int_t)count));
    json_object_set_new(env, "cpus_online", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
    json_object_set_new(env, "topology", fact_text(text));
    free(text);
}

/* Facts that are one line of a file. */
static void add_files(json_t *env)
{
    static const struct {
        const char *key, *path;
    } files[] = {
        {"smt", "/sys/devices/system/cpu/smt/control"},
        {"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
        {"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid"},
        {"aslr", "/proc/sys/kernel/randomize_va_space"},
        {"spectre_v2", "/sys/devices/system/cpu/vulnerabilities/spectre_v2"},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        json_object_set_new(env, files[i].key, fact_file(files[i].path));
    json_object_set_new(env, "transparent_hugepages",
                        fact_chosen("/sys/kernel/mm/transparent_hugepage/enabled"));
}

json_t *env_collect(const struct topo *t)
{
    json_t *env = json_object();
    struct utsname u;
    if (!env || uname(&u)) {
        json_decref(env);
        return NULL;
    }
    json_object_set_new(env, "hostname", fact_text(u.nodename));
    add_cpus(env, t);
    json_object_set_new(env, "architecture", fact_text(u.machine));
    json_object_set_new(env, "kernel", json_sprintf("%s %s", u.sysname, u.release));
    json_object_set_new(env, "distribution", fact_keyed("/etc/os-release", "PRETTY_NAME", '='));
    json_object_set_new(env, "hypervisor", probe_hypervisor());
    json_object_set_new(env, "governor", governor(t));
    json_object_set_new(env, "turbo", turbo());
    add_idle(env, t);
    add_files(env);
    json_object_set_new(env, "pmu", probe_pmu(false));
    json_object_set_new(env, "pmu_kernel", probe_pmu(true));
    json_object_set_new(env, "busy_share", busy_share());
    json_object_set_new(env, "load_1m", load_1m());
    json_object_set_new(env, "sched_policy", sched_policy());
    json_object_set_new(env, "nice", nice_value());
    json_object_set_new(env, "steal_share", steal_share());
    json_object_set_new(env, "cpu_quota", cgroup_cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
    json_object_set_new(env, "variables", env_variables(environ));
    add_versions(env);
    probe_timer(env);
    return env;
}

bool env_is_of_the_moment(const char *key)
{
    static const char *const keys[] = {"busy_share", "load_1m", "steal_share", "timer_cost_ns",
                                       "timer_resolution_ns"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}
