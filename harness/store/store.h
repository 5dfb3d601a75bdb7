/* The store: one SQLite database that holds runs, environment, cells, samples, histograms,
 * outcomes and counters (results/schema.sql). While it is written it has a write-ahead log, and
 * each thing added is a transaction, so that a kill or a full disk loses at most the sample that is
 * being added. Reading it needs no more than the right to read its files, and leaves nothing
 * behind.
 *
 * Every function that can fail returns 0 or a negative errno; store_error() then has one sentence
 * that says what went wrong. A store is used by one thread at a time. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_STORE_STORE_H
#define HARNESS_STORE_STORE_H

#include "harness/base/cell.h"
#include <stddef.h>
#include <stdint.h>

struct store;

enum store_mode { STORE_READ, STORE_WRITE };

/* Opens the store at `path`; STORE_WRITE creates it if it does not exist, and brings an older one
 * up to date. Returns NULL with a sentence in `error` (size bytes) if the file is not a store, has
 * a newer schema, or can't be read or written. A file that is not a store is not changed,
 * nor is any file by STORE_READ. One process should not read a store before it writes it.
 * store_close() releases the store; NULL is allowed. */
struct store *store_open(const char *path, enum store_mode mode, char *error, size_t size);
void store_close(struct store *s);
const char *store_error(const struct store *s);

/* Checks that the store is still the file that was opened. If that was removed or replaced, what is
 * written still succeeds, and is gone when the program ends. Returns 0 or -ENOENT. */
int store_check_place(struct store *s);

/* A run: a sweep that was executed. The strings are borrowed for the call when written; when read
 * they belong to the store and live until the next store_find_run or store_close. */
struct run {
    int64_t id;
    const char *started;     /* ISO 8601, UTC */
    const char *finished;    /* ISO 8601, or NULL if the sweep did not end */
    const char *command;     /* the command line that repeats it */
    const char *mode;        /* how cells were sampled: quick or full */
    const char *environment; /* JSON object, see env.h */
    const char *topology;    /* hwloc's XML */
    uint64_t seed;           /* of the order of the cells */
    uint32_t processes;      /* processes planned for each cell */
    /* How each of them samples, as in struct sampling of plan.h; 0 in a store before version 5,
     * which did not keep it. */
    uint32_t samples;
    uint64_t window_ns, limit_ns, kill_ns;
    const char *name; /* the user's, or NULL; no other run of the store has it */
    const char *note; /* the user's, or NULL */
};

/* -EEXIST if another run has the name. */
int store_begin_run(struct store *s, const struct run *run, int64_t *id);
int store_end_run(struct store *s, int64_t run);

/* Adds a number to the environment of a run, under a name that is a word; NaN adds nothing. */
int store_add_fact(struct store *s, int64_t run, const char *name, double value);

/* Adds to such a number; one that is not there counts as 0. */
int store_raise_fact(struct store *s, int64_t run, const char *name, double by);

/* Makes what is added and removed from here on one transaction, which store_commit() ends. If the
 * program ends before, or after store_rollback(), nothing of it has happened. */
int store_begin(struct store *s);
int store_commit(struct store *s);
void store_rollback(struct store *s);

/* Adds a cell to a run and gives its id. */
int store_add_cell(struct store *s, int64_t run, const struct cell *cell, int64_t *id);

/* When a process of a cell ran: its place in its run's order. The processes of a block ran one
 * after the other in each round, and so are comparable. */
struct trial_when {
    uint64_t block;      /* the number of the cell's block in its run */
    uint64_t position;   /* how many processes of the run came before */
    uint64_t started_ms; /* after the run's start */
};

/* Adds how one process of a cell ended; `message` says why if not with TRIAL_OK. `others` is what
 * others used of the PUs meanwhile; each of the last two is NULL if it is not known. */
int store_add_trial(struct store *s, int64_t cell, uint32_t process, enum trial_status status,
                    const char *message, const struct others_shares *others,
                    const struct trial_when *when);
int store_add_sample(struct store *s, int64_t cell, const struct sample *sample);
int store_add_outcome(struct store *s, int64_t cell, uint32_t process,
                      const struct outcome_count *outcome);
int store_add_counter(struct store *s, int64_t cell, uint32_t process,
                      const struct counter *counter);
int store_add_latency(struct store *s, int64_t cell, uint32_t process,
                      const struct latency *latency);

/* Finds a run by its id; 0 is the latest. Returns -ENOENT if there is none. */
int store_find_run(struct store *s, int64_t id, struct run *run);

/* Gives the id of the run that has this name. Returns -ENOENT if there is none. */
int store_named_run(struct store *s, const char *name, int64_t *id);

/* Moves *id to the next run; from 0 to the first. Returns -ENOENT after the last. */
int store_next_run(struct store *s, int64_t *id);

/* Calls `each` for every cell of a run, in the order in which they were added. */
int store_each_cell(struct store *s, int64_t run,
                    int (*each)(void *arg, int64_t id, const struct cell *cell), void *arg);

/* Readers of one cell. store_samples returns a malloc'd array, which the caller frees, in order of
 * process and index. store_outcomes adds up the processes' counts; store_counters takes the median
 * over processes; each fills `out` and returns the number, or -E2BIG if there are more than `max`.
 * store_latency adds up the processes' buckets of one side; -ENOENT if there are none.
 * store_trials counts the processes by status into count[TRIAL_STATUSES] and gives the last message
 * that is not empty. */
int store_samples(struct store *s, int64_t cell, struct sample **samples, size_t *count);
int store_outcomes(struct store *s, int64_t cell, struct outcome_count *out, size_t max);
int store_counters(struct store *s, int64_t cell, struct counter *out, size_t max);
int store_latency(struct store *s, int64_t cell, const char *side, struct latency *out);

/* The traced windows of a cell, as samples that have a process, operations and times only;
 * malloc'd, the caller frees them. */
int store_traced(struct store *s, int64_t cell, struct sample **samples, size_t *count);
int store_trials(struct store *s, int64_t cell, uint32_t count[TRIAL_STATUSES], char *message,
                 size_t size);

/* What others used of the PUs while a process of a cell ran. */
struct trial_others {
    uint32_t process;
    struct others_shares shares; /* NaN if they are not known, as in a store before version 5 */
};

/* Reads it for each process that has ended, in the order of their numbers; malloc'd, the caller
 * frees it. */
int store_trial_others(struct store *s, int64_t cell, struct trial_others **out, size_t *count);

#endif
