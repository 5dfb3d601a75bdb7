/* What a scenario is. A scenario is one file in harness/scenarios/: what it measures, in words and
 * numbers, and its loops, written with the macros below. harness/scenarios/loops.c compiles it once
 * for every variant and instance, so a timed loop calls its channel directly. The floors
 * (harness/scenarios/floors.c) are scenarios without a variant.
 *
 * A window is one timed stretch of one scenario: channels are made, workers start on their PUs and
 * meet at a barrier, the lead warms up and does `ops` operations between two looks at the clock,
 * then everything ends and is checked.
 *
 *   lead    worker 0 does that many operations; what the window times
 *   serve   the other workers, until what they wait for is closed
 *   crowd   instead of both, where all workers do the same until bench->stop; they are timed over a
 *           fixed window, and each keeps worker->ops up to date
 *   settle  worker 0, within the window, where it sends: waits until the others are behind by no
 *           more than so much; at the end by nothing
 *   finish  worker 0, after the window: lets the others end
 */
#ifndef HARNESS_SCENARIOS_SCENARIO_H
#define HARNESS_SCENARIOS_SCENARIO_H

#include "core/base/atomic.h"
#include "harness/base/cell.h"
#include "harness/base/side.h"
#include <hchan/hchan.h>
#include <hchan/sched.h>
#include <sched.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Two channels for each worker, where they have some of their own. */
enum { THREADS_MAX = 1024, BENCH_CHANS = 2 * THREADS_MAX };

/* One window's shared state. Fields that workers write stand on lines of their own. */
struct bench {
    const struct scenario *scenario;
    const struct hchan_variant
        *variant; /* the instance that the loops were compiled for; or NULL */
    struct cell_params params;
    bool one_pu;         /* all workers share a PU: who waits must yield */
    bool goroutines;     /* the workers are no threads: who waits must let others run */
    uint64_t ops;        /* operations of the window */
    struct worker *lead; /* worker 0, for whoever finishes */
    struct worker *worker[THREADS_MAX];
    hchan *chan[BENCH_CHANS];
    uint64_t setup_sends; /* sends that setup did, for the accounting */
    alignas(128) _Atomic uint32_t stop;
    alignas(128) _Atomic uint64_t sent; /* for scenarios that pace two sides */
    alignas(128) _Atomic uint64_t taken;
    alignas(128) _Atomic uint32_t round; /* for scenarios in rounds; a futex */
    alignas(128) _Atomic uint32_t acked; /* a futex */
    alignas(128) uint64_t guarded;       /* written under the lock that is measured */
    alignas(128) unsigned char lock[128];
};

struct worker {
    alignas(128) struct bench *bench;
    unsigned index;
    unsigned pu;
    unsigned char *elem;               /* a value of params.elem bytes, on its own lines */
    uint64_t timed_ns;                 /* scenarios that time themselves add up here */
    uint64_t sends, recvs;             /* calls made; kept by traced instances */
    struct latency *latency[SIDES];    /* by enum side; latency instances only */
    alignas(128) _Atomic uint64_t ops; /* its progress, in a crowd or where it is waited for */
};

/* A parameter of a scenario: the default and the values that make sense. max 0: it has none. */
struct param_range {
    uint64_t normal, min, max;
};

struct scenario {
    const char *name;    /* the file's name */
    const char *summary; /* one line for people */
    const char *op;      /* what one operation is */
    const char *path;    /* handoff, buffer, park; NULL where it forces none */
    struct param_range capacity, elem, threads, work;
    const char *group; /* of scenarios that run where they, or their group, are named; or NULL */
    bool pairs;        /* worker 2i + 1 counts what worker 2i sends it, say: threads is even, and of
                        * a crowd only the odd workers count operations */
    bool mix;          /* it is worth a look which paths its calls took, though it forces none */
    bool places;       /* has workers on several PUs, or several on one */
    bool apart;        /* its workers spin for each other: makes no sense where all share a PU */
    /* Purity: the outcomes (bits of enum hchan_outcome) that are the named path, and how many of
     * them a pure operation has. 0: purity makes no sense. */
    uint64_t pure_outcomes;
    double pure_per_op;
    uint64_t fixed_ops;    /* a number of operations that belongs to the scenario; 0: calibrated */
    uint64_t ops_multiple; /* ops is a multiple of this; 0: of 1 */
    bool per_peer;         /* ops is a multiple of threads - 1 */
    bool times_itself;     /* lead adds to timed_ns; there is no warm-up */
    /* The others feed the lead, and count what they did in worker->ops: the window lasts until they
     * have done as much in it as the lead. Workers 1 to `stages` do a step of each operation alone;
     * those above share one. */
    bool feeds;
    unsigned stages;

    int (*setup)(struct bench *b); /* 0, or a negative errno */
    void (*lead)(struct worker *w, uint64_t ops);
    void (*serve)(struct worker *w);
    void (*settle)(struct worker *w, uint64_t behind);
    void (*crowd)(struct worker *w);
    void (*finish)(struct bench *b);
    void (*teardown)(struct bench *b); /* when all have ended; only after a setup */
    bool (*check)(const struct bench *b, uint64_t ops); /* false: the result is wrong */
};

/* Whether a variant's workers are goroutines: those of a floor (NULL) are not. */
static inline bool bench_has_goroutines(const struct hchan_variant *v)
{
    return v && hchan_variant_goroutines(v);
}

/* One turn of a waiting loop: gives the PU away where the peer needs it. */
static inline void bench_relax(const struct bench *b)
{
    if (b->goroutines)
        gosched();
    else if (b->one_pu)
        sched_yield();
    else
        cpu_relax();
}

/* Think time: so many turns of a loop, each a multiplication that needs the result of the one
 * before, which takes about as long on any machine: some nanosecond. A dependent division, as in
 * Go's localWork(), takes 5 to 90 cycles. */
static inline void bench_work(uint64_t turns)
{
    uint64_t x = turns;
    for (uint64_t i = 0; i < turns; i++) {
        x = x * UINT64_C(6364136223846793005) + 1;
        __asm__ volatile("" : "+r"(x)); /* or the compiler would do several turns in one */
    }
}

/* One of a crowd has done `done` operations: false where it should end. Goroutines are not
 * preempted: who never parks lets the others run now and then. */
static inline bool crowd_goes_on(struct worker *w, uint64_t done)
{
    enum { NOW_AND_THEN = 64 };
    store_rlx(&w->ops, done); /* a count, and a flag: both publish nothing. Each time, for where
                               * threads outnumber PUs one operation may take milliseconds. */
    if (done % NOW_AND_THEN == 0 && w->bench->goroutines)
        gosched();
    return !load_rlx(&w->bench->stop);
}

/* Says that the calling worker has left; true for the last of `parties`, who is to close what they
 * sent on. */
static inline bool bench_leave(struct bench *b, uint64_t parties)
{
    /* Release and acquire: the others' sends were before the close. */
    return fadd_acqrel(&b->acked, 1) + 1 == parties;
}

/* How many values are in the buffers, after the window. */
static inline uint64_t bench_values_left(const struct bench *b)
{
    uint64_t left = 0;
    for (unsigned i = 0; i < BENCH_CHANS; i++)
        left += chanlen(b->chan[i]);
    return left;
}

#endif
