/* A trace: what happens to goroutines (and threads) that wait on channels, step by step.
 *
 *     static struct hchan_event events[1000];
 *     size_t lost;
 *     hchan_trace_start(events, 1000);
 *     ...                                        // goroutines that send and receive
 *     size_t count = hchan_trace_stop(&lost);    // events[0..count)
 *
 * A park is three steps, as in Go:
 *
 *     _Grunning --no peer: queued on the channel--> _Gwaiting
 *     _Gwaiting --a peer, or a close: goready--> _Grunnable
 *     _Grunnable --the scheduler picks it--> _Grunning, and the operation returns
 *
 * For a thread the kernel is the scheduler, or it spins; the steps are the same, however long it
 * has really slept, and even if it was woken before it could sleep. A wait that ends at its
 * deadline has two steps, since nothing makes it ready: it is _Gwaiting, and then _Grunning. If a
 * wait began before the trace or outlasts it, some of its steps are missing.
 *
 * Only traced instances are traced (hchan_traced()); the steps of measured ones are not seen, nor
 * are waits on nil channels or by hchan/sync.h. Every function may be called by any number of
 * threads at once, but not in a child of fork() whose parent was tracing. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_TRACE_H
#define HCHAN_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a goroutine that lives is doing, in Go's words. */
enum gstatus { GRUNNABLE, GRUNNING, GWAITING };

/* Go's word for a status: "_Grunning"; static. */
const char *hchan_gstatus_name(enum gstatus status);

/* A step of a goroutine's life. */
struct hchan_event {
    int64_t at;            /* ns on CLOCK_MONOTONIC */
    uint32_t goroutine;    /* as in struct hchan_parked (hchan/parked.h) */
    uint32_t by;           /* in a step to _Grunnable: the goroutine that made it ready; else 0 */
    enum gstatus from, to; /* its status before and after */
    const char *reason;    /* of its wait, in Go's words: "chan send"; static */
    bool bounded;          /* the wait has a deadline */
    const void *channel;   /* its address; never read it. For a select, the channel of the case that
                            * happened; NULL while it waits, or if it timed out */
};

/* Starts a trace into events[0..room), which belongs to the trace until it is stopped. Returns 0;
 * EBUSY if a trace runs already; EINVAL if events is NULL and room is not 0. */
int hchan_trace_start(struct hchan_event *events, size_t room);

/* Ends the trace: after that no thread writes to its events any more. Returns the number of events,
 * and sets *lost, which must not be NULL, to the number of those that there was no room for: the
 * first ones are kept. Both are 0 if no trace ran.
 *
 * The steps of one goroutine are in order, and a step comes after those that led to it. Steps of
 * different goroutines that have nothing to do with each other may be exchanged if they are closer
 * in time than it takes to write one. */
size_t hchan_trace_stop(size_t *lost);

#ifdef __cplusplus
}
#endif

#endif
