/* Reads how far a run is (standing.h). No state but the caller's. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/standing.h"
#include "harness/store/trials.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The run's cells, as they are compared with the plan's. */
struct reading {
    const struct plan *plan;
    int64_t *ids;
    size_t count;
};

static int take_cell(void *arg, int64_t id, const struct cell *cell)
{
    struct reading *r = arg;
    if (r->count == r->plan->count || strcmp(r->plan->cells[r->count].name, cell->name) != 0)
        return -EBADMSG;
    r->ids[r->count++] = id;
    return 0;
}

/* A cell's place in the plan, by its id: they were added in that order, and ids grow. */
static size_t index_of(const struct standing *s, size_t count, int64_t id)
{
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        bool right = s->cell_ids[low + half] < id;
        low = right ? low + half + 1 : low;
        count = right ? count - half - 1 : half;
    }
    return low;
}

static bool went_wrong(enum trial_status status)
{
    return status == TRIAL_FAILED || status == TRIAL_TIMEOUT;
}

/* One that has ended, and so need not run. */
static void take_trial(struct standing *s, const struct plan *plan, bool failed,
                       const struct trial *t)
{
    uint32_t processes = plan->sampling.processes;
    if (t->process < processes)
        s->wanted[index_of(s, plan->count, t->cell) * processes + t->process] =
            failed && went_wrong(t->status);
    s->position = t->position >= s->position ? t->position + 1 : s->position;
    s->elapsed_ms = t->started_ms > s->elapsed_ms ? t->started_ms : s->elapsed_ms;
    if (isfinite(t->others.programs) && isfinite(t->others.host)) {
        s->sum.programs += t->others.programs;
        s->sum.host += t->others.host;
        s->known++;
    }
}

/* A clock that was set back does not take the run back. */
static int take_age(struct standing *s, struct store *store, int64_t run)
{
    int64_t age_ms;
    int status = trials_age_ms(store, run, &age_ms);
    if (status == 0 && age_ms > (int64_t)s->elapsed_ms)
        s->elapsed_ms = (uint64_t)age_ms;
    return status;
}

int standing_read(struct standing *s, const struct plan *plan, struct store *store, int64_t run,
                  bool failed)
{
    size_t processes = plan->count * plan->sampling.processes, count;
    struct trial *trials;
    *s = (struct standing){
        .cell_ids = calloc(plan->count, sizeof(*s->cell_ids)),
        .wanted = malloc(processes * sizeof(*s->wanted)),
    };
    if (!s->cell_ids || !s->wanted)
        return -ENOMEM;
    memset(s->wanted, !failed, processes);
    struct reading reading = {plan, s->cell_ids, 0};
    int status = store_each_cell(store, run, take_cell, &reading);
    if (status == 0 && reading.count != plan->count)
        status = -EBADMSG;
    if (status == 0)
        status = trials_read(store, run, &trials, &count);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        take_trial(s, plan, failed, &trials[i]);
    free(trials);
    uint64_t wanted = 0;
    for (size_t i = 0; i < processes; i++)
        wanted += s->wanted[i];
    s->total = failed ? wanted : processes;
    s->done = s->total - wanted;
    return take_age(s, store, run);
}

void standing_close_block(struct standing *s, const struct plan *plan, size_t block,
                          uint32_t rounds)
{
    uint32_t processes = plan->sampling.processes;
    for (size_t i = 0; i < plan->count; i++)
        for (uint32_t p = rounds; p < processes && plan->block[i] == block; p++) {
            s->total -= s->wanted[i * processes + p];
            s->wanted[i * processes + p] = false;
        }
}

void standing_free(struct standing *s)
{
    free(s->cell_ids);
    free(s->wanted);
}
