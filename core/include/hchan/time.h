/* Sleeping, and timers that send to channels. After Go's package time.
 *
 *     hchan_sleep(1000000);                                  // time.Sleep(time.Millisecond)
 *
 *     struct hchan_timer *late = hchan_after(variant, 1000000000);
 *     const struct scase cases[] = {{SCASE_RECV, c, &v}, {SCASE_RECV, late->c, NULL}};
 *     if (selectgo(cases, 2, true, NULL) == 1)               // case <-time.After(time.Second):
 *         puts("nothing for a second");
 *     hchan_timer_free(late);
 *
 * (A deadline for one operation needs no timer: selectgo_until(), chanrecv_within().)
 *
 * Times are nanoseconds, moments are on CLOCK_MONOTONIC. Nothing happens early; how late, depends
 * on the machine's load.
 *
 * All of it works in goroutines and in threads, and whether or not a scheduler runs. A goroutine
 * that sleeps is a deadline of the scheduler's, and leaves its P to others. A timer needs no
 * goroutine: one thread for the whole process, with all signals blocked, sends the values. It is
 * there while a timer is pending, and for a second after that; if main() has left by
 * pthread_exit(), the process lives on for it. A timer that was stopped, has fired or was freed
 * leaves nothing behind.
 *
 * Whatever sleeps, or waits while a timer is pending, is not deadlocked (hchan/deadlock.h): as in
 * Go up to 1.22, a ticker that is never stopped hides deadlocks. Sleepers are listed with the
 * reason "sleep".
 *
 * After fork() no timer of the parent is pending in the child, and the thread is not there; timers
 * can be reset, and made, and start another one.
 *
 * A timer that is NULL, where it is not allowed, and a function that is NULL are fatal errors,
 * which name the call.
 *
 * Every function may be called by any number of goroutines and threads at once, but for
 * hchan_timer_free(), which is the last call for its timer. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_TIME_H
#define HCHAN_TIME_H

#include <hchan/hchan.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Waits for `ns`; returns at once if that is 0 or less. */
void hchan_sleep(int64_t ns);

/* A timer. It belongs to the caller, who frees it with hchan_timer_free(). */
struct hchan_timer {
    /* Its channel, of int64_t, with a buffer of one: the moments at which it fired. NULL for
     * hchan_after_func(). It belongs to the timer; nobody else sends to it or closes it. */
    hchan *c;
};

/* A timer that fires once, after `ns` (Go's NewTimer and After): its channel gets one value. The
 * channel is made of the variant, so that it can be in one select with others of it. NULL with
 * errno: what makechan() says, ENOMEM, or the error number for which there is no thread. */
struct hchan_timer *hchan_after(const struct hchan_variant *variant, int64_t ns);

/* A ticker: fires each `ns`, which must be positive, else NULL with errno EINVAL. A tick that finds
 * the last one still in the buffer is dropped, and ticks that are late are not made up for, so a
 * slow receiver gets fewer. */
struct hchan_timer *hchan_ticker(const struct hchan_variant *variant, int64_t ns);

/* A timer that calls fn(arg) once, after `ns` (Go's AfterFunc), in the thread of all timers: others
 * wait meanwhile, so fn must not take long, nor block; it may start a goroutine. fn may call every
 * function here, also for its own timer. */
struct hchan_timer *hchan_after_func(int64_t ns, void (*fn)(void *), void *arg);

/* Stops the timer. True if that has kept it from firing, or, with a channel, if the value was still
 * in the buffer, from which it is taken: no receive that begins later gets an old value. False if
 * it had fired, or had been stopped, and it does nothing then; fn may still run. */
bool hchan_timer_stop(struct hchan_timer *t);

/* Stops the timer and starts it anew: it fires after `ns` from now; a ticker each `ns`. Returns 0;
 * EINVAL for a ticker if ns is not positive, and it goes on as before; or the error number for
 * which there is no thread, and then it is stopped. */
int hchan_timer_reset(struct hchan_timer *t, int64_t ns);

/* Stops and frees the timer, and its channel; NULL is allowed. No goroutine and no thread may be
 * inside a call on the channel. fn may still run. */
void hchan_timer_free(struct hchan_timer *t);

#ifdef __cplusplus
}
#endif

#endif
