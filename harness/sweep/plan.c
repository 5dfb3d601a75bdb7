/* Makes a plan from its file and the user's choices (plan.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/plan.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/blocks.h"
#include "harness/sweep/names.h"
#include "harness/sweep/peers.h"
#include "harness/sweep/plan_cells.h"
#include "harness/sweep/plan_file.h"
#include "harness/sweep/plan_places.h"
#include "harness/sweep/sides_check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How cells are sampled if neither the user nor the plan says. */
static const struct sampling usual_sampling = {
    .processes = 20,
    .samples = 3,
    .window_ns = 8000000,
    .limit_ns = 60000000,
    .kill_ns = 20000000000,
};

/* What a process costs besides its timed windows: its start, the topology, finding the number of
 * operations, and the traced and the latency window. Seen on a small virtual machine, and used for
 * estimates only. */
enum { PROCESS_OVERHEAD_NS = 45000000, EXTRA_WINDOWS = 3 };

enum { CELLS_USUALLY = 10000 };

/* How the user wants cells sampled, or else the plan. A process may take several times as long as
 * it should. */
static struct sampling sampling_of(const struct choices *c, const struct plan_file *file)
{
    enum { PATIENCE = 4 };
    struct sampling s = usual_sampling;
    uint64_t rounds = c->adaptive ? ADAPTIVE_MAX : c->processes ? c->processes : file->rounds;
    uint64_t samples = c->samples ? c->samples : file->samples;
    uint64_t window_ns = c->window_ns ? c->window_ns : file->window_ns;
    s.processes = rounds ? (uint32_t)rounds : s.processes;
    s.samples = samples ? (uint32_t)samples : s.samples;
    s.window_ns = window_ns ? window_ns : s.window_ns;
    s.limit_ns = s.limit_ns < s.window_ns ? s.window_ns : s.limit_ns;
    uint64_t longest_ns = PATIENCE * (s.samples + EXTRA_WINDOWS) * s.limit_ns;
    s.kill_ns = s.kill_ns < longest_ns ? longest_ns : s.kill_ns;
    return s;
}

/* The name of a plan's file, or of a plan that is installed. */
static const char *name_of(const char *plan)
{
    const char *slash = strrchr(plan, '/');
    return slash ? slash + 1 : plan;
}

/* Compiles the expression, if there is one. */
static int compile_cell(const char *cell, regex_t *only)
{
    char why[128];
    int error = cell ? regcomp(only, cell, REG_EXTENDED | REG_NOSUB) : 0;
    if (error == 0)
        return EXIT_OK;
    regerror(error, only, why, sizeof(why));
    return complain(EXIT_USAGE,
                    "--cell %s: %s: give an extended regular expression, such as "
                    "'^lock/.*threads=4'",
                    cell, why);
}

/* The scenarios that the plan's file names. */
static void add_planned(struct word_list *planned, const struct plan_file *file)
{
    const struct scenario *const *const lists[] = {scenarios_any(), peers_own_scenarios()};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const struct scenario *const *s = lists[i]; *s; s++)
            for (size_t k = 0; k < file->crosses.count; k++)
                if (cross_has_scenario(&file->crosses.items[k], *s) && planned->count < LIST_MAX &&
                    !word_list_has(planned, (*s)->name))
                    planned->items[planned->count++] = (*s)->name;
}

static int check(const struct choices *c, const struct topo *topo)
{
    int status = choices_check(c);
    if (status == EXIT_OK)
        status = sides_check(c);
    if (status == EXIT_OK && c->place)
        status = places_check(c->place, topo);
    return status;
}

/* Whether any cell is no floor's. */
static bool has_variants(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->cells[i].variant[0])
            return true;
    return false;
}

/* Refuses a plan of which nothing is left but the floors, which nobody asked for. */
static int check_any(const struct building *to)
{
    const struct choices *c = to->choices;
    if (has_variants(to->plan) || choices_name_floor(c))
        return EXIT_OK;
    if (c->cell)
        return complain(EXIT_USAGE,
                        "--cell %s: no cell of the plan matches: `hchanlab sweep --dry-run` "
                        "without it prints their names",
                        c->cell);
    if (to->all.lacking && !to->all.here)
        return complain(EXIT_ENVIRONMENT,
                        "plan %s: this machine has none of its places, only %s: choose one with "
                        "--place",
                        to->plan->mode, places_of_machine(to->topo).text);
    return complain(EXIT_USAGE, "plan %s: no cell is left: choose less narrowly", to->plan->mode);
}

static int fill(struct building *to)
{
    int status = plan_add_crosses(to);
    if (status == EXIT_OK)
        status = choices_check_peers(to->choices, to->plan->cells, to->plan->count);
    if (status == EXIT_OK)
        status = check_any(to);
    if (status == EXIT_OK)
        status = plan_add_floors(to);
    if (status == EXIT_OK)
        status =
            blocks_make(to->plan->cells, &to->plan->count, &to->plan->block, &to->plan->blocks);
    if (status == EXIT_OK && to->plan->count > to->cells_max)
        status = plan_refuse_more(to);
    return status;
}

/* Says which variants of the file this build leaves out. */
static void tell_left_out(const struct plan_file *file, const char *plan)
{
    struct word_list told = {.count = 0};
    for (size_t i = 0; i < file->crosses.count; i++) {
        const struct word_list *names = &file->crosses.items[i].variants;
        for (size_t k = 0; k < names->count; k++) {
            const char *name = names->items[k];
            if (!names_left_out(name) || word_list_has(&told, name) || told.count == LIST_MAX)
                continue;
            told.items[told.count++] = name;
            fprintf(stderr, "plan %s: without the variant %s, which this build leaves out\n", plan,
                    name);
        }
    }
}

/* Fills the plan from a file that was read. */
static int make(struct plan *plan, const struct choices *c, const struct plan_file *file,
                const struct topo *topo)
{
    regex_t only;
    int status = compile_cell(c->cell, &only);
    if (status != EXIT_OK)
        return status;
    struct building *to = calloc(1, sizeof(*to));
    if (!to)
        status = complain(EXIT_ENVIRONMENT, "out of memory: free some");
    if (to) {
        *to = (struct building){.plan = plan,
                                .choices = c,
                                .file = file,
                                .topo = topo,
                                .only = c->cell ? &only : NULL,
                                .cells_max = c->cells_max ? c->cells_max : CELLS_USUALLY};
        status = fill(to);
    }
    if (status == EXIT_OK) {
        choices_tell_unused(c);
        places_tell(plan->mode, to->all.lacking, topo);
        if (!c->variants.count)
            tell_left_out(file, plan->mode);
    }
    free(to);
    if (c->cell)
        regfree(&only);
    return status;
}

int plan_make(struct plan *plan, const struct choices *choices, const struct topo *topo)
{
    struct choices c = *choices;
    struct plan_file file;
    const char *name = choices_plan(choices);
    memset(plan, 0, sizeof(*plan));
    int status = choices_check_names(choices);
    if (status == EXIT_OK)
        status = plan_file_load(&file, name);
    if (status != EXIT_OK)
        return status;
    add_planned(&c.planned, &file);
    plan->mode = name_of(name);
    plan->sampling = sampling_of(choices, &file);
    plan->adaptive = choices->adaptive;
    status = check(&c, topo);
    if (status == EXIT_OK)
        status = make(plan, &c, &file, topo);
    plan_file_free(&file);
    if (status != EXIT_OK)
        plan_free(plan);
    return status;
}

void plan_free(struct plan *plan)
{
    free(plan->cells);
    free(plan->block);
    *plan = (struct plan){0};
}

double plan_seconds(const struct plan *plan)
{
    const struct sampling *s = &plan->sampling;
    double total_ns = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct cell *cell = &plan->cells[i];
        const struct scenario *sc = scenario_find(cell->scenario, cell->variant, INSTANCE_MEASURED);
        /* A scenario with its own number of operations may run up to the limit. */
        double window = sc->fixed_ops ? (double)s->limit_ns / 2 : (double)s->window_ns * 1.125;
        total_ns += PROCESS_OVERHEAD_NS + window * (s->samples + EXTRA_WINDOWS);
    }
    return total_ns * s->processes / 1e9;
}
