/* A watcher: a thread that reports the goroutines that are parked or leak, and ends a program that
 * is deadlocked. (Threads count as goroutines here.)
 *
 *     hchan_watch_start(&(struct hchan_watch){
 *         .after_ns = 2000000000,   // report each goroutine that is parked for longer, once
 *         .signal = SIGUSR1,        // kill -USR1 lists all that are parked
 *         .at_exit = true,          // and so does the end of the process
 *         .deadlock = true,         // end the process if no goroutine can go on, as Go does,
 *         .others = true,           // unless a thread that is not registered may wake one
 *         .place = hchan_place_line // with source lines: hchan/lines.h
 *     });
 *
 * A program that names hchan_place_line links libhchan_lines as well (hchan/lines.h).
 *
 * A goroutine that is parked for long has not necessarily leaked: a worker that waits for its next
 * task looks the same. A goroutine has leaked if nothing will ever wake it, which no tool can know;
 * a long `after_ns`, the line, and the other parked goroutines help to judge. A wait with a
 * deadline ends by itself: it is listed, but never reported as a leak.
 *
 * A watcher sees goroutines (hchan/sched.h) as it sees threads; since when a goroutine is parked,
 * it knows to a tenth of a second. If a goroutine parks on a channel of a variant that is not for
 * goroutines (hchan_variant_goroutines()), its P sleeps or spins and runs no other: the watcher
 * reports the first one that it comes across, once.
 *
 * Every function may be called by any number of threads at once. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_WATCH_H
#define HCHAN_WATCH_H

#include <hchan/deadlock.h>
#include <hchan/gothread.h>
#include <hchan/parked.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a watcher does. What is 0 or false is not done. */
struct hchan_watch {
    int64_t after_ns;   /* reports those parked for longer without a deadline; each park once */
    int signal;         /* lists all that are parked when this signal comes, e.g. SIGUSR1 */
    bool at_exit;       /* lists those still parked, if any, when exit() runs its handlers */
    bool deadlock;      /* checks 10 times a second; reports it, and ends the process with 2 */
    bool others;        /* with deadlock: threads that are not registered may use channels */
    FILE *stream;       /* for reports; NULL: standard error, which also gets what it refuses */
    hchan_place *place; /* NULL: hchan_place_symbol */
};

/* Starts the watcher, a thread called hchan-watch. `options` are copied; NULL stands for a
 * list on SIGUSR1 and at exit, and the check for deadlocks with `others`. Returns 0; EBUSY if a
 * watcher runs already; EINVAL if the signal cannot be caught or reports a fault (SIGSEGV and
 * others), or after_ns is negative; or the error number for which there is no thread, memory or
 * descriptor. The stream must outlive the watcher, and the process if it reports at exit.
 *
 * The signal's handler replaces the program's until hchan_watch_stop(), which puts that back unless
 * the program has installed another one meanwhile. The handler runs on the thread's stack for
 * signals, if it has one, and may interrupt any thread that does not block the signal: system calls
 * are restarted (SA_RESTART) if they can be, but poll(), epoll_wait() and nanosleep() end with
 * EINTR. The watcher blocks all signals. It keeps no descriptor: a program may close all that it
 * finds open, and start a watcher when it has none left.
 *
 * A deadlock is reported in Go's words: "fatal error: all goroutines are asleep - deadlock!", and
 * then what each goroutine waits for. After that standard output is flushed, for 3 seconds at most
 * if its reader does not read, and the process ends by _exit(2), since exit handlers might wait for
 * the goroutines that are asleep.
 *
 * With `deadlock` alone the program promises that each thread that sends, receives or closes is
 * registered (hchan/gothread.h). With `others` it need not: the process is ended only if each of
 * its threads, as /proc/self/task lists them, is registered, has called hchan_unregister(), or is
 * the library's own. As long as there is another one, which sleeps or reads a socket and may then
 * send, nothing is ended; the watcher says once that such a thread is in the way of a deadlock. The
 * calling thread is registered, as schedinit() registers its own. (Go's check gives up in the same
 * way in a library that C calls.)
 *
 * Reports need no luck: they are made on a stack of their own if a goroutine panics or calls
 * exit(), and if a goroutine that is parked holds the stream's lock, they go round the stream, to
 * its descriptor. A pipe that is full and does not block (O_NONBLOCK) is waited for until it has
 * taken the whole report; if nobody reads it for 3 seconds, the rest is lost. One that blocks is
 * waited for as long as that takes.
 *
 * If memory runs out, the watcher reports that in place of the list. For leaks it does so once
 * while memory is short, and reports them when there is memory again.
 *
 * The watcher keeps no process alive: it ends with main() or, if main() has left by pthread_exit(),
 * when all other threads have ended. After fork() the child has no watcher, and its signal is as
 * after hchan_watch_stop(). It may call hchan_watch_start(). */
int hchan_watch_start(const struct hchan_watch *options);

/* Ends the watcher, including its report at exit. On return its thread has ended. Does nothing if
 * no watcher runs. */
void hchan_watch_stop(void);

#ifdef __cplusplus
}
#endif

#endif
