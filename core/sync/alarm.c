/* The thread that calls alarms. Owns the heap of those that are set, and the thread: it is made for
 * the first alarm, and ends when there has been none for a while.
 *
 * The heap is a pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986), whose links are in the
 * alarms: so setting one takes no memory. (The scheduler's deadlines, core/sched/timer.c, are in an
 * array, which is as long as goroutines are many.)
 *
 * The thread is registered for the check for deadlocks while an alarm is set, and it is not parked:
 * so there is no deadlock then. It becomes unregistered after the last call, by which it has made
 * ready whom it may.
 *
 * Nothing is called with the lock held, so that it comes before no other lock but allglock. */
/* SPDX-License-Identifier: MIT */
#include "core/sync/alarm.h"
#include "core/base/futex.h"
#include "core/base/signals.h"
#include "core/base/throw.h"
#include "core/g/g.h"
#include <hchan/gothread.h>
#include <pthread.h>

enum { LINGER_NS = 1000000000 };

static struct {
    pthread_mutex_t lock;
    /* Under lock. */
    struct alarm *first;         /* the root of the heap: the one that is due first */
    const struct alarm *ringing; /* whose fn is being called */
    bool running;                /* there is a thread */
    struct g *gp;                /* the thread's; NULL before it has begun */
    uint32_t forks;              /* counts those that led to this process */
    _Atomic uint32_t bell;       /* a futex: counts rings; written under lock */
} alarms = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Two heaps become one; either may be NULL. Their roots have no siblings. */
static struct alarm *meld(struct alarm *a, struct alarm *b)
{
    if (!a || !b)
        return a ? a : b;
    if (b->when < a->when) {
        struct alarm *later = a;
        a = b;
        b = later;
    }
    b->next = a->child;
    if (b->next)
        b->next->prev = b;
    b->prev = a;
    a->child = b;
    return a;
}

/* The heap of the children of `parent`, without it: melded in pairs, and these from the last to the
 * first. */
static struct alarm *meld_children(struct alarm *parent)
{
    struct alarm *pairs = NULL, *heap = NULL;
    for (struct alarm *a = parent->child, *rest; a; a = rest) {
        struct alarm *b = a->next;
        rest = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    for (struct alarm *a = pairs, *rest; a; a = rest) {
        rest = a->next;
        a->next = NULL;
        heap = meld(heap, a);
    }
    parent->child = NULL;
    return heap;
}

/* The lock is held, here and below. */
static void insert(struct alarm *a, int64_t when)
{
    a->when = when;
    a->set = true;
    a->child = a->next = a->prev = NULL;
    alarms.first = meld(alarms.first, a);
}

static void take_out(struct alarm *a)
{
    struct alarm *rest = meld_children(a);
    if (a == alarms.first) {
        alarms.first = rest;
    } else {
        if (a->prev->child == a)
            a->prev->child = a->next;
        else
            a->prev->next = a->next;
        if (a->next)
            a->next->prev = a->prev;
        alarms.first = meld(alarms.first, rest);
    }
    a->set = false;
}

/* Calls the first alarm, which is due. The lock is given back meanwhile. */
static void ring(struct alarm *a, int64_t now)
{
    void (*fn)(void *) = a->fn;
    void *arg = a->arg;
    take_out(a);
    if (a->period)
        insert(a, a->when + a->period * (1 + (now - a->when) / a->period));
    alarms.ringing = a;
    raceacquire(a); /* what set it comes before what it calls */
    pthread_mutex_unlock(&alarms.lock);
    fn(arg);
    racereleasemerge(&alarms.ringing);
    pthread_mutex_lock(&alarms.lock);
    alarms.ringing = NULL;
}

/* Calls what is due, and sleeps until something may be. False once there has been no alarm for a
 * while. */
static bool serve_once(void)
{
    for (int64_t now; alarms.first && alarms.first->when <= (now = nanotime());)
        ring(alarms.first, now);
    bool some = alarms.first;
    /* Release, as in recycleg(): what finds it unregistered sees whom it has made ready. */
    store_rel(&alarms.gp->registered, some);
    int64_t until = some ? alarms.first->when : nanotime() + LINGER_NS;
    uint32_t heard = load_rlx(&alarms.bell); /* written under the lock */
    pthread_mutex_unlock(&alarms.lock);
    enum futex_end end = futex_wait(&alarms.bell, heard, until);
    pthread_mutex_lock(&alarms.lock);
    return some || alarms.first || end != FUTEX_TIMEDOUT;
}

static void *serve(void *arg)
{
    (void)arg;
    pthread_setname_np(pthread_self(), "hchan-alarms");
    pthread_mutex_lock(&alarms.lock);
    alarms.gp = getg();
    while (serve_once())
        continue;
    alarms.running = false;
    alarms.gp = NULL;
    pthread_mutex_unlock(&alarms.lock);
    return NULL;
}

static void before_fork(void)
{
    pthread_mutex_lock(&alarms.lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&alarms.lock);
}

static void after_fork_in_child(void)
{
    while (alarms.first)
        take_out(alarms.first);
    alarms.ringing = NULL;
    alarms.running = false;
    alarms.gp = NULL;
    alarms.forks++;
    after_fork();
}

static void prepare(void)
{
    allgs_init(); /* ours comes before allglock */
    if (pthread_atfork(before_fork, after_fork, after_fork_in_child))
        gothrow("out of memory");
}

static int start_thread(void)
{
    pthread_t thread;
    sigset_t before;
    signals_block(&before);
    int error = hchan_go(&thread, serve, NULL);
    signals_restore(&before);
    if (error)
        return error;
    pthread_detach(thread);
    alarms.running = true;
    return 0;
}

/* The thread sleeps longer than it may, or is to become unregistered. */
static void ring_bell(void)
{
    fadd_rlx(&alarms.bell, 1); /* the thread reads it under the lock, or in the kernel */
    futex_wake(&alarms.bell, 1);
}

/* The thread, if there is none, or else it hears of `a`, which was set. Returns 0 or an error. */
static int tell_thread(const struct alarm *a)
{
    if (!alarms.running)
        return start_thread();
    /* Release, as in serve_once(). Before the caller may park. */
    if (alarms.gp)
        store_rel(&alarms.gp->registered, true);
    if (alarms.first == a)
        ring_bell();
    return 0;
}

int alarm_set(struct alarm *a, int64_t when, int64_t period)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    pthread_mutex_lock(&alarms.lock);
    if (a->set)
        take_out(a);
    a->period = period;
    a->forks = alarms.forks;
    racerelease(a);
    insert(a, when);
    int error = tell_thread(a);
    if (error)
        take_out(a);
    pthread_mutex_unlock(&alarms.lock);
    return error;
}

bool alarm_clear(struct alarm *a)
{
    pthread_mutex_lock(&alarms.lock);
    bool was = a->set;
    if (was)
        take_out(a);
    if (was && !alarms.first)
        ring_bell();
    pthread_mutex_unlock(&alarms.lock);
    return was;
}

bool alarm_is_lost(const struct alarm *a)
{
    pthread_mutex_lock(&alarms.lock);
    bool lost = a->forks != alarms.forks;
    pthread_mutex_unlock(&alarms.lock);
    return lost;
}

void alarm_settle(const struct alarm *a)
{
    pthread_mutex_lock(&alarms.lock);
    /* Not in a call by the alarms: whatever rings there was in *a before, and is over. */
    while (alarms.ringing == a && alarms.gp != runningg()) {
        pthread_mutex_unlock(&alarms.lock);
        osyield();
        pthread_mutex_lock(&alarms.lock);
    }
    pthread_mutex_unlock(&alarms.lock);
    raceacquire(&alarms.ringing); /* what it called comes before what the caller does next */
}
