/* Makes the plan of a self-test (twins.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/twins.h"
#include "harness/base/say.h"
#include "harness/base/twin.h"
#include "harness/scenarios/known.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/blocks.h"
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <hchan/hchan.h>
#include <stdlib.h>
#include <string.h>

/* Known costs, in ns: five decades. */
static const uint64_t known_ns[] = {100, 1000, 10000, 100000, 1000000};
enum { KNOWN_COUNT = sizeof(known_ns) / sizeof(known_ns[0]), TIMER = 1 };

/* Keeps the cells of our variants. */
static void keep_ours(struct plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (hchan_variant_find(plan->cells[i].variant))
            plan->cells[kept++] = plan->cells[i];
    plan->count = kept;
}

/* Keeps so many cells, drawn at random. Returns false if memory ran out. */
static bool draw(struct plan *plan, size_t cells, uint64_t seed)
{
    if (cells == 0 || cells >= plan->count)
        return true;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!rng)
        return false;
    gsl_rng_set(rng, seed);
    gsl_ran_shuffle(rng, plan->cells, plan->count, sizeof(*plan->cells));
    gsl_rng_free(rng);
    plan->count = cells;
    return true;
}

/* Adds a cell's twin, unless its name is too long to be kept, or the cell has no such twin. */
static void add_twin(struct plan *plan, const struct cell *cell, unsigned number, unsigned waste)
{
    char name[LABEL_MAX];
    const struct scenario *s = scenario_find(cell->scenario, cell->variant, INSTANCE_MEASURED);
    struct cell *twin = &plan->cells[plan->count];
    if ((waste && s->crowd) || !twin_name(cell->variant, number, waste, name))
        return;
    cell_make(twin, s, name, &cell->params);
    if (strlen(twin->name) + 1 < CELL_NAME_MAX)
        plan->count++;
}

static void add_known(struct plan *plan)
{
    struct cell_params params = PARAMS_ABSENT;
    cell_make(&plan->cells[plan->count++], scenario_find("floor-timer", "", INSTANCE_MEASURED), "",
              &params);
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        params.work = known_ns[i];
        cell_make(&plan->cells[plan->count++], known_scenarios[0], KNOWN, &params);
    }
}

int twins_make(struct plan *plan, const struct twins *twins)
{
    keep_ours(plan);
    if (plan->count == 0)
        return complain(EXIT_USAGE, "plan %s: it has no cell of our variants: choose another one",
                        plan->mode);
    bool drawn = draw(plan, twins->cells, twins->seed);
    size_t count = plan->count, each = twins->copies + twins->wastes.count;
    struct cell *cells =
        drawn ? realloc(plan->cells, (count * each + TIMER + KNOWN_COUNT) * sizeof(*cells)) : NULL;
    if (!cells)
        return complain(EXIT_ENVIRONMENT, "out of memory: free some");
    plan->cells = cells;
    for (size_t i = 0; i < count; i++) {
        const struct cell cell = plan->cells[i];
        for (unsigned k = 2; k <= twins->copies; k++)
            add_twin(plan, &cell, k, 0);
        for (size_t k = 0; k < twins->wastes.count; k++)
            add_twin(plan, &cell, 0, (unsigned)twins->wastes.items[k]);
    }
    add_known(plan);
    free(plan->block);
    plan->block = NULL;
    return blocks_make(plan->cells, &plan->count, &plan->block, &plan->blocks);
}
