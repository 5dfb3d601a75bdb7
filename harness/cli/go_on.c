/* Goes on with a stored run (sweeping_go_on() of sweeping.h). It owns no state. */
/* SPDX-License-Identifier: MIT */
#include "harness/base/say.h"
#include "harness/cli/sweeping.h"
#include "harness/store/runs.h"
#include "harness/sweep/environment.h"
#include "harness/sweep/stored_plan.h"
#include <stdio.h>

/* What is measured now is to be comparable with what the run has. */
static int check_same(const struct plan *plan, const struct topo *topo, const struct run *run)
{
    json_t *now = environment_of(plan, topo);
    int status =
        now ? environment_check_same(now, run)
            : complain(EXIT_ENVIRONMENT, "the machine can't be examined: free some memory");
    json_decref(now);
    return status;
}

/* With the store open and the run found. */
static int go_on(const struct sweeping *s, struct store *store, const struct run *run, bool failed,
                 const struct topo *topo)
{
    struct plan plan;
    if (run->finished && !failed)
        return complain(EXIT_USAGE,
                        "run %lld is finished: --retry-failed %lld measures again what went wrong "
                        "in it, and `hchanlab rerun %lld` all of it",
                        (long long)run->id, (long long)run->id, (long long)run->id);
    int status = stored_plan_make(&plan, store, run);
    if (status != EXIT_OK)
        return status;
    struct sweep_job job = {
        .plan = &plan,
        .store = store,
        .run = run->id,
        .seed = run->seed,
        .what = failed ? SWEEP_FAILED : SWEEP_REST,
    };
    status = check_same(&plan, topo, run);
    if (status == EXIT_OK)
        status = sweeping_run(s, &job);
    plan_free(&plan);
    return status;
}

int sweeping_go_on(struct sweeping *s, const char *wanted, bool failed)
{
    struct topo *topo;
    struct store *store;
    struct run run;
    int status = sweeping_check(s);
    if (status == EXIT_OK)
        status = sweeping_topo(&topo);
    if (status != EXIT_OK)
        return status;
    status = sweeping_prepare(s, topo);
    if (status == EXIT_OK)
        status = runs_open_to_write(s->db, wanted, &store, &run);
    if (status == EXIT_OK) {
        status = go_on(s, store, &run, failed, topo);
        store_close(store);
    }
    topo_free(topo);
    return status;
}
