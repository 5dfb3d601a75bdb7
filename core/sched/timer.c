/* The deadlines of parked goroutines: a heap by time. (If a thread parks, the kernel keeps its
 * deadline.) Owns the heap, and the timer and `when` of each G. Knows nothing of Ps: those ask when
 * the next timer is due, and make ready what is. */
/* SPDX-License-Identifier: MIT */
#include "core/sched/timer.h"
#include "core/base/futex.h"
#include "core/base/throw.h"
#include <pthread.h>
#include <stdlib.h>

static struct {
    pthread_mutex_t lock;
    struct g *
        *heap; /* heap[1..count]; each G knows its place in it. Under lock, with the next two */
    uint32_t count, room;
    _Atomic int64_t next; /* the deadline of heap[1]; written under lock */
} timers = {.lock = PTHREAD_MUTEX_INITIALIZER, .next = FUTEX_FOREVER};

static void place(uint32_t at, struct g *gp)
{
    timers.heap[at] = gp;
    gp->timer = at;
}

static void sift_up(uint32_t at, struct g *gp)
{
    for (; at > 1 && timers.heap[at / 2]->when > gp->when; at /= 2)
        place(at, timers.heap[at / 2]);
    place(at, gp);
}

static void sift_down(uint32_t at, struct g *gp)
{
    for (uint32_t child; (child = 2 * at) <= timers.count; at = child) {
        if (child < timers.count && timers.heap[child + 1]->when < timers.heap[child]->when)
            child++;
        if (gp->when <= timers.heap[child]->when)
            break;
        place(at, timers.heap[child]);
    }
    place(at, gp);
}

/* Relaxed, here and in timer_next(): a P that reads too early a value checks again. The watcher,
 * which might sleep past a deadline, is woken by wake_at(). */
static void publish(void)
{
    store_rlx(&timers.next, timers.count ? timers.heap[1]->when : FUTEX_FOREVER);
}

static void take_out(struct g *gp)
{
    uint32_t at = gp->timer;
    struct g *last = timers.heap[timers.count--];
    gp->timer = 0;
    if (last != gp) {
        sift_up(at, last);
        sift_down(last->timer, last);
    }
}

static void grow(void)
{
    uint32_t more = timers.room ? 2 * timers.room : 64;
    struct g **bigger = realloc(timers.heap, (more + 1) * sizeof(struct g *));
    if (!bigger)
        gothrow("out of memory");
    timers.heap = bigger;
    timers.room = more;
}

bool timer_add(struct g *gp, int64_t when)
{
    pthread_mutex_lock(&timers.lock);
    if (timers.count == timers.room)
        grow();
    gp->when = when;
    sift_up(++timers.count, gp);
    bool first = timers.heap[1] == gp;
    publish();
    pthread_mutex_unlock(&timers.lock);
    return first;
}

void timer_del(struct g *gp)
{
    pthread_mutex_lock(&timers.lock);
    if (gp->timer) {
        take_out(gp);
        publish();
    }
    pthread_mutex_unlock(&timers.lock);
}

int64_t timer_next(void)
{
    return load_rlx(&timers.next); /* a hint: see publish() */
}

/* gp is due. True if it was asleep, and is the caller's to run. */
static bool expire(struct g *gp, int64_t now)
{
    enum { AGAIN_NS = 20000 }; /* far more than it takes to leave a stack */
    uint32_t word = GPARK_ASLEEP;
    /* Acquire: pairs with the release in finish(), before which its context was written. It goes on
     * as if it had not slept: a waker that comes now finds WAITING, and leaves it to us. */
    if (cas_acq(&gp->park, &word, GPARK_WAITING)) {
        take_out(gp);
        return true;
    }
    if (word == GPARK_READY) {
        take_out(gp); /* its waker has it */
    } else {          /* it has not left its stack yet */
        gp->when = now + AGAIN_NS;
        sift_down(gp->timer, gp);
    }
    return false;
}

struct g *timers_due(int64_t now)
{
    struct g *due = NULL, **end = &due;
    pthread_mutex_lock(&timers.lock);
    while (timers.count && timers.heap[1]->when <= now) {
        struct g *gp = timers.heap[1];
        if (expire(gp, now)) {
            *end = gp;
            end = &gp->schedlink;
        }
    }
    *end = NULL;
    publish();
    pthread_mutex_unlock(&timers.lock);
    return due;
}

void timers_lock(void)
{
    pthread_mutex_lock(&timers.lock);
}

void timers_unlock(void)
{
    pthread_mutex_unlock(&timers.lock);
}

void timers_forget(void)
{
    timers.count = 0;
    publish();
}
