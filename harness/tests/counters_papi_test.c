/* Counting against a made-up PAPI, for what a machine without a PMU can't show: which count goes
 * where, what a refused domain does, and that failures leave no event set behind. The functions
 * below take the place of the library's when the program is linked; the ones that are not here are
 * the library's own. */
/* SPDX-License-Identifier: MIT */
#include "harness/counters/counters.h"
#include "harness/machine/topo.h"
#include "harness/run/bench.h"
#include "harness/scenarios/scenarios.h"
#include "scripts/test.h"
#include <errno.h>
#include <limits.h>
#include <papi.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SETS = 8, EVENTS = 8 };

/* The made-up PAPI: what it answers, and what it was asked to do. */
static struct {
    int version;      /* of the library */
    int kernel;       /* status of choosing the kernel domain */
    int start;        /* status of starting */
    int reset;        /* status of forgetting what was counted */
    int early;        /* what each event counts before that */
    int slots;        /* counters of the component */
    bool disabled;    /* the component */
    unsigned sets;    /* event sets that exist */
    unsigned known;   /* threads that PAPI has a record of, the main one left out */
    bool misused;     /* a thread was forgotten that must not be, or too early */
    struct made_set { /* by number */
        int domain, events, code[EVENTS], early;
    } set[SETS];
} fake;

static const char *const names[] = {"PAPI_L1_DCM", "PAPI_L2_DCM", "PAPI_CA_SHR", "PAPI_TOT_INS",
                                    NULL};

int PAPI_library_init(int version)
{
    (void)version;
    return fake.version;
}

int PAPI_thread_init(unsigned long (*id)(void))
{
    (void)id;
    return PAPI_OK;
}

char *PAPI_strerror(int status)
{
    static char words[32];
    snprintf(words, sizeof(words), "made-up error %d", status);
    return status > 0 ? NULL : words;
}

int PAPI_get_component_index(const char *name)
{
    return strcmp(name, "perf_event") == 0 ? 0 : PAPI_ENOCMP;
}

int PAPI_enum_cmp_event(int *code, int modifier, int component)
{
    (void)code, (void)modifier, (void)component;
    return PAPI_OK;
}

const PAPI_component_info_t *PAPI_get_component_info(int component)
{
    static PAPI_component_info_t info;
    assert_int_equal(component, 0);
    info = (PAPI_component_info_t){.num_cntrs = fake.slots, .disabled = fake.disabled};
    if (fake.disabled)
        snprintf(info.disabled_reason, sizeof(info.disabled_reason), "made-up: paranoid");
    return &info;
}

int PAPI_event_name_to_code(const char *name, int *code)
{
    for (unsigned i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0) {
            *code = (int)(PAPI_PRESET_MASK | i);
            return PAPI_OK;
        }
    return PAPI_ENOEVNT;
}

int PAPI_query_event(int code)
{
    (void)code;
    return PAPI_OK;
}

int PAPI_get_event_info(int code, PAPI_event_info_t *info)
{
    (void)code;
    info->count = 1;
    snprintf(info->name[0], sizeof(info->name[0]), "NATIVE:EVENT");
    return PAPI_OK;
}

static _Thread_local bool known_here;

int PAPI_create_eventset(int *set)
{
    assert_int_equal(*set, PAPI_NULL);
    assert_true(fake.sets < SETS);
    if (gettid() != getpid() && !known_here) {
        known_here = true;
        fake.known++;
    }
    *set = (int)fake.sets++;
    fake.set[*set] = (struct made_set){.domain = PAPI_DOM_USER};
    return PAPI_OK;
}

int PAPI_assign_eventset_component(int set, int component)
{
    (void)set, (void)component;
    return PAPI_OK;
}

int PAPI_set_opt(int option, PAPI_option_t *value)
{
    assert_int_equal(option, PAPI_DOMAIN);
    if (value->domain.domain == PAPI_DOM_KERNEL && fake.kernel != PAPI_OK)
        return fake.kernel;
    fake.set[value->domain.eventset].domain = value->domain.domain;
    return PAPI_OK;
}

int PAPI_add_event(int set, int code)
{
    struct made_set *s = &fake.set[set];
    s->code[s->events++] = code;
    return PAPI_OK;
}

int PAPI_start(int set)
{
    fake.set[set].early = fake.early;
    return fake.start;
}

int PAPI_reset(int set)
{
    if (fake.reset == PAPI_OK)
        fake.set[set].early = 0;
    return fake.reset;
}

/* Each event counts ten times its place in `names`, plus 1000 in the kernel. */
int PAPI_stop(int set, long long *values)
{
    const struct made_set *s = &fake.set[set];
    for (int i = 0; i < s->events; i++)
        values[i] = s->early + 10 * (s->code[i] & 0xff) + (s->domain == PAPI_DOM_KERNEL ? 1000 : 0);
    return PAPI_OK;
}

int PAPI_cleanup_eventset(int set)
{
    fake.set[set].events = 0;
    return PAPI_OK;
}

int PAPI_destroy_eventset(int *set)
{
    assert_int_equal(fake.set[*set].events, 0);
    fake.sets--;
    *set = PAPI_NULL;
    return PAPI_OK;
}

int PAPI_unregister_thread(void)
{
    fake.misused = fake.misused || gettid() == getpid() || !known_here || fake.sets > 0;
    fake.known -= known_here;
    known_here = false;
    return PAPI_OK;
}

static int make_papi(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof(fake));
    fake.version = PAPI_VER_CURRENT;
    fake.slots = 4;
    return 0;
}

/* The event of that name and domain; the test fails where there is none. */
static size_t find(const struct counters_plan *plan, const char *name, const char *domain)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->event[i].name, name) == 0 && strcmp(plan->event[i].domain, domain) == 0)
            return i;
    fail_msg("no %s in the %s domain", name, domain);
    return 0;
}

static void test_each_count_goes_to_its_event_and_domain(void **state)
{
    (void)state;
    struct counters_plan plan;
    struct counters_thread thread;
    uint64_t sums[COUNTERS_MAX] = {0};
    char reason[REASON_MAX] = "";
    counters_init(&plan);
    assert_int_equal(fake.sets, 0);
    assert_int_equal(counters_start(&thread, &plan, "kernel", reason, sizeof(reason)), 0);
    assert_int_equal(counters_stop(&thread, sums, reason, sizeof(reason)), 0);
    assert_int_equal(sums[find(&plan, "PAPI_TOT_INS", "kernel")], 1030);
    assert_int_equal(sums[find(&plan, "PAPI_TOT_INS", "user")], 0);
    for (int i = 0; i < 2; i++) { /* windows add up */
        assert_int_equal(counters_start(&thread, &plan, "user", reason, sizeof(reason)), 0);
        assert_int_equal(counters_stop(&thread, sums, reason, sizeof(reason)), 0);
    }
    assert_int_equal(sums[find(&plan, "PAPI_L2_DCM", "user")], 20);
    assert_int_equal(sums[find(&plan, "PAPI_CA_SHR=NATIVE:EVENT", "user")], 40);
    assert_int_equal(sums[find(&plan, "PAPI_L2_DCM", "kernel")], 1010);
    assert_int_equal(fake.sets, 0);
}

static void test_a_kernel_domain_that_is_refused_is_not_counted_as_user(void **state)
{
    (void)state;
    struct counters_plan plan;
    struct counters_thread thread;
    uint64_t sums[COUNTERS_MAX] = {0};
    char reason[REASON_MAX] = "";
    fake.kernel = PAPI_EPERM;
    counters_init(&plan);
    const struct counter *event = &plan.event[find(&plan, "PAPI_L1_DCM", "kernel")];
    assert_false(event->available);
    assert_non_null(strstr(event->reason, PAPI_strerror(PAPI_EPERM)));
    assert_true(plan.event[find(&plan, "PAPI_L1_DCM", "user")].available);
    assert_int_equal(counters_start(&thread, &plan, "kernel", reason, sizeof(reason)), 0);
    assert_int_equal(counters_stop(&thread, sums, reason, sizeof(reason)), 0);
    for (size_t i = 0; i < plan.count; i++)
        assert_int_equal(sums[i], 0);
    assert_int_equal(fake.sets, 0);
}

static void test_a_start_that_fails_says_why_and_leaves_nothing_to_stop(void **state)
{
    (void)state;
    struct counters_plan plan;
    struct counters_thread thread;
    uint64_t sums[COUNTERS_MAX] = {0};
    char reason[REASON_MAX] = "";
    counters_init(&plan);
    fake.start = PAPI_ECNFLCT;
    assert_true(counters_start(&thread, &plan, "user", reason, sizeof(reason)) < 0);
    assert_non_null(strstr(reason, PAPI_strerror(PAPI_ECNFLCT)));
    assert_int_equal(fake.sets, 0);
    assert_int_equal(counters_stop(&thread, sums, reason, sizeof(reason)), 0);
    fake.start = PAPI_OK;
    fake.kernel = PAPI_EPERM; /* forbidden after the plan was made */
    assert_true(counters_start(&thread, &plan, "kernel", reason, sizeof(reason)) < 0);
    assert_non_null(strstr(reason, PAPI_strerror(PAPI_EPERM)));
    assert_int_equal(fake.sets, 0);
}

/* One worker's counting: whatever comes of it, PAPI keeps nothing of the thread. */
static void *count_once(void *arg)
{
    struct counters_plan *plan = arg;
    struct counters_thread thread;
    uint64_t sums[COUNTERS_MAX] = {0};
    char reason[REASON_MAX];
    if (counters_start(&thread, plan, "user", reason, sizeof(reason)) == 0)
        counters_stop(&thread, sums, reason, sizeof(reason));
    return NULL;
}

static void test_a_worker_is_forgotten_when_it_has_counted(void **state)
{
    static const int starts[] = {PAPI_OK, PAPI_ECNFLCT};
    struct counters_plan plan;
    (void)state;
    counters_init(&plan);
    for (unsigned i = 0; i < 2; i++) {
        pthread_t worker;
        fake.start = starts[i];
        assert_int_equal(pthread_create(&worker, NULL, count_once, &plan), 0);
        assert_int_equal(pthread_join(worker, NULL), 0);
        assert_int_equal(fake.sets, 0);
        assert_int_equal(fake.known, 0);
    }
    fake.start = PAPI_OK;
    count_once(&plan); /* PAPI's own record of the main thread stays */
    assert_false(fake.misused);
}

/* A window of one worker, with counters of the user domain. */
static int run_window(struct counters_plan *plan, uint64_t *sums, char error[REASON_MAX])
{
    const unsigned *pus;
    struct topo *topo = topo_load(NULL);
    counters_init(plan);
    topo_pus(topo, &pus);
    struct window_spec spec = {
        .scenario = scenario_find("floor-empty", "", INSTANCE_MEASURED),
        .params = PARAMS_ABSENT,
        .topo = topo,
        .pu = {pus[0], pus[0]},
        .ops = 2,
        .counters = plan,
        .domain = "user",
    };
    struct window window;
    int status = window_run(&spec, &window, error, REASON_MAX);
    memcpy(sums, spec.counter_sums, sizeof(spec.counter_sums));
    topo_free(topo);
    return status;
}

/* A worker counts from its start; what it did until all were in place is no part of the window. */
static void test_a_window_counts_nothing_of_the_waiting_before_it(void **state)
{
    (void)state;
    struct counters_plan plan;
    uint64_t sums[COUNTERS_MAX] = {0};
    char error[REASON_MAX] = "";
    fake.early = 7000000;
    assert_int_equal(run_window(&plan, sums, error), 0);
    assert_int_equal(sums[find(&plan, "PAPI_TOT_INS", "user")], 30);
    assert_int_equal(fake.sets, 0);
}

static void test_a_window_whose_counters_do_not_restart_fails(void **state)
{
    (void)state;
    struct counters_plan plan;
    uint64_t sums[COUNTERS_MAX] = {0};
    char error[REASON_MAX] = "";
    fake.reset = PAPI_ESYS;
    assert_true(run_window(&plan, sums, error) < 0);
    assert_non_null(strstr(error, "counting does not restart"));
    assert_int_equal(fake.sets, 0);
    assert_false(fake.misused);
}

/* One of two workers cannot be bound, after the other one began to count. */
static void test_a_window_that_is_called_off_stops_what_counts(void **state)
{
    (void)state;
    struct counters_plan plan;
    const unsigned *pus;
    struct topo *topo = topo_load(NULL);
    char error[REASON_MAX] = "";
    counters_init(&plan);
    topo_pus(topo, &pus);
    struct window_spec spec = {
        .scenario = scenario_find("floor-futex", "", INSTANCE_MEASURED),
        .params = {.threads = 2},
        .topo = topo,
        .pu = {pus[0], UINT_MAX},
        .ops = 2,
        .counters = &plan,
        .domain = "user",
    };
    struct window window;
    assert_int_equal(window_run(&spec, &window, error, sizeof(error)), -EINVAL);
    assert_non_null(strstr(error, "worker 1 could not be bound"));
    assert_int_equal(fake.sets, 0);
    assert_int_equal(fake.known, 0);
    assert_false(fake.misused);
    topo_free(topo);
}

/* Every event is unavailable for a reason with these words in it. */
static void assert_nothing_because(const char *words)
{
    struct counters_plan plan;
    assert_int_equal(counters_init(&plan), 0);
    assert_true(plan.count > 0);
    for (size_t i = 0; i < plan.count; i++) {
        assert_false(plan.event[i].available);
        assert_non_null(strstr(plan.event[i].reason, words));
    }
    assert_int_equal(fake.sets, 0);
}

static void test_a_papi_that_does_not_start_is_a_reason(void **state)
{
    (void)state;
    fake.version = PAPI_VER_CURRENT + (1 << 24);
    assert_nothing_because("another version");
    fake.version = PAPI_EINVAL;
    assert_nothing_because(PAPI_strerror(PAPI_EINVAL));
}

static void test_a_disabled_component_gives_its_own_reason(void **state)
{
    (void)state;
    fake.disabled = true;
    assert_nothing_because("made-up: paranoid");
    fake.disabled = false;
    fake.slots = 0;
    assert_nothing_because("no hardware counter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_each_count_goes_to_its_event_and_domain, make_papi),
        cmocka_unit_test_setup(test_a_kernel_domain_that_is_refused_is_not_counted_as_user,
                               make_papi),
        cmocka_unit_test_setup(test_a_start_that_fails_says_why_and_leaves_nothing_to_stop,
                               make_papi),
        cmocka_unit_test_setup(test_a_worker_is_forgotten_when_it_has_counted, make_papi),
        cmocka_unit_test_setup(test_a_window_counts_nothing_of_the_waiting_before_it, make_papi),
        cmocka_unit_test_setup(test_a_window_whose_counters_do_not_restart_fails, make_papi),
        cmocka_unit_test_setup(test_a_window_that_is_called_off_stops_what_counts, make_papi),
        cmocka_unit_test_setup(test_a_papi_that_does_not_start_is_a_reason, make_papi),
        cmocka_unit_test_setup(test_a_disabled_component_gives_its_own_reason, make_papi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
