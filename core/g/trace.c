/* The trace of hchan/trace.h. Who has a step to tell takes the next place in the caller's array,
 * and fills it in alone. A place is taken after all that came before the step: an event is after
 * those that led to it. */
#include "core/g/trace.h"
#include "core/base/futex.h"
#include <errno.h>
#include <pthread.h>

static pthread_mutex_t trace_lock = PTHREAD_MUTEX_INITIALIZER; /* over a start, and over a stop */
static struct hchan_event *events; /* written under trace_lock, while no trace runs; and the next */
static size_t room;
static _Atomic uint64_t taken;   /* places, and those that there would have been */
static _Atomic uint32_t writers; /* who may be writing to `events` */
_Atomic uint32_t tracing;

static const char *const names[] = {
    [GIDLE] = "_Gidle",       [GRUNNABLE] = "_Grunnable", [GRUNNING] = "_Grunning",
    [GWAITING] = "_Gwaiting", [GDEAD] = "_Gdead",
};

const char *hchan_gstatus_name(enum gstatus status)
{
    return names[status];
}

/* seq_cst, with hchan_trace_stop(): it sees that we write, or we see that it has ended; and in
 * the latter case the array is not touched. */
void trace_event(struct g *gp, enum gstatus from, enum gstatus to, const void *channel)
{
    fadd_sc(&writers, 1);
    if (load_sc(&tracing)) { /* pairs with the store in start: events and room are seen */
        uint64_t i = fadd_rlx(&taken, 1); /* a number; what brought this step about has its own */
        uint32_t what = load_rlx(&gp->wait.what); /* ours, or we have taken gp off its queue */
        if (i < room)
            events[i] = (struct hchan_event){
                .at = nanotime(),
                .goroutine = load_rlx(&gp->id), /* it lives: ours, or of whom we wake */
                .by = to == GRUNNABLE ? load_rlx(&getg()->id) : 0, /* our own */
                .from = from,
                .to = to,
                .reason = wait_reason_name(what & WAIT_REASON_MASK),
                .bounded = what & WAIT_BOUNDED,
                .channel = channel,
            };
    }
    fadd_sc(&writers, -1U); /* publishes the event to stop */
}

int hchan_trace_start(struct hchan_event *array, size_t size)
{
    if (!array && size)
        return EINVAL;
    pthread_mutex_lock(&trace_lock);
    bool busy = load_rlx(&tracing) != 0; /* under trace_lock, as are the stores */
    if (!busy) {
        events = array;
        room = size;
        store_rlx(&taken, 0);  /* published by the next */
        store_sc(&tracing, 1); /* pairs with load_sc in trace_event() */
    }
    pthread_mutex_unlock(&trace_lock);
    return busy ? EBUSY : 0;
}

size_t hchan_trace_stop(size_t *lost)
{
    uint64_t count = 0;
    pthread_mutex_lock(&trace_lock);
    if (load_rlx(&tracing)) { /* under trace_lock */
        store_sc(&tracing, 0);
        while (load_sc(&writers)) /* seq_cst, both: as trace_event() says */
            osyield();
        count = load_rlx(&taken); /* nobody writes it now */
    }
    *lost = count > room ? count - room : 0;
    count -= *lost;
    pthread_mutex_unlock(&trace_lock);
    return count;
}
