/* The parked goroutines (or threads, which count as goroutines here), and what each of them waits
 * for.
 *
 * A line of a report is like one of Go's goroutine dumps:
 *
 *     goroutine 7 (thread 4242) [chan send, 3.2 s]: channel 0x55d0c8a0e2c0, at ask (leaky.c:23)
 *
 * Nothing here reads a channel, which may have been freed: a channel is only an address. The
 * channel's operations do no work for this but what a parking goroutine writes anyway. Every
 * function may be called by any number of threads at once. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_PARKED_H
#define HCHAN_PARKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A parked goroutine. */
struct hchan_parked {
    uint32_t goroutine;         /* its number, from 1; used again after 2^32 - 1 others */
    int32_t thread;             /* its number in the kernel, as in /proc/self/task; 0: no thread */
    uint32_t park;              /* differs between the parks of one goroutine */
    bool bounded;               /* the wait ends at a deadline */
    const char *reason;         /* in Go's words: "chan receive", "sync.Mutex.Lock"; static */
    int64_t waited_ns;          /* how long it sleeps, to some ms; 0 if it has just parked */
    const void *callerpc;       /* where the operation returns to; NULL if not known */
    size_t channels;            /* how many: 0 for nil channels, 1, or the live cases of a select */
    const void *const *channel; /* their addresses, in the order of the cases; never read them */
};

/* A goroutine that leaves its P to another one (hchan_variant_goroutines()) does not read the clock
 * when it parks: its time runs from the first list, or report, that found it parked, or the first
 * look of a watcher (hchan/watch.h), which looks 10 times a second; less often if there are so many
 * goroutines that it would be busy with that.
 *
 * Returns every parked goroutine, sorted by number, and sets *count, in one block that the caller
 * frees with free(). NULL with errno ENOMEM if memory ran out. Each goroutine in the list was
 * parked as it says at one moment during the call, and each one that is not in it was not parked at
 * one moment; the moments differ. A goroutine that has been woken and has not run yet is not
 * parked, and neither is a thread in schedwait(): it waits on no channel. */
struct hchan_parked *hchan_parked_now(size_t *count);

/* Writes into text[0..size) where in the source `callerpc` is, e.g. "ask (leaky.c:23)", and ends it
 * with a zero. `callerpc` is a return address, so the line is that of the byte before it. A watcher
 * calls it in its own thread, or in the thread that calls exit(); in a goroutine it is on a stack
 * of 1 MiB. It must not call hchan_watch_start() or hchan_watch_stop(), nor park. */
typedef void hchan_place(const void *callerpc, char *text, size_t size);

/* Names the place by dynamic symbols only: "ask+0x1c (leaky+0x11c5)", or "leaky+0x11c5" without a
 * symbol. addr2line(1) takes the last number. This is the default. */
void hchan_place_symbol(const void *callerpc, char *text, size_t size);

/* Writes one line of a report, without a newline, and returns what snprintf() would. If `place` is
 * NULL, it is hchan_place_symbol(). */
int hchan_parked_line(const struct hchan_parked *p, hchan_place *place, char *text, size_t size);

/* Writes a line for each goroutine that has been parked for `after_ns` or longer without a
 * deadline; if after_ns is 0, for each that is parked. If `stream` is NULL, it is standard error;
 * if `place` is NULL, it is hchan_place_symbol(). The stream is flushed. A goroutine may call it:
 * it runs on a stack of 1 MiB. Returns the number of lines, or -1 with errno: ENOMEM if memory ran
 * out, or why the stream did not take them. */
ssize_t hchan_report_parked(FILE *stream, int64_t after_ns, hchan_place *place);

#ifdef __cplusplus
}
#endif

#endif
