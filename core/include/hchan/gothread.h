/* Threads that are registered, so that the check for deadlocks (hchan/deadlock.h) knows of them.
 * Every function may be called by any number of threads at once. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_GOTHREAD_H
#define HCHAN_GOTHREAD_H

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Starts a thread that is registered before it runs, as `go fn(arg)` would, and else like
 * pthread_create() with default attributes. Returns 0 or an error number; ends the process if there
 * is no memory for the thread's G, or if fn is NULL.
 *
 * A thread may instead register itself, but then it does not count between its start and that: the
 * thread that started it must not park meanwhile. */
int hchan_go(pthread_t *thread, void *(*fn)(void *), void *arg);

/* Registers the calling thread, such as the one that runs main(). May be called again. schedinit()
 * does so, and hchan_watch_start() with `others`. Ends the process if there is no memory for the
 * thread's G. */
void hchan_register(void);

/* Ends the calling thread's registration: it promises to wake no other from here on. A thread that
 * has never been registered says by this that no watcher need mind it. May be called again. Ends
 * the process if there is no memory for the thread's G. */
void hchan_unregister(void);

#ifdef __cplusplus
}
#endif

#endif
