/* The parked goroutines (here threads), and what each of them waits for.
 *
 * A line of a report is like one of Go's goroutine dumps:
 *
 *     goroutine 7 (thread 4242) [chan send, 3.2 s]: channel 0x55d0c8a0e2c0, at ask (leaky.c:23)
 *
 * Nothing here reads a channel, which may be gone: a channel is its address. The channel's paths do
 * nothing for it but what a G writes when it parks, which it does anyway. Every function may be
 * called by any number of threads at once. */
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

/* A goroutine that is parked. */
struct hchan_parked {
    uint32_t goroutine;         /* its number, from 1; used again after 2^32 - 1 others */
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

/* Writes a line for each goroutine that has been parked for `after_ns` or longer without a
 * deadline; if after_ns is 0, for each that is parked. Returns the number of lines, or -1 with
 * errno: ENOMEM if memory ran out, or why the stream did not take a line. `place` may be NULL. */
ssize_t hchan_report_parked(FILE *stream, int64_t after_ns, hchan_place *place);

#ifdef __cplusplus
}
#endif

#endif
