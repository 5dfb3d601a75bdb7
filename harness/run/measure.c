/* Measures a cell in this process (measure.h): finds the size of a window, has Google Benchmark
 * take the samples, and then runs windows of other instances for the path mix, the latencies and
 * the counters. Its state is one struct measuring. Google Benchmark's registry is the process's, so
 * a process measures one cell. */
/* SPDX-License-Identifier: MIT */
#include "harness/run/measure.h"
#include "harness/base/hist.h"
#include "harness/base/record.h"
#include "harness/base/side.h"
#include "harness/base/twin.h"
#include "harness/base/warmup.h"
#include "harness/counters/counters.h"
#include "harness/gbench/gbench.h"
#include "harness/machine/rank.h"
#include "harness/machine/topo.h"
#include "harness/run/bench.h"
#include "harness/run/calibrate.h"
#include "harness/run/stops.h"
#include "harness/scenarios/scenarios.h"
#include <errno.h>
#include <hchan/outcome.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A cell while it is measured. */
struct measuring {
    const struct cell *cell;
    const struct measure_options *options;
    FILE *out;
    struct topo *topo;
    struct window_spec spec; /* of the measured instance */
    struct window last;      /* the window that Google Benchmark was told of last */
    uint32_t index;          /* of the next sample */
    uint32_t missed;         /* windows in which no operation ended */
    int status;
    char error[REASON_MAX];
};

static int prepare(struct measuring *m)
{
    const struct cell *cell = m->cell;
    int status = rank_raise(RANK_CELL, m->error, sizeof(m->error));
    if (status)
        return status;
    stops_watch();
    m->topo = topo_load(NULL);
    if (!m->topo) {
        snprintf(m->error, sizeof(m->error), "the topology can't be read: %s", strerror(errno));
        return -ENODEV;
    }
    m->spec.scenario = scenario_find(cell->scenario, cell->variant, INSTANCE_MEASURED);
    struct twin twin = twin_of(cell->variant);
    m->spec.variant = hchan_variant_find(twin.variant);
    m->spec.waste = twin.waste / 100.0;
    m->spec.params = cell->params;
    m->spec.topo = m->topo;
    m->spec.window_ns = m->options->window_ns;
    m->spec.warm = window_warms_up(WINDOW_TIMED);
    bool found =
        topo_place_pus(m->topo, cell->params.place, m->spec.pu, m->error, sizeof(m->error));
    return found ? 0 : -ENODEV;
}

/* Runs a window, and again if the process was stopped in it. `begin`, which may be NULL, prepares
 * each attempt. */
static int run_whole(struct measuring *m, struct window_spec *spec, struct window *window,
                     int (*begin)(struct measuring *m, void *arg), void *arg)
{
    unsigned before;
    int status;
    do {
        before = stops_count();
        status = begin ? begin(m, arg) : 0;
        if (!status)
            status = window_run(spec, window, m->error, sizeof(m->error));
    } while (!status && stops_count() != before);
    return status;
}

static uint64_t round_up(const struct measuring *m, uint64_t ops)
{
    const struct scenario *s = m->spec.scenario;
    uint64_t multiple = s->ops_multiple ? s->ops_multiple : 1;
    if (s->per_peer)
        multiple = m->cell->params.threads - 1;
    return (ops + multiple - 1) / multiple * multiple;
}

/* Finds how many operations the lead does in one call, that is, between two readings of the clock.
 * From few it takes eight times as many until they last for a quarter of the aim, long enough to
 * tell their rate; then it aims at a sixteenth of a window. A reading costs some 25 ns, in half a
 * millisecond or more. A scenario with a number of its own gets it, unless that would take longer
 * than the limit. */
static int find_ops(struct measuring *m)
{
    enum { CALLS = 16, FEW = 16, GROWTH = 8, ENOUGH = 4 };
    const struct scenario *s = m->spec.scenario;
    uint64_t aim = s->fixed_ops ? m->options->limit_ns : m->options->window_ns / CALLS;
    if (window_is_crowd(s, &m->spec.params))
        return 0;
    struct window window;
    uint64_t ops = round_up(m, FEW);
    for (;;) {
        struct window_spec once = m->spec;
        once.ops = ops;
        once.window_ns = 0;
        once.warm = false;
        int status = run_whole(m, &once, &window, NULL, NULL);
        if (status)
            return status;
        if (window.sample.window_ns >= (double)m->options->window_ns / CALLS / ENOUGH)
            break;
        ops = round_up(m, ops * GROWTH);
        if (s->fixed_ops && ops >= s->fixed_ops)
            break;
    }
    double wanted = (double)aim / window.sample.ns_per_op;
    if (s->fixed_ops && wanted > (double)s->fixed_ops)
        wanted = (double)s->fixed_ops;
    m->spec.ops = round_up(m, wanted < 1 ? 1 : (uint64_t)wanted);
    return 0;
}

/* A sample as Google Benchmark sees it: one batch, whose size and time are the window's. */
static void sample_batch(struct gb_state *state, void *arg)
{
    struct measuring *m = arg;
    if (!m->status)
        m->status = run_whole(m, &m->spec, &m->last, NULL, NULL);
    if (m->status || m->last.sample.ops == 0) {
        m->missed += m->status == 0;
        gb_skip_with_error(state, m->status ? m->error : "no operation ended within the window");
        return;
    }
    gb_report_batch(state, m->last.sample.ops, m->last.sample.window_ns / 1e9);
}

/* Writes a repetition as a sample, with the time per operation that Google Benchmark computed. */
static void sample_reported(const struct gb_result *run, void *arg)
{
    struct measuring *m = arg;
    if (m->status || run->is_aggregate || run->error)
        return;
    struct record r = {.kind = RECORD_SAMPLE, .sample = m->last.sample};
    r.sample.process = m->options->process;
    r.sample.index = m->index++;
    r.sample.ops = run->iterations;
    r.sample.ns_per_op = run->real_time_ns;
    m->status = record_write(m->out, &r);
}

/* Samples: each is a benchmark of one repetition, so that it is reported, and can be stored, as
 * soon as it ends. */
static int take_samples(struct measuring *m)
{
    for (uint32_t i = 0; i < m->options->samples && !m->status; i++) {
        const struct gb_options options = {.manual_time = true, .iterations = 1};
        int status = gb_register(m->cell->name, sample_batch, m, &options);
        if (status)
            return status;
    }
    const struct gb_reporters reporters = {.on_run = sample_reported, .arg = m};
    int status = gb_run(NULL, &reporters);
    if (status && !m->status) {
        snprintf(m->error, sizeof(m->error), "%s", gb_last_error());
        m->status = status;
    }
    return m->status;
}

/* The accounting checks itself: each call has ended in one outcome. */
static int check_sums(struct measuring *m, const struct window *w, const uint64_t *counts)
{
    uint64_t sends = hchan_outcomes_sum(counts, "send_");
    uint64_t recvs = hchan_outcomes_sum(counts, "recv_");
    if (sends == w->sends && recvs == w->recvs)
        return 0;
    snprintf(m->error, sizeof(m->error),
             "the outcomes do not add up: %llu of %llu sends, %llu of %llu receives",
             (unsigned long long)sends, (unsigned long long)w->sends, (unsigned long long)recvs,
             (unsigned long long)w->recvs);
    return -EBADMSG;
}

static int write_count(struct measuring *m, const char *name, uint64_t count, uint64_t ops)
{
    struct record r = {.kind = RECORD_OUTCOME, .outcome = {.count = count, .ops = ops}};
    snprintf(r.outcome.name, sizeof(r.outcome.name), "%s", name);
    return record_write(m->out, &r);
}

/* How many operations took the path that the cell is named after. If more did than there were, the
 * accounting is wrong; but each worker may do a part of one more, when the window begins or ends.
 */
static int write_pure(struct measuring *m, const uint64_t *counts, uint64_t ops)
{
    const struct scenario *s = m->spec.scenario;
    double pure = 0;
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++) {
        pure += s->pure_outcomes >> i & 1 ? (double)counts[i] : 0;
        pure -= s->pure_less >> i & 1 ? (double)counts[i] : 0;
    }
    pure /= s->pure_per_op;
    uint64_t workers = m->cell->params.threads;
    if (workers == PARAM_ABSENT)
        workers = s->threads.normal;
    if (pure < 0 || pure > (double)(ops + workers)) {
        snprintf(m->error, sizeof(m->error), "%.0f of %llu operations took the path", pure,
                 (unsigned long long)ops);
        return -EBADMSG;
    }
    return write_count(m, TRACED_PURE, (uint64_t)pure, ops);
}

static int write_outcomes(struct measuring *m, const struct window *w, const uint64_t *counts)
{
    const struct scenario *s = m->spec.scenario;
    uint64_t ops = w->ops_all;
    int status = write_count(m, TRACED_WINDOW, (uint64_t)w->sample.window_ns, w->sample.ops);
    for (unsigned i = 0; i < HCHAN_OUTCOMES && !status; i++)
        status = write_count(m, hchan_outcome_name(i), counts[i], ops);
    return !status && s->pure_outcomes ? write_pure(m, counts, ops) : status;
}

static int read_outcomes(struct measuring *m, void *counts)
{
    (void)m;
    hchan_outcomes_read(counts);
    return 0;
}

/* The path mix: one window of the traced instance. */
static int trace_paths(struct measuring *m)
{
    const struct cell *cell = m->cell;
    struct window_spec spec = m->spec;
    struct window window;
    uint64_t before[HCHAN_OUTCOMES], after[HCHAN_OUTCOMES];
    spec.scenario = scenario_find(cell->scenario, cell->variant, INSTANCE_TRACED);
    if (!spec.scenario || !(spec.scenario->pure_outcomes || spec.scenario->mix))
        return 0; /* a floor, or a scenario without a channel */
    spec.variant = hchan_traced(spec.variant);
    spec.warm = window_warms_up(WINDOW_TRACED);
    int status = run_whole(m, &spec, &window, read_outcomes, before);
    if (status)
        return status;
    read_outcomes(m, after);
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        after[i] -= before[i];
    status = check_sums(m, &window, after);
    return status ? status : write_outcomes(m, &window, after);
}

static int clear_sides(struct measuring *m, void *arg)
{
    struct latency *sides = arg;
    (void)m;
    memset(sides, 0, SIDES * sizeof(*sides));
    for (unsigned i = 0; i < SIDES; i++)
        snprintf(sides[i].side, sizeof(sides[i].side), "%s", side_name((enum side)i));
    return 0;
}

/* The latencies: one window in which each call is timed. */
static int time_calls(struct measuring *m)
{
    const struct cell *cell = m->cell;
    struct window_spec spec = m->spec;
    struct window window;
    spec.scenario = scenario_find(cell->scenario, cell->variant, INSTANCE_LATENCY);
    if (!spec.scenario || !(spec.scenario->pure_outcomes || spec.scenario->mix) ||
        spec.scenario->fixed_ops)
        return 0;
    struct latency *sides = calloc(SIDES, sizeof(*sides));
    struct record *r = calloc(1, sizeof(*r));
    int status = sides && r ? 0 : -ENOMEM;
    spec.latency = sides;
    spec.warm = window_warms_up(WINDOW_LATENCY);
    if (!status)
        status = run_whole(m, &spec, &window, clear_sides, sides);
    for (unsigned i = 0; i < SIDES && !status; i++) {
        r->kind = RECORD_LATENCY;
        r->latency = sides[i];
        if (sides[i].count)
            status = record_write(m->out, r);
    }
    free(sides);
    free(r);
    return status;
}

/* Counts the events of one domain, in one window, and makes them values per operation. */
static int count_domain(struct measuring *m, struct counters_plan *plan, const char *domain)
{
    struct window_spec spec = m->spec;
    struct window window;
    if (!counters_any(plan, domain))
        return 0;
    spec.counters = plan;
    spec.domain = domain;
    spec.warm = window_warms_up(WINDOW_COUNTED);
    int status = run_whole(m, &spec, &window, NULL, NULL);
    for (size_t i = 0; !status && i < plan->count; i++)
        if (plan->event[i].available && strcmp(plan->event[i].domain, domain) == 0)
            plan->event[i].per_op = (double)spec.counter_sums[i] / (double)window.ops_all;
    return status;
}

/* Counting went wrong, and the channel did not: the samples stay, and no counter has a value. */
static int lose_counters(struct measuring *m, struct counters_plan *plan, int status)
{
    if (status == 0 || status == -EBADMSG)
        return status;
    for (size_t i = 0; i < plan->count; i++) {
        plan->event[i].available = false;
        snprintf(plan->event[i].reason, sizeof(plan->event[i].reason), "%s",
                 m->error[0] ? m->error : strerror(-status));
    }
    m->error[0] = '\0';
    return 0;
}

/* Hardware counters, in windows of their own; those that are not there are written with the reason.
 * Only the cell's first process has them. */
static int count_events(struct measuring *m)
{
    struct counters_plan *plan = calloc(1, sizeof(*plan));
    int status = plan ? counters_init(plan) : -ENOMEM;
    if (!status)
        status = count_domain(m, plan, "user");
    if (!status)
        status = count_domain(m, plan, "kernel");
    if (plan)
        status = lose_counters(m, plan, status);
    for (size_t i = 0; !status && i < plan->count; i++) {
        struct record r = {.kind = RECORD_COUNTER, .counter = plan->event[i]};
        if (!r.counter.available)
            r.counter.per_op = NAN;
        status = record_write(m->out, &r);
    }
    free(plan);
    return status;
}

int measure_cell(const struct cell *cell, const struct measure_options *options, FILE *out)
{
    struct measuring m = {.cell = cell, .options = options, .out = out};
    int status = prepare(&m);
    if (!status)
        status = find_ops(&m);
    if (!status)
        status = take_samples(&m);
    if (!status)
        status = trace_paths(&m);
    if (!status)
        status = time_calls(&m);
    if (!status)
        status = calibrate_tell(&cell->params, out);
    if (!status && options->process == 0)
        status = count_events(&m);
    topo_free(m.topo);
    if (!status && m.missed) {
        status = -ETIME;
        snprintf(m.error, sizeof(m.error), "no operation ended in %u of %u windows", m.missed,
                 options->samples);
    }
    struct record end = {.kind = RECORD_END};
    /* A wrong result is the channel's fault; what else keeps a cell from being measured is not. */
    end.end.status = status == 0          ? TRIAL_OK
                     : status == -EBADMSG ? TRIAL_FAILED
                     : status == -ETIME   ? TRIAL_TIMEOUT
                                          : TRIAL_SKIPPED;
    if (status)
        snprintf(end.end.message, sizeof(end.end.message), "%s",
                 m.error[0] ? m.error : strerror(-status));
    int written = record_write(out, &end);
    return status ? status : written;
}
