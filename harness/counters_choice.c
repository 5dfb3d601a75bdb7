#include "harness/counters_choice.h"
#include <stdio.h>
#include <string.h>

/* What we want to know, most wanted first, and PAPI's presets that tell it, best first. CA_SHR is
 * on Intel a count of reads that left the core, so it comes after the ones that say what they mean;
 * the result carries the event's own name and not ours. */
static const char *const wanted[][3] = {
    {"PAPI_L1_DCM", NULL},
    {"PAPI_L2_DCM", NULL},
    {"PAPI_L3_TCM", "PAPI_L3_DCM", NULL},
    {"PAPI_CA_SNP", "PAPI_CA_ITV", "PAPI_CA_SHR"},
    {"PAPI_TOT_INS", NULL},
    {"PAPI_TOT_CYC", NULL},
};

static const char *const domains[] = {"user", "kernel"};

/* The first event of a quantity that can be counted; otherwise the first, with its reason. */
static bool pick(const struct counters_machine *m, const char *const names[3], const char **name,
                 int *code, char *reason)
{
    *name = names[0];
    if (m->reason[0]) {
        snprintf(reason, REASON_MAX, "%s", m->reason);
        return false;
    }
    for (size_t i = 0; i < 3 && names[i]; i++) {
        char why[REASON_MAX] = "";
        if (m->can_count(m->arg, names[i], code, why, sizeof(why))) {
            *name = names[i];
            return true;
        }
        if (i == 0)
            snprintf(reason, REASON_MAX, "%s", why[0] ? why : "PAPI can't count it here");
    }
    return false;
}

void counters_choose(struct counters_plan *plan, const struct counters_machine *m)
{
    memset(plan, 0, sizeof(*plan));
    size_t used = 0;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const char *name;
        char reason[REASON_MAX] = "";
        int code = 0;
        bool available = pick(m, wanted[i], &name, &code, reason);
        if (available && used == m->slots) {
            available = false;
            snprintf(reason, sizeof(reason),
                     "the machine counts %zu events at once, and all are "
                     "taken by those above",
                     m->slots);
        }
        used += available;
        for (size_t d = 0; d < sizeof(domains) / sizeof(domains[0]); d++) {
            struct counter *event = &plan->event[plan->count];
            snprintf(event->name, sizeof(event->name), "%s", name);
            snprintf(event->domain, sizeof(event->domain), "%s", domains[d]);
            event->available = available;
            if (!available)
                snprintf(event->reason, sizeof(event->reason), "%s", reason);
            plan->code[plan->count++] = code;
        }
    }
}
