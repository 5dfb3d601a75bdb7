/* Counters: chosen from what a machine offers, never 0 for missing; the channel's outcomes read
 * through PAPI are what the channel counted. */
/* SPDX-License-Identifier: MIT */
#include "harness/counters/choice.h"
#include "harness/counters/counters.h"
#include "scripts/test.h"
#include <hchan/hchan.h>
#include <hchan/outcome.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* A machine that is not at hand: the events that it has, the native event behind a preset after
 * "=", "!" before one that it has but can't open. An event's code is its place in the list. */
struct made_up {
    const char *events[12];
    bool kernel_forbidden;
};

static bool has(void *arg, const char *name, int *code, char *native, char *reason)
{
    const struct made_up *machine = arg;
    size_t length = strlen(name);
    for (int i = 0; machine->events[i]; i++) {
        const char *event = machine->events[i] + (machine->events[i][0] == '!');
        if (strncmp(event, name, length) == 0 && (!event[length] || event[length] == '=')) {
            snprintf(native, LABEL_MAX, "%s", event[length] ? event + length + 1 : "");
            *code = i;
            return true;
        }
    }
    snprintf(reason, REASON_MAX, "made up: no %s", name);
    return false;
}

static bool opens(void *arg, int code, const char *domain, char *reason)
{
    const struct made_up *machine = arg;
    bool forbidden = machine->kernel_forbidden && strcmp(domain, "kernel") == 0;
    if (!forbidden && machine->events[code][0] != '!')
        return true;
    snprintf(reason, REASON_MAX, forbidden ? "made up: forbidden" : "made up: does not open");
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

/* Every event is either available or says why it is not. */
static void check_reasons(const struct counters_plan *plan)
{
    assert_true(plan->count > 0);
    for (size_t i = 0; i < plan->count; i++)
        assert_int_equal(plan->event[i].available, plan->event[i].reason[0] == '\0');
}

static struct counters_plan choose(const struct made_up *machine, size_t slots)
{
    struct counters_plan plan;
    counters_choose(&plan, &(struct counters_machine){
                               .slots = slots, .find = has, .fits = opens, .arg = (void *)machine});
    check_reasons(&plan);
    return plan;
}

static const struct made_up skylake = {
    {"PAPI_L1_DCM=L1D:REPLACEMENT", "PAPI_L2_DCM", "PAPI_L3_TCM=LLC_MISSES",
     "PAPI_CA_SNP=OFFCORE_RESPONSE_0:SNP_ANY", "PAPI_CA_SHR=OFFCORE_REQUESTS:ALL_DATA_RD",
     "PAPI_TOT_INS", "PAPI_TOT_CYC", "perf::INSTRUCTIONS"},
    .kernel_forbidden = false,
};

static void test_events_are_chosen_from_what_a_server_has(void **state)
{
    (void)state;
    struct counters_plan plan = choose(&skylake, 8);
    assert_int_equal(count_available(&plan, "user"), 6);
    assert_int_equal(count_available(&plan, "kernel"), 6);
    assert_true(find(&plan, "PAPI_L1_DCM", "user")->available);
    assert_true(find(&plan, "PAPI_CA_SNP=OFFCORE_RESPONSE_0:SNP_ANY", "user")->available);
    for (size_t i = 0; i < plan.count; i++) { /* presets are there, so no substitutes */
        assert_null(strstr(plan.event[i].name, "PAPI_CA_SHR"));
        assert_null(strstr(plan.event[i].name, "perf::"));
    }
}

static void test_no_more_events_than_the_machine_counts_at_once(void **state)
{
    (void)state;
    for (size_t slots = 1; slots <= 6; slots++) {
        struct counters_plan plan = choose(&skylake, slots);
        assert_int_equal(count_available(&plan, "user"), slots);
        assert_int_equal(count_available(&plan, "kernel"), slots);
    }
    struct counters_plan plan = choose(&skylake, 4);
    assert_non_null(strstr(find(&plan, "PAPI_TOT_CYC", "user")->reason, "4 events at once"));
    assert_non_null(strstr(find(&plan, "PAPI_TOT_INS", "kernel")->reason, "4 events at once"));
}

static void test_missing_events_leave_their_counters_to_the_others(void **state)
{
    (void)state;
    static const struct made_up zen3 = {
        {"PAPI_L1_DCM", "PAPI_L2_DCM", "PAPI_TOT_INS", "PAPI_TOT_CYC"}, .kernel_forbidden = false};
    struct counters_plan plan = choose(&zen3, 4);
    assert_int_equal(count_available(&plan, "user"), 4);
    assert_true(find(&plan, "PAPI_TOT_CYC", "kernel")->available);
    assert_string_equal(find(&plan, "PAPI_L3_TCM", "user")->reason, "made up: no PAPI_L3_TCM");
    assert_string_equal(find(&plan, "PAPI_CA_SNP", "user")->reason, "made up: no PAPI_CA_SNP");
}

static void test_a_second_choice_is_named_as_what_it_counts(void **state)
{
    (void)state;
    static const struct made_up icelake = {
        {"PAPI_L3_DCM", "PAPI_CA_SHR=OFFCORE_REQUESTS:ALL_DATA_RD"}, .kernel_forbidden = false};
    struct counters_plan plan = choose(&icelake, 4);
    assert_true(find(&plan, "PAPI_L3_DCM", "kernel")->available);
    assert_true(find(&plan, "PAPI_CA_SHR=OFFCORE_REQUESTS:ALL_DATA_RD", "user")->available);
    assert_string_equal(find(&plan, "PAPI_L1_DCM", "user")->reason, "made up: no PAPI_L1_DCM");
}

static void test_native_events_stand_in_where_papi_has_no_presets(void **state)
{
    (void)state;
    static const struct made_up sapphire_rapids = {
        {"perf::L1-DCACHE-LOAD-MISSES", "L2_RQSTS:DEMAND_DATA_RD_MISS", "perf::LLC-LOAD-MISSES",
         "MEM_LOAD_L3_HIT_RETIRED:XSNP_FWD", "perf::INSTRUCTIONS", "perf::CYCLES"},
        .kernel_forbidden = false};
    struct counters_plan plan = choose(&sapphire_rapids, 8);
    for (int i = 0; sapphire_rapids.events[i]; i++)
        assert_true(find(&plan, sapphire_rapids.events[i], "user")->available);
}

static void test_an_event_that_does_not_open_is_not_available(void **state)
{
    (void)state;
    static const struct made_up hidden = {
        {"!PAPI_L1_DCM", "!perf::L1-DCACHE-LOAD-MISSES", "!PAPI_TOT_INS", "perf::INSTRUCTIONS"},
        .kernel_forbidden = false};
    struct counters_plan plan = choose(&hidden, 4);
    assert_string_equal(find(&plan, "PAPI_L1_DCM", "user")->reason, "made up: does not open");
    assert_true(find(&plan, "perf::INSTRUCTIONS", "user")->available);
    assert_int_equal(count_available(&plan, "user"), 1);
}

static void test_a_forbidden_domain_leaves_the_other_one(void **state)
{
    (void)state;
    static const struct made_up paranoid = {{"PAPI_L1_DCM", "PAPI_TOT_INS"},
                                            .kernel_forbidden = true};
    struct counters_plan plan = choose(&paranoid, 4);
    assert_int_equal(count_available(&plan, "user"), 2);
    assert_int_equal(count_available(&plan, "kernel"), 0);
    assert_true(counters_any(&plan, "user"));
    assert_false(counters_any(&plan, "kernel"));
    assert_string_equal(find(&plan, "PAPI_L1_DCM", "kernel")->reason, "made up: forbidden");
}

static void test_without_counters_each_event_says_why(void **state)
{
    (void)state;
    struct counters_plan plan;
    counters_choose(&plan, &(struct counters_machine){.slots = 8,
                                                      .reason = "no PMU here",
                                                      .find = has,
                                                      .fits = opens,
                                                      .arg = (void *)&skylake});
    check_reasons(&plan);
    assert_int_equal(count_available(&plan, "user") + count_available(&plan, "kernel"), 0);
    for (size_t i = 0; i < plan.count; i++)
        assert_string_equal(plan.event[i].reason, "no PMU here");
}

enum { UNTOUCHED = 12345 };

/* What a worker does around its window, in each domain; `arg` is the plan. */
static void *count_nothing(void *arg)
{
    const struct counters_plan *plan = arg;
    for (int d = 0; d < 2; d++) {
        struct counters_thread thread;
        uint64_t sums[COUNTERS_MAX];
        char reason[REASON_MAX] = "";
        for (size_t i = 0; i < COUNTERS_MAX; i++)
            sums[i] = UNTOUCHED;
        if (counters_start(&thread, plan, d ? "kernel" : "user", reason, sizeof(reason)) ||
            counters_stop(&thread, sums, reason, sizeof(reason)))
            return strdup(reason);
        for (size_t i = 0; i < plan->count; i++) /* what can't be counted gets no count, not 0 */
            if (!plan->event[i].available && sums[i] != UNTOUCHED)
                return strdup(plan->event[i].name);
    }
    return NULL;
}

static void test_this_machine_has_a_counter_or_a_reason_and_every_thread_may_count(void **state)
{
    (void)state;
    struct counters_plan plan;
    pthread_t threads[2];
    assert_int_equal(counters_init(&plan), 0);
    check_reasons(&plan);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_nothing, &plan), 0);
    for (int i = 0; i < 2; i++) {
        void *complaint;
        pthread_join(threads[i], &complaint);
        if (complaint)
            fail_msg("%s", (char *)complaint);
    }
}

enum { MESSAGES = 500 };

static void *send_all(void *c)
{
    for (long i = 0; i < MESSAGES; i++)
        chansend1(c, &i);
    return NULL;
}

static void test_outcomes_of_threads_add_up_to_their_operations(void **state)
{
    (void)state;
    uint64_t before[HCHAN_OUTCOMES], after[HCHAN_OUTCOMES], was[HCHAN_OUTCOMES], is[HCHAN_OUTCOMES];
    char reason[REASON_MAX] = "";
    pthread_t senders[2];
    if (counters_outcomes_init(reason, sizeof(reason)) ||
        counters_outcomes_init(reason, sizeof(reason)) || /* a second time is harmless */
        counters_outcomes_read(before, reason, sizeof(reason)))
        fail_msg("%s", reason);
    hchan_outcomes_read(was);
    hchan *c = makechan(hchan_traced(hchan_variant_find("futex-park")), sizeof(long), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&senders[i], NULL, send_all, c), 0);
    for (int i = 0; i < 2 * MESSAGES; i++)
        chanrecv1(c, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(senders[i], NULL);
    assert_int_equal(counters_outcomes_read(after, reason, sizeof(reason)), 0);
    hchan_outcomes_read(is);
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        assert_int_equal(after[i] - before[i], is[i] - was[i]);
    assert_int_equal(after[HCHAN_SEND_HANDOFF] + after[HCHAN_SEND_PARK] -
                         before[HCHAN_SEND_HANDOFF] - before[HCHAN_SEND_PARK],
                     2 * MESSAGES);
    chanfree(c);
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
        cmocka_unit_test(test_missing_events_leave_their_counters_to_the_others),
        cmocka_unit_test(test_a_second_choice_is_named_as_what_it_counts),
        cmocka_unit_test(test_native_events_stand_in_where_papi_has_no_presets),
        cmocka_unit_test(test_an_event_that_does_not_open_is_not_available),
        cmocka_unit_test(test_a_forbidden_domain_leaves_the_other_one),
        cmocka_unit_test(test_without_counters_each_event_says_why),
        cmocka_unit_test(test_this_machine_has_a_counter_or_a_reason_and_every_thread_may_count),
        cmocka_unit_test(test_outcomes_of_threads_add_up_to_their_operations),
        cmocka_unit_test(test_outcomes_through_papi_are_the_channels_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
