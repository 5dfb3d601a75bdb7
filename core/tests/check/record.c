/* Records histories on two threads (record.h): the clock, the meetings of the two threads, batches,
 * and the watch that ends a process that hangs. The clock's properties, found out once in a
 * process, are the state of this file. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/check/record.h"
#include "core/base/atomic.h"
#include "core/tests/check/random.h"
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LINE = 64,
    BATCH = 128,
    LEAD_NS = 250,  /* from when both are there to their common start */
    SPREAD_NS = 50, /* each starts up to this much later */
    REPEATS = 200,  /* batches that may be repeated, in addition to as many as are planned */
    BUSY_S = 20,    /* after that, more repeated than counted means that the machine is busy */
    PATIENCE_S = 600,
    SPINS = 2000,       /* loads of a word before the CPU is given to a thread that may write it */
    AGREEMENTS = 20000, /* exchanges to check that both CPUs agree on the time */
};

/* Found out by the first record() of the process. */
static bool by_tsc = true;
static double ticks_per_ns; /* 0: not known yet */

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#if defined(__x86_64__)
#define CLOCK_NAME "the time stamp counter"
static uint64_t tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}
#else
#define CLOCK_NAME "clock_gettime"
#define tsc        monotonic_ns
#endif

uint64_t record_moment(void)
{
    return by_tsc ? tsc() : monotonic_ns();
}

uint64_t record_moment_fenced(void)
{
    static _Thread_local _Atomic uint32_t dummy;
    xchg_acq(&dummy, 1); /* for the instruction, not for its memory order */
    return record_moment();
}

/* What both threads read. Each word is written by one of them, or only by the first. */
struct recorder {
    alignas(LINE) _Atomic uint64_t arrived[2][LINE / sizeof(uint64_t)]; /* when */
    alignas(LINE) _Atomic uint64_t steps[2][LINE / sizeof(uint64_t)];   /* that are done */
    alignas(LINE) _Atomic uint64_t stamp[2];
    const struct record_plan *plan;
    struct record_tally *tally;
    int cpus[2];
    bool agree[2];
    uint64_t done, repeated; /* histories */
    uint64_t start_ns;
    bool over;
    struct run runs[BATCH];
    struct program programs[BATCH];
    bool overlaps[BATCH];
    const char *wrong[BATCH];
};

/* One of the two threads. */
struct side {
    struct recorder *r;
    unsigned me;
    unsigned meetings;
    uint64_t seen[2]; /* of the other's words */
    uint64_t random;
};

/* Spins until the word changes, and returns it. */
static uint64_t await_change(_Atomic uint64_t *word, uint64_t before)
{
    for (unsigned spins = 0;; spins++) {
        uint64_t now = load_acq(word); /* pairs with store_rel in meet() */
        if (now != before)
            return now;
        if (spins < SPINS)
            cpu_relax();
        else
            sched_yield();
    }
}

/* Waits until both threads are here, and returns the moment at which the later one came. Everything
 * that the other did before is visible. The words alternate, since one side may come to the next
 * meeting before the other has read this one's. */
static uint64_t meet(struct side *s)
{
    struct recorder *r = s->r;
    unsigned word = s->meetings++ % 2;
    uint64_t mine = record_moment();
    store_rel(&r->arrived[s->me][word], mine); /* pairs with load_acq in await_change */
    uint64_t other = s->seen[word] = await_change(&r->arrived[!s->me][word], s->seen[word]);
    return mine > other ? mine : other;
}

/* Waits until both are here, then for their common start, and then for a short delay of its own. */
static void start_together(struct side *s, uint64_t delay)
{
    uint64_t start = meet(s) + (uint64_t)(LEAD_NS * ticks_per_ns) + delay;
    while (record_moment() < start)
        ;
}

static void prepare(struct side *s)
{
    struct recorder *r = s->r;
    const struct record_plan *plan = r->plan;
    for (unsigned i = s->me; i < BATCH; i += 2) {
        uint64_t random = plan->seed + r->done + r->repeated + i;
        plan->draw(&r->programs[i], &random);
        if (!run_make(&r->runs[i], &r->programs[i], plan->variant,
                      plan->moment ? plan->moment : record_moment)) {
            perror("record: makechan");
            abort();
        }
    }
}

static void judge(struct side *s)
{
    struct recorder *r = s->r;
    for (unsigned i = s->me; i < BATCH; i += 2) {
        r->overlaps[i] = lin_overlaps(&r->programs[i], &r->runs[i].history);
        r->wrong[i] = lin_check(&r->programs[i], &r->runs[i].history);
    }
}

static void report(struct recorder *r, unsigned i)
{
    char program[PROGRAM_TEXT], history[RECORD_REPORT / 2];
    struct record_tally *t = r->tally;
    program_print(&r->programs[i], program);
    lin_print(&r->programs[i], &r->runs[i].history, history, sizeof(history));
    snprintf(t->report, sizeof(t->report), "%s, seed %llu: %s\n%s", r->wrong[i],
             (unsigned long long)(r->plan->seed + r->done + r->repeated + i), program, history);
}

/* Whether the two threads rarely run at the same time. Then each history takes them a turn of the
 * kernel's scheduler, and the planned ones would take hours. */
static bool is_in_vain(const struct recorder *r)
{
    return r->repeated > r->plan->histories + REPEATS * BATCH ||
           (r->repeated > r->done && monotonic_ns() - r->start_ns > (uint64_t)BUSY_S * 1000000000);
}

/* Adds the batch to the tally; returns whether it was the last. Only the first side calls this. */
static void add_up(struct recorder *r)
{
    const struct record_plan *plan = r->plan;
    struct record_tally *t = r->tally;
    uint64_t overlapping = 0;
    for (unsigned i = 0; i < BATCH; i++) {
        overlapping += r->overlaps[i];
        if (!r->wrong[i])
            continue;
        if (t->wrong++ == 0) {
            t->first_wrong = r->done + r->repeated + i + 1;
            report(r, i);
        }
    }
    if (overlapping * 100 < (uint64_t)plan->overlap_percent * BATCH) {
        r->repeated += BATCH;
    } else {
        r->done += BATCH;
        t->overlapping += overlapping;
    }
    r->over = r->done >= plan->histories || is_in_vain(r) || (plan->until_wrong && t->wrong);
}

static void free_runs(struct side *s)
{
    for (unsigned i = s->me; i < BATCH; i += 2)
        run_free(&s->r->runs[i]);
}

/* Counts one more step, for the watch. A batch has one for each run, and one at its end. */
static void step(struct side *s)
{
    _Atomic uint64_t *steps = &s->r->steps[s->me][0];
    store_rlx(steps, load_rlx(steps) + 1); /* relaxed: one writer, and it publishes nothing */
}

static void record_batch(struct side *s)
{
    struct recorder *r = s->r;
    prepare(s);
    for (unsigned i = 0; i < BATCH; i++) {
        uint64_t spread = (uint64_t)(SPREAD_NS * ticks_per_ns) + 1;
        uint64_t delay = random_below(&s->random, spread);
        start_together(s, delay);
        run_party(&r->runs[i], s->me, r->plan->deadline);
        step(s);
    }
    meet(s);
    judge(s);
    meet(s);
    if (s->me == 0)
        add_up(r);
    free_runs(s);
    meet(s);
    step(s);
}

/* Whether moments that are passed back and forth never go back. */
static bool agree(struct side *s)
{
    struct recorder *r = s->r;
    bool forward = true;
    for (uint64_t i = 0; i < AGREEMENTS; i++) {
        if (i % 2 == s->me)
            store_rlx(&r->stamp[s->me], tsc()); /* relaxed: published by meet() */
        meet(s);
        if (i % 2 != s->me)
            forward &= tsc() >= load_rlx(&r->stamp[!s->me]);
    }
    return forward;
}

static void bind(int cpu)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
}

static void *find_agreement(void *side)
{
    struct side *s = side;
    bind(s->r->cpus[s->me]);
    s->r->agree[s->me] = agree(s);
    return NULL;
}

static void *record_batches(void *side)
{
    struct side *s = side;
    bind(s->r->cpus[s->me]);
    while (!s->r->over)
        record_batch(s);
    return NULL;
}

/* The first two CPUs that the thread may use; false if there are fewer. */
static bool two_cpus(int cpus[2])
{
    cpu_set_t may;
    int count = 0;
    if (sched_getaffinity(0, sizeof(may), &may))
        return false;
    for (int cpu = 0; cpu < CPU_SETSIZE && count < 2; cpu++)
        if (CPU_ISSET(cpu, &may))
            cpus[count++] = cpu;
    return count == 2;
}

bool record_possible(void)
{
    int cpus[2];
    return two_cpus(cpus);
}

const char *record_clock(void)
{
    return by_tsc ? CLOCK_NAME : "clock_gettime";
}

/* Copies memory that others may be writing. */
static __attribute__((no_sanitize("thread"))) void copy_racing(void *to, const void *from, size_t n)
{
    const volatile unsigned char *bytes = from;
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)to)[i] = bytes[i];
}

/* Reports in which program a thread hangs, and how far it got. */
static _Noreturn void give_up(struct recorder *r)
{
    char program[PROGRAM_TEXT] = "between programs", history[RECORD_REPORT / 2] = "";
    uint64_t a = load_rlx(&r->steps[0][0]), b = load_rlx(&r->steps[1][0]); /* a snapshot */
    uint64_t i = (a < b ? a : b) % (BATCH + 1);
    if (i < BATCH) {
        struct program p;
        struct history h;
        copy_racing(&p, &r->programs[i], sizeof(p));
        copy_racing(&h, &r->runs[i].history, sizeof(h));
        program_print(&p, program);
        lin_print(&p, &h, history, sizeof(history));
    }
    fprintf(stderr, "record: somebody hangs, or is starved: %s %s: %s\n%s",
            hchan_variant_name(r->plan->variant),
            r->plan->variant == hchan_traced(r->plan->variant) ? "traced" : "measured", program,
            history);
    abort();
}

/* A third thread, which sleeps, and checks now and then whether the others progress. */
struct watch {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ends;
    bool ended; /* under the lock */
    struct recorder *r;
};

static void *watch_body(void *arg)
{
    struct watch *w = arg;
    struct recorder *r = w->r;
    unsigned patience_s = r->plan->patience_s ? r->plan->patience_s : PATIENCE_S, waited_s = 0;
    uint64_t before = 0;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    pthread_mutex_lock(&w->lock);
    while (!w->ended) {
        until.tv_sec++;
        while (!w->ended && pthread_cond_timedwait(&w->ends, &w->lock, &until) == 0)
            ;
        uint64_t now = load_rlx(&r->steps[0][0]) + load_rlx(&r->steps[1][0]); /* a snapshot */
        waited_s = now == before ? waited_s + 1 : 0;
        before = now;
        if (!w->ended && waited_s >= patience_s)
            give_up(r);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void watch_start(struct watch *w, struct recorder *r)
{
    pthread_condattr_t attr;
    *w = (struct watch){.r = r};
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->ends, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&w->thread, NULL, watch_body, w)) {
        perror("record: no thread");
        abort();
    }
}

static void watch_end(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    w->ended = true;
    pthread_cond_signal(&w->ends);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->ends);
    pthread_mutex_destroy(&w->lock);
}

/* Runs the body on both sides: on the calling thread, whose affinity is restored afterwards, and on
 * another thread. */
static void run_sides(struct recorder *r, void *(*body)(void *side))
{
    cpu_set_t before;
    pthread_t second;
    struct side sides[2] = {{.r = r, .me = 0, .random = r->plan->seed},
                            {.r = r, .me = 1, .random = ~r->plan->seed}};
    memset(r->arrived, 0, sizeof(r->arrived));
    if (!two_cpus(r->cpus) || sched_getaffinity(0, sizeof(before), &before) ||
        pthread_create(&second, NULL, body, &sides[1])) {
        fprintf(stderr, "record: no second thread on a CPU of its own\n");
        abort();
    }
    body(&sides[0]);
    pthread_join(second, NULL);
    sched_setaffinity(0, sizeof(before), &before);
}

/* Finds out whether the time stamp counter can be trusted, and how fast the clock ticks. */
static void calibrate(struct recorder *r)
{
    run_sides(r, find_agreement);
    by_tsc = r->agree[0] && r->agree[1];
    uint64_t ns = monotonic_ns(), ticks = record_moment(), ns_later;
    while ((ns_later = monotonic_ns()) < ns + 1000000)
        ;
    ticks_per_ns = (double)(record_moment() - ticks) / (double)(ns_later - ns);
}

bool record(const struct record_plan *plan, struct record_tally *tally)
{
    struct recorder *r = aligned_alloc(LINE, sizeof(*r));
    if (!r) {
        perror("record");
        abort();
    }
    memset(r, 0, sizeof(*r));
    r->plan = plan;
    r->tally = tally;
    if (ticks_per_ns == 0)
        calibrate(r);
    struct watch watch;
    r->start_ns = monotonic_ns();
    watch_start(&watch, r);
    run_sides(r, record_batches);
    watch_end(&watch);
    tally->elapsed_s += (double)(monotonic_ns() - r->start_ns) / 1e9;
    tally->histories += r->done;
    tally->repeated += r->repeated;
    bool enough = r->done >= plan->histories || (plan->until_wrong && tally->wrong);
    free(r);
    return enough;
}
