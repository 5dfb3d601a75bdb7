/* The workers of one window: threads of our own, each bound to its PU, or goroutines on Ps that are
 * bound so; how they are started together and joined. What they do meanwhile is their part. */
#ifndef HARNESS_RUN_CREW_H
#define HARNESS_RUN_CREW_H

#include "harness/run/spec.h"
#include "harness/run/usage.h"
#include <pthread.h>
#include <stddef.h>

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

/* A crew for the window, with nothing started; NULL if memory ran out. The spec outlives it. */
struct crew *crew_new(struct window_spec *spec);
void crew_free(struct crew *crew);

/* Starts the workers, each with its part. 0, or a negative errno with none left running. */
int crew_start(struct crew *crew, void (*part)(struct crew *crew, struct worker *w));

/* Waits until the lead has let the workers go; false if one of them failed and all end. For the
 * thread that started them. */
bool crew_await(struct crew *crew);

/* Waits until all have ended. */
void crew_join(struct crew *crew);

/* The first seat's error, with its reason; 0: there is none. */
int crew_error(const struct crew *crew, char *error, size_t size);

#endif
