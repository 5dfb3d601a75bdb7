/* The doctor's judgement of machines that are not at hand. */
#include "harness/doctor.h"
#include "harness/env.h"
#include "harness/topo.h"
#include "scripts/test.h"
#include <string.h>

static const char quiet_bare_metal[] =
    "{\"hypervisor\":\"none\",\"steal_share\":0.0,\"load_1m\":0.05,\"cpus_online\":16,"
    "\"cpus_allowed\":16,\"governor\":\"performance\",\"turbo\":\"off\",\"smt\":\"off\","
    "\"cpu_quota\":null,\"pmu\":\"available\",\"perf_event_paranoid\":\"1\","
    "\"clocksource\":\"tsc\",\"timer_cost_ns\":21.0,\"timer_resolution_ns\":1,"
    "\"idle_governor\":\"menu\"}";

/* The quiet machine with one fact changed. */
static size_t examine(const char *key, json_t *value, struct finding *findings)
{
    json_t *env = json_loads(quiet_bare_metal, 0, NULL);
    assert_non_null(env);
    if (key)
        json_object_set_new(env, key, value);
    size_t count = doctor_examine(env, findings);
    json_decref(env);
    return count;
}

static void test_a_quiet_machine_gets_an_a(void **state)
{
    struct finding findings[FINDINGS_MAX];
    (void)state;
    size_t count = examine(NULL, NULL, findings);
    assert_true(count >= 10);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(findings[i].severity, SEVERITY_OK);
    assert_int_equal(doctor_grade(findings, count), 'A');
}

static void test_each_trouble_is_found_and_has_a_remedy(void **state)
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
        {"load_1m", json_real(5), "load", SEVERITY_WARN},
        {"load_1m", json_real(15), "load", SEVERITY_BAD},
        {"governor", json_string("powersave"), "governor", SEVERITY_WARN},
        {"turbo", json_string("on"), "turbo", SEVERITY_WARN},
        {"smt", json_string("on"), "SMT", SEVERITY_NOTE},
        {"cpus_allowed", json_integer(1), "PUs", SEVERITY_BAD},
        {"cpu_quota", json_real(0.5), "CPU quota", SEVERITY_BAD},
        {"pmu", json_string("none"), "hardware counters", SEVERITY_NOTE},
        {"timer_cost_ns", json_real(700), "clock", SEVERITY_BAD},
        {"idle_governor", json_string("haltpoll"), "idle states", SEVERITY_WARN},
    };
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        examine(troubles[i].key, troubles[i].value, findings);
        assert_string_equal(findings[0].check, troubles[i].check); /* the worst comes first */
        assert_int_equal(findings[0].severity, troubles[i].severity);
        assert_true(strlen(findings[0].seen) > 0);
        assert_true(strlen(findings[0].effect) > 0);
        assert_true(strlen(findings[0].remedy) > 0);
    }
}

static void test_what_a_machine_does_not_tell_is_no_trouble_and_no_praise(void **state)
{
    struct finding findings[FINDINGS_MAX];
    (void)state;
    json_t *silent = json_object();
    size_t count = doctor_examine(silent, findings);
    json_decref(silent);
    for (size_t i = 0; i < count; i++)
        assert_true(strlen(findings[i].seen) > 0);
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

static void test_this_machines_environment_has_what_a_reader_needs(void **state)
{
    static const char *const texts[] = {"hostname", "kernel",   "compiler",
                                        "pmu",      "topology", "hchanlab_version"};
    (void)state;
    struct topo *t = topo_load(NULL);
    json_t *env = env_collect(t);
    assert_non_null(env);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_true(json_is_string(json_object_get(env, texts[i])));
    assert_true(json_number_value(json_object_get(env, "timer_cost_ns")) > 0);
    assert_true(json_integer_value(json_object_get(env, "cpus_allowed")) > 0);
    json_decref(env);
    topo_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_quiet_machine_gets_an_a),
        cmocka_unit_test(test_each_trouble_is_found_and_has_a_remedy),
        cmocka_unit_test(test_what_a_machine_does_not_tell_is_no_trouble_and_no_praise),
        cmocka_unit_test(test_the_grade_is_a_rule_over_severities),
        cmocka_unit_test(test_this_machines_environment_has_what_a_reader_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
