/* Plans hardware events on this machine and counts them (counters.h). PAPI keeps the state: it is
 * initialised once a process, and each thread has its own event set. The software defined events
 * are in sde.c. */
/* SPDX-License-Identifier: MIT */
#include "harness/counters/counters.h"
#include "harness/counters/choice.h"
#include "harness/counters/papi.h"
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* The sets in which counters_init() tries events: one a domain, PAPI_NULL until first needed. */
struct attempt {
    int user, kernel;
};

static bool is_user(const char *domain)
{
    return strcmp(domain, "user") == 0;
}

static void free_set(int *set)
{
    if (*set == PAPI_NULL)
        return;
    PAPI_cleanup_eventset(*set);
    PAPI_destroy_eventset(set);
}

/* Makes a set that counts one domain of the calling thread. Returns PAPI's status; the set is
 * PAPI_NULL unless that is PAPI_OK. The domain must not be left at a default: if PAPI refuses it,
 * the set would count the other domain, and nothing would show that. */
static int make_set(int *set, const char *domain)
{
    *set = PAPI_NULL;
    int status = PAPI_create_eventset(set);
    if (status != PAPI_OK)
        return status;
    PAPI_option_t option = {
        .domain = {.eventset = *set, .domain = is_user(domain) ? PAPI_DOM_USER : PAPI_DOM_KERNEL},
    };
    status = PAPI_assign_eventset_component(*set, PAPI_get_component_index("perf_event"));
    if (status == PAPI_OK)
        status = PAPI_set_opt(PAPI_DOMAIN, &option);
    if (status != PAPI_OK)
        free_set(set);
    return status;
}

/* Describes what this machine offers, in PAPI's words. */
static void describe_machine(struct counters_machine *machine)
{
    char *reason = machine->reason;
    int status = PAPI_library_init(PAPI_VER_CURRENT);
    if (status != PAPI_VER_CURRENT) {
        papi_fail(status, "PAPI does not start", reason, REASON_MAX);
        return;
    }
    status = PAPI_thread_init(pthread_self);
    if (status != PAPI_OK) {
        papi_fail(status, "PAPI can't count threads", reason, REASON_MAX);
        return;
    }
    int component = PAPI_get_component_index("perf_event"), first = 0;
    /* PAPI starts a component at its first use, and only then knows whether it is disabled. */
    if (component >= 0)
        (void)PAPI_enum_cmp_event(&first, PAPI_ENUM_FIRST, component);
    const PAPI_component_info_t *info = component < 0 ? NULL : PAPI_get_component_info(component);
    if (!info)
        snprintf(reason, REASON_MAX, "PAPI has no perf_event component");
    else if (info->disabled)
        snprintf(reason, REASON_MAX, "%s",
                 info->disabled_reason[0] ? info->disabled_reason : papi_words(info->disabled));
    else if (info->num_cntrs <= 0)
        snprintf(reason, REASON_MAX, "PAPI's perf_event component has no hardware counter here");
    else
        machine->slots = (size_t)info->num_cntrs;
}

/* For struct counters_machine: whether PAPI knows the event here. */
static bool find_event(void *arg, const char *name, int *code, char *native, char *reason)
{
    (void)arg;
    int status = PAPI_event_name_to_code(name, code);
    if (status == PAPI_OK)
        status = PAPI_query_event(*code);
    if (status != PAPI_OK) {
        const PAPI_component_info_t *info =
            PAPI_get_component_info(PAPI_get_component_index("perf_event"));
        snprintf(reason, REASON_MAX, "%s (the perf_event component knows %d presets here)",
                 papi_words(status), info ? info->num_preset_events : 0);
        return false;
    }
    PAPI_event_info_t info = {0};
    bool preset = ((unsigned)*code & PAPI_PRESET_MASK) && !((unsigned)*code & PAPI_NATIVE_MASK);
    if (preset && PAPI_get_event_info(*code, &info) == PAPI_OK && info.count == 1)
        snprintf(native, LABEL_MAX, "%s", info.name[0]);
    return true;
}

/* For struct counters_machine: whether the kernel lets PAPI count the event. That PAPI knows it is
 * not enough: a virtual machine may hide the processor's counters, a watchdog may hold one, and a
 * preset may need two. So the event is opened. */
static bool event_fits(void *arg, int code, const char *domain, char *reason)
{
    struct attempt *attempt = arg;
    int *set = is_user(domain) ? &attempt->user : &attempt->kernel;
    int status = *set == PAPI_NULL ? make_set(set, domain) : PAPI_OK;
    if (status == PAPI_OK)
        status = PAPI_add_event(*set, code);
    if (status == PAPI_OK)
        return true;
    snprintf(reason, REASON_MAX, "not in the %s domain: %s", domain, papi_words(status));
    return false;
}

int counters_init(struct counters_plan *plan)
{
    struct attempt attempt = {PAPI_NULL, PAPI_NULL};
    struct counters_machine machine = {.find = find_event, .fits = event_fits, .arg = &attempt};
    describe_machine(&machine);
    counters_choose(plan, &machine);
    free_set(&attempt.user);
    free_set(&attempt.kernel);
    return 0;
}

static bool event_counts(const struct counter *event, const char *domain)
{
    return event->available && strcmp(event->domain, domain) == 0;
}

bool counters_any(const struct counters_plan *plan, const char *domain)
{
    for (size_t i = 0; i < plan->count; i++)
        if (event_counts(&plan->event[i], domain))
            return true;
    return false;
}

/* Gives back PAPI's record of a worker, which PAPI made with the thread's first event set. It would
 * stay when the thread ends, and PAPI would take it for that of the next thread with the same id.
 * The main thread's stays until the process ends. No event set of the thread may be left. */
static void forget_thread(void)
{
    if (gettid() != getpid())
        (void)PAPI_unregister_thread();
}

/* Puts the domain's available events into the thread's set, in the plan's order. */
static int add_events(struct counters_thread *t, char *reason, size_t size)
{
    for (size_t i = 0; i < t->plan->count; i++) {
        if (!event_counts(&t->plan->event[i], t->domain))
            continue;
        int status = PAPI_add_event(t->event_set, t->plan->code[i]);
        if (status != PAPI_OK)
            return papi_fail(status, t->plan->event[i].name, reason, size);
    }
    return 0;
}

int counters_start(struct counters_thread *t, const struct counters_plan *plan, const char *domain,
                   char *reason, size_t size)
{
    *t = (struct counters_thread){.event_set = PAPI_NULL, .plan = plan, .domain = domain};
    if (!counters_any(plan, domain))
        return 0;
    int status = make_set(&t->event_set, domain);
    int error = status == PAPI_OK ? add_events(t, reason, size)
                                  : papi_fail(status, "no event set", reason, size);
    if (!error) {
        status = PAPI_start(t->event_set);
        if (status != PAPI_OK)
            error = papi_fail(status, "counting does not start", reason, size);
    }
    if (error) {
        free_set(&t->event_set);
        forget_thread();
    }
    return error;
}

int counters_restart(struct counters_thread *t, char *reason, size_t size)
{
    int status = t->event_set == PAPI_NULL ? PAPI_OK : PAPI_reset(t->event_set);
    return status == PAPI_OK ? 0 : papi_fail(status, "counting does not restart", reason, size);
}

int counters_stop(struct counters_thread *t, uint64_t *sums, char *reason, size_t size)
{
    long long values[COUNTERS_MAX] = {0};
    if (t->event_set == PAPI_NULL)
        return 0;
    int status = PAPI_stop(t->event_set, values);
    size_t next = 0;
    for (size_t i = 0; status == PAPI_OK && i < t->plan->count; i++)
        if (event_counts(&t->plan->event[i], t->domain))
            sums[i] += (uint64_t)values[next++];
    free_set(&t->event_set);
    forget_thread();
    return status == PAPI_OK ? 0 : papi_fail(status, "counting does not stop", reason, size);
}
