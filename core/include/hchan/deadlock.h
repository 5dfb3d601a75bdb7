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
#ifndef HCHAN_DEADLOCK_H
#define HCHAN_DEADLOCK_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the registered threads are deadlocked; false where there is none, and of course where the
 * caller is one. Takes no channel's lock. */
bool hchan_deadlocked(void);

#ifdef __cplusplus
}
#endif

#endif
