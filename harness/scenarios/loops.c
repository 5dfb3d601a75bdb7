/* The scenarios' loops for one variant and one instance. The build compiles this file once for each
 * variant and instance, with
 *
 *   VARIANT, VARIANT_FILE   the variant's identifier and file
 *   LOOPS_MEASURED          nothing counted, nothing timed inside: what users time
 *   LOOPS_TRACED            the traced channel, and the workers count their calls
 *   LOOPS_LATENCY           the measured channel, each call timed into a histogram
 *
 * The channel's functions are static here, so that no timed loop holds an indirect call. */
/* SPDX-License-Identifier: MIT */
#ifdef LOOPS_TRACED
#define VARIANT_INSTANCE traced
#define CHAN_UNCHECKED   /* the accounting is wanted here, not the tests' checks */
#else
#define VARIANT_INSTANCE measured
#endif
#include VARIANT_FILE

#include "core/base/futex.h"
#include "harness/base/clock.h"
#include "harness/base/hist.h"
#include "harness/scenarios/asleep.h"
#include "harness/scenarios/scenario.h"
#include <errno.h>
#include <stdlib.h>

#define CHAN_FN(name) VARIANT_PASTE(VARIANT_PASTE(VARIANT, VARIANT_INSTANCE), name)
#define LOCK_FN(name) VARIANT_PASTE(VARIANT_PASTE(lock, VARIANT_LOCK), name)

/* The channel operations of a loop. `w` is the worker, whose calls are counted or timed. */
#if defined(LOOPS_LATENCY)

static inline void loop_record(struct worker *w, enum side side, uint64_t ns)
{
    if (load_rlx(&w->bench->recording)) /* a flag; publishes nothing */
        hist_record(w->latency[side], ns);
}

/* A wait between two operations, which the path needs. */
static inline uint64_t loop_wait_begin(void)
{
    return clock_ns();
}

static inline void loop_wait_end(struct worker *w, uint64_t start)
{
    loop_record(w, SIDE_WAIT, clock_ns() - start);
}

/* A value carries the time at which its send began, if it is large enough. */
static inline void loop_send(struct worker *w, hchan *c, void *elem)
{
    uint64_t start = clock_ns();
    if (c->elemsize >= sizeof(start))
        memcpy(elem, &start, sizeof(start));
    CHAN_FN(chansend1)(c, elem);
    loop_record(w, SIDE_SEND, clock_ns() - start);
}

static inline bool loop_recv(struct worker *w, hchan *c, void *elem)
{
    uint64_t start = clock_ns(), sent;
    bool ok = CHAN_FN(chanrecv2)(c, elem);
    uint64_t end = clock_ns();
    if (!ok)
        return false;
    loop_record(w, SIDE_RECV, end - start);
    if (c->elemsize >= sizeof(sent)) {
        memcpy(&sent, elem, sizeof(sent));
        loop_record(w, SIDE_DELIVERY, end - sent);
    }
    return true;
}

#else

static inline uint64_t loop_wait_begin(void)
{
    return 0;
}

static inline void loop_wait_end(struct worker *w, uint64_t start)
{
    (void)w;
    (void)start;
}

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
    return CHAN_FN(selectnbsend)(c, elem);
}

static inline bool loop_try_recv(struct worker *w, hchan *c, void *elem)
{
    bool received;
#ifdef LOOPS_TRACED
    w->recvs++;
#endif
    (void)w;
    return CHAN_FN(selectnbrecv)(c, elem, &received);
}

/* A blocking select over channels of this variant. Returns the case that happened. *received is
 * true if that case received a value, and false if its channel is closed. */
static inline int loop_select(struct worker *w, const struct scase *cases, uint32_t count,
                              bool *received)
{
    *received = false;
#ifdef LOOPS_LATENCY
    uint64_t start = clock_ns(), sent;
    for (uint32_t i = 0; i < count; i++)
        if (cases[i].kind == SCASE_SEND && cases[i].c->elemsize >= sizeof(start))
            memcpy(cases[i].elem, &start, sizeof(start));
#endif
    int chosen = CHAN_FN(selectgo)(cases, count, true, HCHAN_FOREVER, received, NULL);
    bool send = cases[chosen].kind == SCASE_SEND;
    (void)send;
    (void)w;
#ifdef LOOPS_TRACED
    w->sends += send;
    w->recvs += !send;
#endif
#ifdef LOOPS_LATENCY
    uint64_t end = clock_ns();
    if (send || *received)
        loop_record(w, send ? SIDE_SEND : SIDE_RECV, end - start);
    if (*received && cases[chosen].c->elemsize >= sizeof(sent)) {
        memcpy(&sent, cases[chosen].elem, sizeof(sent));
        loop_record(w, SIDE_DELIVERY, end - sent);
    }
#endif
    return chosen;
}

static inline void loop_close(hchan *c)
{
    CHAN_FN(closechan)(c);
}

/* Waits until *word is no longer `value`; the writer calls futex_wake() after writing it. A
 * goroutine lets others run meanwhile, since sleeping would stop its P. Acquires what was written
 * before. */
static inline void loop_await(const struct bench *b, _Atomic uint32_t *word, uint32_t value)
{
    while (load_acq(word) == value)
        if (b->goroutines)
            gosched();
        else
            futex_wait(word, value, FUTEX_FOREVER);
}

/* make(chan T, capacity), into b->chan[i], which is freed after the window at the latest. */
static inline int loop_makechan(struct bench *b, int i, size_t elem, size_t capacity)
{
    b->chan[i] = makechan(b->variant, elem, capacity);
    return b->chan[i] ? 0 : -errno;
}

/* The same within a loop, which cannot report a failure. */
static inline hchan *loop_makechan_or_throw(struct bench *b, int i, size_t elem, size_t capacity)
{
    if (loop_makechan(b, i, elem, capacity))
        gothrow("a scenario ran out of memory");
    return b->chan[i];
}

/* Room for a second value of a worker, on cache lines of its own. */
static inline void *loop_second_elem(const struct worker *w)
{
    return w->elem + (w->bench->params.elem + 63) / 64 * 64;
}

#define PURE(outcome) (UINT64_C(1) << HCHAN_##outcome)

#include "all_scenarios.h"

#define LOOPS VARIANT_PASTE(VARIANT_PASTE(loops, VARIANT), LOOPS_INSTANCE)
#define X(id) &scenario_##id,
extern const struct scenario *const LOOPS[];
const struct scenario *const LOOPS[] = {ALL_SCENARIOS(X) NULL};
