/* The workers of one window: threads of our own, each bound to its PU, or goroutines on Ps that are
 * bound likewise. They are started together and joined; what they do in between is their part. */
/* SPDX-License-Identifier: MIT */
#ifndef HARNESS_RUN_CREW_H
#define HARNESS_RUN_CREW_H

#include "harness/run/spec.h"
#include "harness/run/usage.h"
#include <pthread.h>
#include <stddef.h>

/* A worker, and what is kept about it. A P has the seat of its number. */
struct seat {
    struct worker worker; /* first: aligned */
    struct crew *crew;
    pthread_t thread;
    int error; /* a negative errno, with its reason */
    char reason[REASON_MAX];
    struct usage usage; /* of the worker's part, or of a P */
    struct counters_thread counting;
    bool counts_events;
    struct latency *latency; /* SIDES of its own, or NULL */
    uint64_t counts[COUNTERS_MAX];
    uint64_t before; /* the worker's operations when the lead's window began */
};

struct crew {
    struct bench bench; /* first: aligned; what the scenario's loops see */
    struct window_spec *spec;
    struct seat *seats;
    void (*part)(struct crew *crew, struct worker *w); /* what each worker does */
    unsigned threads;                                  /* of workers, goroutines as well */
    bool crowd;                                        /* window_is_crowd() */
    uint64_t warm_ops;                                 /* of the lead, before its window */
    uint64_t lead_ops;                                 /* of the lead, within its window */
    uint64_t window_ns;                                /* of the lead's window */
    struct usage usage;                                /* of a crowd, within its window */
    alignas(128) _Atomic uint32_t arrived;             /* workers that are in place, or failed */
    alignas(128) _Atomic uint32_t go;                  /* enum go; a futex */
};

/* Makes the crew of a window, with nothing started; NULL if memory ran out. The spec must outlive
 * it. */
struct crew *crew_new(struct window_spec *spec);
void crew_free(struct crew *crew);

/* Starts the workers: each takes its place, waits for the others, and does its part. Returns 0, or
 * a negative errno, with no worker left running. */
int crew_start(struct crew *crew, void (*part)(struct crew *crew, struct worker *w));

/* Waits until the workers have been let go, in the thread that started them. Returns false if one
 * of them could not take its place; then none does its part. */
bool crew_await(struct crew *crew);

/* Waits until all workers have ended. */
void crew_join(struct crew *crew);

/* Returns the error of the first seat that has one, with its reason, or 0. */
int crew_error(const struct crew *crew, char *error, size_t size);

#endif
