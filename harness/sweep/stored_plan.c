/* Makes the plan of a stored run (stored_plan.h). No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/stored_plan.h"
#include "harness/base/say.h"
#include "harness/scenarios/scenarios.h"
#include "harness/sweep/blocks.h"
#include "harness/sweep/looks.h"
#include "harness/sweep/peers.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static int take_cell(void *arg, int64_t id, const struct cell *cell)
{
    struct plan *plan = arg;
    (void)id;
    struct cell *more = realloc(plan->cells, (plan->count + 1) * sizeof(*more));
    if (!more)
        return -ENOMEM;
    plan->cells = more;
    more[plan->count++] = *cell;
    return 0;
}

/* Loads the peers among the variants. */
static int load_peers(const struct plan *plan)
{
    struct word_list names = {0};
    for (size_t i = 0; i < plan->count; i++) {
        const char *variant = plan->cells[i].variant;
        if (!scenario_all(variant) && !word_list_has(&names, variant) && names.count < LIST_MAX)
            names.items[names.count++] = variant;
    }
    return names.count ? peers_load(&names) : EXIT_OK;
}

/* Refuses a cell that this program can't measure. */
static int check_cells(const struct plan *plan, const struct run *run)
{
    char reason[CELL_NAME_MAX + 64];
    struct cell cell;
    for (size_t i = 0; i < plan->count; i++)
        if (!cell_parse_why(&cell, plan->cells[i].name, reason, sizeof(reason)))
            return complain(EXIT_ENVIRONMENT,
                            "run %lld has the cell %s: %s: measure it with the program that made "
                            "the run",
                            (long long)run->id, plan->cells[i].name, reason);
    return EXIT_OK;
}

/* Whether the run looks at its blocks, by its environment. */
static bool is_adaptive(const struct run *run)
{
    json_t *environment = json_loads(run->environment, 0, NULL);
    bool adaptive = json_object_get(environment, LOOKS_FACT) != NULL;
    json_decref(environment);
    return adaptive;
}

int stored_plan_make(struct plan *plan, struct store *store, const struct run *run)
{
    *plan = (struct plan){.mode = run->mode, .adaptive = is_adaptive(run)};
    plan->sampling = (struct sampling){run->processes, run->samples, run->window_ns, run->limit_ns,
                                       run->kill_ns};
    if (run->samples == 0)
        return complain(EXIT_USAGE,
                        "run %lld was made by an older hchanlab, which did not keep how cells are "
                        "sampled: sweep again with the command that `hchanlab report` shows",
                        (long long)run->id);
    int status = EXIT_OK;
    if (store_each_cell(store, run->id, take_cell, plan))
        status = complain(EXIT_IO, "run %lld: %s", (long long)run->id, store_error(store));
    else if (plan->count == 0)
        status = complain(EXIT_USAGE, "run %lld has no cells: sweep again", (long long)run->id);
    if (status == EXIT_OK)
        status = load_peers(plan);
    if (status == EXIT_OK)
        status = check_cells(plan, run);
    if (status == EXIT_OK)
        status = blocks_make(plan->cells, &plan->count, &plan->block, &plan->blocks);
    if (status != EXIT_OK)
        plan_free(plan);
    return status;
}
