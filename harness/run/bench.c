/* Runs one window (bench.h): makes its crew, has the window timed, adds up what the workers did,
 * and has the scenario check it. It owns no state between windows. */
/* SPDX-License-Identifier: MIT */
#include "harness/run/bench.h"
#include "harness/base/hist.h"
#include "harness/run/crew.h"
#include "harness/run/window.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CPU time and switches per operation: of a crowd, within its window; of a lead's crew, from start
 * to end, over all operations in that time. A scenario that times only parts of its rounds does the
 * rest outside its operations; it has neither number. */
static void sum_usage(struct crew *crew, struct window *out)
{
    const struct scenario *s = crew->bench.scenario;
    struct usage all = crew->usage;
    uint64_t ops = crew->crowd ? out->sample.ops : out->ops_all;
    if (s->times_itself && !s->fixed_ops)
        ops = 0;
    for (unsigned i = 0; i < crew->threads && !crew->crowd; i++) {
        all.cpu_ns += crew->seats[i].usage.cpu_ns;
        all.switches += crew->seats[i].usage.switches;
    }
    out->sample.cpu_ns_per_op = ops ? (double)all.cpu_ns / (double)ops : NAN;
    out->sample.switches_per_op = ops ? (double)all.switches / (double)ops : NAN;
}

static void sum_seats(struct crew *crew, struct window *out)
{
    struct window_spec *spec = crew->spec;
    out->sends = crew->bench.setup_sends;
    for (unsigned i = 0; i < crew->threads; i++) {
        struct seat *seat = &crew->seats[i];
        out->sends += seat->worker.sends;
        out->recvs += seat->worker.recvs;
        for (unsigned k = 0; spec->latency && k < SIDES; k++)
            hist_merge(&spec->latency[k], &seat->latency[k]);
        for (unsigned k = 0; spec->counters && k < spec->counters->count; k++)
            spec->counter_sums[k] += seat->counts[k];
    }
    sum_usage(crew, out);
}

static int crew_run(struct crew *crew, struct window *out, char *error, size_t size)
{
    const struct scenario *s = crew->bench.scenario;
    uint64_t *before = calloc(2 * (size_t)crew->threads, sizeof(*before));
    uint64_t *after = before ? before + crew->threads : NULL;
    int status = before ? crew_start(crew, window_part) : -ENOMEM;
    if (status) {
        if (!crew_error(crew, error, size))
            snprintf(error, size, "%u threads could not be started: %s", crew->threads,
                     strerror(-status));
        free(before);
        return status;
    }
    if (crew->crowd)
        window_watch_crowd(crew, out, before, after);
    crew_join(crew);
    status = crew_error(crew, error, size);
    if (!status) {
        if (crew->crowd)
            window_sum_crowd(crew, out, before, after);
        else
            window_sum_lead(crew, out);
        sum_seats(crew, out);
        if (s->check && !s->check(&crew->bench, out->ops_all)) {
            snprintf(error, size, "%s: the result is wrong: operations were lost", s->name);
            status = -EBADMSG;
        }
    }
    free(before);
    return status;
}

int window_run(struct window_spec *spec, struct window *out, char *error, size_t size)
{
    memset(out, 0, sizeof(*out));
    memset(spec->counter_sums, 0, sizeof(spec->counter_sums));
    struct crew *crew = crew_new(spec);
    int status = crew ? 0 : -ENOMEM;
    if (!status && spec->scenario->setup)
        status = spec->scenario->setup(&crew->bench);
    bool set_up = !status;
    if (status)
        snprintf(error, size, "%s could not be set up: %s", spec->scenario->name,
                 strerror(-status));
    else
        status = crew_run(crew, out, error, size);
    if (set_up && spec->scenario->teardown)
        spec->scenario->teardown(&crew->bench);
    if (crew)
        crew_free(crew);
    return status;
}
