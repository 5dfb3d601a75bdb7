/* How the scheduler starts and stops: its options, the Ps and their threads. Owns the state but for
 * RUNNING to STOPPING (live.c), and the array of Ps. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/sched/find.h"
#include "core/sched/idle.h"
#include "core/sched/live.h"
#include "core/sched/sched_state.h"
#include "core/sched/stack.h"
#include "core/sched/sysmon.h"
#include "core/sched/timer.h"
#include <dlfcn.h>
#include <errno.h>
#include <hchan/sched.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* Of the C++ ABI (Itanium, "Exception Handling" 2.2.2). */
__attribute__((weak)) void *__cxa_get_globals(void);

/* The rest of a P's life, in its thread. */
static void run_p(struct p *pp)
{
    fiber_adopt(&pp->g0.fiber);
    setg(&pp->g0);
    schedule(pp);
    setg(NULL);
}

/* The exceptions of C++ that pp's thread, the calling one, handles. */
static struct cxx_exceptions *find_exceptions(struct p *pp)
{
    void *(*get)(void) = __cxa_get_globals;
    if (!get) /* it came by dlopen() */
        *(void **)&get = dlsym(RTLD_DEFAULT, "__cxa_get_globals");
    return get ? get() : &pp->none;
}

static void *mstart(void *arg)
{
    struct p *pp = arg;
    const struct sched_options *o = &sched.options;
    void *altstack = NULL;
    pp->error = o->begin ? o->begin(pp->id, o->arg) : 0;
    bool begun = pp->error == 0;
    if (begun)
        pp->error = stack_guard(&altstack);
    bool failed = pp->error != 0;
    pp->exceptions = find_exceptions(pp);
    struct g *own = runningg(); /* begin() may have used channels */
    begin_service(&pp->g0);
    fadd_acqrel(&sched.started, 1); /* publishes pp->error; pairs with start_procs() */
    futex_wake(&sched.started, 1);
    if (!failed)
        run_p(pp);
    end_service(&pp->g0, own);
    stack_unguard(altstack);
    if (o->end && begun)
        o->end(pp->id, o->arg);
    return NULL;
}

/* Under the lock for gomaxprocs(). No P runs meanwhile. */
static void set_procs(uint32_t procs)
{
    pthread_mutex_lock(&sched.lock);
    sched.procs = procs;
    pthread_mutex_unlock(&sched.lock);
}

static void end_procs(uint32_t threads)
{
    store_sc(&sched.state, SCHED_ENDING); /* pairs with some_work() */
    wake_all();
    for (uint32_t i = 0; i < threads; i++)
        pthread_join(sched.ps[i].thread, NULL);
    sysmon_stop();
    for (uint32_t i = 0; i < sched.procs; i++) /* dead goroutines outlive their P */
        while (sched.ps[i].gfree) {
            struct g *gp = sched.ps[i].gfree;
            sched.ps[i].gfree = gp->next_free;
            gp->next_free = sched.gfree;
            sched.gfree = gp;
        }
    stack_leave_faults();
    set_procs(0);
    store_rlx(&sched.started, 0);           /* the threads are joined */
    store_rel(&sched.state, SCHED_STOPPED); /* pairs with the swap in schedinit() */
}

static unsigned usable_cpus(void)
{
    for (size_t cpus = 1024;; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        size_t size = CPU_ALLOC_SIZE(cpus);
        if (!set)
            return 1;
        int error = sched_getaffinity(0, size, set) ? errno : 0;
        unsigned count = error ? 1 : (unsigned)CPU_COUNT_S(size, set);
        CPU_FREE(set);
        if (error != EINVAL) /* EINVAL: the kernel's set is bigger */
            return count < SCHED_PROCS_MAX ? count : SCHED_PROCS_MAX;
    }
}

static int start_procs(void)
{
    uint32_t threads = 0;
    int error = 0;
    stack_catch_faults();
    for (; threads < sched.procs && !error; threads += !error)
        error = pthread_create(&sched.ps[threads].thread, NULL, mstart, &sched.ps[threads]);
    for (uint32_t n; (n = load_acq(&sched.started)) < threads;) /* pairs with the add in mstart() */
        futex_wait(&sched.started, n, FUTEX_FOREVER);
    for (uint32_t i = 0; i < threads && !error; i++)
        error = sched.ps[i].error;
    if (!error)
        error = sysmon_start();
    if (error)
        end_procs(threads);
    else /* a release for newproc(), which reads it with the seq_cst load in live_begin() */
        store_rel(&sched.state, SCHED_RUNNING);
    return error;
}

/* Room for so many Ps at least. They are never freed: a thread that has made a goroutine ready may
 * still be about to wake a P when that goroutine has ended. Each array is twice as big as the one
 * before, so all of them together are at most twice the biggest. Returns 0 or an error number. */
static int make_room(uint32_t procs)
{
    if (procs <= sched.room)
        return 0;
    uint32_t room = 2 * sched.room;
    if (room < procs)
        room = procs;
    if (room > SCHED_PROCS_MAX)
        room = SCHED_PROCS_MAX;
    struct p *ps = aligned_alloc(CACHE_LINE, room * sizeof(struct p));
    if (!ps)
        return ENOMEM;
    memset((void *)ps, 0, room * sizeof(struct p));
    ps[0].older = sched.ps;
    sched.ps = ps;
    sched.room = room;
    return 0;
}

/* The Ps, without their threads: those of an earlier scheduler, if there are enough. Returns 0 or
 * an error number. */
static int make_procs(uint32_t procs)
{
    int error = make_room(procs);
    if (error)
        return error;
    for (uint32_t i = 0; i < procs; i++) {
        struct p *pp = &sched.ps[i];
        pp->exceptions = &pp->none; /* until its thread looks for a C++ runtime */
        memset((void *)&pp->g0, 0, sizeof(pp->g0));
        pp->id = i;
        pp->gfrees = 0;
        pp->g0.p = pp;
        pp->g0.rand = UINT64_C(0x9e3779b97f4a7c15) * (i + 1) | 1; /* never 0: it would stay 0 */
    }
    set_procs(procs);
    return 0;
}

static void end_stacks(struct g *dead)
{
    for (struct g *gp = dead; gp; gp = gp->next_free)
        if (gp->fiber.bottom) {
            fiber_end(&gp->fiber);
            gp->fiber.bottom = NULL;
        }
}

/* All goroutines are dead, and no P runs. They lose their stacks if the size differs. */
static void set_stack_size(size_t size)
{
    if (size == sched.stack)
        return;
    end_stacks(sched.gfree);
    for (unsigned class = 1; class <= STACK_CLASSES; class ++)
        end_stacks(sched.gsized[class]);
    stack_free_all();
    sched.stack = size;
}

/* Locks that no thread holds two of, so their order does not matter. */
static void before_fork(void)
{
    pthread_mutex_lock(&sched.lock);
    timers_lock();
    stacks_lock();
}

static void after_fork(void)
{
    stacks_unlock();
    timers_unlock();
    pthread_mutex_unlock(&sched.lock);
}

/* No P runs in the child. The Ps, and the goroutines that they had, are left as they are, since a
 * thread may have been changing them. */
static void after_fork_in_child(void)
{
    stack_leave_faults();
    stacks_forget();
    timers_forget();
    sysmon_forget();
    sched.procs = sched.room = 0; /* so that a schedinit() makes new ones */
    sched.head = sched.tail = NULL;
    sched.idle = sched.watcher = NULL;
    /* Relaxed, all of them: there is no other thread. */
    store_rlx(&sched.size, 0);
    store_rlx(&sched.idles, 0);
    store_rlx(&sched.spinning, 0);
    store_rlx(&sched.started, 0);
    store_rlx(&sched.live, 0);
    store_rlx(&sched.state, SCHED_STOPPED);
    after_fork();
}

/* Registers the handlers for forks. The scheduler is STARTING. Returns 0 or an error number. */
static int prepare_forks(void)
{
    static bool prepared;
    int error = prepared ? 0 : pthread_atfork(before_fork, after_fork, after_fork_in_child);
    prepared = !error;
    return error;
}

int schedinit(const struct sched_options *options)
{
    static const struct sched_options usual;
    const struct sched_options *o = options ? options : &usual;
    size_t stack = stack_size(o->stack_size);
    if (!stack || o->procs > SCHED_PROCS_MAX)
        return EINVAL;
    uint32_t stopped = SCHED_STOPPED;
    if (!cas_acq(&sched.state, &stopped, SCHED_STARTING)) /* pairs with the store in end_procs() */
        return EBUSY;
    set_stack_size(stack);
    sched.options = *o;
    enum standing standing = runningg() ? standing_of(runningg()) : UNDECLARED;
    int error = prepare_forks();
    if (!error &&
        !declareg(REGISTERED)) /* it may wake goroutines; so no deadlock is found meanwhile */
        error = ENOMEM;
    if (!error)
        error = make_procs(o->procs ? o->procs : usable_cpus());
    if (error)
        store_rel(&sched.state, SCHED_STOPPED); /* as in end_procs() */
    else
        error = start_procs();
    if (error)
        declareg(standing);
    return error;
}

void schedstop(void)
{
    if (live_stop(FUTEX_FOREVER) == 0)
        end_procs(sched.procs);
}

int hchan_schedstop_within(int64_t deadline)
{
    int error = live_stop(deadline);
    if (!error)
        end_procs(sched.procs);
    return error;
}
