/* Starts workers, binds them, lets them go together and joins them (crew.h). Each window has a crew
 * of its own; nothing is kept between windows. */
/* SPDX-License-Identifier: MIT */
#include "harness/run/crew.h"
#include "core/base/futex.h"
#include "harness/base/side.h"
#include "harness/machine/rank.h"
#include "harness/machine/topo.h"
#include "harness/run/calibrate.h"
#include <hchan/sched.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns false if memory ran out; crew_free() releases what there is. */
static bool seat_init(struct crew *crew, unsigned i)
{
    struct window_spec *spec = crew->spec;
    struct seat *seat = &crew->seats[i];
    size_t elem = crew->bench.params.elem == PARAM_ABSENT ? 0 : crew->bench.params.elem;
    size_t size = ((elem + 63) / 64 + 1) * 128; /* two values, each on lines of its own */
    seat->crew = crew;
    seat->worker.bench = &crew->bench;
    seat->worker.index = i;
    seat->worker.random = UINT64_C(0x9e3779b97f4a7c15) * (i + 1) | 1;
    seat->worker.pu = spec->pu[i % 2];
    seat->worker.elem = aligned_alloc(128, size);
    if (!seat->worker.elem)
        return false;
    memset(seat->worker.elem, 0, size);
    if (!spec->latency)
        return true;
    seat->latency = calloc(SIDES, sizeof(*seat->latency));
    if (!seat->latency)
        return false;
    for (unsigned k = 0; k < SIDES; k++) {
        snprintf(seat->latency[k].side, LABEL_MAX, "%s", side_name((enum side)k));
        seat->worker.latency[k] = &seat->latency[k];
    }
    return true;
}

void crew_free(struct crew *crew)
{
    for (unsigned i = 0; i < crew->threads && crew->seats; i++) {
        free(crew->seats[i].worker.elem);
        free(crew->seats[i].latency);
    }
    for (unsigned i = 0; i < BENCH_CHANS; i++)
        chanfree(crew->bench.chan[i]);
    free(crew->seats);
    free(crew);
}

/* Gives the crew its seats; false if memory ran out, and crew_free() releases what there is. */
static bool crew_seats(struct crew *crew)
{
    size_t size = crew->threads * sizeof(*crew->seats);
    crew->seats = aligned_alloc(128, size);
    if (!crew->seats)
        return false;
    memset(crew->seats, 0, size);
    for (unsigned i = 0; i < crew->threads; i++) {
        crew->bench.worker[i] = &crew->seats[i].worker;
        if (!seat_init(crew, i))
            return false;
    }
    crew->bench.lead = crew->bench.worker[0];
    return true;
}

/* How long workers think, a lock is held, and a worker stays away from it. The times away are
 * quantiles of their distribution, of which each worker draws: all the same, or geometric, whose
 * limit for short turns is exponential. */
static void set_times(struct bench *b)
{
    const struct cell_params *p = &b->params;
    if (p->work != PARAM_ABSENT)
        b->work_turns = calibrate_turns(p->work);
    if (!b->scenario->hands_over)
        return;
    b->held_turns = calibrate_turns(p->held);
    for (int i = 0; i < AWAY_DRAWS; i++) {
        double share = p->geometric ? -log(1 - (i + 0.5) / AWAY_DRAWS) : 1;
        b->away_turns[i] = (uint32_t)((double)calibrate_turns(p->away) * share + 0.5);
    }
}

struct crew *crew_new(struct window_spec *spec)
{
    const struct scenario *s = spec->scenario;
    struct crew *crew = aligned_alloc(128, sizeof(*crew));
    if (!crew)
        return NULL;
    memset(crew, 0, sizeof(*crew));
    crew->spec = spec;
    crew->crowd = window_is_crowd(s, &spec->params);
    struct bench *b = &crew->bench;
    b->scenario = s;
    b->variant = spec->variant;
    b->params = spec->params;
    if (b->params.threads == PARAM_ABSENT)
        b->params.threads = s->threads.normal;
    set_times(b);
    b->one_pu = spec->pu[0] == spec->pu[1];
    b->goroutines = bench_has_goroutines(spec->variant);
    b->ops = spec->ops;
    crew->threads = (unsigned)b->params.threads;
    if (spec->warm && !s->times_itself && !crew->crowd)
        crew->warm_ops = 2 * spec->ops; /* an eighth of a window: see find_ops() in measure.c */
    if (crew_seats(crew))
        return crew;
    crew_free(crew);
    return NULL;
}

enum go { GO_WAIT, GO_RUN, GO_ABORT };

/* Counts this worker as in place, or as failed, and waits for the lead's word, which the lead gives
 * once all are counted. Returns true if they are to run. */
static bool meet(struct crew *crew, struct seat *seat)
{
    fadd_acqrel(&crew->arrived, 1); /* releases seat->error to the lead's load below */
    if (seat->worker.index == 0) {
        while (load_acq(&crew->arrived) < crew->threads) /* acquires each seat's error */
            gosched();
        uint32_t go = GO_RUN;
        for (unsigned i = 0; i < crew->threads; i++)
            if (crew->seats[i].error)
                go = GO_ABORT;
        store_rel(&crew->go, go); /* pairs with load_acq below and in crew_await */
        futex_wake(&crew->go, 1);
    }
    uint32_t go;
    while ((go = load_acq(&crew->go)) == GO_WAIT) /* pairs with the lead's store above */
        gosched();
    return go == GO_RUN;
}

/* Goes to the seat's PU, below the rank of the thread that ends the window, and begins to count
 * there; called by the thread that works there, a worker's or a P's. A failure is left in the seat.
 */
static void take_place(struct seat *seat)
{
    const struct window_spec *spec = seat->crew->spec;
    rank_lower();
    seat->error = topo_bind(spec->topo, seat->worker.pu);
    if (seat->error)
        snprintf(seat->reason, sizeof(seat->reason), "worker %u could not be bound to PU %u: %s",
                 seat->worker.index, seat->worker.pu, strerror(-seat->error));
    else if (spec->counters)
        seat->error =
            counters_start(&seat->counting, spec->counters, spec->domain, seat->reason, REASON_MAX);
    seat->counts_events = spec->counters && !seat->error;
    seat->usage = usage_of_thread();
}

/* Called by the same thread, at the end. An error that the seat has stays. */
static void leave_place(struct seat *seat)
{
    char reason[REASON_MAX];
    seat->usage = usage_between(seat->usage, usage_of_thread());
    if (!seat->counts_events)
        return;
    int error = counters_stop(&seat->counting, seat->counts, reason, REASON_MAX);
    if (seat->error || !error)
        return;
    seat->error = error;
    memcpy(seat->reason, reason, REASON_MAX);
}

bool crew_await(struct crew *crew)
{
    uint32_t go;
    while ((go = load_acq(&crew->go)) == GO_WAIT) /* pairs with store_rel in meet */
        futex_wait(&crew->go, GO_WAIT, FUTEX_FOREVER);
    return go == GO_RUN;
}

/* Begins to count anew, without what the waiting took. A failure is left in the seat. */
static void restart_counts(struct seat *seat)
{
    if (seat->counts_events)
        seat->error = counters_restart(&seat->counting, seat->reason, REASON_MAX);
    seat->usage = usage_of_thread();
}

static void *worker_main(void *arg)
{
    struct seat *seat = arg;
    take_place(seat);
    if (meet(seat->crew, seat)) {
        restart_counts(seat);
        seat->crew->part(seat->crew, &seat->worker);
    }
    leave_place(seat);
    return NULL;
}

/* Starts the workers, the lead last, since it lets the others go. If a thread can't be made, those
 * that are there end. */
static int start_threads(struct crew *crew)
{
    for (unsigned i = 0; i < crew->threads; i++) {
        struct seat *seat = &crew->seats[crew->threads - 1 - i];
        int error = pthread_create(&seat->thread, NULL, worker_main, seat);
        if (error) {
            store_rel(&crew->go, GO_ABORT); /* pairs with load_acq in meet; publishes nothing */
            for (unsigned k = 0; k < i; k++)
                pthread_join(crew->seats[crew->threads - 1 - k].thread, NULL);
            return -error;
        }
    }
    return 0;
}

/* Goroutines: each P has the place of the seat of its number, and the workers run wherever the
 * scheduler puts them. A P counts from its start to its end, so its search for goroutines, and what
 * they do until all are in place, count as well. */

static int p_begins(unsigned p, void *arg)
{
    struct seat *seat = &((struct crew *)arg)->seats[p];
    take_place(seat);
    return -seat->error;
}

static void p_ends(unsigned p, void *arg)
{
    leave_place(&((struct crew *)arg)->seats[p]);
}

static void goroutine_main(void *arg)
{
    struct seat *seat = arg;
    if (meet(seat->crew, seat))
        seat->crew->part(seat->crew, &seat->worker);
}

/* Starts one P if all workers share a PU, otherwise one on each of the two. */
static int start_goroutines(struct crew *crew)
{
    struct sched_options options = {
        .procs = crew->bench.one_pu || crew->threads == 1 ? 1 : 2,
        .begin = p_begins,
        .end = p_ends,
        .arg = crew,
    };
    int error = schedinit(&options);
    for (unsigned i = crew->threads; i-- > 0 && !error;) /* the lead last, as above */
        error = newproc(goroutine_main, &crew->seats[i]);
    if (error && gomaxprocs()) {
        store_rel(&crew->go, GO_ABORT); /* pairs with load_acq in meet; publishes nothing */
        schedstop();
    }
    return -error;
}

int crew_start(struct crew *crew, void (*part)(struct crew *crew, struct worker *w))
{
    crew->part = part;
    return crew->bench.goroutines ? start_goroutines(crew) : start_threads(crew);
}

void crew_join(struct crew *crew)
{
    if (crew->bench.goroutines)
        schedstop();
    for (unsigned i = 0; i < crew->threads && !crew->bench.goroutines; i++)
        pthread_join(crew->seats[i].thread, NULL);
}

int crew_error(const struct crew *crew, char *error, size_t size)
{
    for (unsigned i = 0; i < crew->threads; i++)
        if (crew->seats[i].error) {
            snprintf(error, size, "%s", crew->seats[i].reason);
            return crew->seats[i].error;
        }
    return 0;
}
