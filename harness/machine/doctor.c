/* The checks, one function each and one row in a table, and the grade that follows from them. Pure:
 * nothing is read but the environment that is given, and nothing is kept. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/doctor.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const severities[SEVERITIES] = {"ok", "note", "warn", "bad"};

const char *severity_name(enum severity severity)
{
    return severities[severity];
}

/* A fact as text, or NULL if it is not known. */
static const char *text_of(const json_t *env, const char *key)
{
    return json_string_value(json_object_get(env, key));
}

/* A fact as a number that is never negative, or -1 if it is not known. */
static double number_of(const json_t *env, const char *key)
{
    const json_t *value = json_object_get(env, key);
    return json_is_number(value) ? json_number_value(value) : -1;
}

static bool is(const char *text, const char *wanted)
{
    return text && strcmp(text, wanted) == 0;
}

/* Fills in what was seen, and returns the severity. */
__attribute__((format(printf, 3, 4))) static enum severity
doctor_judge(struct finding *f, enum severity severity, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(f->seen, sizeof(f->seen), format, args);
    va_end(args);
    return severity;
}

static enum severity check_hypervisor(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "hypervisor");
    if (!seen)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (is(seen, "none"))
        return doctor_judge(f, SEVERITY_OK, "no hypervisor");
    f->effect = "wakes cross the host, neighbours take time and cache";
    f->remedy = "quote figures from bare metal; here, compare within one run";
    return doctor_judge(f, SEVERITY_WARN, "a guest (%s)", seen);
}

static enum severity check_steal(const json_t *env, struct finding *f)
{
    static const double warn_share = 0.005, bad_share = 0.03;
    double share = number_of(env, "steal_share");
    if (share < 0)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    enum severity severity = share < warn_share  ? SEVERITY_OK
                             : share < bad_share ? SEVERITY_WARN
                                                 : SEVERITY_BAD;
    if (severity != SEVERITY_OK) {
        f->effect = "windows hold pauses by the host";
        f->remedy = "move to a dedicated host, or measure when it is quiet";
    }
    return doctor_judge(f, severity, "%.2f%% of busy time since boot", 100 * share);
}

static enum severity check_load(const json_t *env, struct finding *f)
{
    static const double warn_share = 0.05, bad_share = 0.25;
    double share = number_of(env, "busy_share");
    if (share < 0)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    enum severity severity = share < warn_share  ? SEVERITY_OK
                             : share < bad_share ? SEVERITY_WARN
                                                 : SEVERITY_BAD;
    if (severity != SEVERITY_OK) {
        f->effect = "other programs share the PUs; park-wake may look better";
        f->remedy = "stop what runs (top shows it), and try again";
    }
    return doctor_judge(f, severity, "%.0f%% of the PUs' time was in use just now", 100 * share);
}

static enum severity check_governor(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "governor");
    if (!seen)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (is(seen, "performance"))
        return doctor_judge(f, SEVERITY_OK, "%s", seen);
    f->effect = "the frequency may follow the load, so short windows run slower";
    f->remedy = "cpupower frequency-set -g performance";
    return doctor_judge(f, SEVERITY_WARN, "%s", seen);
}

static enum severity check_turbo(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "turbo");
    if (!seen)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (is(seen, "off"))
        return doctor_judge(f, SEVERITY_OK, "off");
    f->effect = "the frequency depends on heat and on how many cores work";
    f->remedy = "write 1 to intel_pstate/no_turbo, or 0 to cpufreq/boost (/sys/devices/system/cpu)";
    return doctor_judge(f, SEVERITY_WARN, "%s", seen);
}

static enum severity check_smt(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "smt");
    if (!seen)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (is(seen, "notsupported") || is(seen, "notimplemented"))
        return doctor_judge(f, SEVERITY_OK, "none");
    if (!is(seen, "on"))
        return doctor_judge(f, SEVERITY_OK, "%s", seen);
    f->effect = "a spinning sibling slows the other thread of its core";
    f->remedy = "choose places with --place, or echo off > /sys/devices/system/cpu/smt/control";
    return doctor_judge(f, SEVERITY_NOTE, "on");
}

static enum severity check_pus(const json_t *env, struct finding *f)
{
    double allowed = number_of(env, "cpus_allowed"), online = number_of(env, "cpus_online");
    if (allowed < 0 || online < 0)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    enum severity severity = SEVERITY_OK;
    if (allowed < 2) {
        severity = SEVERITY_BAD;
        f->effect = "two threads never run at once, so nothing across PUs can be measured";
        f->remedy = "allow a second PU (taskset, cpuset, the container's limits)";
    } else if (allowed < 4) {
        severity = SEVERITY_NOTE;
        f->effect = "few are left for the rest of the system";
        f->remedy = "allow four PUs or more for figures to quote";
    } else if (allowed < online) {
        severity = SEVERITY_NOTE;
        f->effect = "other programs may use the shared caches meanwhile";
        f->remedy = "keep the other PUs idle, or widen the cpuset to reach more places";
    }
    return doctor_judge(f, severity, "%.0f of %.0f may be used", allowed, online);
}

static enum severity check_quota(const json_t *env, struct finding *f)
{
    double quota = number_of(env, "cpu_quota"), allowed = number_of(env, "cpus_allowed");
    if (is(text_of(env, "cpu_quota"), "none"))
        return doctor_judge(f, SEVERITY_OK, "none");
    if (quota < 0 || allowed < 0)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (quota >= allowed)
        return doctor_judge(f, SEVERITY_OK, "%.2f PUs, all that may be used", quota);
    f->effect = "workers are stopped in the middle of a window";
    f->remedy = "lift the limit (cpu.max, docker --cpus) and use a cpuset instead";
    return doctor_judge(f, SEVERITY_BAD, "%.2f PUs' time for %.0f PUs", quota, allowed);
}

static enum severity check_counters(const json_t *env, struct finding *f)
{
    const char *user = text_of(env, "pmu"), *kernel = text_of(env, "pmu_kernel");
    const char *paranoid = text_of(env, "perf_event_paranoid");
    if (!user)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    bool user_counts = is(user, "available");
    if (user_counts && is(kernel, "available"))
        return doctor_judge(f, SEVERITY_OK, "user and kernel, perf_event_paranoid %s",
                            paranoid ? paranoid : "unknown");
    f->effect = user_counts ? "a wake's misses in the kernel are n/a" : "cache misses are n/a";
    f->remedy = "bare metal, or a virtual machine with a virtual PMU";
    if (user_counts || strncmp(user, "forbidden", strlen("forbidden")) == 0)
        f->remedy = "sysctl kernel.perf_event_paranoid=1; in a container, allow perf_event_open";
    if (user_counts)
        return doctor_judge(f, SEVERITY_NOTE, "user mode only, perf_event_paranoid %s",
                            paranoid ? paranoid : "unknown");
    return doctor_judge(f, SEVERITY_NOTE, "%s", user);
}

static enum severity check_clock_source(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "clocksource");
    if (!seen)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (!is(seen, "hpet") && !is(seen, "acpi_pm") && !is(seen, "jiffies") && !is(seen, "pit"))
        return doctor_judge(f, SEVERITY_OK, "%s", seen);
    f->effect = "reading the clock leaves the CPU, or the clock moves in ticks";
    f->remedy = "dmesg says why the kernel gave up the TSC; boot with tsc=reliable if it is wrong";
    return doctor_judge(f, SEVERITY_BAD, "%s", seen);
}

static enum severity check_timer(const json_t *env, struct finding *f)
{
    double cost_ns = number_of(env, "timer_cost_ns");
    double step_ns = number_of(env, "timer_resolution_ns");
    if (cost_ns < 0 || step_ns < 0)
        return doctor_judge(f, SEVERITY_NOTE, "not measured");
    enum severity severity = SEVERITY_OK;
    if (cost_ns >= 100) { /* as a system call does; the vDSO takes 15 to 50 */
        severity = SEVERITY_BAD;
        f->effect = "the clock is a system call, which hides short latencies";
        f->remedy = "use a clock source that needs none (tsc), or trust whole windows only";
    } else if (step_ns >= 1000) {
        severity = SEVERITY_WARN;
        f->effect = "latencies of single operations come in coarse steps";
        f->remedy = "trust whole windows only";
    }
    return doctor_judge(f, severity, "a reading costs %.1f ns, smallest step %.0f ns", cost_ns,
                        step_ns);
}

/* A guest that does not poll halts at once, and then the host polls for a while. */
static enum severity judge_haltpoll(double limit_ns, struct finding *f)
{
    f->remedy = "read the distribution of park-wake; idle=poll at boot removes the modes";
    if (limit_ns == 0) {
        f->effect = "the host may poll before it sleeps, so park-wake has modes";
        return doctor_judge(f, SEVERITY_WARN, "haltpoll, but halts at once");
    }
    f->effect = "wakes are fast while it polls and slow after that: park-wake has modes";
    if (limit_ns < 0)
        return doctor_judge(f, SEVERITY_WARN, "haltpoll");
    return doctor_judge(f, SEVERITY_WARN, "haltpoll, polls up to %.0f us", limit_ns / 1000);
}

static enum severity check_idle(const json_t *env, struct finding *f)
{
    const char *driver = text_of(env, "idle_driver"), *governor = text_of(env, "idle_governor");
    double exit_us = number_of(env, "idle_exit_latency_us");
    if (is(governor, "haltpoll") && !is(driver, "none"))
        return judge_haltpoll(number_of(env, "idle_poll_limit_ns"), f);
    if (exit_us < 0)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (exit_us < 10)
        return doctor_judge(f, SEVERITY_OK, "leaving the deepest takes %.0f us", exit_us);
    f->effect = "a wake waits until the PU has left them: park-wake has modes";
    f->remedy = "cpupower idle-set -D 10, or idle=poll; read the distribution of park-wake";
    return doctor_judge(f, SEVERITY_WARN, "leaving the deepest takes %.0f us", exit_us);
}

static enum severity check_build(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "sanitizers");
    if (!seen)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (is(seen, "none"))
        return doctor_judge(f, SEVERITY_OK, "no sanitizers");
    f->effect = "every access to memory is checked: these are not the times of the program itself";
    f->remedy = "measure with the preset release";
    return doctor_judge(f, SEVERITY_BAD, "with sanitizers (%s)", seen);
}

static enum severity check_variables(const json_t *env, struct finding *f)
{
    const char *seen = text_of(env, "variables");
    if (!seen)
        return doctor_judge(f, SEVERITY_NOTE, "not visible from here");
    if (is(seen, "none"))
        return doctor_judge(f, SEVERITY_OK, "none that matter");
    f->effect = "libraries and peers do otherwise than they would by themselves";
    f->remedy = "unset them, or quote them beside the figures";
    return doctor_judge(f, SEVERITY_WARN, "%.*s", (int)sizeof(f->seen) - 1, seen);
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
    {"idle states", check_idle},
    {"SMT", check_smt},
    {"PUs", check_pus},
    {"CPU quota", check_quota},
    {"hardware counters", check_counters},
    {"clock source", check_clock_source},
    {"timer", check_timer},
    {"build", check_build},
    {"variables", check_variables},
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

const char *doctor_grade_meaning(char grade)
{
    switch (grade) {
    case 'A':
        return "fit to quote";
    case 'B':
        return "fit to quote with its warning";
    case 'C':
        return "fit to compare within a run; quote with its warnings";
    case 'D':
        return "fit to compare within a run only";
    default:
        return "fit for trying things out only";
    }
}
