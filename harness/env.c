#include "harness/env.h"
#include "harness/clock.h"
#include "harness/topo.h"
#include <errno.h>
#include <hwloc.h>
#include <linux/perf_event.h>
#include <papi.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The first line of a small file without its newline; false where it can't be read. */
static bool read_line(const char *path, char *line, size_t size)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    bool ok = fgets(line, (int)size, f) != NULL;
    fclose(f);
    if (ok)
        line[strcspn(line, "\n")] = '\0';
    return ok;
}

/* A fact that a file tells in its first line; null where it does not exist. */
static json_t *fact(const char *path)
{
    char line[256];
    return read_line(path, line, sizeof(line)) ? json_string(line) : json_null();
}

/* What follows "key" and `separator` in a file of such lines; null where there is none. */
static json_t *fact_in(const char *path, const char *key, char separator)
{
    FILE *f = fopen(path, "r");
    char line[1024];
    json_t *found = NULL;
    while (f && !found && fgets(line, sizeof(line), f)) {
        char *value = strchr(line, separator);
        if (strncmp(line, key, strlen(key)) != 0 || !value)
            continue;
        value += 1 + strspn(value + 1, " \t\"");
        value[strcspn(value, "\"\n")] = '\0';
        found = json_string(value);
    }
    if (f)
        fclose(f);
    return found ? found : json_null();
}

/* The word of a list that stands in brackets, e.g. "always [madvise] never". */
static json_t *fact_chosen(const char *path)
{
    char line[256];
    if (!read_line(path, line, sizeof(line)))
        return json_null();
    char *open = strchr(line, '['), *close = strchr(line, ']');
    if (!open || !close || close < open)
        return json_string(line);
    return json_stringn(open + 1, (size_t)(close - open - 1));
}

/* What the hypervisor took of the time that the PUs had work, since boot. */
static json_t *steal_share(void)
{
    unsigned long long t[8] = {0};
    FILE *f = fopen("/proc/stat", "r");
    int n = f ? fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3],
                       &t[4], &t[5], &t[6], &t[7])
              : 0;
    if (f)
        fclose(f);
    if (n != 8)
        return json_null();
    unsigned long long busy = t[0] + t[1] + t[2] + t[5] + t[6] + t[7];
    return busy ? json_real((double)t[7] / (double)busy) : json_null();
}

static json_t *load_1m(void)
{
    double load;
    return getloadavg(&load, 1) == 1 ? json_real(load) : json_null();
}

/* CPUs' worth of time that the cgroup may use, or null for no limit. */
static json_t *cpu_quota(void)
{
    char line[64];
    double quota, period;
    if (read_line("/sys/fs/cgroup/cpu.max", line, sizeof(line)))
        return sscanf(line, "%lf %lf", &quota, &period) == 2 ? json_real(quota / period)
                                                             : json_null();
    char other[64];
    if (read_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", line, sizeof(line)) &&
        read_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us", other, sizeof(other)) && atof(line) > 0)
        return json_real(atof(line) / atof(other));
    return json_null();
}

static bool cpu_has_flag(const char *flag)
{
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[8192];
    bool found = false;
    while (f && !found && fgets(line, sizeof(line), f))
        if (strncmp(line, "flags", 5) == 0) {
            char *at = strstr(line, flag);
            found = at && (at[strlen(flag)] == ' ' || at[strlen(flag)] == '\n');
            break;
        }
    if (f)
        fclose(f);
    return found;
}

/* The hypervisor's name where one is admitted to; "none" on what looks like bare metal. */
static json_t *hypervisor(void)
{
    char line[128];
    if (read_line("/sys/hypervisor/type", line, sizeof(line)))
        return json_string(line);
    if (!cpu_has_flag("hypervisor"))
        return json_string("none");
    if (read_line("/sys/class/dmi/id/sys_vendor", line, sizeof(line)) && line[0])
        return json_string(line);
    return json_string("yes, of unknown kind");
}

/* "available", or what the kernel says when asked for a cycle counter. */
static json_t *pmu(void)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_HW_CPU_CYCLES,
        .disabled = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    long fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
    if (fd >= 0) {
        close((int)fd);
        return json_string("available");
    }
    switch (errno) {
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV:
        return json_string("none: the kernel has no hardware cycle counter to give");
    case EACCES:
    case EPERM:
        return json_string("forbidden: perf_event_paranoid or a missing capability");
    default:
        return json_string(strerror(errno));
    }
}

static json_t *turbo(void)
{
    char line[16];
    if (read_line("/sys/devices/system/cpu/intel_pstate/no_turbo", line, sizeof(line)))
        return json_string(line[0] == '0' ? "on" : "off");
    if (read_line("/sys/devices/system/cpu/cpufreq/boost", line, sizeof(line)))
        return json_string(line[0] == '1' ? "on" : "off");
    return json_null();
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What a look at the clock costs (median of batches), and the smallest step that it makes. */
static void time_timer(json_t *env)
{
    enum { BATCHES = 31, LOOKS = 1000 };
    double cost[BATCHES];
    uint64_t smallest = UINT64_MAX, before = clock_ns();
    for (int b = 0; b < BATCHES; b++) {
        uint64_t start = clock_ns();
        for (int i = 0; i < LOOKS; i++) {
            uint64_t now = clock_ns();
            if (now > before && now - before < smallest)
                smallest = now - before;
            before = now;
        }
        cost[b] = (double)(clock_ns() - start) / LOOKS;
    }
    qsort(cost, BATCHES, sizeof(cost[0]), by_value);
    json_object_set_new(env, "timer_cost_ns", json_real(cost[BATCHES / 2]));
    json_object_set_new(env, "timer_resolution_ns", json_integer((json_int_t)smallest));
}

static void add_versions(json_t *env)
{
    char papi[32];
    json_object_set_new(env, "hchanlab_version", json_string(HCHANLAB_VERSION));
    json_object_set_new(env, "compiler", json_string(HCHANLAB_BUILD));
    snprintf(papi, sizeof(papi), "%d.%d.%d", PAPI_VERSION_MAJOR(PAPI_VERSION),
             PAPI_VERSION_MINOR(PAPI_VERSION), PAPI_VERSION_REVISION(PAPI_VERSION));
    json_object_set_new(env, "papi_version", json_string(papi));
    unsigned hwloc = hwloc_get_api_version();
    json_object_set_new(env, "hwloc_api_version",
                        json_sprintf("%u.%u.%u", hwloc >> 16, hwloc >> 8 & 255, hwloc & 255));
    json_object_set_new(env, "sqlite_version", json_string(sqlite3_libversion()));
    json_object_set_new(env, "benchmark_version", json_string(BENCHMARK_VERSION));
}

static void add_cpus(json_t *env, const struct topo *t)
{
    const unsigned *pus;
    size_t count = topo_pus(t, &pus);
    char *text = topo_describe(t);
    json_object_set_new(env, "cpu_model", fact_in("/proc/cpuinfo", "model name", ':'));
    json_object_set_new(env, "cpus_allowed", json_integer((json_int_t)count));
    json_object_set_new(env, "cpus_online", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
    json_object_set_new(env, "topology", text ? json_string(text) : json_null());
    free(text);
}

json_t *env_collect(const struct topo *t)
{
    json_t *env = json_object();
    struct utsname u;
    if (!env || uname(&u)) {
        json_decref(env);
        return NULL;
    }
    json_object_set_new(env, "hostname", json_string(u.nodename));
    add_cpus(env, t);
    json_object_set_new(env, "architecture", json_string(u.machine));
    json_object_set_new(env, "kernel", json_sprintf("%s %s", u.sysname, u.release));
    json_object_set_new(env, "distribution", fact_in("/etc/os-release", "PRETTY_NAME", '='));
    json_object_set_new(env, "hypervisor", hypervisor());
    json_object_set_new(env, "governor",
                        fact("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
    json_object_set_new(env, "turbo", turbo());
    json_object_set_new(env, "smt", fact("/sys/devices/system/cpu/smt/control"));
    json_object_set_new(env, "idle_governor",
                        fact("/sys/devices/system/cpu/cpuidle/current_governor_ro"));
    json_object_set_new(env, "clocksource",
                        fact("/sys/devices/system/clocksource/clocksource0/current_clocksource"));
    json_object_set_new(env, "perf_event_paranoid", fact("/proc/sys/kernel/perf_event_paranoid"));
    json_object_set_new(env, "pmu", pmu());
    json_object_set_new(env, "load_1m", load_1m());
    json_object_set_new(env, "steal_share", steal_share());
    json_object_set_new(env, "cpu_quota", cpu_quota());
    json_object_set_new(env, "transparent_hugepages",
                        fact_chosen("/sys/kernel/mm/transparent_hugepage/enabled"));
    json_object_set_new(env, "aslr", fact("/proc/sys/kernel/randomize_va_space"));
    json_object_set_new(env, "spectre_v2",
                        fact("/sys/devices/system/cpu/vulnerabilities/spectre_v2"));
    add_versions(env);
    time_timer(env);
    return env;
}
