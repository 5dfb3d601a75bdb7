/* When a process is deadlocked for certain, and its end: core/g/checkdead.h. Owns two flags, which
 * say whether it has ended, and whether its user has been told why it does not; and how often in
 * succession there was something to tell.
 *
 * A thread that is not registered may wake those that are, and the scheduler's own threads are not
 * registered either. So a thread must be declared: it has called hchan_register() or
 * hchan_unregister(), and has not ended; or it is one of ours. If all threads that the kernel lists
 * are declared, and the registered ones are stuck, nothing goes on. (Go's checkdead() counts Ms in
 * the same way, and gives up in a library that C calls.) Since allglock is held from the one check
 * to the other, no thread is declared in between. A thread that is made in between is made by one
 * that runs, and so is not registered: either that one is not declared, and is in the list, or it
 * has promised to wake nobody. */
/* SPDX-License-Identifier: MIT */
#include "core/g/checkdead.h"
#include "core/base/futex.h"
#include "core/g/g.h"
#include "core/g/task.h"
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Atomic uint32_t ending, told;

/* The threads that the kernel lists. */
struct threads {
    int32_t *tid; /* 0: struck out */
    size_t count, room;
};

static bool add_thread(struct threads *t, int32_t tid)
{
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        int32_t *more = realloc(t->tid, room * sizeof(*more));
        if (!more)
            return false;
        t->tid = more;
        t->room = room;
    }
    t->tid[t->count++] = tid;
    return true;
}

/* False, with errno, if they cannot be seen. */
static bool list_threads(struct threads *t)
{
    DIR *tasks = opendir("/proc/self/task");
    bool whole = tasks != NULL;
    if (!tasks)
        return false;
    for (const struct dirent *task; whole && (task = readdir(tasks)) != NULL;) {
        int32_t tid = (int32_t)strtol(task->d_name, NULL, 10);
        if (tid != 0) /* or it is "." or ".." */
            whole = add_thread(t, tid);
    }
    closedir(tasks);
    errno = ENOMEM; /* if it is not whole */
    return whole;
}

static void strike_out(struct threads *t, int32_t tid)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->tid[i] == tid)
            t->tid[i] = 0;
}

/* Whether a thread has ended, but is still listed: main()'s after pthread_exit(). */
static bool has_ended(int32_t tid)
{
    struct task_stat thread;
    if (!task_stat(tid, &thread))
        return errno == ENOENT;
    return thread.state == 'Z' || thread.state == 'X';
}

/* Whether it is one of ThreadSanitizer's, which block each signal that there is. */
static bool is_sanitizers(int32_t tid)
{
    char text[4096];
    return FIBER_TSAN && task_read(tid, "status", text, sizeof(text)) &&
           strstr(text, "SigBlk:\tfff");
}

/* How many threads live that are not declared; -1, with errno, if that cannot be seen. allglock is
 * held. */
static long count_others(struct g *all)
{
    struct threads t = {0};
    long others = 0;
    bool seen = list_threads(&t);
    for (const struct g *gp = all; gp; gp = gp->next_all)
        if (!gp->goroutine && gp->declared)
            strike_out(&t, gp->tid);
    for (const struct g *gp = servants; gp; gp = gp->next_all)
        strike_out(&t, gp->tid);
    for (size_t i = 0; i < t.count && seen; i++)
        others += t.tid[i] != 0 && !has_ended(t.tid[i]) && !is_sanitizers(t.tid[i]);
    free(t.tid);
    return seen ? others : -1;
}

static void *flush_output(void *flushed)
{
    if (ftrylockfile(stdout) == 0) { /* or else it is held for good */
        fflush(stdout);
        funlockfile(stdout);
    }
    store_rel((_Atomic uint32_t *)flushed, 1); /* pairs with load_acq in flush_for_a_while() */
    futex_wake(flushed, 1);
    return NULL;
}

/* Flushes standard output, but does not wait for good for a reader that does not read. */
static void flush_for_a_while(void)
{
    enum { PATIENCE_S = 3 };
    static _Atomic uint32_t flushed;
    int64_t until = nanotime() + INT64_C(1000000000) * PATIENCE_S;
    pthread_t flusher;
    if (pthread_create(&flusher, NULL, flush_output, &flushed))
        return;
    while (!load_acq(&flushed)) /* pairs with store_rel in flush_output() */
        if (futex_wait(&flushed, 0, until) == FUTEX_TIMEDOUT)
            return;
    pthread_join(flusher, NULL);
}

static _Noreturn void end_deadlocked(const struct report_to *to)
{
    static const char title[] = "fatal error: all goroutines are asleep - deadlock!\n\n";
    size_t count = 0;
    if (fadd_rlx(&ending, 1) > 0) /* relaxed: it decides which caller is the first */
        for (;;)
            pause();
    struct hchan_parked *list = hchan_parked_now(&count);
    if (!report(to, title, list, count))
        report_no_memory(to, title);
    flush_for_a_while();
    _exit(2);
}

static void tell_of_others(const struct report_to *to, long others, int error)
{
    char text[256], why[128] = "";
    if (xchg_acq(&told, 1)) /* acquire: the exchange decides which caller is the first */
        return;
    if (others < 0)
        snprintf(why, sizeof(why),
                 "whether another thread lives is not known (/proc/self/task: %s)",
                 strerror(error));
    else
        snprintf(why, sizeof(why), "%ld thread%s may wake one (see hchan_register())", others,
                 others == 1 ? " that is not registered" : "s that are not registered");
    int size = snprintf(text, sizeof(text),
                        "hchan: all goroutines are asleep, but %s: no deadlock is reported\n", why);
    report_text(to, text, (size_t)size);
}

/* Whether threads were in the way at several checks, one after the other. A thread that ends is
 * listed for a moment longer than it is declared, and need not be told of. By the watcher. */
static bool have_stayed(bool in_the_way)
{
    enum { CHECKS = 3 };
    static uint32_t checks;
    checks = in_the_way ? checks + 1 : 0;
    return checks >= CHECKS;
}

void checkdead(const struct report_to *to, bool others, bool tell)
{
    struct g *all = allgs_lock();
    bool stuck = all_stuck(all);
    long count = stuck && others ? count_others(all) : 0;
    int error = errno;
    allgs_unlock();
    if (stuck && count == 0)
        end_deadlocked(to);
    if (tell && have_stayed(stuck))
        tell_of_others(to, count, error);
}
