/* What goroutines and threads wait for besides channels: a group of tasks, a mutex, a first call, a
 * task's result. After Go's package sync.
 *
 *     static struct hchan_waitgroup wg;
 *     for (int i = 0; i < 3; i++)
 *         hchan_waitgroup_go(&wg, work, &item[i]);   // wg.Go(func() { work(&item[i]) })
 *     hchan_waitgroup_wait(&wg);
 *
 * A goroutine that has to wait leaves its P to another one; a thread sleeps in the kernel; both may
 * use the same object at once. They are listed by hchan_parked_now() with Go's reasons,
 * "sync.WaitGroup.Wait" and "sync.Mutex.Lock", and take part in the check for deadlocks as those
 * that wait on channels do (hchan/deadlock.h): each thread that unlocks, or calls done, must be
 * registered.
 *
 * An object whose bytes are all 0 is ready for use. It must not be copied or moved after its first
 * use. It owns nothing and needs no end: its memory may be freed once no call on it has still to
 * begin, and each wait or lock has returned. In particular the thread that has waited for a group,
 * or that was the last to lock a mutex, may free it, even if the call that let it go on has not
 * returned yet.
 *
 * An object that is NULL is a fatal error, which names the call: "fatal error: hchan_mutex_lock:
 * the mutex is NULL". So is a function that is NULL.
 *
 * Every function may be called by any number of goroutines and threads at once. None allocates
 * memory, but for a thread's first wait, which makes its G, and for goroutines that are made.
 *
 * After fork() the child has only the forking thread: what others had locked stays locked, and what
 * they were to do is never done. Objects that were not in use by others go on as they were. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_SYNC_H
#define HCHAN_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define HCHAN_ATOMIC_(T) T
extern "C" {
#else
#define HCHAN_ATOMIC_(T) _Atomic(T)
#endif

/* Members whose names end with _ are private. */
struct hchan_waiter;
struct hchan_waiters {
    struct hchan_waiter *first_, *last_;
};

/* sync.Mutex. It belongs to no goroutine and no thread: one may lock it and another unlock it, and
 * a goroutine may park, and go on in another thread, while it holds it.
 *
 * Fairness is Go's. A mutex that is unlocked goes to whoever comes first, which is mostly one that
 * runs: the longest waiter is woken, and competes. If it finds the mutex taken it is the first in
 * line again. Once the first in line has waited for 1 ms, the next unlock hands the mutex to it, so
 * nobody starves. */
struct hchan_mutex {
    HCHAN_ATOMIC_(uint32_t) word_;
    struct hchan_waiters waiters_;
};

/* What was written before an unlock is seen after the lock that follows it. */
void hchan_mutex_lock(struct hchan_mutex *m);

/* Locks the mutex if that is possible at once; returns whether it did. */
bool hchan_mutex_trylock(struct hchan_mutex *m);

/* Ends the process if the mutex is not locked: "fatal error: sync: unlock of unlocked mutex". */
void hchan_mutex_unlock(struct hchan_mutex *m);

/* sync.WaitGroup: waits until a counter is 0. */
struct hchan_waitgroup {
    HCHAN_ATOMIC_(uint64_t) word_ __attribute__((aligned(8)));
    struct hchan_waiters waiters_;
};

/* Adds delta, which may be negative, to the counter. If it is 0 then, all that wait go on, and see
 * what was written before each call that took from the counter.
 *
 * Panics if the counter is negative then: "sync: negative WaitGroup counter". As in Go a positive
 * delta that finds the counter at 0 must come before any wait that is to see it; if it is found to
 * run beside one, it panics: "sync: WaitGroup misuse: Add called concurrently with Wait". A group
 * may be used again as soon as the counter has been 0 and one of those that waited has returned. */
void hchan_waitgroup_add(struct hchan_waitgroup *wg, int delta);

/* hchan_waitgroup_add(wg, -1). */
void hchan_waitgroup_done(struct hchan_waitgroup *wg);

/* Returns once the counter is, or has been, 0. */
void hchan_waitgroup_wait(struct hchan_waitgroup *wg);

/* Adds 1, and starts a goroutine that calls fn(arg) and then done. Returns 0, or newproc()'s error
 * number (hchan/sched.h), and then the group is as it was. */
int hchan_waitgroup_go(struct hchan_waitgroup *wg, void (*fn)(void *), void *arg);

/* sync.Once. */
struct hchan_once {
    HCHAN_ATOMIC_(uint32_t) done_;
    struct hchan_mutex mutex_;
};

/* Calls fn(arg) if this is the first call for *once. Returns when the first call's fn has returned,
 * and sees what that has written. As in Go, a call from within fn waits for ever; and if fn panics,
 * it counts as called, and the panic goes on. */
void hchan_once_do(struct hchan_once *once, void (*fn)(void *), void *arg);

/* A goroutine whose end can be waited for, and its result. */
struct hchan_task {
    struct hchan_waitgroup end_;
    void *(*fn_)(void *);
    void *arg_, *result_;
};

/* Starts a goroutine that calls fn(arg), whose result is the task's. *task need not be zeroed. It
 * belongs to the caller, and must stay until hchan_task_wait() has returned. After that it may be
 * used for another goroutine. Returns 0, or newproc()'s error number: there is nothing to wait for
 * then. */
int hchan_task_go(struct hchan_task *task, void *(*fn)(void *), void *arg);

/* Waits until the task's function has returned, and returns its result. May be called any number of
 * times, by several at once. The reason of the wait is "sync.WaitGroup.Wait". */
void *hchan_task_wait(struct hchan_task *task);

#ifdef __cplusplus
}
#endif

#endif
