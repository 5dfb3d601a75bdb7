/* The plan of hardware events, and counting them. The software defined events are in
 * counters_sde.c. */
#include "harness/counters.h"
#include "harness/counters_choice.h"
#include <errno.h>
#include <papi.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What this machine offers, in the words of PAPI. */
static void look_at_machine(struct counters_machine *machine)
{
    int version = PAPI_library_init(PAPI_VER_CURRENT);
    if (version != PAPI_VER_CURRENT) {
        snprintf(machine->reason, sizeof(machine->reason), "PAPI does not start: %s",
                 version > 0 ? "the library is of another version" : PAPI_strerror(version));
        return;
    }
    if (PAPI_thread_init(pthread_self) != PAPI_OK) {
        snprintf(machine->reason, sizeof(machine->reason), "PAPI can't count threads");
        return;
    }
    int component = PAPI_get_component_index("perf_event"), first = 0;
    /* PAPI starts a component at its first use, and only then knows whether it is disabled. */
    if (component >= 0)
        (void)PAPI_enum_cmp_event(&first, PAPI_ENUM_FIRST, component);
    const PAPI_component_info_t *info = component < 0 ? NULL : PAPI_get_component_info(component);
    if (!info || info->disabled) {
        snprintf(machine->reason, sizeof(machine->reason), "%s",
                 info && info->disabled_reason[0] ? info->disabled_reason
                                                  : "PAPI has no perf_event component");
        return;
    }
    machine->slots = info->num_cntrs > 0 ? (size_t)info->num_cntrs : 0;
}

/* Whether PAPI can count a preset here; its reason where not. */
static bool can_count(void *arg, const char *name, int *code, char *reason, size_t size)
{
    (void)arg;
    int status = PAPI_event_name_to_code(name, code);
    if (status == PAPI_OK)
        status = PAPI_query_event(*code);
    if (status == PAPI_OK)
        return true;
    const PAPI_component_info_t *info =
        PAPI_get_component_info(PAPI_get_component_index("perf_event"));
    snprintf(reason, size, "%s (the perf_event component knows %d presets for this machine)",
             PAPI_strerror(status), info ? info->num_preset_events : 0);
    return false;
}

int counters_init(struct counters_plan *plan)
{
    struct counters_machine machine = {.can_count = can_count};
    look_at_machine(&machine);
    counters_choose(plan, &machine);
    return 0;
}

static int fail(int status, const char *what, char *reason, size_t size)
{
    snprintf(reason, size, "%s: %s", what, PAPI_strerror(status));
    return status == PAPI_ENOMEM ? -ENOMEM : -EIO;
}

bool counters_any(const struct counters_plan *plan, const char *domain)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->event[i].available && strcmp(plan->event[i].domain, domain) == 0)
            return true;
    return false;
}

/* Puts the domain's available events into the thread's set, in the plan's order. */
static int add_events(struct counters_thread *t, char *reason, size_t size)
{
    for (size_t i = 0; i < t->plan->count; i++) {
        const struct counter *event = &t->plan->event[i];
        if (!event->available || strcmp(event->domain, t->domain) != 0)
            continue;
        int status = PAPI_add_event(t->event_set, t->plan->code[i]);
        if (status != PAPI_OK)
            return fail(status, event->name, reason, size);
    }
    return 0;
}

static int set_domain(struct counters_thread *t)
{
    PAPI_option_t option = {
        .domain = {.eventset = t->event_set,
                   .domain = strcmp(t->domain, "user") == 0 ? PAPI_DOM_USER : PAPI_DOM_KERNEL},
    };
    int status =
        PAPI_assign_eventset_component(t->event_set, PAPI_get_component_index("perf_event"));
    return status == PAPI_OK ? PAPI_set_opt(PAPI_DOMAIN, &option) : status;
}

int counters_start(struct counters_thread *t, const struct counters_plan *plan, const char *domain,
                   char *reason, size_t size)
{
    *t = (struct counters_thread){.event_set = PAPI_NULL, .plan = plan, .domain = domain};
    if (!counters_any(plan, domain))
        return 0;
    int status = PAPI_create_eventset(&t->event_set);
    if (status == PAPI_OK)
        status = set_domain(t);
    if (status != PAPI_OK)
        return fail(status, "no event set", reason, size);
    int added = add_events(t, reason, size);
    if (added)
        return added;
    status = PAPI_start(t->event_set);
    return status == PAPI_OK ? 0 : fail(status, "counting does not start", reason, size);
}

int counters_stop(struct counters_thread *t, uint64_t *sums, char *reason, size_t size)
{
    long long values[COUNTERS_MAX] = {0};
    if (t->event_set == PAPI_NULL)
        return 0;
    int status = PAPI_stop(t->event_set, values);
    size_t next = 0;
    for (size_t i = 0; status == PAPI_OK && i < t->plan->count; i++)
        if (t->plan->event[i].available && strcmp(t->plan->event[i].domain, t->domain) == 0)
            sums[i] += (uint64_t)values[next++];
    PAPI_cleanup_eventset(t->event_set);
    PAPI_destroy_eventset(&t->event_set);
    return status == PAPI_OK ? 0 : fail(status, "counting does not stop", reason, size);
}
