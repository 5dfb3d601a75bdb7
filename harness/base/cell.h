/* What is measured, as data: a cell (scenario x variant x parameters), and what one process that
 * ran it reports: samples, outcome counts, counters, histograms. The runner makes them, the store
 * keeps them, the exporters read them; none of the three knows another. They are plain data that
 * own nothing; readers get copies. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_BASE_CELL_H
#define HARNESS_BASE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_NAME_MAX = 160, LABEL_MAX = 48, REASON_MAX = 160 };

/* The numbers among a cell's parameters: X(field, key). The key stands in the cell's name, in this
 * order, and is an option of `sweep`.
 *
 *   capacity  elements        elem  bytes        threads  workers
 *   work      nanoseconds of think time around each operation
 *   held      nanoseconds of work while a lock is held
 *   lines     cache lines written meanwhile
 *   away      nanoseconds between two acquisitions
 *   geometric 1: away is the mean of a geometric distribution; 0: always as much */
#define CELL_PARAMS(X)      \
    X(capacity, "capacity") \
    X(elem, "elem")         \
    X(threads, "threads")   \
    X(work, "work")         \
    X(held, "held")         \
    X(lines, "lines")       \
    X(away, "away")         \
    X(geometric, "geometric")

/* Parameters of a cell. PARAM_ABSENT means that the scenario does not have the parameter; its key
 * is then left out of the cell's name. */
#define PARAM_ABSENT UINT64_MAX
struct cell_params {
#define X(field, key) uint64_t field;
    CELL_PARAMS(X)
#undef X
    /* The relation between the PUs used: same-pu, smt, l2, l3, package, machine; or "". */
    char place[16];
};

/* None of the parameters. */
#define PARAMS_ABSENT                          \
    {                                          \
        CELL_PARAMS(PARAMS_ABSENT_).place = "" \
    }
#define PARAMS_ABSENT_(field, key) .field = PARAM_ABSENT,

#define X(field, key) PARAM_##field,
enum { CELL_PARAMS(X) PARAMS };
#undef X

static inline const char *param_key(int param)
{
#define X(field, key) key,
    static const char *const keys[PARAMS] = { CELL_PARAMS(X) };
#undef X
    return keys[param];
}

static inline uint64_t *param_of(struct cell_params *params, int param)
{
#define X(field, key) offsetof(struct cell_params, field),
    static const size_t at[PARAMS] = { CELL_PARAMS(X) };
#undef X
    return (void *)((char *)params + at[param]);
}

/* The value of a key in a cell's name; PARAM_ABSENT if it is not there. */
static inline uint64_t cell_name_param(const char *name, const char *key)
{
    size_t length = strlen(key);
    for (const char *at = name; (at = strchr(at, '/')); at++)
        if (strncmp(at + 1, key, length) == 0 && at[1 + length] == '=')
            return strtoull(at + length + 2, NULL, 10);
    return PARAM_ABSENT;
}

struct cell {
    /* scenario/variant=V/capacity=../elem=../threads=../work=../place=.. */
    char name[CELL_NAME_MAX];
    char scenario[LABEL_MAX];
    char variant[LABEL_MAX]; /* "" for a floor, which has none */
    char path[LABEL_MAX];    /* handoff, buffer, park, or "" if the scenario forces none */
    char op[LABEL_MAX];      /* what one operation is, e.g. "send+receive pair" */
    struct cell_params params;
};

/* One timed window. CPU time and switches are NaN without operations, and if the scenario times
 * only parts of its rounds. */
struct sample {
    uint32_t process;       /* which of the cell's processes, from 0 */
    uint32_t index;         /* which window of that process, from 0 */
    uint64_t ops;           /* operations in the window */
    double ns_per_op;       /* wall time of the window over ops */
    double window_ns;       /* wall time of the window */
    double overlap;         /* share of a crowd's workers that did anything in the window, or NaN */
    double cpu_ns_per_op;   /* CPU time of all workers, user and system */
    double switches_per_op; /* context switches of all workers, voluntary or not */
    double fairness;        /* Jain's index over the workers' shares, or NaN */
    /* The share of a lock's acquisitions by another worker than the one before, counted under the
     * lock; NaN if there is no lock, or one worker. */
    double handovers;
};

/* How often an outcome of the channel happened in a traced window. */
struct outcome_count {
    char name[LABEL_MAX]; /* e.g. send_handoff, recv_park, lock_contended */
    uint64_t count;
    uint64_t ops; /* operations of the window */
};

/* Two rows of a traced window that are not outcomes: how many of its operations took the path that
 * the cell is named after, and how many nanoseconds the window took. */
#define TRACED_PURE   "pure"
#define TRACED_WINDOW "window_ns"

static inline bool outcome_is_count(const struct outcome_count *o)
{
    return strcmp(o->name, TRACED_PURE) != 0 && strcmp(o->name, TRACED_WINDOW) != 0;
}

/* A counter of PAPI, per operation. If it is not available, `reason` has PAPI's own words. In the
 * domain `lab` it is a time that the cell was to take, work, held or away, and `per_op` is how many
 * nanoseconds it took. */
struct counter {
    char name[LABEL_MAX];
    char domain[8]; /* user, kernel, all, sde, or lab */
    bool available;
    double per_op;
    char reason[REASON_MAX];
};

/* A latency histogram in log-linear buckets (see hist.h), of one side of the scenario's path. */
enum { HIST_BUCKETS = 4096 };
struct latency {
    char side[LABEL_MAX]; /* send, recv, or delivery (send's start to receive's return) */
    uint64_t count;
    uint64_t bucket[HIST_BUCKETS];
    double min_ns, max_ns;
};

/* How a process of a cell ended. Stored, and sent in records: the numbers stay. */
enum trial_status {
    TRIAL_OK,
    TRIAL_TIMEOUT,
    TRIAL_FAILED,  /* a channel did wrong, or the process did not end as it should */
    TRIAL_SKIPPED, /* the machine cannot measure the cell */
    TRIAL_LACKING, /* the channel does not have what the cell needs; nothing is wrong */
};
enum { TRIAL_STATUSES = TRIAL_LACKING + 1 };

/* What others used of the PUs while something of ours ran: other programs, and the host of a
 * virtual machine. Shares of the time of all PUs, from 0 to 1; NaN if they are not known. */
struct others_shares {
    double programs, host;
};

#endif
