#include "harness/doctor.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const severities[] = {"ok", "note", "warn", "bad"};

const char *severity_name(enum severity severity)
{
    return severities[severity];
}

/* A fact as text, or NULL where the machine does not tell. */
static const char *text_of(const json_t *env, const char *key)
{
    return json_string_value(json_object_get(env, key));
}

static double number_of(const json_t *env, const char *key, double missing)
{
    const json_t *value = json_object_get(env, key);
    return json_is_number(value) ? json_number_value(value) : missing;
}

/* Says what was seen, and judges it. */
static enum severity judge(struct finding *f, enum severity severity, const char *format,
                           const char *value)
{
    snprintf(f->seen, sizeof(f->seen), format, value);
    return severity;
}

static enum severity check_hypervisor(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "hypervisor");
    if (!seen || strcmp(seen, "none") == 0)
        return judge(f, SEVERITY_OK, "%s", "no hypervisor is seen");
    f->effect = "wakes across PUs go through the host; neighbours take time and cache";
    f->remedy = "use bare metal for figures to quote; here, compare within one run only";
    return judge(f, SEVERITY_WARN, "a virtual machine (%s)", seen);
}

static enum severity check_steal(const json_t *env, struct finding *f)
{
    double share = number_of(env, "steal_share", -1);
    if (share < 0)
        return judge(f, SEVERITY_NOTE, "%s", "the kernel does not tell steal time");
    snprintf(f->seen, sizeof(f->seen), "%.2f%% of the busy time was taken by the host",
             100 * share);
    if (share < 0.005)
        return SEVERITY_OK;
    f->effect = "windows contain pauses that are not the channel's";
    f->remedy = "move to a dedicated host, or measure when it is quiet";
    return share < 0.03 ? SEVERITY_WARN : SEVERITY_BAD;
}

static enum severity check_load(const json_t *env, struct finding *f)
{
    double load = number_of(env, "load_1m", -1);
    double cpus = number_of(env, "cpus_online", 1);
    if (load < 0)
        return judge(f, SEVERITY_NOTE, "%s", "the load is not known");
    snprintf(f->seen, sizeof(f->seen), "load %.2f on %.0f PUs over the last minute", load, cpus);
    if (load < 0.1 * cpus + 0.1)
        return SEVERITY_OK;
    f->effect = "others run on the PUs that are measured; a park-and-wake may even look faster, "
                "since no PU goes idle";
    f->remedy = "stop what runs, wait a minute, look again";
    return load < 0.5 * cpus ? SEVERITY_WARN : SEVERITY_BAD;
}

static enum severity check_governor(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "governor");
    if (!seen)
        return judge(f, SEVERITY_NOTE, "%s", "frequency scaling is not visible from here");
    if (strcmp(seen, "performance") == 0)
        return judge(f, SEVERITY_OK, "%s", seen);
    f->effect = "the frequency follows the load: short windows run slower than long ones";
    f->remedy = "cpupower frequency-set -g performance";
    return judge(f, SEVERITY_WARN, "the governor is %s", seen);
}

static enum severity check_turbo(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "turbo");
    if (!seen)
        return judge(f, SEVERITY_NOTE, "%s", "turbo is not visible from here");
    if (strcmp(seen, "off") == 0)
        return judge(f, SEVERITY_OK, "%s", seen);
    f->effect = "the frequency depends on heat and on how many cores work";
    f->remedy = "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 > "
                "/sys/devices/system/cpu/cpufreq/boost";
    return judge(f, SEVERITY_WARN, "turbo is %s", seen);
}

static enum severity check_smt(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "smt");
    if (!seen || strcmp(seen, "on") != 0)
        return judge(f, SEVERITY_OK, "SMT is %s", seen ? seen : "not there");
    f->effect = "two PUs of a core share its units: a spinning sibling slows the other";
    f->remedy = "choose places with --place, or switch it off while measuring";
    return judge(f, SEVERITY_NOTE, "SMT is %s", seen);
}

static enum severity check_cpus(const json_t *env, struct finding *f)
{
    double allowed = number_of(env, "cpus_allowed", 1), online = number_of(env, "cpus_online", 1);
    snprintf(f->seen, sizeof(f->seen), "%.0f of %.0f PUs may be used", allowed, online);
    if (allowed < 2) {
        f->effect = "two threads never run at once: nothing across PUs can be measured";
        f->remedy = "allow a second PU (taskset, cpuset, container limits)";
        return SEVERITY_BAD;
    }
    if (allowed >= 4)
        return SEVERITY_OK;
    f->effect = "the measured threads leave no PU for the rest of the system";
    f->remedy = "use a machine with four PUs or more for figures to quote";
    return SEVERITY_NOTE;
}

static enum severity check_quota(const json_t *env, struct finding *f)
{
    double quota = number_of(env, "cpu_quota", -1), allowed = number_of(env, "cpus_allowed", 1);
    if (quota < 0 || quota >= allowed)
        return judge(f, SEVERITY_OK, "%s", "no CPU quota cuts in");
    snprintf(f->seen, sizeof(f->seen), "a CPU quota of %.2f PUs, %.0f allowed", quota, allowed);
    f->effect = "workers are stopped for whole scheduling periods in the middle of a window";
    f->remedy = "lift the limit (cpu.max, docker --cpus), pin with a cpuset instead";
    return SEVERITY_BAD;
}

static enum severity check_pmu(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "pmu"), *paranoid = text_of(env, "perf_event_paranoid");
    if (seen && strcmp(seen, "available") == 0)
        return judge(f, SEVERITY_OK, "hardware counters, perf_event_paranoid %s",
                     paranoid ? paranoid : "unknown");
    f->effect = "cache misses can't be counted: their columns say n/a and why; times are not "
                "touched";
    f->remedy = "bare metal or a virtual PMU; sysctl kernel.perf_event_paranoid=1 where it is "
                "forbidden";
    return judge(f, SEVERITY_NOTE, "no hardware counters (%s)", seen ? seen : "unknown");
}

static enum severity check_clock(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "clocksource");
    double cost = number_of(env, "timer_cost_ns", -1);
    snprintf(f->seen, sizeof(f->seen),
             "clock source %s, a look costs %.1f ns, smallest step %.0f ns",
             seen ? seen : "unknown", cost, number_of(env, "timer_resolution_ns", -1));
    if (cost >= 0 && cost < 100)
        return SEVERITY_OK;
    f->effect = "the clock is a system call: latencies of single operations drown in it";
    f->remedy = "boot with a stable TSC (clocksource=tsc), or trust the windows only";
    return SEVERITY_BAD;
}

static enum severity check_idle(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "idle_governor");
    if (!seen || strcmp(seen, "haltpoll") != 0)
        return judge(f, SEVERITY_OK, "idle governor %s", seen ? seen : "not visible");
    f->effect = "a wake across PUs is fast while the idle loop still polls and slow once it has "
                "halted: park-wake has two modes";
    f->remedy = "read its distribution, not one number; cpuidle.off=1 removes the mode";
    return judge(f, SEVERITY_WARN, "idle governor %s", seen);
}

/* One row a check. */
static const struct {
    const char *name;
    enum severity (*check)(const json_t *env, struct finding *f);
} checks[] = {
    {"virtualisation", check_hypervisor},
    {"steal time", check_steal},
    {"load", check_load},
    {"governor", check_governor},
    {"turbo", check_turbo},
    {"SMT", check_smt},
    {"PUs", check_cpus},
    {"CPU quota", check_quota},
    {"hardware counters", check_pmu},
    {"clock", check_clock},
    {"idle states", check_idle},
};

enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };
_Static_assert((int)CHECKS <= (int)FINDINGS_MAX, "every check has room");

size_t doctor_examine(const json_t *env, struct finding *findings)
{
    size_t count = 0;
    struct finding found[CHECKS];
    for (size_t i = 0; i < CHECKS; i++) {
        found[i] = (struct finding){.check = checks[i].name, .effect = "", .remedy = ""};
        found[i].severity = checks[i].check(env, &found[i]);
    }
    for (int severity = SEVERITY_BAD; severity >= SEVERITY_OK; severity--)
        for (size_t i = 0; i < CHECKS; i++)
            if ((int)found[i].severity == severity)
                findings[count++] = found[i];
    return count;
}

char doctor_grade(const struct finding *findings, size_t count)
{
    unsigned bad = 0, warn = 0;
    for (size_t i = 0; i < count; i++) {
        bad += findings[i].severity == SEVERITY_BAD;
        warn += findings[i].severity == SEVERITY_WARN;
    }
    if (bad >= 2)
        return 'F';
    if (bad == 1 || warn > 3)
        return 'D';
    return warn == 0 ? 'A' : warn == 1 ? 'B' : 'C';
}
