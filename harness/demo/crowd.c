/* Starts the goroutines, waits until all are parked, reads what they take, and wakes them. One
 * crowd in a process: its state is static, since every goroutine reads it. */
/* SPDX-License-Identifier: MIT */
#include "harness/demo/crowd.h"
#include "core/base/atomic.h"
#include "harness/base/clock.h"
#include "harness/machine/memory.h"
#include <errno.h>
#include <hchan/sched.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A crowd. Its first goroutine, as main is in Go, starts the others, counts them and wakes them. */
struct crowd {
    hchan *gate;
    unsigned char *received; /* by goroutine: how often it got zero and false; or MISLED */
    uint64_t goroutines, started, parked;
    int error; /* of starting one */
    struct memory_taken before, after;
    uint64_t start_ns, parked_ns, close_ns;
    alignas(128) _Atomic uint64_t arrived;
};

enum { MISLED = 0x80 };

static struct crowd crowd;

static void wait_in_crowd(void *arg)
{
    unsigned char *received = arg;
    uint64_t value = ~UINT64_C(0);
    fadd_rlx(&crowd.arrived, 1); /* a count; publishes nothing */
    bool ok = chanrecv2(crowd.gate, &value);
    *received += !ok && value == 0 ? 1 : MISLED;
}

static void lead_crowd(void *arg)
{
    /* Counting the queue holds the channel's lock, which the goroutines that are still to park on
     * other Ps need in between. Sleeping keeps our own P, on which none is left to run: a goroutine
     * that has arrived parks before it yields. */
    static const struct timespec pause = {.tv_nsec = 1000000};
    struct crowd *c = arg;
    memory_look(&c->before); /* the first call takes some memory itself */
    memory_look(&c->before);
    c->start_ns = clock_ns();
    for (; c->started < c->goroutines && !c->error; c->started += !c->error)
        c->error = newproc(wait_in_crowd, &c->received[c->started]);
    while (load_rlx(&c->arrived) < c->started) /* a count, which publishes nothing */
        gosched();
    /* As many as there are Ps may be just about to park, which matters for the count only. */
    c->parked_ns = clock_ns();
    while ((c->parked = chan_parked_receivers(c->gate)) < c->started)
        nanosleep(&pause, NULL);
    memory_look(&c->after);
    c->close_ns = clock_ns();
    closechan(c->gate);
}

const char *crowd_name(enum crowd_quantity quantity)
{
    static const char *const names[CROWD_QUANTITIES] = {
        "resident_bytes", "table_bytes", "mapped_bytes", "mappings", "start_ns", "wake_ns"};
    return names[quantity];
}

static void divide(const struct crowd *c, uint64_t end_ns, double out[CROWD_QUANTITIES])
{
    const struct memory_taken *a = &c->after, *b = &c->before;
    out[CROWD_RESIDENT] = a->resident - b->resident;
    out[CROWD_TABLES] = a->tables - b->tables;
    out[CROWD_MAPPED] = a->mapped - b->mapped;
    out[CROWD_MAPPINGS] = a->mappings - b->mappings;
    out[CROWD_START] = (double)(c->parked_ns - c->start_ns);
    out[CROWD_WAKE] = (double)(end_ns - c->close_ns);
    for (size_t i = 0; i < CROWD_QUANTITIES; i++)
        out[i] /= (double)c->goroutines;
}

/* Whether every goroutine did right; all have ended. */
static int check_crowd(const struct crowd *c, char *error, size_t size)
{
    uint64_t right = 0;
    for (uint64_t i = 0; i < c->goroutines; i++)
        right += c->received[i] == 1;
    if (c->error) {
        snprintf(error, size, "%llu of %llu goroutines could be started: %s",
                 (unsigned long long)c->started, (unsigned long long)c->goroutines,
                 strerror(c->error));
        return -c->error;
    }
    if (right == c->goroutines && c->parked == c->goroutines)
        return 0;
    snprintf(error, size,
             "of %llu goroutines %llu were parked, and %llu got one zero and false from the close",
             (unsigned long long)c->goroutines, (unsigned long long)c->parked,
             (unsigned long long)right);
    return -EBADMSG;
}

/* The scheduler runs; this ends it. */
static int run_crowd(struct crowd *c, double per_goroutine[CROWD_QUANTITIES], char *error,
                     size_t size)
{
    int status = newproc(lead_crowd, c);
    if (status)
        snprintf(error, size, "no goroutine could be started: %s", strerror(status));
    schedwait();
    uint64_t end_ns = clock_ns();
    schedstop();
    if (status)
        return -status;
    status = check_crowd(c, error, size);
    if (!status)
        divide(c, end_ns, per_goroutine);
    return status;
}

int crowd_run(const struct hchan_variant *variant, uint64_t count,
              double per_goroutine[CROWD_QUANTITIES], char *error, size_t size)
{
    crowd = (struct crowd){
        .goroutines = count,
        .gate = makechan(variant, sizeof(uint64_t), 0),
        .received = malloc(count),
    };
    int status = crowd.gate && crowd.received ? schedinit(NULL) : ENOMEM;
    if (status) {
        snprintf(error, size, "no scheduler could be started: %s", strerror(status));
        status = -status;
    } else {
        memset(crowd.received, 0, count); /* touched now, so as not to count as the goroutines' */
        status = run_crowd(&crowd, per_goroutine, error, size);
    }
    chanfree(crowd.gate);
    free(crowd.received);
    return status;
}
