/* The doctor's judgement of machines that are not at hand, and the facts that it judges. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/doctor.h"
#include "harness/machine/env.h"
#include "harness/machine/env_cgroup.h"
#include "harness/machine/env_facts.h"
#include "harness/machine/env_variables.h"
#include "harness/machine/others.h"
#include "harness/machine/topo.h"
#include "scripts/test.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char quiet_bare_metal[] =
    "{\"hypervisor\":\"none\",\"steal_share\":0.0,\"busy_share\":0.01,\"cpus_online\":16,"
    "\"cpus_allowed\":16,\"governor\":\"performance\",\"turbo\":\"off\",\"smt\":\"off\","
    "\"cpu_quota\":\"none\",\"sanitizers\":\"none\",\"variables\":\"none\",\"pmu\":\"available\","
    "\"pmu_kernel\":"
    "\"available\","
    "\"perf_event_paranoid\":\"1\",\"clocksource\":\"tsc\",\"timer_cost_ns\":21.0,"
    "\"timer_resolution_ns\":1,\"idle_driver\":\"intel_idle\",\"idle_governor\":\"menu\","
    "\"idle_exit_latency_us\":2}";

/* A laptop: frequency scaling, turbo, deep idle states, SMT. */
static const char throttled[] =
    "{\"hypervisor\":\"none\",\"steal_share\":0.0,\"busy_share\":0.04,\"cpus_online\":8,"
    "\"cpus_allowed\":8,\"governor\":\"powersave\",\"turbo\":\"on\",\"smt\":\"on\","
    "\"cpu_quota\":\"none\",\"sanitizers\":\"none\",\"variables\":\"none\",\"pmu\":\"available\","
    "\"pmu_kernel\":"
    "\"forbidden: Permission denied\","
    "\"perf_event_paranoid\":\"2\",\"clocksource\":\"tsc\",\"timer_cost_ns\":21.0,"
    "\"timer_resolution_ns\":1,\"idle_driver\":\"intel_idle\",\"idle_governor\":\"menu\","
    "\"idle_exit_latency_us\":133}";

/* A small container on a crowded host. */
static const char crowded_guest[] =
    "{\"hypervisor\":\"KVM\",\"steal_share\":0.08,\"busy_share\":0.02,\"cpus_online\":2,"
    "\"cpus_allowed\":2,\"governor\":null,\"turbo\":null,\"smt\":\"notsupported\","
    "\"cpu_quota\":1.5,\"sanitizers\":\"none\",\"variables\":\"none\",\"pmu\":\"none: no cycle "
    "counter (No such file or "
    "directory)\","
    "\"pmu_kernel\":\"none: no cycle counter (No such file or directory)\","
    "\"perf_event_paranoid\":\"2\",\"clocksource\":\"kvm-clock\",\"timer_cost_ns\":30.0,"
    "\"timer_resolution_ns\":20,\"idle_driver\":\"haltpoll\",\"idle_governor\":\"haltpoll\","
    "\"idle_exit_latency_us\":1,\"idle_poll_limit_ns\":200000}";

/* The machine with one fact changed, where a key is given. */
static size_t examine(const char *machine, const char *key, json_t *value, struct finding *findings)
{
    json_t *env = json_loads(machine, 0, NULL);
    assert_non_null(env);
    if (key)
        assert_int_equal(json_object_set_new(env, key, value), 0);
    size_t count = doctor_examine(env, findings);
    json_decref(env);
    return count;
}

static const struct finding *find(const struct finding *findings, size_t count, const char *check)
{
    size_t i = 0;
    while (i < count && strcmp(findings[i].check, check) != 0)
        i++;
    assert_true(i < count);
    return &findings[i];
}

static void test_a_quiet_machine_gets_an_a(void **state)
{
    struct finding findings[FINDINGS_MAX];
    (void)state;
    size_t count = examine(quiet_bare_metal, NULL, NULL, findings);
    assert_true(count >= 12);
    for (size_t i = 0; i < count; i++) {
        if (findings[i].severity != SEVERITY_OK)
            fail_msg("%s: %s", findings[i].check, findings[i].seen);
        assert_string_equal(findings[i].effect, "");
        assert_string_equal(findings[i].remedy, "");
    }
    assert_int_equal(doctor_grade(findings, count), 'A');
}

struct expect {
    const char *check;
    enum severity severity;
};

/* Exactly these findings are not ok, and the worst come first. */
static void check_machine(const char *machine, const struct expect *expect, size_t troubles,
                          char grade)
{
    struct finding findings[FINDINGS_MAX];
    size_t count = examine(machine, NULL, NULL, findings), not_ok = 0;
    for (size_t i = 0; i < count; i++) {
        not_ok += findings[i].severity != SEVERITY_OK;
        if (i > 0)
            assert_true(findings[i - 1].severity >= findings[i].severity);
    }
    for (size_t i = 0; i < troubles; i++)
        assert_int_equal(find(findings, count, expect[i].check)->severity, expect[i].severity);
    assert_int_equal(not_ok, troubles);
    assert_int_equal(doctor_grade(findings, count), grade);
}

static void test_a_laptop_is_told_of_frequency_and_idle_states(void **state)
{
    (void)state;
    const struct expect expect[] = {
        {"governor", SEVERITY_WARN},          {"turbo", SEVERITY_WARN},
        {"idle states", SEVERITY_WARN},       {"SMT", SEVERITY_NOTE},
        {"hardware counters", SEVERITY_NOTE},
    };
    check_machine(throttled, expect, sizeof(expect) / sizeof(expect[0]), 'C');
}

static void test_a_container_on_a_crowded_host_fails(void **state)
{
    (void)state;
    const struct expect expect[] = {
        {"steal time", SEVERITY_BAD},
        {"CPU quota", SEVERITY_BAD},
        {"virtualisation", SEVERITY_WARN},
        {"idle states", SEVERITY_WARN},
        {"governor", SEVERITY_NOTE},
        {"turbo", SEVERITY_NOTE},
        {"PUs", SEVERITY_NOTE},
        {"hardware counters", SEVERITY_NOTE},
    };
    check_machine(crowded_guest, expect, sizeof(expect) / sizeof(expect[0]), 'F');
}

static void test_each_trouble_comes_first_and_has_a_remedy(void **state)
{
    struct finding findings[FINDINGS_MAX];
    (void)state;
    const struct {
        const char *key;
        json_t *value;
        const char *check;
        enum severity severity;
    } troubles[] = {
        {"hypervisor", json_string("KVM"), "virtualisation", SEVERITY_WARN},
        {"steal_share", json_real(0.01), "steal time", SEVERITY_WARN},
        {"steal_share", json_real(0.1), "steal time", SEVERITY_BAD},
        {"busy_share", json_real(0.1), "load", SEVERITY_WARN},
        {"busy_share", json_real(0.5), "load", SEVERITY_BAD},
        {"sanitizers", json_string("thread"), "build", SEVERITY_BAD},
        {"variables", json_string("GOGC=off"), "variables", SEVERITY_WARN},
        {"governor", json_string("powersave"), "governor", SEVERITY_WARN},
        {"governor", json_string("mixed"), "governor", SEVERITY_WARN},
        {"turbo", json_string("on"), "turbo", SEVERITY_WARN},
        {"smt", json_string("on"), "SMT", SEVERITY_NOTE},
        {"cpus_allowed", json_integer(1), "PUs", SEVERITY_BAD},
        {"cpus_allowed", json_integer(2), "PUs", SEVERITY_NOTE},
        {"cpus_allowed", json_integer(8), "PUs", SEVERITY_NOTE},
        {"cpu_quota", json_real(0.5), "CPU quota", SEVERITY_BAD},
        {"pmu", json_string("none: no such thing"), "hardware counters", SEVERITY_NOTE},
        {"pmu_kernel", json_string("forbidden: no"), "hardware counters", SEVERITY_NOTE},
        {"clocksource", json_string("hpet"), "clock source", SEVERITY_BAD},
        {"timer_cost_ns", json_real(700), "timer", SEVERITY_BAD},
        {"timer_resolution_ns", json_integer(4000000), "timer", SEVERITY_WARN},
        {"idle_governor", json_string("haltpoll"), "idle states", SEVERITY_WARN},
        {"idle_exit_latency_us", json_integer(10), "idle states", SEVERITY_WARN},
    };
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        examine(quiet_bare_metal, troubles[i].key, troubles[i].value, findings);
        assert_string_equal(findings[0].check, troubles[i].check);
        assert_int_equal(findings[0].severity, troubles[i].severity);
        assert_int_equal(findings[1].severity, SEVERITY_OK);
        assert_true(strlen(findings[0].seen) > 0);
        assert_true(strlen(findings[0].effect) > 0);
        assert_true(strlen(findings[0].remedy) > 0);
    }
}

static void test_what_a_machine_does_not_tell_is_no_trouble_and_no_praise(void **state)
{
    struct finding findings[FINDINGS_MAX];
    (void)state;
    size_t count = examine("{}", NULL, NULL, findings);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(findings[i].severity, SEVERITY_NOTE);
        assert_true(strlen(findings[i].seen) > 0);
        assert_null(strpbrk(findings[i].seen, "-0123456789")); /* no figure was made up */
    }
}

static void test_a_quota_that_grants_all_allowed_pus_cuts_nothing(void **state)
{
    struct finding findings[FINDINGS_MAX];
    (void)state;
    size_t count = examine(quiet_bare_metal, "cpu_quota", json_real(16), findings);
    assert_int_equal(find(findings, count, "CPU quota")->severity, SEVERITY_OK);
    count = examine(quiet_bare_metal, "cpu_quota", json_real(15.9), findings);
    assert_int_equal(find(findings, count, "CPU quota")->severity, SEVERITY_BAD);
}

static void test_a_guest_that_may_not_poll_is_not_said_to_poll(void **state)
{
    struct finding findings[FINDINGS_MAX];
    (void)state;
    size_t count = examine(crowded_guest, NULL, NULL, findings);
    assert_non_null(strstr(find(findings, count, "idle states")->seen, "polls up to 200 us"));
    count = examine(crowded_guest, "idle_poll_limit_ns", json_integer(0), findings);
    const struct finding *idle = find(findings, count, "idle states");
    assert_non_null(strstr(idle->seen, "halts at once"));
    assert_int_equal(idle->severity, SEVERITY_WARN);
}

static void test_the_grade_is_a_rule_over_severities(void **state)
{
    static const struct {
        unsigned warn, bad;
        char grade;
    } rule[] = {{0, 0, 'A'}, {1, 0, 'B'}, {2, 0, 'C'}, {3, 0, 'C'},
                {4, 0, 'D'}, {0, 1, 'D'}, {3, 1, 'D'}, {0, 2, 'F'}};
    (void)state;
    for (size_t i = 0; i < sizeof(rule) / sizeof(rule[0]); i++) {
        struct finding findings[FINDINGS_MAX] = {{0}};
        size_t n = 0;
        for (unsigned k = 0; k < rule[i].bad; k++)
            findings[n++].severity = SEVERITY_BAD;
        for (unsigned k = 0; k < rule[i].warn; k++)
            findings[n++].severity = SEVERITY_WARN;
        findings[n++].severity = SEVERITY_NOTE;
        assert_int_equal(doctor_grade(findings, n), rule[i].grade);
    }
}

/* Those that matter, whatever stands around them, and as text whatever they hold. */
static void test_variables_that_change_figures_are_told(void **state)
{
    static char home[] = "HOME=/root", arenas[] = "MALLOC_ARENA_MAX=1", gogc[] = "GOGC=o\xff\n";
    static char other[] = "GOGC_NOT=1", middle[] = "XHWLOC_=1";
    static char *const some[] = {home, arenas, gogc, other, middle, NULL};
    (void)state;
    json_t *told = env_variables(some);
    assert_string_equal(json_string_value(told), "GOGC=o?? MALLOC_ARENA_MAX=1");
    json_decref(told);
    told = env_variables(&some[5]);
    assert_string_equal(json_string_value(told), "none");
    json_decref(told);
}

/* A folder of its own for each test, and files in it. */
static char folder[PATH_MAX];

static int make_folder(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    snprintf(folder, sizeof(folder), "%s/hchanlab-doctor-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[PATH_MAX + 16];
    (void)state;
    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    return system(command);
}

static const char *path_of(const char *name)
{
    static char path[2 * PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    char *path = strdup(path_of(name));
    for (char *c = path + strlen(folder) + 1; (c = strchr(c, '/')); *c++ = '/') {
        *c = '\0';
        mkdir(path, 0700);
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    free(path);
}

static void check_quota(double expected)
{
    json_t *quota = cgroup_cpu_quota(path_of("membership"), folder);
    assert_true(json_is_real(quota));
    assert_true(json_real_value(quota) > expected - 1e-9);
    assert_true(json_real_value(quota) < expected + 1e-9);
    json_decref(quota);
}

static void test_the_tightest_quota_above_the_process_counts(void **state)
{
    (void)state;
    put("membership", "0::/outer/inner\n");
    put("cgroup.controllers", "cpu memory\n");
    put("outer/inner/cpu.max", "max 100000\n");
    put("outer/cpu.max", "150000 100000\n");
    check_quota(1.5);
    put("outer/inner/cpu.max", "50000 100000\n");
    check_quota(0.5);
    put("outer/inner/cpu.max", "400000 100000\n");
    check_quota(1.5);
}

static void test_quotas_of_the_first_version_are_read(void **state)
{
    (void)state;
    put("membership", "5:memory:/a\n4:cpuset:/a\n3:cpu,cpuacct:/a\n0::/b\n");
    put("cpu,cpuacct/a/cpu.cfs_quota_us", "25000\n");
    put("cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
    check_quota(0.25);
    /* A container's view: its own group is the root, whatever its path outside. */
    put("membership", "3:cpu,cpuacct:/not/here\n");
    put("cpu,cpuacct/cpu.cfs_quota_us", "300000\n");
    put("cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    check_quota(3);
}

static void test_no_quota_and_no_controller_are_told_apart(void **state)
{
    (void)state;
    json_t *quota = cgroup_cpu_quota(path_of("membership"), folder);
    assert_true(json_is_null(quota));
    json_decref(quota);
    put("membership", "3:cpu:/\n");
    put("cpu/cpu.cfs_quota_us", "-1\n");
    put("cpu/cpu.cfs_period_us", "100000\n");
    quota = cgroup_cpu_quota(path_of("membership"), folder);
    assert_string_equal(json_string_value(quota), "none");
    json_decref(quota);
    put("membership", "nonsense\n::\n3:cpuset:/\n");
    quota = cgroup_cpu_quota(path_of("membership"), path_of("nowhere"));
    assert_true(json_is_null(quota));
    json_decref(quota);
}

static void test_the_memory_that_is_left_is_that_of_the_tightest_group(void **state)
{
    (void)state;
    put("membership", "0::/outer/inner\n");
    put("cgroup.controllers", "cpu memory\n");
    put("outer/inner/memory.max", "max\n");
    assert_true(isinf(cgroup_memory_left(path_of("membership"), folder)));
    put("outer/memory.max", "1000000\n");
    put("outer/memory.stat", "anon 400000\nfile 500000\nanon_thp 7\n");
    assert_true(cgroup_memory_left(path_of("membership"), folder) == 600000);
    put("outer/inner/memory.max", "100000\n");
    put("outer/inner/memory.stat", "anon 200000\n");
    assert_true(cgroup_memory_left(path_of("membership"), folder) == 0);
    put("membership", "5:memory:/a\n3:cpu,cpuacct:/b\n0::/outer\n");
    put("memory/a/memory.limit_in_bytes", "5000\n");
    put("memory/a/memory.stat", "cache 1\nrss 2\ntotal_cache 3\ntotal_rss 1000\n");
    assert_true(cgroup_memory_left(path_of("membership"), folder) == 4000);
    put("membership", "nonsense\n::\n");
    assert_true(isinf(cgroup_memory_left(path_of("membership"), path_of("nowhere"))));
}

/* Consumes the fact; NULL stands for null. */
static void check_fact(json_t *fact, const char *expected)
{
    if (expected)
        assert_string_equal(json_string_value(fact), expected);
    else
        assert_true(json_is_null(fact));
    json_decref(fact);
}

static void test_what_a_file_does_not_hold_is_null(void **state)
{
    (void)state;
    put("list", "always [madvise] never\n");
    put("keyed", "model\t: Z 80\nNAME=\"A name\"\n");
    put("latin1", "caf\xe9\n");
    put("empty", "");
    put("many", "12 13\n");
    check_fact(fact_chosen(path_of("list")), "madvise");
    check_fact(fact_file(path_of("list")), "always [madvise] never");
    check_fact(fact_keyed(path_of("keyed"), "model", ':'), "Z 80");
    check_fact(fact_keyed(path_of("keyed"), "NAME", '='), "A name");
    check_fact(fact_keyed(path_of("keyed"), "absent", '='), NULL);
    check_fact(fact_file(path_of("latin1")), NULL);
    check_fact(fact_file(path_of("empty")), NULL);
    check_fact(fact_file(path_of("absent")), NULL);
    check_fact(fact_integer(path_of("many")), NULL);
    check_fact(fact_integer(path_of("list")), NULL);
}

static void test_this_machines_environment_has_what_a_reader_needs(void **state)
{
    static const char *const texts[] = {"hostname", "kernel",     "compiler",    "pmu",
                                        "topology", "pmu_kernel", "libc_version"};
    (void)state;
    struct topo *t = topo_load(NULL);
    json_t *env = env_collect(t);
    assert_non_null(env);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_true(json_is_string(json_object_get(env, texts[i])));
    const unsigned *pus;
    assert_int_equal(json_integer_value(json_object_get(env, "cpus_allowed")), topo_pus(t, &pus));
    assert_true(json_number_value(json_object_get(env, "timer_cost_ns")) > 0);
    const json_t *steal = json_object_get(env, "steal_share");
    assert_true(json_is_null(steal) ||
                (json_real_value(steal) >= 0 && json_real_value(steal) <= 1));
    json_decref(env);
    topo_free(t);
}

/* The kernel's count of idle time can decrease. */
static void test_idle_time_that_goes_back_is_not_much_time(void **state)
{
    struct others others = {0};
    struct others_start start;
    (void)state;
    others_begin(&start);
    if (!start.known)
        skip();
    start.before.idle += 1000000000;
    others_add(&others, &start);
    assert_true(others.all < 0);
    assert_true(isnan(others_shares(&others).programs));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_quiet_machine_gets_an_a),
        cmocka_unit_test(test_a_laptop_is_told_of_frequency_and_idle_states),
        cmocka_unit_test(test_a_container_on_a_crowded_host_fails),
        cmocka_unit_test(test_each_trouble_comes_first_and_has_a_remedy),
        cmocka_unit_test(test_what_a_machine_does_not_tell_is_no_trouble_and_no_praise),
        cmocka_unit_test(test_a_quota_that_grants_all_allowed_pus_cuts_nothing),
        cmocka_unit_test(test_a_guest_that_may_not_poll_is_not_said_to_poll),
        cmocka_unit_test(test_variables_that_change_figures_are_told),
        cmocka_unit_test(test_the_grade_is_a_rule_over_severities),
        IN_FOLDER(test_the_tightest_quota_above_the_process_counts),
        IN_FOLDER(test_quotas_of_the_first_version_are_read),
        IN_FOLDER(test_no_quota_and_no_controller_are_told_apart),
        IN_FOLDER(test_the_memory_that_is_left_is_that_of_the_tightest_group),
        IN_FOLDER(test_what_a_file_does_not_hold_is_null),
        cmocka_unit_test(test_this_machines_environment_has_what_a_reader_needs),
        cmocka_unit_test(test_idle_time_that_goes_back_is_not_much_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
