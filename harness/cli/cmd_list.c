/* `hchanlab list`: prints the names that other commands take. It asks every peer for its own. */
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/peers.h"
#include <hchan/hchan.h>
#include <hchan/outcome.h>
#include <stdio.h>

static void list_range(const char *key, const struct param_range *r)
{
    if (r->max == 0)
        return;
    if (r->min == r->max)
        printf("  %s=%llu", key, (unsigned long long)r->min);
    else
        printf("  %s=%llu (%llu to %llu)", key, (unsigned long long)r->normal,
               (unsigned long long)r->min, (unsigned long long)r->max);
}

static void list_scenarios(const struct scenario *const *s)
{
    for (; *s; s++) {
        printf("  %-25s %s\n  %-25s one operation: %s;", (*s)->name, (*s)->summary, "", (*s)->op);
        list_range("capacity", &(*s)->capacity);
        list_range("elem", &(*s)->elem);
        list_range("threads", &(*s)->threads);
        list_range("work", &(*s)->work);
        if ((*s)->group)
            printf("  group=%s", (*s)->group);
        printf("\n");
    }
}

static void list_peers(void)
{
    printf("\npeers\n");
    for (const struct peer *const *p = peers_all(); *p; p++)
        if (!(*p)->reason)
            printf("  %-20s %s; %s; lacks: %s\n", (*p)->name, (*p)->version, (*p)->language,
                   (*p)->lacks[0] ? (*p)->lacks : "nothing");
        else if ((*p)->package)
            printf("  %-20s %s: install %s and configure the build again\n", (*p)->name,
                   (*p)->reason, (*p)->package);
        else
            printf("  %-20s %s\n", (*p)->name, (*p)->reason);
}

static int cmd_list_run(void)
{
    int status = peers_load(NULL);
    if (status != EXIT_OK)
        return status;
    printf("variants\n");
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        printf("  %-20s %s\n", hchan_variant_name(v), hchan_variant_summary(v));
    list_peers();
    printf("\nscenarios\n");
    list_scenarios(scenario_all(hchan_variant_name(hchan_variant_next(NULL))));
    printf("\nscenarios that only peers have\n");
    list_scenarios(peers_own_scenarios());
    printf("\nfloors\n");
    list_scenarios(scenario_all(""));
    printf("\noutcomes\n");
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        printf("  %-20s %s\n", hchan_outcome_name(i), hchan_outcome_what(i));
    return EXIT_OK;
}

const struct command cmd_list = {
    .name = "list",
    .summary = "show the variants, peers, scenarios, floors and outcomes",
    .usage = "",
    .run = cmd_list_run,
};
