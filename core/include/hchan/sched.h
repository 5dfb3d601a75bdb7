/* Goroutines: functions that run on stacks of their own, many of them on a few threads.
 *
 *     schedinit(NULL);                  // a P, and its thread, for each CPU that we may use
 *     newproc(producer, c);             // go producer(c)
 *     newproc(consumer, c);
 *     schedwait();                      // until all have ended
 *     schedstop();
 *
 * Goroutines run on Ps. A P is a thread with a queue of runnable goroutines. One that parks on a
 * channel of a variant with the park policy `go` leaves its P to another goroutine: a switch of
 * stacks in user space, some nanoseconds. A plain thread may use the same channel at the same time;
 * it sleeps in the kernel. With any other park policy the whole P sleeps, and so do the goroutines
 * in its queue.
 *
 * The scheduler is modelled on Go's (runtime/proc.go). A P without work steals goroutines from the
 * other Ps, looks again for a while, and sleeps. One thread more sleeps until the next deadline
 * (Go's sysmon). Unlike Go's, a P and its thread (Go's M) are one:
 * a system call that blocks, blocks the P. And nothing is preempted: a goroutine runs until it
 * parks, yields or ends.
 *
 * Every runnable goroutine gets its turn, whatever the others do: wake each other for ever, yield
 * in a loop, start others without end. A P picks the next goroutine whenever the one that runs
 * parks, yields or ends. As long as no more than n goroutines are runnable at a time, each of them
 * waits for at most 124 * (n + 256) picks: those of the P in whose queue it waits, or, in the queue
 * that all share, those of any P. It rarely comes near that: most run after those that were
 * runnable before them. There is no bound in seconds, since a goroutine that computes for long is
 * not interrupted; but the goroutines in its P's queue run elsewhere if another P is idle.
 *
 * A deadline that has passed is seen as soon as the goroutine of any P parks, yields or ends. The
 * goroutine that waited for it then runs at once, before those in the queue; if several deadlines
 * have passed, that is the earliest, and the others go to the queue's end. If such a goroutine was
 * also the one that has just run, one from the queue comes first.
 *
 * A goroutine may resume in another thread. A park, gosched(), and any operation on a channel may
 * switch to another goroutine. What goes along:
 *   - registers and the stack are the goroutine's;
 *   - exceptions of C++ that it has thrown and handles go with it, if the C++ runtime was loaded
 *     before schedinit(): it may park in a catch block, and in a destructor;
 *   - MXCSR and the x87 control word are the thread's, as in Go: set rounding and masks in begin(),
 *     for all Ps alike, and put back before a switch what a goroutine changes;
 *   - errno is the thread's: read it before the next operation on a channel;
 *   - thread-local variables are the thread's, with their addresses, and so is all that the C
 *     library keeps in them: uselocale(), pthread_self(), pthread_getspecific();
 *   - a mutex that is locked is the thread's: unlock it before a switch;
 *   - the signal mask and the stack for signals are the thread's.
 *
 * What is the thread's, other goroutines on that P see and change.
 *
 * A goroutine has a number for reports and traces. It has 32 bits: after 2^32 goroutines numbers
 * come again.
 *
 * After fork() the child has no scheduler: the goroutines do not run there, gomaxprocs() is 0, and
 * newproc() returns ESRCH. If a plain thread has forked it may call schedinit(); channels that the
 * goroutines use stay as they were. A goroutine's child must exec() or _exit().
 *
 * A goroutine may end the process: exit(), whose handlers then run on its stack (the library's own
 * brings a stack), quick_exit(), _exit(), abort(). */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_SCHED_H
#define HCHAN_SCHED_H

#include <hchan/hchan.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SCHED_PROCS_MAX = 1024 };
/* The smallest stack, and the default, in bytes. Only pages that have been touched take memory.
 * Stacks are kept for later goroutines; a schedinit() with another size gives them back to the
 * system.
 *
 * Below each stack are 80 KiB that must not be touched, its guard; they take address space only. A
 * goroutine that overflows its stack touches the guard, and the process ends: "fatal error: stack
 * overflow", with the goroutine's number, and abort(). The C library's frames are smaller than the
 * guard. A bigger one of the program's can step over it and into another stack: compile with
 * -fstack-clash-protection (gcc; clang on x86 and AArch64), by which a frame touches each page in
 * turn, so that any overflow is told. hchan.pc and the CMake package bring that flag.
 *
 * To see an overflow, the scheduler handles SIGSEGV from schedinit() on. Any other SIGSEGV is
 * passed on to the action that the program had before: its handler is called with the same siginfo
 * and context, under its mask and with its SA_NODEFER, SA_RESTART and SA_RESETHAND, as often as it
 * comes; only that it runs on the thread's stack for signals, if there is one, whether it has
 * SA_ONSTACK or not. Without a handler the signal ends the process, or is ignored, as it would be.
 * schedstop() puts the action back, unless the program has installed another handler meanwhile; in
 * between it then has overflows to itself.
 *
 * A signal may interrupt a goroutine, whose stack may lack the room for the kernel's frame: so a
 * program's handlers need SA_ONSTACK. Each P's thread has a stack of 64 KiB for them, above a
 * guard; or its own, if begin() has set one by sigaltstack(), which must have room for them and is
 * left as it was. */
#define SCHED_STACK_MIN     HCHAN_SIZE_(16 << 10)
#define SCHED_STACK_DEFAULT HCHAN_SIZE_(64 << 10)

struct sched_options {
    unsigned procs; /* how many Ps; 0: one for each CPU that the calling thread may use */
    /* Bytes, from SCHED_STACK_MIN to 1 GiB, rounded up to pages; 0: SCHED_STACK_DEFAULT. */
    size_t stack_size;
    /* Where it is not NULL, begin() is called in the thread of each P before it runs goroutines,
     * for example to bind it to a CPU. It returns 0, or an error number, which schedinit() then
     * returns. end() is called when the thread ends, if begin() returned 0. */
    int (*begin)(unsigned p, void *arg);
    void (*end)(unsigned p, void *arg);
    void *arg;
};

/* Starts the scheduler of the process. It may be started again after schedstop(). `options` may be
 * NULL. The calling thread is registered (hchan/gothread.h), until it ends or unregisters: it may
 * wake goroutines, so that they are not deadlocked while it sleeps. Returns 0, EBUSY if it has been
 * started already, EINVAL if an option is out of range, or the error number of what failed: a
 * begin(), a thread, memory. The calling thread is then registered or not as it was before. */
int schedinit(const struct sched_options *options);

/* Starts a goroutine that calls fn(arg), as Go's `go` does. fn must return. If it calls
 * pthread_exit(), or its thread is cancelled, that is a fatal error ("pthread_exit: by a
 * goroutine"); an exception that leaves it is std::terminate(); a longjmp() to another stack is
 * undefined, and nothing sees it. A goroutine or any thread may call newproc(), at any time.
 * Returns 0, and then fn is called; ESRCH if no scheduler runs; ENOMEM if there is no memory for
 * the goroutine or its stack, or no mapping left for the stack's guard (sysctl vm.max_map_count).
 * If fn is NULL, the process ends as Go's does: "fatal error: go of nil func value", and abort().
 *
 * Once schedstop() has been called, threads get ESRCH. Goroutines may still start others, until the
 * last one has ended. */
int newproc(void (*fn)(void *), void *arg);

/* newproc() with a copy of the `size` bytes at arg, so that the caller's may go at once: `go f(x)`
 * with x by value. fn gets the address of the copy, which lies on the goroutine's stack, is aligned
 * as malloc()'s memory is, and lives as long as the goroutine does. In C++ the type must be
 * trivially copyable. If `size` is 0, fn gets arg itself. Returns as newproc() does, and E2BIG if
 * the copy needs more than one part in HCHAN_COPY_SHARE of the stack. */
int hchan_newproc_copy(void (*fn)(void *), const void *arg, size_t size);

/* The copy for a goroutine takes at most one part in so many of its stack. */
enum { HCHAN_COPY_SHARE = 4 };

/* What may differ for one goroutine; what is 0 is as in newproc(). */
struct hchan_newproc_options {
    size_t copy; /* bytes at arg to copy, as hchan_newproc_copy() does */
    /* Bytes of its stack, from SCHED_STACK_MIN to 1 GiB, rounded up to SCHED_STACK_MIN times a
     * power of two. It has a guard as others have. It is kept for later goroutines with the same
     * size, so there are as many stacks of a size as goroutines with it have lived at a time; a
     * schedinit() with another stack size gives them back to the system. */
    size_t stack_size;
};

/* newproc() with options, which may be NULL. Returns as newproc() does; EINVAL if the stack size is
 * out of range; E2BIG as above. */
int hchan_newproc_with(void (*fn)(void *), const void *arg,
                       const struct hchan_newproc_options *options);

/* Lets other goroutines run: the calling one goes to the end of its P's queue. A plain thread gives
 * its CPU to another one, as Go's osyield() does. */
void gosched(void);

/* Waits until every goroutine has ended. Not for goroutines. Threads that wait here are registered
 * meanwhile, and count as parked for hchan_deadlocked(), as long as a goroutine lives.
 *
 * If the goroutines are parked for good, this would never return, so it ends the process as Go
 * does: "fatal error: all goroutines are asleep - deadlock!", what each waits for, and status 2. It
 * does so only if no thread lives that may wake one (`others` in hchan/watch.h); it checks after
 * 0.1 s, and then after twice as long each time, up to a minute. If a watcher runs that checks for
 * deadlocks, it is left to that. */
void schedwait(void);

/* Waits as schedwait() does, and then ends the Ps. Not for goroutines. Returns at once if no
 * scheduler runs, or if another thread stops it already. */
void schedstop(void);

/* schedstop() that waits until `deadline` (hchan_deadline() in hchan/hchan.h) at the latest.
 * Returns 0 if the scheduler has stopped; ETIMEDOUT if goroutines still live, and then it runs on;
 * ESRCH if no scheduler runs, or if another thread stops it already. Threads get ESRCH from
 * newproc() meanwhile. */
int hchan_schedstop_within(int64_t deadline);

/* Calls fn(arg) on a stack of 1 MiB, in the same thread, and returns when it does. For what needs
 * more stack than a goroutine has, such as getaddrinfo(). fn must not park, nor yield; it may end
 * the process, and panic: what is outside may catch that. Calls it directly if no goroutine calls,
 * or one that is on such a stack already, or if there is no memory for one. */
void hchan_apart(void (*fn)(void *), void *arg);

/* Whether a goroutine calls. */
bool in_goroutine(void);

/* How many Ps there are; 0 if no scheduler runs. Any thread may call it at any time. */
unsigned gomaxprocs(void);

#ifdef __cplusplus
}
#endif

#endif
