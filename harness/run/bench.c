#include "harness/run/bench.h"
#include "core/base/futex.h"
#include "harness/base/clock.h"
#include "harness/base/hist.h"
#include "harness/machine/topo.h"
#include <errno.h>
#include <hchan/sched.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* CPU time and context switches. */
struct usage {
    uint64_t cpu_ns, switches;
};

/* A worker and what the runner keeps of it. */
struct seat {
    struct worker worker; /* first: aligned */
    struct crew *crew;
    pthread_t thread;
    int error;
    char reason[REASON_MAX];
    struct usage usage; /* of its part, or of a P */
    struct counters_thread counting;
    bool counts_events;
    struct latency *latency; /* SIDES of its own, or NULL */
    uint64_t counts[COUNTERS_MAX];
    uint64_t before; /* the worker's operations when the lead's window began */
};

/* Everything of one window. */
struct crew {
    struct bench bench; /* first: aligned. bench.goroutines: the workers are some, on Ps */
    struct window_spec *spec;
    struct seat *seats;
    void (*part)(struct crew *crew, struct worker *w); /* what each worker does in the window */
    unsigned threads;
    bool crowd;
    uint64_t warm_ops;
    uint64_t lead_ops;  /* within the window */
    uint64_t window_ns; /* of the lead */
    struct usage usage; /* of a crowd within its window */
    alignas(128) _Atomic uint32_t arrived;
    alignas(128) _Atomic uint32_t go; /* enum go; a futex */
};

bool window_is_crowd(const struct scenario *s, const struct cell_params *params)
{
    return s->crowd && (params->threads > 1 || !s->lead);
}

/* So far, of a thread or of all. */
static struct usage usage_read(clockid_t clock, int who)
{
    struct timespec t;
    struct rusage r;
    clock_gettime(clock, &t);
    getrusage(who, &r);
    return (struct usage){(uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec,
                          (uint64_t)(r.ru_nvcsw + r.ru_nivcsw)};
}

static struct usage usage_since(struct usage start, clockid_t clock, int who)
{
    struct usage now = usage_read(clock, who);
    return (struct usage){now.cpu_ns - start.cpu_ns, now.switches - start.switches};
}

/* Whether the lead has lived on what was done before the window: some of the others have done less
 * in it, by more than an eighth. With much room in its channels a window could pass while the lead
 * takes what was there, and nobody else works. */
static bool is_fed_from_before(const struct crew *crew)
{
    const struct scenario *s = crew->bench.scenario;
    uint64_t enough = crew->lead_ops - crew->lead_ops / 8, shared = enough;
    for (unsigned i = 1; i < crew->threads && s->feeds; i++) {
        uint64_t done = load_rlx(&crew->seats[i].worker.ops) - crew->seats[i].before;
        if (i <= s->stages && done < enough)
            return true;
        if (i > s->stages)
            shared = i == s->stages + 1 ? done : shared + done;
    }
    return shared < enough;
}

/* The lead's part: warm up, then the window, which ends with the first call that reaches its time.
 * A number of operations would not do: where a path has a fast and a slow mode, the number found in
 * one makes a window of the other a hundred times too short or too long. */
static void run_lead(struct crew *crew, struct worker *w)
{
    const struct scenario *s = crew->bench.scenario;
    if (crew->warm_ops)
        s->lead(w, crew->warm_ops);
    if (s->settle)
        s->settle(w, 0);
    for (unsigned i = 1; i < crew->threads; i++)
        crew->seats[i].before = load_rlx(&crew->seats[i].worker.ops);
    w->timed_ns = 0;
    uint64_t start = clock_ns();
    do {
        s->lead(w, crew->bench.ops);
        if (s->settle) /* the others go on meanwhile; but what is left at the end stays small */
            s->settle(w, crew->bench.ops);
        crew->lead_ops += crew->bench.ops;
        crew->window_ns = s->times_itself ? w->timed_ns : clock_ns() - start;
    } while (!s->fixed_ops &&
             (crew->window_ns < crew->spec->window_ns || is_fed_from_before(crew)));
    if (s->settle) {
        s->settle(w, 0);
        crew->window_ns = clock_ns() - start;
    }
    if (s->finish)
        s->finish(&crew->bench);
}

static void window_part(struct crew *crew, struct worker *w)
{
    const struct scenario *s = crew->bench.scenario;
    if (crew->crowd)
        s->crowd(w);
    else if (w->index == 0)
        run_lead(crew, w);
    else
        s->serve(w);
}

enum go { GO_WAIT, GO_RUN, GO_ABORT };

/* Says that this worker is in place, or that it failed; the last word is the lead's. True: run. */
static bool meet(struct crew *crew, struct seat *seat)
{
    fadd_acqrel(&crew->arrived, 1); /* publishes seat->error to the lead */
    if (seat->worker.index == 0) {
        while (load_acq(&crew->arrived) < crew->threads) /* pairs with the add above */
            gosched();
        uint32_t go = GO_RUN;
        for (unsigned i = 0; i < crew->threads; i++)
            if (crew->seats[i].error)
                go = GO_ABORT;
        store_rel(&crew->go, go); /* pairs with load_acq below and in crew_await */
        futex_wake(&crew->go, 1);
    }
    uint32_t go;
    while ((go = load_acq(&crew->go)) == GO_WAIT)
        gosched();
    return go == GO_RUN;
}

/* Goes to the seat's PU and begins to count there. What fails is left in the seat. By the thread
 * that works there: a worker's, or a P's. */
static void take_place(struct seat *seat)
{
    const struct window_spec *spec = seat->crew->spec;
    seat->error = topo_bind(spec->topo, seat->worker.pu);
    if (seat->error)
        snprintf(seat->reason, sizeof(seat->reason), "worker %u could not be bound to PU %u: %s",
                 seat->worker.index, seat->worker.pu, strerror(-seat->error));
    else if (spec->counters)
        seat->error =
            counters_start(&seat->counting, spec->counters, spec->domain, seat->reason, REASON_MAX);
    seat->counts_events = spec->counters && !seat->error;
    seat->usage = usage_read(CLOCK_THREAD_CPUTIME_ID, RUSAGE_THREAD);
}

/* The same thread, at the end. */
static void leave_place(struct seat *seat)
{
    seat->usage = usage_since(seat->usage, CLOCK_THREAD_CPUTIME_ID, RUSAGE_THREAD);
    if (seat->counts_events)
        seat->error = counters_stop(&seat->counting, seat->counts, seat->reason, REASON_MAX);
}

/* Waits until the lead has let the workers go; false if one of them failed and all end. For the
 * thread that started them. */
static bool crew_await(struct crew *crew)
{
    uint32_t go;
    while ((go = load_acq(&crew->go)) == GO_WAIT) /* pairs with store_rel in meet */
        futex_wait(&crew->go, GO_WAIT, FUTEX_FOREVER);
    return go == GO_RUN;
}

static void *worker_main(void *arg)
{
    struct seat *seat = arg;
    take_place(seat);
    if (meet(seat->crew, seat)) {
        seat->usage = usage_read(CLOCK_THREAD_CPUTIME_ID, RUSAGE_THREAD);
        seat->crew->part(seat->crew, &seat->worker);
    }
    leave_place(seat);
    return NULL;
}

/* Goroutines: each P has the place of a seat, and the workers are where the scheduler puts them. */

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

/* With one P where all workers share a PU, and else one on each of the two. */
static int start_goroutines(struct crew *crew)
{
    struct sched_options options = {
        .procs = crew->bench.one_pu || crew->threads == 1 ? 1 : 2,
        .begin = p_begins,
        .end = p_ends,
        .arg = crew,
    };
    int error = schedinit(&options);
    for (unsigned i = crew->threads; i-- > 0 && !error;) /* the lead last, as below */
        error = newproc(goroutine_main, &crew->seats[i]);
    if (error && gomaxprocs()) {
        store_rel(&crew->go, GO_ABORT);
        schedstop();
    }
    return -error;
}

static void pause_ns(uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000U), .tv_nsec = (long)(ns % 1000000000U)};
    while (nanosleep(&t, &t) && errno == EINTR)
        ;
}

/* Whether the worker's operations are the crowd's: of pairs, one counts for both. */
static bool crowd_counts(const struct crew *crew, unsigned i)
{
    return !crew->bench.scenario->pairs || i % 2;
}

/* Looks at everybody's progress. True where each worker that counts has done some operations since
 * `before`. */
static bool crowd_progress(struct crew *crew, const uint64_t *before, uint64_t *now)
{
    enum { SOME = 8 };
    bool all = true;
    for (unsigned i = 0; i < crew->threads; i++) {
        now[i] = load_rlx(&crew->seats[i].worker.ops); /* a count that publishes nothing */
        all = all && (now[i] - before[i] >= SOME || !crowd_counts(crew, i));
    }
    return all;
}

/* Sleeps a step at a time, until each worker has done some operations since `before` or the limit
 * is reached; `now` is their progress then. Returns the time of the last look. */
static uint64_t wait_for_all(struct crew *crew, uint64_t step_ns, const uint64_t *before,
                             uint64_t *now)
{
    enum { STEPS_MAX = 32 };
    uint64_t at;
    bool all = false;
    for (int step = 0; step < STEPS_MAX && !all; step++) {
        pause_ns(step_ns);
        at = clock_ns();
        all = crowd_progress(crew, before, now);
    }
    return at;
}

/* A crowd's window: let it run in, look at everybody's progress, wait, look again. Where threads
 * outnumber PUs, one of them may run alone for longer than that: then nobody contended. So both the
 * run-in and the window last until each has had its turn, within a limit. */
static void window_watch_crowd(struct crew *crew, struct window *out, uint64_t *before,
                               uint64_t *after)
{
    struct bench *b = &crew->bench;
    uint64_t ns = crew->spec->window_ns;
    if (!crew_await(crew))
        return;
    wait_for_all(crew, ns / 8, before, after); /* `before` is all zero yet */
    /* Of the whole process, since no thread but the workers and this one runs in it, and this one
     * sleeps. */
    struct usage usage = usage_read(CLOCK_PROCESS_CPUTIME_ID, RUSAGE_SELF);
    uint64_t start = clock_ns();
    crowd_progress(crew, after, before);
    uint64_t end = wait_for_all(crew, ns, before, after);
    crew->usage = usage_since(usage, CLOCK_PROCESS_CPUTIME_ID, RUSAGE_SELF);
    store_rlx(&b->stop, 1); /* a flag */
    out->sample.window_ns = (double)(end - start);
}

/* Fills the sample of a crowd: operations in the window, fairness, and the share of workers that
 * got on at all. */
static void sum_crowd(struct crew *crew, struct window *out, const uint64_t *before,
                      const uint64_t *after)
{
    double sum = 0, squares = 0;
    unsigned active = 0, counting = 0;
    for (unsigned i = 0; i < crew->threads; i++) {
        if (!crowd_counts(crew, i))
            continue;
        counting++;
        double ops = (double)(after[i] - before[i]);
        sum += ops;
        squares += ops * ops;
        active += after[i] > before[i];
        out->ops_all += load_rlx(&crew->seats[i].worker.ops); /* joined */
    }
    out->sample.ops = (uint64_t)sum;
    out->sample.ns_per_op = sum > 0 ? out->sample.window_ns / sum : NAN;
    bool many = counting > 1;
    out->sample.fairness = many && squares > 0 ? sum * sum / (counting * squares) : NAN;
    out->sample.overlap = many ? (double)active / counting : NAN;
}

static void sum_lead(struct crew *crew, struct window *out)
{
    out->sample.ops = crew->lead_ops;
    out->ops_all = crew->lead_ops + crew->warm_ops;
    out->sample.window_ns = (double)crew->window_ns;
    out->sample.ns_per_op = out->sample.window_ns / (double)out->sample.ops;
    out->sample.fairness = out->sample.overlap = NAN;
}

/* CPU time and switches per operation: of a crowd within its window; of a lead's crew from start to
 * end, over all that it did then. A scenario that times parts of its rounds does the rest of them
 * outside its operations, and has neither. */
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

/* False if memory ran out. */
static bool seat_init(struct crew *crew, unsigned i)
{
    struct window_spec *spec = crew->spec;
    struct seat *seat = &crew->seats[i];
    size_t elem = crew->bench.params.elem == PARAM_ABSENT ? 0 : crew->bench.params.elem;
    size_t size = ((elem + 63) / 64 + 1) * 128; /* two values on lines of their own */
    seat->crew = crew;
    seat->worker.bench = &crew->bench;
    seat->worker.index = i;
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

static void crew_free(struct crew *crew)
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

/* Gives the crew its seats; false if memory ran out. */
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

static struct crew *crew_new(struct window_spec *spec)
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
    b->one_pu = spec->pu[0] == spec->pu[1];
    b->goroutines = bench_has_goroutines(spec->variant);
    b->ops = spec->ops;
    crew->threads = (unsigned)b->params.threads;
    if (spec->warm && !s->times_itself && !crew->crowd)
        crew->warm_ops = 2 * spec->ops;
    if (crew_seats(crew))
        return crew;
    crew_free(crew);
    return NULL;
}

/* Starts every worker. Where a thread cannot be made, those that run are told to go home. */
static int start_threads(struct crew *crew)
{
    for (unsigned i = 0; i < crew->threads; i++) {
        /* The lead last: it is the one who lets the others go. */
        struct seat *seat = &crew->seats[crew->threads - 1 - i];
        int error = pthread_create(&seat->thread, NULL, worker_main, seat);
        if (error) {
            store_rel(&crew->go, GO_ABORT);
            for (unsigned k = 0; k < i; k++)
                pthread_join(crew->seats[crew->threads - 1 - k].thread, NULL);
            return -error;
        }
    }
    return 0;
}

/* Starts the workers, each with its part. 0, or a negative errno with none left running. */
static int crew_start(struct crew *crew, void (*part)(struct crew *crew, struct worker *w))
{
    crew->part = part;
    return crew->bench.goroutines ? start_goroutines(crew) : start_threads(crew);
}

/* Waits until all have ended. */
static void crew_join(struct crew *crew)
{
    if (crew->bench.goroutines)
        schedstop();
    for (unsigned i = 0; i < crew->threads && !crew->bench.goroutines; i++)
        pthread_join(crew->seats[i].thread, NULL);
}

/* The first seat's error, with its reason; 0: there is none. */
static int crew_error(const struct crew *crew, char *error, size_t size)
{
    for (unsigned i = 0; i < crew->threads; i++)
        if (crew->seats[i].error) {
            snprintf(error, size, "%s", crew->seats[i].reason);
            return crew->seats[i].error;
        }
    return 0;
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
            sum_crowd(crew, out, before, after);
        else
            sum_lead(crew, out);
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
