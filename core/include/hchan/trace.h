/* What becomes of goroutines (and threads) that wait on channels, step by step: a trace.
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
 * For a thread the kernel is the scheduler, or it spins, and the steps are the same; they are told
 * however long it really slept, even where it was woken before it could. A wait that its deadline
 * ends is made ready by nobody, so it has two steps: it is _Gwaiting, and then _Grunning. Of one
 * that began before the trace, or outlasts it, some are missing.
 *
 * Only traced instances have it (hchan_traced()); of a measured one nothing is seen. A wait on nil
 * channels is in neither. Every function may be called by any number of threads at once; not in a
 * child of fork() whose parent was tracing. */
#ifndef HCHAN_TRACE_H
#define HCHAN_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a goroutine is doing, in Go's words. */
enum gstatus { GIDLE, GRUNNABLE, GRUNNING, GWAITING, GDEAD };

/* Go's word for it: "_Grunning"; static. */
const char *hchan_gstatus_name(enum gstatus status);

/* A step of a goroutine's life. */
struct hchan_event {
    int64_t at;            /* nanotime(): ns on CLOCK_MONOTONIC */
    uint32_t goroutine;    /* as struct hchan_parked has it */
    uint32_t by;           /* to _Grunnable: the goroutine whose goready it was; else 0 */
    enum gstatus from, to; /* its status before and after */
    const char *reason;    /* of its wait, in Go's words: "chan send"; static */
    bool bounded;          /* the wait has a deadline */
    const void *channel;   /* its address; never read it. Of a select the channel whose case was
                            * taken, and NULL while it waits on all, or has timed out */
};

/* Starts a trace into `events`, which has room for so many and is the trace's until it is stopped.
 * Returns 0; EBUSY where one runs already; EINVAL where events is NULL and room is not 0. */
int hchan_trace_start(struct hchan_event *events, size_t room);

/* Ends the trace: on return nobody writes to its events any more. Returns how many there are, and
 * in *lost, which may not be NULL, how many more there were than room: the first ones are kept.
 * Both are 0 where no trace ran.
 *
 * The steps of each goroutine are in their order, and so is a step after what brought it about;
 * steps of different goroutines that have nothing to do with each other may be exchanged where they
 * are closer than writing one takes. */
size_t hchan_trace_stop(size_t *lost);

#ifdef __cplusplus
}
#endif

#endif
