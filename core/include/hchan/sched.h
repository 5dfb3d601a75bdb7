/* Goroutines: functions that run on stacks of their own, many of them on a few threads.
 *
 *     schedinit(NULL);                  // a P, and its thread, for each CPU that we may use
 *     newproc(producer, c);             // go producer(c)
 *     newproc(consumer, c);
 *     schedwait();                      // until all have ended
 *     schedstop();
 *
 * A goroutine that parks on a channel of a variant with the park policy `go` gives its P to another
 * one: a switch of stacks in user space, some nanoseconds. A plain thread may use the same channel
 * at the same time; it sleeps in the kernel. With another park policy the goroutine's whole P would
 * sleep, with all that wait for it.
 *
 * M:N, after Go's scheduler (runtime/proc.go). Each P is a thread with a queue of runnable
 * goroutines; idle ones steal from the others, spin for a while, and sleep. What differs: a P and
 * its thread (Go's M) are one, so a system call that blocks, blocks the P; and nothing is
 * preempted: a goroutine runs until it parks, yields or ends.
 *
 * A goroutine may resume on another thread. So it must not keep across an operation on a channel
 * what belongs to a thread: errno, the address of a _Thread_local, a mutex that it has locked.
 *
 * After fork() the child has no scheduler, and its goroutines do not run; it should exec(). */
#ifndef HCHAN_SCHED_H
#define HCHAN_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SCHED_PROCS_MAX = 1024 };
/* The least bytes of a stack, and its bytes where nothing is said. Only the pages that were touched
 * take memory. Below each stack are four pages that must not be touched. A goroutine that does,
 * since its frames are too big, ends the process with "fatal error: stack overflow" and its number,
 * and abort(). A single frame of more than four pages can step over them.
 *
 * For that the scheduler handles SIGSEGV from schedinit() on, and gives each P's thread a stack for
 * signals. A SIGSEGV that is no overflow goes to the action of before, which is put back for it:
 * from then on overflows are not reported. schedstop() puts the action of before back, too, unless
 * the program has installed another one meanwhile. */
#define SCHED_STACK_MIN     ((size_t)16 << 10)
#define SCHED_STACK_DEFAULT ((size_t)64 << 10)

struct sched_options {
    unsigned procs;    /* how many Ps; 0: one for each CPU that the calling thread may use */
    size_t stack_size; /* bytes, rounded up to pages; 0: SCHED_STACK_DEFAULT */
    /* Called in the thread of each P before it runs anything, to bind it, say: 0, or an error
     * number, which schedinit() returns; and when it ends, after a begin that returned 0. NULL:
     * nothing. */
    int (*begin)(unsigned p, void *arg);
    void (*end)(unsigned p, void *arg);
    void *arg;
};

/* Starts the Ps. There is one scheduler a process, which may be started again after schedstop().
 * Returns 0, EBUSY where it has been started, EINVAL where an option is out of its range, or why
 * there is no thread or memory. `options` may be NULL. */
int schedinit(const struct sched_options *options);

/* go fn(arg). By a goroutine or by any thread, at any time. Returns 0, ESRCH where no scheduler runs,
 * or ENOMEM where there is no memory for a stack, or no more mappings (sysctl vm.max_map_count).
 * Where it returns 0 the goroutine runs. Once schedstop() has been called a thread's newproc() is
 * ESRCH; goroutines make others until the last one has ended. */
int newproc(void (*fn)(void *), void *arg);

/* Lets others run; the calling goroutine goes to the end of its P's queue. In a thread: Go's
 * osyield(). */
void gosched(void);

/* Waits until every goroutine has ended. By a thread, which counts as parked meanwhile where a
 * deadlock is looked for (hchan/watch.h). */
void schedwait(void);

/* Waits as schedwait() does, and then ends the Ps. By a thread. Returns at once where no scheduler
 * runs, or another thread stops it already. */
void schedstop(void);

/* Whether a goroutine calls. */
bool in_goroutine(void);

/* How many Ps there are; 0: no scheduler. At any time. */
unsigned gomaxprocs(void);

#ifdef __cplusplus
}
#endif

#endif
