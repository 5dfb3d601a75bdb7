/* The table of wanted events, and the choice from it (choice.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/counters/choice.h"
#include <stdio.h>
#include <string.h>

enum { CHOICES = 5 };

/* What we want to know, most wanted first, and the events that count it: PAPI's presets, then
 * native events for processors that PAPI has no presets for. A preset whose meaning differs from
 * processor to processor is reported with the native event that it stands for: on Intel,
 * PAPI_CA_SHR counts the reads that left the core. */
static const struct quantity {
    bool meaning_differs;
    const char *event[CHOICES];
} wanted[] = {
    {false, {"PAPI_L1_DCM", "perf::L1-DCACHE-LOAD-MISSES"}},
    {false, {"PAPI_L2_DCM", "L2_RQSTS:DEMAND_DATA_RD_MISS"}},
    {false, {"PAPI_L3_TCM", "PAPI_L3_DCM", "perf::LLC-LOAD-MISSES"}},
    {true,
     {"PAPI_CA_SNP", "PAPI_CA_ITV", "PAPI_CA_SHR", "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM",
      "MEM_LOAD_L3_HIT_RETIRED:XSNP_FWD"}},
    {false, {"PAPI_TOT_INS", "perf::INSTRUCTIONS"}},
    {false, {"PAPI_TOT_CYC", "perf::CYCLES"}},
};
enum { QUANTITIES = sizeof(wanted) / sizeof(wanted[0]) };

static const char *const domains[] = {"user", "kernel"};
enum { DOMAINS = sizeof(domains) / sizeof(domains[0]) };

_Static_assert(QUANTITIES *DOMAINS <= COUNTERS_MAX, "the plan holds every wanted event");

/* Tries one event of a quantity; fills the reason if and only if it returns false. */
static bool try_event(const struct counters_machine *m, const char *name, size_t used,
                      const char *domain, int *code, char *native, char *reason)
{
    if (!m->find(m->arg, name, code, native, reason))
        return false;
    if (used == m->slots) {
        snprintf(reason, REASON_MAX,
                 "the machine counts %zu events at once, and all are taken by those above",
                 m->slots);
        return false;
    }
    return m->fits(m->arg, *code, domain, reason);
}

/* Chooses the first event of the quantity that can be counted. If none can, the reason is that of
 * the first: the others are substitutes that nobody asked for. */
static void choose_event(const struct counters_machine *m, const struct quantity *q, size_t used,
                         struct counter *event, int *code)
{
    snprintf(event->name, sizeof(event->name), "%s", q->event[0]);
    if (m->reason[0]) {
        snprintf(event->reason, sizeof(event->reason), "%s", m->reason);
        return;
    }
    for (size_t i = 0; i < CHOICES && q->event[i]; i++) {
        char why[REASON_MAX] = "", native[LABEL_MAX] = "";
        if (try_event(m, q->event[i], used, event->domain, code, native, why)) {
            bool with_native = q->meaning_differs && native[0];
            snprintf(event->name, sizeof(event->name), "%s%s%s", q->event[i],
                     with_native ? "=" : "", with_native ? native : "");
            event->available = true;
            event->reason[0] = '\0';
            return;
        }
        if (i == 0)
            snprintf(event->reason, sizeof(event->reason), "%s", why);
    }
}

void counters_choose(struct counters_plan *plan, const struct counters_machine *m)
{
    memset(plan, 0, sizeof(*plan));
    size_t used[DOMAINS] = {0};
    for (size_t i = 0; i < QUANTITIES; i++) {
        for (size_t d = 0; d < DOMAINS; d++) {
            struct counter *event = &plan->event[plan->count];
            snprintf(event->domain, sizeof(event->domain), "%s", domains[d]);
            choose_event(m, &wanted[i], used[d], event, &plan->code[plan->count]);
            used[d] += event->available;
            plan->count++;
        }
    }
}
