/* Runs a plan's processes one at a time, in rounds. The state of a sweep is on the stack of
 * sweep_run(); what was measured is in the store. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/sweep.h"
#include "harness/base/clock.h"
#include "harness/base/progress.h"
#include "harness/base/say.h"
#include "harness/sweep/child.h"
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>
#include <string.h>

struct sweep {
    const struct plan *plan;
    struct store *store;
    int64_t *cell_ids;
    struct sweep_result *result;
    uint64_t start_ns;             /* by clock_ns() */
    uint64_t used_ns, done, total; /* by processes: time, and how many there are */
    bool cannot_start;             /* the next process */
    struct others others;          /* while processes ran */
    struct signals signals;
};

static void tally(struct sweep *sweep, const struct cell *cell, const struct child *child)
{
    struct sweep_result *r = sweep->result;
    enum trial_status status = child->status;
    r->count[status]++;
    r->variants_ok += status == TRIAL_OK && cell->variant[0];
    r->variants_timeout += status == TRIAL_TIMEOUT && cell->variant[0];
    if (status != TRIAL_OK && !r->first[status][0])
        snprintf(r->first[status], sizeof(r->first[status]), "%s: %s", cell->name, child->message);
}

/* The order of a round: the blocks, and the cells of each at first..first + count. */
struct block {
    size_t first, count;
};

struct order {
    struct block *blocks;
    size_t *cells;
};

/* The cell's process whose records arrive. */
struct taking {
    struct store *store;
    int64_t cell;
    uint32_t process;
};

/* Stores one record. 0, or a negative errno of the store. */
static int sweep_take_record(void *arg, const struct record *r)
{
    const struct taking *t = arg;
    switch (r->kind) {
    case RECORD_SAMPLE: {
        struct sample sample = r->sample;
        sample.process = t->process; /* whatever the process calls itself */
        return store_add_sample(t->store, t->cell, &sample);
    }
    case RECORD_OUTCOME:
        return store_add_outcome(t->store, t->cell, t->process, &r->outcome);
    case RECORD_COUNTER:
        return store_add_counter(t->store, t->cell, t->process, &r->counter);
    case RECORD_LATENCY:
        return store_add_latency(t->store, t->cell, t->process, &r->latency);
    case RECORD_END:
        break; /* child.c keeps it itself */
    }
    return 0;
}

/* The arguments of a cell's process. */
struct cell_arguments {
    char number[4][24];
    const char *list[12];
};

static void set_arguments(struct cell_arguments *a, const struct cell *cell,
                          const struct sampling *s, uint32_t process)
{
    const uint64_t values[] = {process, s->samples, s->window_ns, s->limit_ns};
    for (size_t i = 0; i < 4; i++)
        snprintf(a->number[i], sizeof(a->number[i]), "%llu", (unsigned long long)values[i]);
    const char *const list[] = {"cell",       cell->name,   "--process",   a->number[0],
                                "--samples",  a->number[1], "--window-ns", a->number[2],
                                "--limit-ns", a->number[3], "--ack",       NULL};
    memcpy(a->list, list, sizeof(list));
}

/* Runs one process of one cell. 0, -EINTR if the user interrupted, or a negative errno from the
 * store or from starting the process. */
static int sweep_run_process(struct sweep *sweep, size_t index, uint32_t process)
{
    struct taking taking = {sweep->store, sweep->cell_ids[index], process};
    const struct cell *cell = &sweep->plan->cells[index];
    struct cell_arguments arguments;
    set_arguments(&arguments, cell, &sweep->plan->sampling, process);
    const struct child_job job = {
        .arguments = arguments.list,
        .kill_ns = sweep->plan->sampling.kill_ns,
        .samples = true,
        .signals = &sweep->signals,
        .take = sweep_take_record,
        .arg = &taking,
    };
    const struct trial_when when = {
        .block = sweep->plan->block[index],
        .position = sweep->done,
        .started_ms = (clock_ns() - sweep->start_ns) / 1000000,
    };
    struct child child;
    struct others_start start;
    others_begin(&start);
    int status = child_start(&child, &job);
    sweep->cannot_start = status != 0;
    if (status)
        return status;
    int watched = child_watch(&child);
    child_end(&child, watched);
    sweep->used_ns += child.limit.used_ns;
    struct others others = {0};
    if (!child.limit
             .stood_still) /* or others had the machine meanwhile, and are to blame for nothing */
        others_add(&others, &start);
    others_sum(&sweep->others, &others);
    if (watched != 0 && watched != -ETIME)
        return watched;
    tally(sweep, cell, &child);
    const struct others_shares shares = others_shares(&others);
    status = store_add_trial(sweep->store, taking.cell, process, child.status, child.message,
                             &shares, &when);
    return status ? status : store_check_place(sweep->store);
}

/* On a terminal each process is shown; elsewhere one now and then. */
static void sweep_progress(const struct sweep *sweep, const char *name)
{
    enum { LINES = 20 }; /* in a log */
    double left_s = plan_seconds(sweep->plan);
    bool last = sweep->done == sweep->total;
    if (!progress_overwrites() && !last && sweep->done % (sweep->total / LINES + 1) != 0)
        return;
    if (sweep->done > 0)
        left_s = (double)sweep->used_ns / 1e9 / (double)sweep->done *
                 (double)(sweep->total - sweep->done);
    unsigned left = (unsigned)(left_s + 0.5);
    progress_show(last, "[%llu/%llu] %u min %02u s left  %s", (unsigned long long)sweep->done,
                  (unsigned long long)sweep->total, left / 60, left % 60, name);
}

/* Shuffles the blocks, and the cells of each. */
static void shuffle_round(const struct plan *plan, struct order *order, gsl_rng *rng)
{
    gsl_ran_shuffle(rng, order->blocks, plan->blocks, sizeof(*order->blocks));
    for (size_t b = 0; b < plan->blocks; b++) {
        struct block *block = &order->blocks[b];
        gsl_ran_shuffle(rng, order->cells + block->first, block->count, sizeof(*order->cells));
    }
}

/* Each round runs every cell once, in an order of its own, block by block. So what is compared runs
 * side by side, and drift of the machine affects all of a block alike. */
static int run_rounds(struct sweep *sweep, struct order *order, gsl_rng *rng)
{
    const struct plan *plan = sweep->plan;
    for (uint32_t process = 0; process < plan->sampling.processes; process++) {
        shuffle_round(plan, order, rng);
        for (size_t b = 0; b < plan->blocks; b++)
            for (size_t i = 0; i < order->blocks[b].count; i++) {
                size_t cell = order->cells[order->blocks[b].first + i];
                sweep_progress(sweep, plan->cells[cell].name);
                int status = sweep_run_process(sweep, cell, process);
                if (status)
                    return status;
                sweep->done++;
            }
    }
    sweep_progress(sweep, "done");
    return 0;
}

/* Ends the run, with what others used of the machine meanwhile. */
static int end_run(struct sweep *sweep, int64_t run)
{
    struct others_shares *shares = &sweep->result->others;
    *shares = others_shares(&sweep->others);
    int status = store_add_fact(sweep->store, run, "others_share", shares->programs);
    if (!status)
        status = store_add_fact(sweep->store, run, "steal_meanwhile", shares->host);
    return status ? status : store_end_run(sweep->store, run);
}

static int add_cells(struct sweep *sweep, int64_t run)
{
    for (size_t i = 0; i < sweep->plan->count; i++) {
        int status = store_add_cell(sweep->store, run, &sweep->plan->cells[i], &sweep->cell_ids[i]);
        if (status)
            return status;
    }
    return 0;
}

static int explain(const struct sweep *sweep, int status)
{
    if (status == 0)
        return EXIT_OK;
    if (status == -EINTR)
        return complain(EXIT_INTERRUPTED,
                        "interrupted after %llu of %llu processes: what was measured is kept",
                        (unsigned long long)sweep->done, (unsigned long long)sweep->total);
    if (sweep->cannot_start)
        return complain(EXIT_ENVIRONMENT,
                        "after %llu of %llu processes: the next could not be started (%s): raise "
                        "ulimit -n and -u: what was measured is kept",
                        (unsigned long long)sweep->done, (unsigned long long)sweep->total,
                        strerror(-status));
    if (store_check_place(sweep->store))
        return complain(EXIT_IO, "after %llu of %llu processes: %s: leave it there and sweep again",
                        (unsigned long long)sweep->done, (unsigned long long)sweep->total,
                        store_error(sweep->store));
    const char *error = store_error(sweep->store);
    return complain(EXIT_IO, "after %llu of %llu processes: %s: what was measured is kept",
                    (unsigned long long)sweep->done, (unsigned long long)sweep->total,
                    error && error[0] ? error : strerror(-status));
}

static void order_free(struct order *order)
{
    free(order->blocks);
    free(order->cells);
}

/* The order of the plan, which each round shuffles; false if memory ran out. */
static bool order_make(const struct plan *plan, struct order *order)
{
    order->blocks = calloc(plan->blocks, sizeof(*order->blocks));
    order->cells = calloc(plan->count, sizeof(*order->cells));
    for (size_t i = 0; order->blocks && order->cells && i < plan->count; i++) {
        struct block *block = &order->blocks[plan->block[i]];
        block->first = block->count++ ? block->first : i;
        order->cells[i] = i;
    }
    return order->blocks && order->cells;
}

int sweep_run(const struct plan *plan, struct store *store, int64_t run, uint64_t seed,
              struct sweep_result *result)
{
    memset(result, 0, sizeof(*result));
    struct sweep sweep = {
        .plan = plan,
        .store = store,
        .cell_ids = calloc(plan->count, sizeof(int64_t)),
        .result = result,
        .start_ns = clock_ns(),
        .total = plan->count * plan->sampling.processes,
    };
    struct order order;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int status = order_make(plan, &order) && sweep.cell_ids && rng ? 0 : -ENOMEM;
    signals_catch(&sweep.signals);
    if (status == 0) {
        gsl_rng_set(rng, seed);
        status = add_cells(&sweep, run);
    }
    if (status == 0)
        status = run_rounds(&sweep, &order, rng);
    if (status == 0)
        status = end_run(&sweep, run);
    signals_release(&sweep.signals);
    int exit_status = explain(&sweep, status);
    if (rng)
        gsl_rng_free(rng);
    order_free(&order);
    free(sweep.cell_ids);
    return exit_status;
}
