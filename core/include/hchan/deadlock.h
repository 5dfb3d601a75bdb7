/* The check for deadlocks. A deadlock is found among the registered threads and goroutines: if each
 * of them is parked without a deadline, and none is about to wake another, none will ever go on. A
 * thread is registered by hchan_go() or hchan_register() (hchan/gothread.h) until it ends; a
 * destructor of a pthread key may run after that, and is not seen if it uses channels. A goroutine
 * (hchan/sched.h) is registered for as long as it lives.
 *
 * A deadlock that is found is one, provided that every thread that sends, receives or closes is
 * registered. A thread that is not registered is not seen, although it could wake others: the
 * program may be called deadlocked while that thread is about to end the deadlock. A watcher
 * (`others` in hchan/watch.h), schedwait() and schedstop() therefore end a program only if there is
 * no such thread.
 *
 * What waits by hchan/sync.h is parked as on a channel, and whoever unlocks a mutex or calls done
 * must be registered as well. While a timer is pending (hchan/time.h) there is no deadlock.
 *
 * Not every deadlock is found. A thread that waits in another way (for a thread's end, a pthread
 * mutex, a read) counts as running, since it may go on and wake others. If it will wake no other
 * after its join (no send, no receive, no close, no new thread), it may call hchan_unregister()
 * first; if it will, as in Go's `wg.Wait(); close(c)`, it must stay registered. And some threads
 * may be stuck, on a nil channel or for want of a peer, while others run: that is a leak
 * (hchan/watch.h). */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_DEADLOCK_H
#define HCHAN_DEADLOCK_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the registered threads and goroutines are deadlocked. False if none is registered, and if
 * the caller is. Takes no channel's lock; may be called by any number of threads at once. */
bool hchan_deadlocked(void);

#ifdef __cplusplus
}
#endif

#endif
