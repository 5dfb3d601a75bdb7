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
 * A line of a report is like one of Go's goroutine dumps:
 *
 *     goroutine 7 (thread 4242) [chan send, 3.2 s]: channel 0x55d0c8a0e2c0, at ask (leaky.c:23)
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

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A goroutine that is parked. */
struct hchan_parked {
    uint32_t goroutine;         /* from 1, never used twice */
    int32_t thread;             /* as the kernel knows it, e.g. in /proc/self/task; 0: none */
    uint32_t park;              /* tells one park of a goroutine from its others */
    bool bounded;               /* it ends at a deadline */
    const char *reason;         /* Go's words: "chan receive", "select (no cases)"; static */
    int64_t waited_ns;          /* since it went to sleep, to some ms; 0 where it has just parked */
    const void *callerpc;       /* where the operation returns to; NULL where not known */
    size_t channels;            /* 0 for nil channels, 1, or a select's live cases */
    const void *const *channel; /* their addresses, in the order of the cases; never read them */
};

/* Every goroutine that is parked, by number, `*count` of them, in one block that the caller ends
 * with free(). NULL with errno ENOMEM where there is no memory. Each one listed was parked, as
 * told, at one moment during the call, and each one that is not was not parked at one: a list is no
 * picture of a single moment. One that has been woken and has not run yet is not parked. */
struct hchan_parked *hchan_parked_now(size_t *count);

/* Writes where in the source `callerpc` is, e.g. "ask (leaky.c:23)". A return address, so the line
 * is that of the byte before it. Ends the text within `size`. A watcher calls it in its own thread,
 * or in the one that calls exit(); it must not call hchan_watch_start() or hchan_watch_stop(). */
typedef void hchan_place(const void *callerpc, char *text, size_t size);

/* By the dynamic symbols alone: "ask+0x1c (leaky+0x11c5)", or "leaky+0x11c5" where there is none;
 * addr2line(1) takes that number. What is used where no other is named. */
void hchan_place_symbol(const void *callerpc, char *text, size_t size);

/* One line of a report, without its end of line; returns what snprintf() would. */
int hchan_parked_line(const struct hchan_parked *p, hchan_place *place, char *text, size_t size);

/* Writes a line for each goroutine that is parked without a bound for `after_ns` or longer; 0: for
 * each that is parked. Returns how many. `place` may be NULL. */
size_t hchan_report_parked(FILE *stream, int64_t after_ns, hchan_place *place);

/* A deadlock is found among the registered threads: where each of them is parked, without a bound,
 * and nobody is on the way of waking one, none will ever go on. A thread is registered by
 * hchan_go() or hchan_register(), until it ends: a destructor of a pthread key that uses channels
 * may run after that.
 *
 * What is found is true, provided that whoever sends, receives or closes is registered: a program
 * that asks must register every thread that uses channels. One that is not could wake somebody, and
 * is not seen: so it may be called a deadlock that it would have ended, even while it does.
 *
 * Not every deadlock is found. A thread that waits by other means (a join, a mutex, a read) counts
 * as running, for it may go on and wake others. One that will wake nobody after its join (no send,
 * no receive, no close, no new thread) may say so with hchan_unregister() before it; one that will,
 * as in Go's `wg.Wait(); close(c)`, must stay registered. And with a nil channel, or a peer that is
 * gone, a part of the threads may be stuck while others run; that is a leak. */

/* pthread_create() with default attributes for a thread that is registered before it starts: `go
 * fn(arg)`. Returns 0 or an error number; where there is no memory for its G, ends the process. A
 * thread that registers itself instead does not count between its start and that: its starter must
 * not park meanwhile. */
int hchan_go(pthread_t *thread, void *(*fn)(void *), void *arg);

/* Registers the calling thread, e.g. main's; ends that. Either may be called twice. */
void hchan_register(void);
void hchan_unregister(void);

/* Whether the registered threads are deadlocked; false where there is none, and of course where the
 * caller is one. Takes no channel's lock. */
bool hchan_deadlocked(void);

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
