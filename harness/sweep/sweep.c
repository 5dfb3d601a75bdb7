/* Runs a plan's processes one at a time, in rounds. The state of a sweep is on the stack of
 * sweep_run(); what was measured is in the store. */
/* SPDX-License-Identifier: MIT */
#include "harness/sweep/sweep.h"
#include "harness/base/clock.h"
#include "harness/base/progress.h"
#include "harness/base/say.h"
#include "harness/store/trials.h"
#include "harness/sweep/attempt.h"
#include "harness/sweep/looks.h"
#include "harness/sweep/order.h"
#include "harness/sweep/pause.h"
#include "harness/sweep/standing.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sweep {
    const struct sweep_job *job;
    const struct plan *plan; /* the job's */
    struct sweep_result *result;
    struct standing at;
    struct order order;
    uint64_t start_ns;     /* of this call, by clock_ns() */
    uint64_t used_ns, ran; /* by processes of this call: time, and how many there were */
    bool cannot_start;     /* the next process */
    struct others others;  /* while processes ran */
    struct others block;   /* while those of the last block did */
    struct pause pause;
    struct signals signals;
};

static void tally(struct sweep *sweep, const struct attempt *a)
{
    struct sweep_result *r = sweep->result;
    enum trial_status status = a->status;
    r->count[status]++;
    r->variants_ok += status == TRIAL_OK && a->cell->variant[0];
    r->variants_timeout += status == TRIAL_TIMEOUT && a->cell->variant[0];
    if (status != TRIAL_OK && !r->first[status][0])
        snprintf(r->first[status], sizeof(r->first[status]), "%s: %s", a->cell->name, a->message);
}

/* Runs one process of one cell. 0, -EINTR if the user interrupted, or a negative errno from the
 * store or from starting the process. */
static int run_process(struct sweep *sweep, size_t index, uint32_t process)
{
    struct attempt a = {
        .store = sweep->job->store,
        .sampling = &sweep->plan->sampling,
        .cell = &sweep->plan->cells[index],
        .signals = &sweep->signals,
        .run = sweep->job->run,
        .cell_id = sweep->at.cell_ids[index],
        .process = process,
        .when = {.block = sweep->plan->block[index],
                 .position = sweep->at.position + sweep->ran,
                 .started_ms = sweep->at.elapsed_ms + (clock_ns() - sweep->start_ns) / 1000000},
        .again = sweep->job->what == SWEEP_FAILED,
    };
    int status = attempt_make(&a);
    sweep->cannot_start = a.cannot_start;
    sweep->used_ns += a.used_ns;
    others_sum(&sweep->others, &a.others);
    others_sum(&sweep->block, &a.others);
    if (a.ended)
        tally(sweep, &a);
    if (status)
        return status;
    sweep->ran++;
    sweep->at.done++;
    return 0;
}

/* How long the rest takes, by what the processes so far took; before the first, by the plan. */
static double seconds_left(const struct sweep *sweep)
{
    double left = (double)(sweep->at.total - sweep->at.done);
    if (sweep->ran > 0)
        return (double)sweep->used_ns / 1e9 / (double)sweep->ran * left;
    return plan_seconds(sweep->plan) * left /
           (double)(sweep->plan->count * sweep->plan->sampling.processes);
}

/* On a terminal each process is shown; elsewhere one now and then. */
static void show_progress(const struct sweep *sweep, const char *name)
{
    enum { LINES = 20 }; /* in a log */
    const struct standing *at = &sweep->at;
    bool last = at->done == at->total, first = sweep->ran == 0;
    if (!progress_overwrites() && !last && !first && at->done % (at->total / LINES + 1) != 0)
        return;
    unsigned left = (unsigned)(seconds_left(sweep) + 0.5);
    progress_show(last, "[%llu/%llu] %u min %02u s left  %s", (unsigned long long)at->done,
                  (unsigned long long)at->total, left / 60, left % 60, name);
}

/* Waits if other programs use the machine, and adds to the run for how long. */
static int pause_if_busy(struct sweep *sweep)
{
    unsigned before_s = sweep->pause.waited_s;
    int status = pause_between(&sweep->pause, &sweep->block);
    sweep->block = (struct others){0};
    if (sweep->pause.waited_s == before_s)
        return status;
    int kept = store_raise_fact(sweep->job->store, sweep->job->run, "paused_s",
                                sweep->pause.waited_s - before_s);
    return status ? status : kept;
}

/* Runs what is wanted of a block in a round. */
static int run_block(struct sweep *sweep, const struct order_block *block, uint32_t round)
{
    bool begun = false;
    for (size_t i = block->first; i < block->first + block->count; i++) {
        size_t cell = sweep->order.cells[i];
        if (!sweep->at.wanted[cell * sweep->plan->sampling.processes + round])
            continue;
        int status = begun ? 0 : pause_if_busy(sweep);
        if (status)
            return status;
        begun = true;
        show_progress(sweep, sweep->plan->cells[cell].name);
        status = run_process(sweep, cell, round);
        if (status)
            return status;
    }
    return 0;
}

/* After a round: closes the blocks of which enough is known. */
static int look(struct sweep *sweep, uint32_t rounds)
{
    const struct plan *plan = sweep->plan;
    bool done;
    int status = 0;
    for (size_t b = 0; b < plan->blocks && status == 0; b++) {
        status = looks_at_block(sweep->job->store, plan, sweep->at.cell_ids, b, rounds, &done);
        if (status == 0 && done)
            standing_close_block(&sweep->at, plan, b, rounds);
    }
    return status;
}

/* Each round runs every cell once, in an order of its own, block by block. So what is compared runs
 * side by side, and drift of the machine affects all of a block alike. */
static int run_rounds(struct sweep *sweep)
{
    const struct plan *plan = sweep->plan;
    bool looks = plan->adaptive && sweep->job->what != SWEEP_FAILED;
    for (uint32_t round = 0; round < plan->sampling.processes; round++) {
        int status = order_shuffle(&sweep->order, plan, sweep->job->seed, round);
        for (size_t b = 0; b < plan->blocks && status == 0; b++)
            status = run_block(sweep, &sweep->order.blocks[b], round);
        if (status == 0 && looks && looks_after(round + 1))
            status = look(sweep, round + 1);
        if (status)
            return status;
    }
    show_progress(sweep, "done");
    return 0;
}

/* What others used while any process of the run ran. Of those before this call only their shares
 * are known, so each process counts alike. */
static struct others_shares shares_of_run(const struct sweep *sweep)
{
    const struct standing *at = &sweep->at;
    struct others_shares now = others_shares(&sweep->others);
    double known = (double)at->known, ran = isnan(now.programs) ? 0 : (double)sweep->ran;
    if (known == 0)
        return now;
    if (ran == 0)
        now = (struct others_shares){0, 0};
    return (struct others_shares){(at->sum.programs + now.programs * ran) / (known + ran),
                                  (at->sum.host + now.host * ran) / (known + ran)};
}

/* Ends the run, with what others used of the machine meanwhile. */
static int end_run(struct sweep *sweep)
{
    struct store *store = sweep->job->store;
    int64_t run = sweep->job->run;
    struct others_shares *shares = &sweep->result->others;
    *shares = shares_of_run(sweep);
    if (sweep->job->what == SWEEP_FAILED) /* which was ended before, or is to be gone on with */
        return 0;
    int status = store_add_fact(store, run, "others_share", shares->programs);
    if (!status)
        status = store_add_fact(store, run, "steal_meanwhile", shares->host);
    if (!status)
        status = store_raise_fact(store, run, "paused_s", 0);
    return status ? status : store_end_run(store, run);
}

int sweep_add_cells(const struct plan *plan, struct store *store, int64_t run)
{
    int64_t id;
    int status = 0;
    for (size_t i = 0; i < plan->count && status == 0; i++)
        status = store_add_cell(store, run, &plan->cells[i], &id);
    return status;
}

static int explain(const struct sweep *sweep, int status)
{
    unsigned long long done = sweep->at.done, total = sweep->at.total;
    struct store *store = sweep->job->store;
    if (status == 0)
        return EXIT_OK;
    if (status == -EINTR)
        return complain(EXIT_INTERRUPTED,
                        "interrupted after %llu of %llu processes: what was measured is kept, and "
                        "`hchanlab sweep --%s %lld` goes on",
                        done, total, sweep->job->what == SWEEP_FAILED ? "retry-failed" : "resume",
                        (long long)sweep->job->run);
    if (sweep->cannot_start)
        return complain(EXIT_ENVIRONMENT,
                        "after %llu of %llu processes: the next could not be started (%s): raise "
                        "ulimit -n and -u: what was measured is kept",
                        done, total, strerror(-status));
    if (store_check_place(store))
        return complain(EXIT_IO, "after %llu of %llu processes: %s: leave it there and sweep again",
                        done, total, store_error(store));
    const char *error = store_error(store);
    return complain(EXIT_IO, "after %llu of %llu processes: %s: what was measured is kept", done,
                    total, error && error[0] ? error : strerror(-status));
}

/* Finds out what is to be run, removes what was cut short, and says what of it is kept. */
static int look_at_run(struct sweep *sweep)
{
    const struct sweep_job *job = sweep->job;
    const struct standing *at = &sweep->at;
    long long run = (long long)job->run;
    size_t cut = 0;
    int status =
        standing_read(&sweep->at, job->plan, job->store, job->run, job->what == SWEEP_FAILED);
    if (status == 0 && job->what == SWEEP_REST)
        status = trials_remove_cut(job->store, job->run, &cut);
    if (status)
        return status;
    if (job->what == SWEEP_REST)
        progress_note("run %lld: %llu of %llu processes kept, %zu cut short and measured again",
                      run, (unsigned long long)at->done, (unsigned long long)at->total, cut);
    if (job->what == SWEEP_FAILED)
        progress_note("run %lld: %llu processes that failed or ran out of time are measured again",
                      run, (unsigned long long)at->total);
    return 0;
}

int sweep_run(const struct sweep_job *job, struct sweep_result *result)
{
    memset(result, 0, sizeof(*result));
    struct sweep sweep = {
        .job = job,
        .plan = job->plan,
        .result = result,
        .start_ns = clock_ns(),
        .pause = {.most_s = job->pause_most_s, .look = pause_look},
    };
    sweep.pause.arg = &sweep.signals;
    signals_catch(&sweep.signals);
    int status = order_make(&sweep.order, job->plan);
    if (status == 0)
        status = look_at_run(&sweep);
    if (status == 0)
        status = run_rounds(&sweep);
    if (status == 0)
        status = end_run(&sweep);
    signals_release(&sweep.signals);
    int exit_status = explain(&sweep, status);
    standing_free(&sweep.at);
    order_free(&sweep.order);
    return exit_status;
}
