/* What a scenario is. A scenario is one file in a folder of harness/scenarios: what it measures, in
 * words and numbers, and its loops. loops.c compiles it once for every variant and instance, so
 * that a timed loop calls its channel directly. The floors (floors.c) are scenarios without a
 * variant.
 *
 * A window is one timed stretch of one scenario: channels are made, workers start on their PUs and
 * meet at a barrier, the lead warms up and does `ops` operations between two readings of the clock,
 * and then everything ends and is checked. A scenario's functions:
 *
 *   lead    worker 0 does that many operations, which the window times
 *   serve   the other workers, until the channel that they wait on is closed
 *   crowd   instead of both, if all workers do the same until bench->stop; they are timed over a
 *           fixed window, and each keeps worker->ops up to date
 *   settle  worker 0 within the window, if it sends: waits until the others are behind by at most
 *           that much; at the end, by nothing
 *   finish  worker 0 after the window: lets the others end */
/* SPDX-License-Identifier: MIT */
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

/* Two channels for each worker, for scenarios in which workers have channels of their own. */
enum { THREADS_MAX = 1024, BENCH_CHANS = 2 * THREADS_MAX };

/* From so many a worker draws the time that it is away from a lock. */
enum { AWAY_DRAWS = 256 };

/* Work under a lock is on this many cache lines at most. */
enum { LINES_MAX = 64 };

/* One window's shared state. Fields that workers write are on cache lines of their own. */
struct bench {
    const struct scenario *scenario;
    const struct hchan_variant
        *variant; /* the instance that the loops were compiled for; or NULL */
    struct cell_params params;
    bool one_pu;         /* all workers share a PU: a waiting one must yield */
    bool goroutines;     /* the workers are goroutines: a waiting one must let others run */
    uint64_t ops;        /* operations of the window */
    struct worker *lead; /* worker 0, for `finish` */
    struct worker *worker[THREADS_MAX];
    hchan *chan[BENCH_CHANS];
    uint64_t setup_sends; /* sends that setup did, for the accounting */
    /* Parameters in nanoseconds, as turns of bench_work(): params.work, params.held, and
     * params.away as quantiles of its distribution. */
    uint64_t work_turns, held_turns;
    uint32_t away_turns[AWAY_DRAWS];
    /* Latency instances record from now on: the warm-up is over. */
    alignas(128) _Atomic uint32_t recording;
    alignas(128) _Atomic uint32_t stop;
    alignas(128) _Atomic uint64_t sent; /* for scenarios that pace two sides */
    alignas(128) _Atomic uint64_t taken;
    alignas(128) _Atomic uint32_t round;             /* for scenarios in rounds; a futex */
    alignas(128) _Atomic uint32_t acked;             /* a futex */
    alignas(128) uint64_t guarded;                   /* written under the lock that is measured */
    const struct worker *owner;                      /* who had it last; written under it */
    alignas(128) unsigned char lines[LINES_MAX][64]; /* written under it */
    alignas(128) unsigned char lock[128];
};

struct worker {
    alignas(128) struct bench *bench;
    unsigned index;
    unsigned pu;
    unsigned char *elem;               /* a value of params.elem bytes, on cache lines of its own */
    uint64_t timed_ns;                 /* the sum of a scenario that times itself */
    uint64_t sends, recvs;             /* calls made; kept by traced instances */
    struct latency *latency[SIDES];    /* by enum side; latency instances only */
    uint64_t random;                   /* of its own; never 0 */
    alignas(128) _Atomic uint64_t ops; /* its progress, in a crowd or if others wait for it */
    uint64_t handovers;                /* a lock's, to it; read when it has ended */
};

/* A parameter of a scenario: the default and the range. max is 0 if it has no such parameter. */
struct param_range {
    uint64_t normal, min, max;
};

/* How many workers send and how many receive what the others send: a number, or SIDE_MANY, all that
 * are left; if both are many, as many of each. Others do neither. No producers: the scenario has no
 * such sides. */
enum { SIDE_MANY = UINT8_MAX };
struct sides {
    uint8_t producers, consumers, others;
};

struct scenario {
    const char *name;    /* the file's name */
    const char *summary; /* one line for people */
    const char *op;      /* what one operation is */
    const char *path;    /* handoff, buffer or park; NULL if it forces none */
#define X(field, key) struct param_range field;
    CELL_PARAMS(X)
#undef X
    struct sides sides;
    const char *group; /* it runs only if it or this group is named; NULL: in every sweep */
    bool pairs;        /* workers come in pairs, e.g. 2i + 1 counts what 2i sends: threads is even,
                        * and in a crowd only the odd workers count operations */
    bool hands_over;   /* its workers count in worker->handovers how often a lock changes hands */
    bool mix;          /* the paths that its calls take are counted, though it forces none */
    bool places;       /* it has several workers, on one PU or on several */
    bool apart;        /* its workers spin for each other, which makes no sense on one PU */
    /* Purity: the outcomes (bits of enum hchan_outcome) of the path that the scenario is named
     * after, those to subtract, and how many a pure operation has. 0: it has no purity. */
    uint64_t pure_outcomes, pure_less;
    double pure_per_op;
    uint64_t fixed_ops;    /* the scenario's own number of operations; 0: calibrated */
    uint64_t ops_multiple; /* ops is a multiple of this; 0: of 1 */
    bool per_peer;         /* ops is a multiple of threads - 1 */
    bool times_itself;     /* lead adds to timed_ns, and there is no warm-up */
    /* The others feed the lead, and count what they did in worker->ops: the window lasts until they
     * have done as much in it as the lead. Workers 1 to `stages` each do one step of every
     * operation; the workers above them share one step. */
    bool feeds;
    unsigned stages;

    int (*setup)(struct bench *b); /* 0, or a negative errno */
    void (*lead)(struct worker *w, uint64_t ops);
    void (*serve)(struct worker *w);
    void (*settle)(struct worker *w, uint64_t behind);
    void (*crowd)(struct worker *w);
    void (*finish)(struct bench *b);
    void (*teardown)(struct bench *b); /* when all have ended; only after a setup that succeeded */
    bool (*check)(const struct bench *b, uint64_t ops); /* false: the result is wrong */
};

/* The range of one of the parameters (PARAM_...). */
static inline const struct param_range *scenario_param(const struct scenario *s, int param)
{
#define X(field, key) &s->field,
    const struct param_range *const ranges[PARAMS] = { CELL_PARAMS(X) };
#undef X
    return ranges[param];
}

/* Whether a variant's workers are goroutines; a floor's (NULL) are not. */
static inline bool bench_has_goroutines(const struct hchan_variant *v)
{
    return v && hchan_variant_goroutines(v);
}

/* One turn of a waiting loop: gives the PU away if the others need it. */
static inline void bench_relax(const struct bench *b)
{
    if (b->goroutines)
        gosched();
    else if (b->one_pu)
        sched_yield();
    else
        cpu_relax();
}

/* Think time: turns of a loop, each a multiplication that needs the result of the one before, which
 * takes about a nanosecond on any machine; harness/run/calibrate.h has how long. A dependent
 * division, as in Go's localWork(), takes 5 to 90 cycles. */
static inline void bench_work(uint64_t turns)
{
    uint64_t x = turns;
    for (uint64_t i = 0; i < turns; i++) {
        x = x * UINT64_C(6364136223846793005) + 1;
        __asm__ volatile("" : "+r"(x)); /* keeps the compiler from doing several turns in one */
    }
}

/* A number of the worker's own: Marsaglia's xorshift64 ("Xorshift RNGs", 2003). */
static inline uint64_t bench_random(struct worker *w)
{
    uint64_t x = w->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return w->random = x;
}

/* A worker of a crowd has done `done` operations. False if it should end. Goroutines are not
 * preempted, so one that never parks lets the others run now and then. */
static inline bool crowd_goes_on(struct worker *w, uint64_t done)
{
    enum { NOW_AND_THEN = 64 };
    store_rlx(&w->ops, done); /* a count, and below a flag: both publish nothing. Checked each time,
                               * since with more threads than PUs one may take milliseconds. */
    if (done % NOW_AND_THEN == 0 && w->bench->goroutines)
        gosched();
    return !load_rlx(&w->bench->stop);
}

/* Notes that the calling worker has left. True for the last of `parties`, which is to close the
 * channel that they sent on. */
static inline bool bench_leave(struct bench *b, uint64_t parties)
{
    /* Release and acquire, paired with the others' here: their sends come before the close. */
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
