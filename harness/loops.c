/* The scenarios' loops for one variant and one instance. The build compiles this file once for each
 * of them, with
 *
 *   VARIANT, VARIANT_FILE   the variant's identifier and file
 *   LOOPS_MEASURED          nothing counted, nothing timed inside: what users time
 *   LOOPS_TRACED            the traced channel, and the workers count their calls
 *   LOOPS_LATENCY           the measured channel, each call timed into a histogram
 *
 * The channel's functions are static here, so that no timed loop holds an indirect call. */
#ifdef LOOPS_TRACED
#define VARIANT_INSTANCE traced
#define CHAN_UNCHECKED   /* what is to be seen is the accounting, not the tests' checks */
#else
#define VARIANT_INSTANCE measured
#endif
#include VARIANT_FILE

#include "core/futex.h"
#include "harness/clock.h"
#include "harness/hist.h"
#include "harness/scenario.h"
#include <errno.h>
#include <stdlib.h>

#define CHAN_FN(name) VARIANT_PASTE(VARIANT_PASTE(VARIANT, VARIANT_INSTANCE), name)
#define LOCK_FN(name) VARIANT_PASTE(VARIANT_PASTE(lock, VARIANT_LOCK), name)

/* The channel operations of a loop. `w` is the worker, for whoever counts or times. */
#if defined(LOOPS_LATENCY)

/* A value carries the time at which its send began, where it is large enough. */
static inline void loop_send(struct worker *w, hchan *c, void *elem)
{
    uint64_t start = clock_ns();
    if (c->elemsize >= sizeof(start))
        memcpy(elem, &start, sizeof(start));
    CHAN_FN(chansend1)(c, elem);
    hist_record(w->latency[SIDE_SEND], clock_ns() - start);
}

static inline bool loop_recv(struct worker *w, hchan *c, void *elem)
{
    uint64_t start = clock_ns(), sent;
    bool ok = CHAN_FN(chanrecv2)(c, elem);
    uint64_t end = clock_ns();
    if (!ok)
        return false;
    hist_record(w->latency[SIDE_RECV], end - start);
    if (c->elemsize >= sizeof(sent)) {
        memcpy(&sent, elem, sizeof(sent));
        hist_record(w->latency[SIDE_DELIVERY], end - sent);
    }
    return true;
}

#else

static inline void loop_send(struct worker *w, hchan *c, const void *elem)
{
#ifdef LOOPS_TRACED
    w->sends++;
#endif
    (void)w;
    CHAN_FN(chansend1)(c, elem);
}

static inline bool loop_recv(struct worker *w, hchan *c, void *elem)
{
#ifdef LOOPS_TRACED
    w->recvs++;
#endif
    (void)w;
    return CHAN_FN(chanrecv2)(c, elem);
}

#endif

static inline bool loop_try_send(struct worker *w, hchan *c, const void *elem)
{
#ifdef LOOPS_TRACED
    w->sends++;
#endif
    (void)w;
    return CHAN_FN(chansend)(c, elem, false, NULL);
}

static inline bool loop_try_recv(struct worker *w, hchan *c, void *elem)
{
    bool received;
#ifdef LOOPS_TRACED
    w->recvs++;
#endif
    (void)w;
    return CHAN_FN(chanrecv)(c, elem, false, &received, NULL);
}

static inline void loop_close(hchan *c)
{
    CHAN_FN(closechan)(c);
}

static inline int loop_makechan(struct bench *b, int i, size_t elem, size_t capacity)
{
    b->chan[i] = makechan(b->variant, elem, capacity);
    return b->chan[i] ? 0 : -errno;
}

#define PURE(outcome) (UINT64_C(1) << HCHAN_##outcome)

#include "all_scenarios.h"

#define LOOPS VARIANT_PASTE(VARIANT_PASTE(loops, VARIANT), LOOPS_INSTANCE)
#define X(id) &scenario_##id,
extern const struct scenario *const LOOPS[];
const struct scenario *const LOOPS[] = {ALL_SCENARIOS(X) NULL};
