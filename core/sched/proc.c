/* The scheduler: goroutines on Ps. See hchan/sched.h for what users see, core/sched/runq.h for a
 * P's queue, and variants/park/go.h for how a goroutine and its waker meet.
 *
 * No runnable goroutine is forgotten. Who puts one into a ring, or into the global queue, looks
 * after that whether a P is idle, and wakes one unless another is looking for work already. Who is
 * about to sleep first says so, and then looks at all queues once more. Both say first and look
 * then, in seq_cst order, so one of them sees the other. A P that stops looking (spinning) looks
 * once more after it has said so, for the same reason.
 *
 * One place is exempt: runnext. Its goroutine is to run on the P that made it ready, a moment
 * later, when that one parks; to wake another P for it would cost more than it saves. Where it does
 * not park, the watcher sees it: the idle P that sleeps longest looks at the others now and then,
 * and takes what has stayed in a runnext. No idle P, no watcher: then nobody could run it sooner.
 * It watches the timers as well. Source: Go's proc.go, whose sysmon the watcher replaces. */
#include "core/sched/proc.h"
#include "core/base/futex.h"
#include "core/g/panic.h"
#include <errno.h>
#include <hchan/sched.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPIN_TURNS = 64,
    SPIN_PAUSES = 10, /* some 15 us in all where a pause takes 24 ns */
    GFREE_MAX = REACHABLE(64, 2),
    WATCH_NS_MIN = 20000,
    WATCH_NS_MAX = 10000000,
};

static struct {
    pthread_mutex_t lock;
    struct g *head, *tail;                     /* the global queue, by schedlink; under lock */
    struct p *idle;                            /* idle Ps, the last one to go first; under lock */
    struct g *gfree;                           /* dead goroutines; under lock */
    struct p *watcher;                         /* an idle P; under lock */
    int64_t watch_until;                       /* when the watcher wakes by itself; under lock */
    alignas(CACHE_LINE) _Atomic uint32_t size; /* of the global queue; written under lock */
    _Atomic uint32_t idles, spinning;          /* how many Ps. idles is written under lock */
    _Atomic uint32_t stopping;
    _Atomic uint32_t started;                  /* Ps whose thread has begun; a futex */
    alignas(CACHE_LINE) _Atomic uint32_t live; /* goroutines that have not ended; a futex */
    struct p *ps;
    uint32_t procs; /* 0: no scheduler */
    uint32_t room;  /* how many ps there are */
    size_t stack;
    _Atomic(struct g *) waiter; /* in schedwait(), and unregistered meanwhile */
    struct sched_options options;
} sched = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The queues. */

static void wake(struct p *pp, enum note note)
{
    uint32_t none = NOTE_NONE;
    if (note == NOTE_RUN)
        store_rel(&pp->note, NOTE_RUN);             /* pairs with load_acq in idle_sleep() */
    else if (!cas_rel(&pp->note, &none, NOTE_LOOK)) /* likewise; it has been told more already */
        return;
    futex_wake(&pp->note, 1);
}

/* Takes pp from the idle. Returns a P that has to look around, since its duty changed; or NULL. The
 * lock is held. */
static struct p *idle_remove(struct p *pp)
{
    struct p **at = &sched.idle;
    while (*at != pp)
        at = &(*at)->link;
    *at = pp->link;
    pp->idle = false;
    bool all_were = fadd_sc(&sched.idles, -1U) == sched.procs;
    if (sched.watcher == pp) {
        sched.watcher = sched.idle;
        return sched.watcher;
    }
    return all_were ? sched.watcher
                    : NULL; /* it sleeps for good: now there is something to watch */
}

/* Something was put where another P could take it. */
static void wake_another(void)
{
    uint32_t none = 0;
    /* seq_cst, all: see above. */
    if (load_sc(&sched.idles) == 0 || load_sc(&sched.spinning) != 0 ||
        !cas_sc(&sched.spinning, &none, 1))
        return;
    pthread_mutex_lock(&sched.lock);
    struct p *pp = sched.idle, *look = NULL;
    if (pp) {
        look = idle_remove(pp);
        pp->spinning = true;
    }
    pthread_mutex_unlock(&sched.lock);
    if (pp)
        wake(pp, NOTE_RUN);
    else
        fadd_sc(&sched.spinning, -1U);
    if (look)
        wake(look, NOTE_LOOK);
}

/* Puts the list from first to last into the global queue. */
static void global_put(struct g *first, struct g *last, uint32_t n)
{
    last->schedlink = NULL;
    pthread_mutex_lock(&sched.lock);
    if (sched.tail)
        sched.tail->schedlink = first;
    else
        sched.head = first;
    sched.tail = last;
    store_sc(&sched.size, load_rlx(&sched.size) + n); /* seq_cst: see above */
    pthread_mutex_unlock(&sched.lock);
}

/* The first of the global queue; where there are many, some more of them go to pp's. */
static struct g *global_take(struct p *pp)
{
    if (load_sc(&sched.size) == 0)
        return NULL;
    pthread_mutex_lock(&sched.lock);
    uint32_t size = load_rlx(&sched.size), n = size / sched.procs + 1;
    struct g *gp = sched.head;
    if (n > size)
        n = size;
    if (n > RUNQ_SIZE / 2)
        n = RUNQ_SIZE / 2;
    /* Into the ring first, out of the queue after: who is about to sleep looks at the size before
     * it looks at the rings (some_work()), and so sees each of them in one place or in both. */
    for (uint32_t i = 0; i < n; i++) {
        struct g *taken = sched.head;
        if (i > 0 && !runq_push(&pp->runq, taken)) {
            n = i;
            break;
        }
        sched.head = taken->schedlink;
    }
    if (!sched.head)
        sched.tail = NULL;
    store_sc(&sched.size, size - n);
    pthread_mutex_unlock(&sched.lock);
    return gp;
}

/* pp's ring is full: half of it, and gp, go to the global queue. */
static void spill(struct p *pp, struct g *gp)
{
    struct g *first = NULL, **end = &first, *last = NULL;
    uint32_t n = 0;
    for (; n < RUNQ_SIZE / 2; n++) {
        struct g *taken = runq_take(&pp->runq);
        if (!taken)
            break;
        *end = last = taken;
        end = &taken->schedlink;
    }
    *end = last = gp;
    global_put(first, last, n + 1);
}

static void queue_put(struct p *pp, struct g *gp)
{
    if (!runq_push(&pp->runq, gp))
        spill(pp, gp);
    wake_another();
}

static void queue_put_next(struct p *pp, struct g *gp)
{
    struct g *before = runq_set_next(&pp->runq, gp);
    if (before)
        queue_put(pp, before);
}

void goready(struct g *gp)
{
    struct g *me = runningg();
    store_rlx(&gp->status, GRUNNABLE); /* for who reports */
    if (me && me->p) {
        queue_put_next(me->p, gp);
    } else {
        global_put(gp, gp, 1);
        wake_another();
    }
}

/* Leaving and resuming. */

static void gfput(struct p *pp, struct g *gp)
{
    store_rlx(&gp->status, GDEAD);
    /* Release: who finds it unregistered sees whom it has woken (core/g/deadlock.c). */
    store_rel(&gp->registered, false);
    gp->next_free = pp->gfree;
    pp->gfree = gp;
    if (++pp->gfrees > GFREE_MAX) {
        pthread_mutex_lock(&sched.lock);
        for (; pp->gfrees > GFREE_MAX / 2; pp->gfrees--) {
            struct g *given = pp->gfree;
            pp->gfree = given->next_free;
            given->next_free = sched.gfree;
            sched.gfree = given;
        }
        pthread_mutex_unlock(&sched.lock);
    }
}

/* A goroutine has ended. Where it was the last one, who waits for that is no longer parked, and is
 * so before the last one is no longer registered: there is no moment at which nobody seems able to
 * go on. seq_cst, with the two in schedwait(): it sees that live is 0, or we see that it waits. */
static void count_end(void)
{
    if (fadd_sc(&sched.live, -1U) > 1)
        return;
    struct g *waiter = load_sc(&sched.waiter);
    if (waiter)
        store_rlx(&waiter->registered, true);
    futex_wake(&sched.live, INT32_MAX);
}

void finish_other(struct p *pp, struct g *gp)
{
    switch (gp->leaving) {
    case LEAVING_NOT:
        break;
    case LEAVING_PARKED: /* and READY */
        store_rlx(&gp->status, GRUNNABLE);
        queue_put_next(pp, gp);
        break;
    case LEAVING_YIELDED:
        queue_put(pp, gp);
        break;
    case LEAVING_DEAD:
        count_end();
        gfput(pp, gp);
        break;
    }
}

void gosched(void)
{
    struct g *gp = runningg();
    if (!gp || !gp->goroutine) {
        osyield();
        return;
    }
    /* The ring before runnext: who lets others run does not mean its own peer alone. The peer goes
     * to the ring's end then; in runnext it would starve while others yield to each other. */
    struct p *pp = gp->p;
    struct g *next = look_around(pp) ? &pp->g0 : runq_take(&pp->runq);
    struct g *peer = runq_take_next(&pp->runq);
    if (!next)
        next = peer;
    else if (peer)
        queue_put(pp, peer);
    if (!next)
        return; /* there is nobody */
    gp->leaving = LEAVING_YIELDED;
    store_rlx(&gp->status, GRUNNABLE);
    switch_to(gp, next);
}

void context_start(void *data)
{
    struct g *gp = runningg(), *left = data;
    fiber_arrive(&gp->fiber, &left->fiber);
    finish(gp->p, left);
    gp->startfn(gp->startarg);
    gp->leaving = LEAVING_DEAD;
    switch_to(gp, pick(gp->p)); /* for good */
}

/* Making goroutines. */

static struct g *gfget(struct p *pp)
{
    struct g *gp = pp ? pp->gfree : NULL;
    if (gp) {
        pp->gfree = gp->next_free;
        pp->gfrees--;
        return gp;
    }
    pthread_mutex_lock(&sched.lock);
    gp = sched.gfree;
    if (gp)
        sched.gfree = gp->next_free;
    pthread_mutex_unlock(&sched.lock);
    return gp;
}

/* gopark(), as a function to point to. */
static void gopark_apart(struct g *gp, int64_t deadline)
{
    gopark(gp, deadline);
}

int newproc(void (*fn)(void *), void *arg)
{
    struct g *me = runningg();
    struct p *pp = me ? me->p : NULL;
    if (!sched.procs)
        return ESRCH;
    struct g *gp = gfget(pp);
    if (!gp) {
        struct fiber stack;
        int error = stack_alloc(&stack, sched.stack);
        if (error)
            return error;
        gp = newgoroutine();
        gp->fiber = stack;
    }
    gnew(gp, true);
    gp->fiber.fake = NULL;
    gp->gopark = gopark_apart;
    gp->startfn = fn;
    gp->startarg = arg;
    context_make(&gp->sched, (void *)(uintptr_t)gp->fiber.bottom, gp->fiber.size);
    fadd_rlx(&sched.live, 1); /* before its end can be counted; publishes nothing */
    goready(gp);
    return 0;
}

/* Looking for work. */

/* Of pp's own and the global queue. */
static struct g *find_own(struct p *pp)
{
    struct g *gp = NULL;
    int64_t due = timer_next();
    if (due != FUTEX_FOREVER) {
        int64_t now = nanotime();
        if (due <= now)
            timers_run(now);
    }
    if (load_rlx(&pp->schedtick) % FAIR_TICK == 0) { /* we are here for that */
        gp = global_take(pp);
        if (!gp)
            gp = runq_take(&pp->runq);
    }
    if (!gp)
        gp = runq_take_next(&pp->runq);
    if (!gp)
        gp = runq_take(&pp->runq);
    return gp ? gp : global_take(pp);
}

/* Half of another one's ring. Returns one of them. */
static struct g *steal_from(struct p *pp, struct p *victim)
{
    uint32_t n = runq_length(&victim->runq);
    struct g *gp = n ? runq_take(&victim->runq) : NULL;
    for (uint32_t i = 1; gp && i < n / 2; i++) {
        struct g *more = runq_take(&victim->runq);
        if (!more)
            break;
        queue_put(pp, more);
    }
    return gp;
}

static struct g *steal(struct p *pp)
{
    struct g *gp = NULL;
    uint32_t others = sched.procs - 1, from = cheaprandn(&pp->g0, others);
    for (uint32_t i = 0; i < others && !gp; i++) {
        uint32_t victim = pp->id + 1 + (from + i) % others;
        gp = steal_from(pp, &sched.ps[victim % sched.procs]);
    }
    return gp ? gp : global_take(pp);
}

static void start_spinning(struct p *pp)
{
    pp->spinning = true;
    fadd_sc(&sched.spinning, 1);
}

static void stop_spinning(struct p *pp)
{
    if (pp->spinning) {
        pp->spinning = false;
        fadd_sc(&sched.spinning, -1U);
    }
}

/* Looks at the others' for a while: at most half as many Ps do so as are busy, since each of them
 * is in the others' way. */
static struct g *spin(struct p *pp)
{
    if (!pp->spinning &&
        2 * load_rlx(&sched.spinning) < sched.procs - load_rlx(&sched.idles)) /* about */
        start_spinning(pp);
    struct g *gp = NULL;
    for (int i = 0; i < SPIN_BUDGET(SPIN_TURNS); i++) {
        gp = steal(pp);
        if (gp || !pp->spinning || load_rlx(&sched.stopping)) /* as hints */
            break;
        procyield(SPIN_PAUSES);
    }
    return gp;
}

/* Whether there is something to do for who is about to sleep. seq_cst: see above. */
static bool some_work(void)
{
    if (load_sc(&sched.stopping) || load_sc(&sched.size))
        return true;
    for (uint32_t i = 0; i < sched.procs; i++)
        if (runq_some(&sched.ps[i].runq))
            return true;
    return false;
}

/* pp has found something to run. */
static void found_work(struct p *pp)
{
    if (pp->spinning) {
        stop_spinning(pp);
        if (some_work())
            wake_another();
    }
}

/* True where pp is no longer idle by its own doing; false where somebody is about to wake it. */
static bool come_back(struct p *pp)
{
    struct p *look = NULL;
    pthread_mutex_lock(&sched.lock);
    bool idle = pp->idle;
    if (idle)
        look = idle_remove(pp);
    pthread_mutex_unlock(&sched.lock);
    if (look)
        wake(look, NOTE_LOOK);
    return idle;
}

/* No P sleeps any longer. */
static void wake_all(void)
{
    for (uint32_t i = 0; i < sched.procs; i++)
        if (come_back(&sched.ps[i]))
            wake(&sched.ps[i], NOTE_RUN);
}

/* A P that has left its runnext alone since the last look; NULL: none. The lock is held. */
static struct p *stale_next(struct p *watcher)
{
    struct p *stale = NULL;
    for (uint32_t i = 0; i < sched.procs; i++) {
        struct p *pp = &sched.ps[i];
        uint32_t tick = load_rlx(&pp->schedtick); /* hints, both */
        if (pp != watcher && tick == pp->seentick && load_rlx(&pp->runq.next))
            stale = pp;
        pp->seentick = tick;
    }
    return stale;
}

/* The watcher takes over what has stayed in a runnext: true where it is no longer idle. */
static bool watch(struct p *pp)
{
    struct p *look = NULL, *stale = NULL;
    pthread_mutex_lock(&sched.lock);
    if (sched.watcher == pp)
        stale = stale_next(pp);
    if (stale)
        look = idle_remove(pp);
    pthread_mutex_unlock(&sched.lock);
    if (look)
        wake(look, NOTE_LOOK);
    struct g *gp = stale ? runq_take_next(&stale->runq) : NULL;
    if (gp)
        queue_put_next(pp, gp);
    return stale;
}

/* Until when pp may sleep; where it is the watcher, that is kept for sched_timer_added(). */
static int64_t sleep_until(struct p *pp, int64_t watch_ns)
{
    int64_t until = FUTEX_FOREVER;
    pthread_mutex_lock(&sched.lock);
    if (sched.watcher == pp) {
        if (load_rlx(&sched.idles) < sched.procs)
            until = nanotime() + watch_ns;
        if (timer_next() < until)
            until = timer_next();
        sched.watch_until = until;
    }
    pthread_mutex_unlock(&sched.lock);
    return until;
}

void sched_timer_added(int64_t when)
{
    pthread_mutex_lock(&sched.lock);
    struct p *look = when < sched.watch_until ? sched.watcher : NULL;
    pthread_mutex_unlock(&sched.lock);
    if (look)
        wake(look, NOTE_LOOK);
}

/* Sleeps until there is something to do, and pp is idle no more. */
static void idle_sleep(struct p *pp)
{
    enum { PATIENCE = 50 };
    int64_t watch_ns = WATCH_NS_MIN;
    for (int looks = 0;; looks++) {
        if (looks >= PATIENCE && watch_ns < WATCH_NS_MAX)
            watch_ns *= 2;
        futex_wait(&pp->note, NOTE_NONE, sleep_until(pp, watch_ns));
        uint32_t note = load_acq(&pp->note); /* pairs with wake() */
        if (note == NOTE_RUN)
            break;
        if (note == NOTE_LOOK)
            cas_rlx(&pp->note, &note, NOTE_NONE); /* where it fails, it is NOTE_RUN */
        if (timer_next() <= nanotime() && come_back(pp))
            return;
        if (watch(pp))
            return;
    }
    store_rlx(&pp->note, NOTE_NONE); /* whoever wakes it next does so after it has gone idle */
}

static void go_idle(struct p *pp)
{
    pthread_mutex_lock(&sched.lock);
    bool spun = pp->spinning;
    pp->spinning = false; /* from here on a waker may set it */
    pp->link = sched.idle;
    sched.idle = pp;
    pp->idle = true;
    if (!sched.watcher)
        sched.watcher = pp;
    fadd_sc(&sched.idles, 1);
    pthread_mutex_unlock(&sched.lock);
    if (spun)
        fadd_sc(&sched.spinning, -1U);
    if (!some_work() || !come_back(pp))
        idle_sleep(pp);
    else /* who put it there may have counted on us: we pass on what we leave */
        start_spinning(pp);
}

/* The next to run, sooner or later. NULL: the scheduler is stopping. */
static struct g *find_runnable(struct p *pp)
{
    for (;;) {
        struct g *gp = find_own(pp);
        if (!gp)
            gp = spin(pp);
        if (gp) {
            found_work(pp);
            return gp;
        }
        if (load_acq(&sched.stopping)) { /* pairs with store_sc in end_procs() */
            stop_spinning(pp);
            return NULL;
        }
        go_idle(pp);
    }
}

static void schedule(struct p *pp)
{
    struct g *gp;
    while ((gp = find_runnable(pp)) != NULL)
        switch_to(&pp->g0, gp);
}

/* Starting and stopping. */

/* The rest of a P's life, in its thread. */
static void run_p(struct p *pp)
{
    fiber_adopt(&pp->g0.fiber);
    setg(&pp->g0);
    schedule(pp);
    setg(NULL);
}

static void *mstart(void *arg)
{
    struct p *pp = arg;
    const struct sched_options *o = &sched.options;
    pp->error = o->begin ? o->begin(pp->id, o->arg) : 0;
    bool begun = pp->error == 0;
    void *altstack = pp->error ? NULL : stack_guard();
    if (!pp->error && !altstack)
        pp->error = ENOMEM;
    bool failed = pp->error != 0;
    fadd_acqrel(&sched.started, 1); /* publishes pp->error */
    futex_wake(&sched.started, 1);
    if (!failed)
        run_p(pp);
    if (altstack)
        stack_unguard(altstack);
    if (o->end && begun)
        o->end(pp->id, o->arg);
    return NULL;
}

static void end_procs(uint32_t threads)
{
    store_sc(&sched.stopping, 1); /* see some_work() */
    wake_all();
    for (uint32_t i = 0; i < threads; i++)
        pthread_join(sched.ps[i].thread, NULL);
    for (uint32_t i = 0; i < sched.procs; i++) /* dead goroutines outlive their P */
        while (sched.ps[i].gfree) {
            struct g *gp = sched.ps[i].gfree;
            sched.ps[i].gfree = gp->next_free;
            gp->next_free = sched.gfree;
            sched.gfree = gp;
        }
    sched.procs = 0;
    store_rlx(&sched.stopping, 0); /* the threads are joined, here and below */
    store_rlx(&sched.started, 0);
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
    for (; threads < sched.procs && !error; threads += !error)
        error = pthread_create(&sched.ps[threads].thread, NULL, mstart, &sched.ps[threads]);
    for (uint32_t n; (n = load_acq(&sched.started)) < threads;) /* pairs with the add in mstart() */
        futex_wait(&sched.started, n, FUTEX_FOREVER);
    for (uint32_t i = 0; i < threads && !error; i++)
        error = sched.ps[i].error;
    if (error)
        end_procs(threads);
    return error;
}

/* The Ps, without their threads: those of an earlier scheduler, where there are enough. They are
 * never freed: a thread whose goroutine has ended may still be about to tell a P to look. 0, or an
 * error number. */
static int make_procs(uint32_t procs)
{
    if (procs > sched.room) {
        struct p *ps = aligned_alloc(CACHE_LINE, procs * sizeof(struct p));
        if (!ps)
            return ENOMEM;
        memset((void *)ps, 0, procs * sizeof(struct p));
        ps[0].older = sched.ps;
        sched.ps = ps;
        sched.room = procs;
    }
    for (uint32_t i = 0; i < procs; i++) {
        struct p *pp = &sched.ps[i];
        memset((void *)&pp->g0, 0, sizeof(pp->g0));
        pp->id = i;
        pp->gfrees = 0;
        pp->g0.p = pp;
        pp->g0.rand = UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
    }
    sched.procs = procs;
    return 0;
}

int schedinit(const struct sched_options *options)
{
    static const struct sched_options usual;
    const struct sched_options *o = options ? options : &usual;
    if (sched.procs)
        return EBUSY;
    size_t stack = stack_size(o->stack_size);
    if (!stack || o->procs > SCHED_PROCS_MAX)
        return EINVAL;
    if (stack != sched.stack)
        sched.gfree = NULL; /* their stacks have another size; they stay in the list of all Gs */
    sched.stack = stack;
    sched.options = *o;
    int error = make_procs(o->procs ? o->procs : usable_cpus());
    return error ? error : start_procs();
}

void schedwait(void)
{
    struct g *me = runningg(), *nobody = NULL;
    if (me && me->goroutine)
        gothrow("schedwait: by a goroutine");
    /* While we wait we wake nobody; see count_end(). A second one who waits stays registered. */
    bool waits = me && load_rlx(&me->registered) && cas_sc(&sched.waiter, &nobody, me);
    if (waits)
        store_rel(&me->registered, false); /* as in gfput() */
    for (uint32_t n; (n = load_sc(&sched.live)) != 0;)
        futex_wait(&sched.live, n, FUTEX_FOREVER);
    if (waits) {
        store_rlx(&me->registered, true);
        store_rel(&sched.waiter, NULL);
    }
}

void schedstop(void)
{
    if (!sched.procs)
        return;
    schedwait();
    end_procs(sched.procs);
}

bool in_goroutine(void)
{
    return runningg() && runningg()->goroutine;
}

unsigned gomaxprocs(void)
{
    return sched.procs;
}
