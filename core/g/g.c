/* The lives of Gs: which G runs in a thread, the list of all Gs, and what a fork leaves of them.
 *
 * Gs are recycled but never freed: a late futex wake, or a reader of the sums, may still hold the
 * address of one whose thread has ended. Its counts stay with it, so the sums never go back. All
 * state is under allglock, but for the number of the last life. */
/* SPDX-License-Identifier: MIT */
#include "core/g/g.h"
#include "core/base/throw.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if TLS_BY_OFFSET
_Thread_local struct g *current_g TLS_MODEL;
#else
static _Thread_local struct g *current_g;

struct g *runningg(void)
{
    return current_g;
}

void setg(struct g *gp)
{
    current_g = gp;
}
#endif

static pthread_mutex_t allglock = PTHREAD_MUTEX_INITIALIZER;
static struct g *allgs;   /* under allglock */
static struct g *free_gs; /* under allglock */
struct g *servants;
static _Atomic uint32_t last_id;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

void recycleg(struct g *gp)
{
    pthread_mutex_lock(&allglock);
    /* Release: a check that finds it unregistered sees what it has woken (core/g/deadlock.c). */
    store_rel(&gp->registered, false);
    gp->declared = false; /* the kernel may give its number to a thread that is not known */
    gp->next_free = free_gs;
    free_gs = gp;
    pthread_mutex_unlock(&allglock);
}

/* The thread of a G ends. A P's does so during its service only if a goroutine, or another thread,
 * has ended it: its goroutines would never run again. */
static void end_thread(void *arg)
{
    struct g *gp = arg;
    if (gp->serves)
        gothrow(runningg() && runningg()->goroutine ? "pthread_exit: by a goroutine"
                                                    : "pthread_exit: in a thread of ours");
    setg(NULL);
    recycleg(gp);
}

static void before_fork(void)
{
    pthread_mutex_lock(&allglock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&allglock);
}

/* The child has only the forking thread. The Gs of the other threads neither run nor wait there,
 * and are not recycled: their sudogs may still be queued. */
static void after_fork_in_child(void)
{
    for (struct g *gp = allgs; gp; gp = gp->next_all) {
        if (gp == runningg()) {
            gp->tid = (int32_t)gettid();
            continue;
        }
        gp->declared = false;
        /* Relaxed, both: there is no other thread. */
        store_rlx(&gp->registered, false);
        store_rlx(&gp->wait.parks, (load_rlx(&gp->wait.parks) + 1) / 2 * 2);
    }
    servants = NULL;
    pthread_mutex_unlock(&allglock);
}

/* A fork waits for allglock: its child has only the forking thread, which could not unlock it in
 * the place of another. */
static void make_key(void)
{
    if (pthread_key_create(&key, end_thread))
        gothrow("out of thread keys");
    if (pthread_atfork(before_fork, after_fork, after_fork_in_child))
        gothrow("out of memory");
}

void *newqnode(void)
{
    void *node = aligned_alloc(CACHE_LINE, CACHE_LINE);
    return node ? memset(node, 0, CACHE_LINE) : NULL;
}

/* A G that is zeroed and in the list, or NULL if memory ran out. allglock is held. */
static struct g *allocate(void)
{
    struct g *gp = aligned_alloc(CACHE_LINE, sizeof(*gp));
    if (!gp)
        return NULL;
    memset(gp, 0, sizeof(*gp));
    gp->next_all = allgs;
    allgs = gp;
    return gp;
}

void allgs_init(void)
{
    pthread_once(&key_once, make_key);
}

struct g *allgs_lock(void)
{
    allgs_init();
    pthread_mutex_lock(&allglock);
    return allgs;
}

void allgs_unlock(void)
{
    pthread_mutex_unlock(&allglock);
}

void gnew(struct g *gp, bool registered)
{
    uint32_t id;
    do
        id = fadd_rlx(&last_id, 1) + 1; /* relaxed: a number, which publishes nothing */
    while (id == 0);                    /* no G's number, and a seed of zeros only */
    store_rel(&gp->id, id);             /* a list that reads it sees that the life before is over */
    gp->rand = UINT64_C(0x9e3779b97f4a7c15) * id;
    gp->sudog.g = gp;
    gp->innermost = NULL;                   /* the life before may have ended inside hchan_try() */
    store_rlx(&gp->registered, registered); /* relaxed: what it does first is run */
}

/* As newthreadg(), but NULL if memory ran out. */
static struct g *trythreadg(bool registered)
{
    allgs_lock();
    struct g *gp = free_gs;
    if (gp)
        free_gs = gp->next_free;
    else
        gp = allocate();
    if (gp) {
        gp->tid = 0;
        gp->declared = registered;
    }
    allgs_unlock();
    if (gp)
        gnew(gp, registered);
    return gp;
}

struct g *newthreadg(bool registered)
{
    struct g *gp = trythreadg(registered);
    if (!gp)
        gothrow("out of memory");
    return gp;
}

/* A check for deadlocks holds allglock. It must not find a thread declared that is about to
 * register: so that comes first. It may find one declared that is about to unregister. */
struct g *declareg(enum standing standing)
{
    struct g *gp = runningg();
    if (!gp) {
        gp = trythreadg(standing == REGISTERED);
        if (!gp)
            return NULL;
        adoptg(gp);
    }
    if (standing == REGISTERED)
        store_rlx(&gp->registered, true); /* relaxed: the lock orders it, and we run */
    allgs_lock();
    gp->declared = standing != UNDECLARED;
    allgs_unlock();
    if (standing != REGISTERED)
        store_rel(&gp->registered, false); /* release, as in recycleg() */
    return gp;
}

struct g *newgoroutine(void)
{
    allgs_lock();
    struct g *gp = allocate();
    if (gp)
        gp->goroutine = true;
    allgs_unlock();
    return gp;
}

/* The G with which the thread ends. */
static void keepg(struct g *gp)
{
    if (pthread_setspecific(key, gp))
        gothrow("out of memory");
}

void adoptg(struct g *gp)
{
    allgs_lock();
    gp->tid = (int32_t)gettid();
    allgs_unlock();
    setg(gp);
    keepg(gp);
}

void begin_service(struct g *gp)
{
    allgs_lock();
    gp->tid = (int32_t)gettid();
    gp->serves = true;
    gp->next_all = servants;
    servants = gp;
    allgs_unlock();
    keepg(gp);
}

void end_service(struct g *gp, struct g *own)
{
    struct g **at = &servants;
    allgs_lock();
    while (*at != gp)
        at = &(*at)->next_all;
    *at = gp->next_all;
    gp->serves = false;
    allgs_unlock();
    setg(own);
    keepg(own);
}

struct g *newg(void)
{
    struct g *gp = newthreadg(false);
    adoptg(gp);
    return gp;
}

void select_grow(struct g *gp, uint32_t cases)
{
    uint32_t n = gp->ncases ? gp->ncases : 4;
    while (n < cases)
        n *= 2;
    struct sudog *sudogs = calloc(n, sizeof(*sudogs));
    uint16_t *orders = calloc(2 * (size_t)n, sizeof(*orders));
    if (!sudogs || !orders)
        gothrow("out of memory");
    for (uint32_t i = 0; i < n; i++) {
        sudogs[i].g = gp;
        sudogs[i].isSelect = true;
        sudogs[i].casi = (uint16_t)i;
    }
    struct sudog *old = gp->sudogs; /* not queued: the G is not parked */
    pthread_mutex_lock(&allglock);
    gp->sudogs = sudogs;
    gp->ncases = n;
    pthread_mutex_unlock(&allglock);
    free(old);
    free(gp->orders);
    gp->orders = orders;
}
