/* The scheduler, to be explored: the files of core/sched as they are, with mutexes of the engine
 * instead of threads'. They are included, so that each schedule can begin with their static state
 * as it was at first. Goroutines, with their stacks, come from a pool that is made once. */
/* SPDX-License-Identifier: MIT */
#include "core/tests/explore/proc.h"
#include "core/sched/proc.h"
#include "core/sched/stack.h"
#include "core/tests/explore/engine.h"
#include "core/tests/explore/sanitizer.h"
#include <errno.h>
#include <pthread.h>

/* A mutex is one word; threads are not started, and a P has ended when its mutex is free. */
enum { SYSMON = EXPLORE_PROCS };
static uint32_t running[EXPLORE_PROCS + 1];

static int join(pthread_t p)
{
    engine_lock(&running[p]);
    engine_unlock(&running[p]);
    return 0;
}

/* The context of a goroutine that does not run is used once: the switch to it takes it. */
void *explore_switch(struct context *from, struct context *to, void *data)
{
    static const struct context nowhere;
    struct g *gp = runningg();
    struct context there = *to;
    if (memcmp(&there, &nowhere, sizeof(there)) == 0)
        explore_fail("a goroutine is resumed that runs, or has not left its stack yet");
    if (gp->goroutine && gp->leaving == LEAVING_PARKED &&
        explore_get(&gp->park, sizeof(gp->park)) == GPARK_ASLEEP)
        explore_fail("a goroutine is resumed that was not woken");
    *to = nowhere;
    return (context_switch)(from, &there, data);
}

#undef PTHREAD_MUTEX_INITIALIZER
#define PTHREAD_MUTEX_INITIALIZER          0
#define pthread_mutex_t                    uint32_t
#define pthread_mutex_lock(mutex)          engine_lock(mutex)
#define pthread_mutex_unlock(mutex)        engine_unlock(mutex)
#define pthread_create(thread, a, fn, arg) ((void)(thread), (void)(fn), (void)(arg), EAGAIN)
#define pthread_join(thread, result)       join(thread)
// clang-format off
#include "core/sched/sched_state.c"
#include "core/sched/idle.c"
#include "core/sched/queues.c"
#include "core/sched/timer.c"
#include "core/sched/live.c"
#include "core/sched/proc.c"
#include "core/sched/sysmon.c"
#include "core/sched/find.c"
#include "core/sched/schedinit.c"
// clang-format on

static struct {
    struct g g;
    bool moments;
} pool[EXPLORE_GOROUTINES];

static void make_pool(void)
{
    if (pool[0].g.fiber.bottom)
        return;
    for (unsigned i = 0; i < EXPLORE_GOROUTINES; i++)
        if (stack_alloc(&pool[i].g.fiber, stack_size(EXPLORE_ASAN ? 256 << 10 : 0)))
            gothrow("explore: no memory for stacks");
}

/* A goroutine as it was before its first life. Frames that a schedule has left on its stack are
 * over. */
static void refresh(unsigned i)
{
    struct g *gp = &pool[i].g;
    struct fiber stack = gp->fiber;
    sanitizer_unpoison(stack.bottom, stack.size);
    memset((void *)gp, 0, sizeof(*gp));
    gp->fiber = stack;
    gp->goroutine = true;
    gp->next_free = sched.gfree;
    sched.gfree = gp;
    pool[i].moments = false;
}

void engine_no_procs(void)
{
    memset((void *)&sched, 0, sizeof(sched));
}

void explore_sched_begin(unsigned procs)
{
    make_pool();
    timers.lock = 0;
    timers.count = 0; /* the heap itself stays: its address decides nothing */
    publish();
    for (unsigned i = EXPLORE_GOROUTINES; i-- > 0;)
        refresh(i);
    sched.stack = stack_size(0);
    if (procs > EXPLORE_PROCS || make_procs(procs))
        gothrow("explore: too many Ps");
    for (unsigned i = 0; i < procs; i++) {
        sched.ps[i].thread = i;
        running[i] = 1;
    }
    store_rlx(&sched.state, SCHED_RUNNING); /* this schedule has not begun */
}

void explore_sched_p(unsigned p)
{
    run_p(&sched.ps[p]);
    engine_unlock(&running[p]);
}

void explore_sched_begin_sysmon(void)
{
    sysmon_thread = SYSMON;
    running[SYSMON] = 1;
    store_rlx(&sched.sysmon_until, FUTEX_FOREVER); /* this schedule has not begun */
}

void explore_sched_sysmon(void)
{
    sysmon_main(NULL);
    engine_unlock(&running[SYSMON]);
}

/* The schedule has ended: what is read here and below is no access of it. */
static const char *idle_end(const struct p *pp)
{
    if (explore_get(&pp->runq.next, sizeof(pp->runq.next)) ||
        explore_get(&pp->runq.head, sizeof(uint32_t)) !=
            explore_get(&pp->runq.tail, sizeof(uint32_t)))
        return "a goroutine is left in a queue";
    if (!pp->idle || pp->spinning)
        return "a P hangs, or sleeps and is not idle";
    return NULL;
}

const char *explore_sched_end(void)
{
    const char *wrong = NULL;
    if (!sched.procs)
        return explore_get(&sched.live, sizeof(sched.live)) ? "it stopped too early" : NULL;
    if (sched.head || explore_get(&sched.size, sizeof(sched.size)))
        return "a goroutine is left in the global queue";
    for (unsigned i = 0; i < sched.procs && !wrong; i++)
        wrong = idle_end(&sched.ps[i]);
    if (wrong)
        return wrong;
    if (explore_get(&sched.spinning, sizeof(uint32_t)) ||
        explore_get(&sched.idles, sizeof(uint32_t)) != sched.procs)
        return "the Ps that look for work, or are idle, are miscounted";
    return timers.count ? "a deadline is forgotten" : NULL;
}

/* Of a goroutine, what is its own; of a P, its g0, and its ticks, which are hints. */
bool engine_idle_talk(const void *at)
{
    uintptr_t in_pool = (uintptr_t)at - (uintptr_t)pool;
    if (in_pool < sizeof(pool))
        return in_pool % sizeof(pool[0]) >= offsetof(struct g, goroutine);
    uintptr_t in_ps = (uintptr_t)at - (uintptr_t)sched.ps;
    if (sched.ps && in_ps < sched.procs * sizeof(struct p)) {
        uintptr_t in_p = in_ps % sizeof(struct p);
        return in_p >= offsetof(struct p, g0) && in_p < offsetof(struct p, note);
    }
    return false;
}

bool *engine_goroutine_moments(void)
{
    if (!runningg() || !runningg()->goroutine)
        return NULL;
    return &pool[((uintptr_t)runningg() - (uintptr_t)pool) / sizeof(pool[0])].moments;
}
