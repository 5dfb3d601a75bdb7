/* Who waits for what: the parked goroutines (here threads), those that leak, and deadlocks.
 *
 *     hchan_watch_start(&(struct hchan_watch){
 *         .after_ns = 2000000000,   // tells who is parked for longer, once each
 *         .signal = SIGUSR1,        // kill -USR1 lists all that are parked
 *         .at_exit = true,          // and so does the end of the process
 *         .deadlock = true,         // ends it where nobody can go on, as Go does
 *         .place = hchan_place_line // with source lines: hchan/lines.h
 *     });
 *
 * This is in libhchan_core.a. Only who names hchan_place_line links more: libhchan_lines.a before
 * it and, where the lab was built with libdw, -ldw after it.
 *
 * Parked long is not yet leaked: a worker that waits for its next task looks the same. A leak is
 * one that nothing is ever going to wake, which no tool can tell; a long `after_ns`, the line and
 * who else is parked help to judge. Waits that are bounded by a deadline end by themselves: they
 * are listed, and never reported as leaks.
 *
 * Nothing here reads a channel, which may be gone: a channel is its address. The channel's paths do
 * nothing for it but what a G writes when it parks, which it does anyway. Every function may be
 * called by any number of threads at once. */
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

/* What a watcher does. What is 0 is not done. */
struct hchan_watch {
    int64_t after_ns;   /* reports who is parked for longer, without a bound; each park once */
    int signal;         /* lists all that are parked when this signal comes, e.g. SIGUSR1 */
    bool at_exit;       /* lists who is still parked, if any, when exit() runs its handlers */
    bool deadlock;      /* says so and ends the process with status 2, looking 10 times a second */
    FILE *stream;       /* where to; NULL: standard error, which has what a stream fails to take */
    hchan_place *place; /* NULL: hchan_place_symbol */
};

/* Starts the watcher, a thread called sysmon, as in Go. `options` are copied; NULL: a list on
 * SIGUSR1 and at exit, and deadlocks. Returns 0, EBUSY where one runs already, EINVAL where the
 * signal cannot be caught or is one of a fault (SIGSEGV...), or after_ns is negative, or why there
 * is no thread, memory or descriptor. The stream must outlive the watcher, and the process where it
 * reports at exit.
 *
 * The signal's handler, which replaces the program's until hchan_watch_stop(), writes to an
 * eventfd, and may interrupt any thread that does not block the signal: system calls that can be
 * are restarted (SA_RESTART), but poll(), epoll_wait() and nanosleep() end with EINTR. The watcher
 * blocks all signals. The eventfd stays open for good.
 *
 * A deadlock is told in Go's words ("fatal error: all goroutines are asleep - deadlock!", then who
 * waits for what); standard output is flushed, and the process ends by _exit(2): exit handlers
 * would run with everybody asleep, whom they might wait for.
 *
 * If memory runs out, the watcher reports that in place of the list: for leaks once, for as long as
 * it lasts, and they are reported when there is memory again.
 *
 * The watcher keeps no process alive: it ends with main(), and, where main() has left by
 * pthread_exit(), when all other threads have ended. After fork() the child has no watcher, and its
 * signal is as it was before hchan_watch_start(), which it may call. */
int hchan_watch_start(const struct hchan_watch *options);

/* Ends the watcher, its report at exit included. On return its thread is gone and writes no more.
 * Nothing where there is none. */
void hchan_watch_stop(void);

#ifdef __cplusplus
}
#endif

#endif
