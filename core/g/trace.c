/* The trace of hchan/trace.h. A thread with a step to write takes the next place in the caller's
 * array and fills it in; no other thread writes there. It takes the place after all that came
 * before the step, so that an event stands after those that led to it.
 *
 * trace_lock is held while a trace starts or stops. `tracing` and `writers` keep threads from
 * writing to the array once it is stopped. */
/* SPDX-License-Identifier: MIT */
#include "core/g/trace.h"
#include "core/base/futex.h"
#include <errno.h>
#include <pthread.h>

static pthread_mutex_t trace_lock = PTHREAD_MUTEX_INITIALIZER;
static struct hchan_event *events; /* written under trace_lock, while no trace runs, as is room */
static size_t room;
static _Atomic uint64_t taken;   /* steps so far, including those that there was no room for */
static _Atomic uint32_t writers; /* threads that may be writing to `events` */
_Atomic uint32_t tracing;

static const char *const names[] = {
    [GRUNNABLE] = "_Grunnable",
    [GRUNNING] = "_Grunning",
    [GWAITING] = "_Gwaiting",
};

const char *hchan_gstatus_name(enum gstatus status)
{
    return names[status];
}

void trace_event(struct g *gp, enum gstatus from, enum gstatus to, const void *channel)
{
    /* seq_cst, here and in hchan_trace_stop(): either that sees that we write, or we see that the
     * trace has ended and do not touch the array. */
    fadd_sc(&writers, 1);
    if (load_sc(&tracing)) { /* pairs with the store in start: events and room are seen */
        uint64_t i = fadd_rlx(&taken, 1); /* relaxed: what led to this step has taken its place */
        uint32_t what = load_rlx(&gp->wait.what); /* ours, or we have taken gp off its queue */
        if (i < room)
            events[i] = (struct hchan_event){
                .at = nanotime(),
                .goroutine = load_rlx(&gp->id), /* relaxed: ours, or of the G that we wake */
                .by = to == GRUNNABLE ? load_rlx(&getg()->id) : 0, /* our own */
                .from = from,
                .to = to,
                .reason = wait_reason_name(what & WAIT_REASON_MASK),
                .bounded = what & WAIT_BOUNDED,
                .channel = channel,
            };
    }
    fadd_sc(&writers, -1U); /* pairs with load_sc in stop, which reads the event */
}

int hchan_trace_start(struct hchan_event *array, size_t size)
{
    if (!array && size)
        return EINVAL;
    pthread_mutex_lock(&trace_lock);
    bool busy = load_rlx(&tracing) != 0; /* relaxed: it is written under trace_lock */
    if (!busy) {
        events = array;
        room = size;
        store_rlx(&taken, 0);  /* relaxed: published by the next store */
        store_sc(&tracing, 1); /* pairs with load_sc in trace_event() */
    }
    pthread_mutex_unlock(&trace_lock);
    return busy ? EBUSY : 0;
}

size_t hchan_trace_stop(size_t *lost)
{
    uint64_t count = 0;
    pthread_mutex_lock(&trace_lock);
    if (load_rlx(&tracing)) { /* relaxed, as in start */
        store_sc(&tracing, 0);
        while (load_sc(&writers)) /* seq_cst, both: see trace_event() */
            osyield();
        count = load_rlx(&taken); /* relaxed: no thread writes it any more */
    }
    *lost = count > room ? count - room : 0;
    count -= *lost;
    pthread_mutex_unlock(&trace_lock);
    return count;
}
