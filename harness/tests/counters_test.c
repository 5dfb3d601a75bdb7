/* Counters: chosen from what a machine offers, never 0 for missing; the channel's outcomes read
 * through PAPI are what the channel counted. */
#include "core/hchan.h"
#include "core/outcome.h"
#include "harness/counters.h"
#include "harness/counters_choice.h"
#include "scripts/test.h"
#include <stdio.h>
#include <string.h>

/* A machine that is not at hand: the events that it has. */
static bool has(void *arg, const char *name, int *code, char *reason, size_t size)
{
    const char *const *events = arg;
    for (int i = 0; events[i]; i++)
        if (strcmp(events[i], name) == 0) {
            *code = i + 1;
            return true;
        }
    snprintf(reason, size, "made up: no %s", name);
    return false;
}

static const struct counter *find(const struct counters_plan *plan, const char *name,
                                  const char *domain)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->event[i].name, name) == 0 && strcmp(plan->event[i].domain, domain) == 0)
            return &plan->event[i];
    return NULL;
}

static size_t count_available(const struct counters_plan *plan, const char *domain)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->count; i++)
        n += plan->event[i].available && strcmp(plan->event[i].domain, domain) == 0;
    return n;
}

static void check_reasons(const struct counters_plan *plan)
{
    assert_true(plan->count > 0);
    for (size_t i = 0; i < plan->count; i++)
        assert_int_equal(plan->event[i].available, plan->event[i].reason[0] == '\0');
}

static void test_events_are_chosen_from_what_a_server_has(void **state)
{
    (void)state;
    static const char *const skylake[] = {"PAPI_L1_DCM",  "PAPI_L2_DCM", "PAPI_L3_TCM",
                                          "PAPI_CA_SNP",  "PAPI_CA_SHR", "PAPI_TOT_INS",
                                          "PAPI_TOT_CYC", NULL};
    struct counters_plan plan;
    counters_choose(
        &plan, &(struct counters_machine){.slots = 8, .can_count = has, .arg = (void *)skylake});
    check_reasons(&plan);
    assert_int_equal(count_available(&plan, "user"), 6);
    assert_int_equal(count_available(&plan, "kernel"), 6);
    assert_true(find(&plan, "PAPI_CA_SNP", "user")->available);
    assert_null(find(&plan, "PAPI_CA_SHR", "user")); /* snoops are there, so no proxy */
}

static void test_no_more_events_than_the_machine_counts_at_once(void **state)
{
    (void)state;
    static const char *const all[] = {"PAPI_L1_DCM",  "PAPI_L2_DCM",  "PAPI_L3_TCM", "PAPI_CA_SNP",
                                      "PAPI_TOT_INS", "PAPI_TOT_CYC", NULL};
    struct counters_plan plan;
    counters_choose(&plan,
                    &(struct counters_machine){.slots = 4, .can_count = has, .arg = (void *)all});
    check_reasons(&plan);
    assert_int_equal(count_available(&plan, "user"), 4);
    assert_non_null(strstr(find(&plan, "PAPI_TOT_CYC", "user")->reason, "4 events at once"));
}

static void test_a_second_choice_is_taken_and_named_as_what_it_is(void **state)
{
    (void)state;
    static const char *const icelake[] = {"PAPI_L3_DCM", "PAPI_CA_SHR", NULL};
    struct counters_plan plan;
    counters_choose(
        &plan, &(struct counters_machine){.slots = 4, .can_count = has, .arg = (void *)icelake});
    check_reasons(&plan);
    assert_true(find(&plan, "PAPI_L3_DCM", "kernel")->available);
    assert_true(find(&plan, "PAPI_CA_SHR", "user")->available);
    assert_string_equal(find(&plan, "PAPI_L1_DCM", "user")->reason, "made up: no PAPI_L1_DCM");
}

static void test_without_counters_each_event_says_why(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    struct counters_plan plan;
    counters_choose(&plan, &(struct counters_machine){
                               .reason = "no PMU here", .can_count = has, .arg = (void *)none});
    check_reasons(&plan);
    assert_int_equal(count_available(&plan, "user"), 0);
    for (size_t i = 0; i < plan.count; i++)
        assert_string_equal(plan.event[i].reason, "no PMU here");
}

static void test_this_machine_has_a_counter_or_a_reason(void **state)
{
    (void)state;
    struct counters_plan plan;
    struct counters_thread thread;
    uint64_t sums[COUNTERS_MAX] = {0};
    char reason[REASON_MAX] = "";
    assert_int_equal(counters_init(&plan), 0);
    check_reasons(&plan);
    for (int d = 0; d < 2; d++) {
        const char *domain = d ? "kernel" : "user";
        assert_int_equal(counters_start(&thread, &plan, domain, reason, sizeof(reason)), 0);
        assert_int_equal(counters_stop(&thread, sums, reason, sizeof(reason)), 0);
    }
    for (size_t i = 0; i < plan.count; i++)
        if (!plan.event[i].available)
            assert_int_equal(sums[i], 0);
}

static void test_outcomes_through_papi_are_the_channels_own(void **state)
{
    (void)state;
    uint64_t before[HCHAN_OUTCOMES], after[HCHAN_OUTCOMES], own[HCHAN_OUTCOMES];
    char reason[REASON_MAX] = "";
    if (counters_outcomes_init(reason, sizeof(reason)) ||
        counters_outcomes_read(before, reason, sizeof(reason)))
        fail_msg("%s", reason);
    hchan *c = makechan(hchan_traced(hchan_variant_find("futex-park")), sizeof(long), 4);
    for (long i = 0; i < 3; i++)
        chansend1(c, &i);
    chanrecv1(c, NULL);
    closechan(c);
    while (chanrecv2(c, NULL))
        ;
    assert_int_equal(counters_outcomes_read(after, reason, sizeof(reason)), 0);
    hchan_outcomes_read(own);
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        assert_int_equal(after[i], own[i]);
    assert_int_equal(after[HCHAN_SEND_BUFFER] - before[HCHAN_SEND_BUFFER], 3);
    assert_int_equal(after[HCHAN_RECV_BUFFER] - before[HCHAN_RECV_BUFFER], 3);
    assert_int_equal(after[HCHAN_RECV_CLOSED] - before[HCHAN_RECV_CLOSED], 1);
    assert_int_equal(after[HCHAN_SEND_PARK] - before[HCHAN_SEND_PARK], 0);
    chanfree(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_chosen_from_what_a_server_has),
        cmocka_unit_test(test_no_more_events_than_the_machine_counts_at_once),
        cmocka_unit_test(test_a_second_choice_is_taken_and_named_as_what_it_is),
        cmocka_unit_test(test_without_counters_each_event_says_why),
        cmocka_unit_test(test_this_machine_has_a_counter_or_a_reason),
        cmocka_unit_test(test_outcomes_through_papi_are_the_channels_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
