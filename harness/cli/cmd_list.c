/* `hchanlab list`: prints the names that other commands take. It asks every peer for its own, but
 * not where only names are wanted, as by a shell that completes them. The options are its only
 * state. */
/* SPDX-License-Identifier: MIT */
#include "core/base/nearest.h"
#include "harness/base/relation.h"
#include "harness/base/say.h"
#include "harness/cli/commands.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/peers.h"
#include "harness/sweep/plan_file.h"
#include <hchan/hchan.h>
#include <hchan/outcome.h>
#include <stdio.h>
#include <string.h>

static struct word_list kinds;

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
        for (int i = 0; i < PARAMS; i++)
            list_range(param_key(i), scenario_param(*s, i));
        if ((*s)->group)
            printf("  group=%s", (*s)->group);
        printf("\n");
    }
}

static void list_plan(const char *name)
{
    struct plan_file plan;
    if (plan_file_load(&plan, name) != EXIT_OK)
        return;
    printf("  %-20s %s\n", name, plan.summary ? plan.summary : "");
    plan_file_free(&plan);
}

static void list_plans(void)
{
    char error[512];
    if (plan_file_names(list_plan, error, sizeof(error)))
        printf("  none: %s\n", error);
}

static void list_peers(void)
{
    printf("\npeers\n");
    if (peers_missing()) {
        printf("  none: %s\n", peers_missing());
        return;
    }
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

static void name_variants(void)
{
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        puts(hchan_variant_name(v));
}

/* Each lock once, at its first variant. */
static void name_locks(void)
{
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v)) {
        const struct hchan_variant *first = hchan_variant_next(NULL);
        while (strcmp(hchan_variant_lock(first), hchan_variant_lock(v)) != 0)
            first = hchan_variant_next(first);
        if (first == v)
            puts(hchan_variant_lock(v));
    }
}

static void name_goroutine_variants(void)
{
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        if (bench_has_goroutines(v))
            puts(hchan_variant_name(v));
}

/* Those that are here; whether they work is not known. */
static void name_peers(void)
{
    if (peers_load(&(struct word_list){{NULL}, 0}) == EXIT_OK)
        for (const struct peer *const *p = peers_all(); *p; p++)
            if (!(*p)->reason)
                puts((*p)->name);
}

static void name_scenarios(void)
{
    const struct scenario *const *const lists[] = {scenarios_any(), peers_own_scenarios(),
                                                   scenario_all("")};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct scenario *const *s = lists[i]; *s; s++)
            puts((*s)->name);
}

/* Each group once, at its first scenario. */
static void name_groups(void)
{
    const struct scenario *const *all = scenarios_any();
    for (size_t i = 0; all[i]; i++) {
        size_t first = 0;
        while (first < i && !(all[i]->group && all[first]->group &&
                              strcmp(all[first]->group, all[i]->group) == 0))
            first++;
        if (all[i]->group && first == i)
            puts(all[i]->group);
    }
}

static void name_places(void)
{
    for (unsigned i = 0; i < RELATION_COUNT; i++)
        puts(relation_name((enum relation)i));
}

static void name_plan(const char *name)
{
    puts(name);
}

static void name_plans(void)
{
    char error[512];
    plan_file_names(name_plan, error, sizeof(error));
}

static void name_outcomes(void)
{
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        puts(hchan_outcome_name(i));
}

static void name_commands(void)
{
    for (const struct command *const *c = commands; *c; c++)
        puts((*c)->name);
}

/* One row for each kind of names. */
static const struct {
    const char *name;
    void (*print)(void);
} name_kinds[] = {
    {"variants", name_variants}, {"goroutine-variants", name_goroutine_variants},
    {"peers", name_peers},       {"scenarios", name_scenarios},
    {"groups", name_groups},     {"places", name_places},
    {"outcomes", name_outcomes}, {"commands", name_commands},
    {"locks", name_locks},       {"plans", name_plans},
};

#define NAME_KINDS \
    "variants goroutine-variants peers scenarios groups places outcomes commands locks plans"

enum { KINDS = sizeof(name_kinds) / sizeof(name_kinds[0]) };

static int print_names(const char *kind)
{
    const char *names[KINDS];
    for (size_t i = 0; i < KINDS; i++) {
        names[i] = name_kinds[i].name;
        if (strcmp(kind, names[i]) == 0) {
            name_kinds[i].print();
            return EXIT_OK;
        }
    }
    const char *near = nearest(kind, names, KINDS);
    return near ? complain(EXIT_USAGE, "no names of '%s': did you mean '%s'?", kind, near)
                : complain(EXIT_USAGE, "no names of '%s': one of " NAME_KINDS, kind);
}

static int cmd_list_run(void)
{
    int status = EXIT_OK;
    for (size_t i = 0; i < kinds.count && status == EXIT_OK; i++)
        status = print_names(kinds.items[i]);
    if (kinds.count > 0)
        return status;
    status = peers_load(NULL);
    if (status != EXIT_OK)
        return status;
    printf("variants\n");
    for (const struct hchan_variant *v = hchan_variant_next(NULL); v; v = hchan_variant_next(v))
        printf("  %-20s %s\n", hchan_variant_name(v), hchan_variant_summary(v));
    list_peers();
    printf("\nscenarios\n");
    list_scenarios(scenarios_any());
    printf("\nscenarios that only peers have\n");
    list_scenarios(peers_own_scenarios());
    printf("\nfloors\n");
    list_scenarios(scenario_all(""));
    printf("\nplans\n");
    list_plans();
    printf("\noutcomes\n");
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        printf("  %-20s %s\n", hchan_outcome_name(i), hchan_outcome_what(i));
    return EXIT_OK;
}

static const struct option_spec options[] = {
    {.name = "names",
     .kind = OPTION_WORDS,
     .value = &kinds,
     .argument = "KIND,..",
     .help =
         "only the names, a line each, of variants, goroutine-variants, peers, scenarios, groups, "
         "places, outcomes, commands, locks or plans",
     .offer = {.words = NAME_KINDS}},
    {0},
};

const struct command cmd_list = {
    .name = "list",
    .summary = "show the variants, peers, scenarios, floors, plans and outcomes",
    .usage = "",
    .about =
        "Prints the names that other commands take, each with what it stands for. A variant is a "
        "channel with its lock, its way to park and its fast path; a peer is somebody else's "
        "channel; a scenario is what is done with them; a floor is what a step costs without a "
        "channel; a plan is what `hchanlab sweep --plan` measures; an outcome is what a traced "
        "channel counts.",
    .examples = "hchanlab list\n"
                "hchanlab list --names scenarios",
    .options = options,
    .run = cmd_list_run,
};
