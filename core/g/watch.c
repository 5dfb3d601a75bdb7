/* The watcher of hchan/watch.h: a thread that reports, and the signal handler and the exit handler
 * that make it report. What wakes it is a futex and no descriptor: a program may close all of those
 * that it has, and use their numbers again.
 *
 * watch_lock is held while a watcher starts or stops, and over a fork. The watcher never takes it,
 * so a thread that holds it may join the watcher. Lock order: watch_lock, then allglock. */
/* SPDX-License-Identifier: MIT */
#include "core/base/futex.h"
#include "core/base/signals.h"
#include "core/g/checkdead.h"
#include "core/g/g.h"
#include "core/g/parked.h"
#include "core/g/report.h"
#include "core/g/task.h"
#include <errno.h>
#include <hchan/sched.h>
#include <hchan/watch.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { TICK_MS = 100, NS_PER_MS = 1000000 };

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static bool running;              /* under watch_lock */
static pthread_t thread;          /* under watch_lock */
static struct sigaction previous; /* what the signal did before; under watch_lock */
static struct hchan_watch wanted; /* written while no watcher runs, with the next one */
static struct report_to to;
static _Atomic uint32_t stopping;
static _Atomic uint32_t asked; /* the signal came: a list is wanted */
static _Atomic uint32_t bell;  /* 1: the watcher is to look at once; a futex */
_Atomic uint32_t watches_deadlocks;

static void ring_bell(void)
{
    store_rel(&bell, 1); /* pairs with xchg_acq in until_rung() */
    futex_wake(&bell, 1);
}

/* Whether the kernel sends the signal for an instruction, to which its handler would return. */
static bool is_fault(int number)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (number == faults[i])
            return true;
    return false;
}

static void on_signal(int number)
{
    int before = errno;
    (void)number;
    store_rel(&asked, 1); /* pairs with xchg_acq in watch() */
    ring_bell();
    errno = before;
}

/* A park that was reported. */
struct reported {
    uint32_t goroutine, park;
};

struct watching {
    struct reported *reported; /* parks that may leak, by goroutine */
    size_t count;              /* of them */
    bool no_memory;            /* at the last look for leaks */
    int64_t checked;           /* when it last checked whether it is alone */
    int64_t look_at;           /* when it looks at the parked goroutines next */
    bool told;                 /* of a goroutine that blocks its P */
};

static bool was_reported(const struct watching *s, size_t at, const struct hchan_parked *p)
{
    return at < s->count && s->reported[at].goroutine == p->goroutine &&
           s->reported[at].park == p->park;
}

static bool report_fresh(const struct hchan_parked *list, size_t count)
{
    char title[128];
    snprintf(title, sizeof(title),
             "hchan: %zu goroutine%s parked for more than %" PRId64 ".%" PRId64 " s:\n", count,
             count == 1 ? " is" : "s are", wanted.after_ns / 1000 / NS_PER_MS,
             wanted.after_ns / 100 / NS_PER_MS % 10);
    return count == 0 || report(&to, title, list, count);
}

/* Reports those of the list that may leak and have not been reported, each park once. Both lists
 * are by goroutine. Returns false if memory ran out: they stay for the next look. */
static bool report_leaks(struct watching *s, struct hchan_parked *list, size_t count)
{
    struct reported *reported = malloc((count + 1) * sizeof(*reported));
    size_t leaks = 0, fresh = 0, old = 0;
    if (!reported)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!parked_may_leak(&list[i], wanted.after_ns))
            continue;
        while (old < s->count && s->reported[old].goroutine < list[i].goroutine)
            old++;
        reported[leaks++] = (struct reported){list[i].goroutine, list[i].park};
        if (!was_reported(s, old, &list[i]))
            list[fresh++] = list[i];
    }
    if (!report_fresh(list, fresh)) {
        free(reported);
        return false;
    }
    free(s->reported);
    s->reported = reported;
    s->count = leaks;
    return true;
}

static void look_for_leaks(struct watching *s)
{
    size_t count;
    struct hchan_parked *list = hchan_parked_now(&count);
    bool no_memory = !list || !report_leaks(s, list, count);
    if (no_memory && !s->no_memory) /* once for as long as it lasts */
        report_no_memory(&to, "");
    s->no_memory = no_memory;
    free(list);
}

static bool tell_of_blocked(uint32_t goroutine)
{
    static const char title[] = "hchan: a goroutine that is parked blocks its P, since its "
                                "channel's variant is for threads "
                                "(see hchan_variant_goroutines()):\n";
    size_t count, i = 0;
    struct hchan_parked *list = hchan_parked_now(&count);
    while (list && i < count && list[i].goroutine != goroutine)
        i++;
    bool found = list && i < count && report(&to, title, &list[i], 1); /* or it goes on again */
    free(list);
    return found;
}

/* Looks at the parked goroutines: so that reports know since when they are, and for one that blocks
 * its P. A look takes long if there are a million, so it takes a twentieth of the time at most. */
static void look_at_parked(struct watching *s)
{
    enum { SHARE = 20 };
    int64_t began = nanotime();
    if (began < s->look_at)
        return;
    uint32_t blocked = parked_look();
    int64_t ended = nanotime();
    s->look_at = ended + SHARE * (ended - began);
    if (blocked && !s->told)
        s->told = tell_of_blocked(blocked);
}

/* Whether main() has left by pthread_exit() and all other threads have ended: the process's first
 * thread is a zombie, and there is no other thread but this one. */
static bool alone(struct watching *s)
{
    struct task_stat process;
    int64_t now = nanotime();
    if (now - s->checked < (int64_t)TICK_MS * NS_PER_MS)
        return false;
    s->checked = now;
    return task_stat(0, &process) && process.state == 'Z' && process.threads == 2;
}

/* How long to sleep between two looks: a quarter of after_ns, to report leaks in time. */
static int tick_ms(void)
{
    int64_t quarter = wanted.after_ns / 4 / NS_PER_MS;
    if (wanted.after_ns > 0 && quarter < TICK_MS)
        return quarter < 1 ? 1 : (int)quarter;
    return TICK_MS;
}

/* Sleeps for a tick, or until the bell is rung. */
static void until_rung(void)
{
    futex_wait(&bell, 0, nanotime() + (int64_t)tick_ms() * NS_PER_MS);
    xchg_acq(&bell, 0); /* pairs with store_rel in ring_bell(): what it was rung for is seen */
}

static void *watch(void *arg)
{
    static struct g own;
    struct watching s = {0};
    (void)arg;
    begin_service(&own);
    while (!load_acq(&stopping) && !alone(&s)) { /* pairs with store_rel in stop */
        until_rung();
        if (xchg_acq(&asked, 0)) /* pairs with store_rel in on_signal */
            report_all(&to, "", true);
        look_at_parked(&s);
        if (wanted.after_ns > 0)
            look_for_leaks(&s);
        if (wanted.deadlock)
            checkdead(&to, wanted.others, true);
    }
    free(s.reported);
    end_service(&own, runningg());
    return NULL;
}

/* Puts back what the signal did before, unless the program has replaced our handler meanwhile.
 * watch_lock is held. */
static void leave_signal(void)
{
    struct sigaction now;
    if (wanted.signal && sigaction(wanted.signal, NULL, &now) == 0 && now.sa_handler == on_signal)
        sigaction(wanted.signal, &previous, NULL);
}

static void before_fork(void)
{
    pthread_mutex_lock(&watch_lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&watch_lock);
}

/* The child has no watcher. */
static void after_fork_in_child(void)
{
    if (running)
        leave_signal();
    running = false;
    store_rlx(&watches_deadlocks, 0); /* relaxed: there is no other thread */
    pthread_mutex_unlock(&watch_lock);
}

/* Ends the watcher. watch_lock is held. */
static void stop(void)
{
    if (!running)
        return;
    running = false;
    store_rlx(&watches_deadlocks, 0); /* a hint */
    store_rel(&stopping, 1);          /* pairs with load_acq in watch() */
    ring_bell();
    if (!pthread_equal(pthread_self(), thread)) /* it may be the last thread, which calls exit() */
        pthread_join(thread, NULL);
    leave_signal();
}

static void report_at_exit(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&watch_lock);
    bool wants_report = running && wanted.at_exit;
    stop();
    if (wants_report)
        report_all(&to, " at exit", false);
    pthread_mutex_unlock(&watch_lock);
}

static void on_exit_of_process(void)
{
    hchan_apart(report_at_exit, NULL);
}

/* Makes what is made only once and kept. watch_lock is held. */
static int prepare(void)
{
    static bool hooked, forks;
    allgs_init(); /* so that a fork takes watch_lock first */
    if (!forks && pthread_atfork(before_fork, after_fork, after_fork_in_child))
        return ENOMEM;
    forks = true;
    if (!hooked && atexit(on_exit_of_process))
        return ENOMEM;
    hooked = true;
    return 0;
}

static int create_thread(void)
{
    sigset_t before;
    signals_block(&before);
    int error = pthread_create(&thread, NULL, watch, NULL);
    signals_restore(&before);
    if (!error)
        pthread_setname_np(thread, "hchan-watch");
    return error;
}

static int start(const struct hchan_watch *options)
{
    if (running)
        return EBUSY;
    if (is_fault(options->signal) || options->after_ns < 0)
        return EINVAL;
    int error = prepare();
    if (error)
        return error;
    if (options->deadlock && options->others && !declareg(REGISTERED))
        return ENOMEM;
    wanted = *options;
    to = (struct report_to){options->stream, options->place};
    store_rlx(&stopping, 0); /* relaxed, all three: the thread is made later */
    store_rlx(&asked, 0);
    store_rlx(&bell, 0);
    /* SA_ONSTACK: a goroutine's stack may lack the room (hchan/sched.h). */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
    if (wanted.signal && sigaction(wanted.signal, &action, &previous))
        return errno;
    error = create_thread();
    if (error)
        leave_signal();
    running = !error;
    store_rlx(&watches_deadlocks, running && wanted.deadlock); /* a hint */
    return error;
}

int hchan_watch_start(const struct hchan_watch *options)
{
    static const struct hchan_watch usual = {
        .signal = SIGUSR1, .at_exit = true, .deadlock = true, .others = true};
    pthread_mutex_lock(&watch_lock);
    int error = start(options ? options : &usual);
    pthread_mutex_unlock(&watch_lock);
    return error;
}

void hchan_watch_stop(void)
{
    pthread_mutex_lock(&watch_lock);
    stop();
    pthread_mutex_unlock(&watch_lock);
}
