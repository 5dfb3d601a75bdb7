/* What a channel's operations tell ThreadSanitizer in the race build (core/base/race.h): the edges
 * of Go's memory model, as Go's runtime/chan.go tells its race detector. In any other build these
 * are nothing.
 *
 * Each slot of the buffer has a clock. An operation on the slot, a send or a receive, stores in it
 * what the goroutine had done before, and acquires what the last operation on the slot stored there
 * (Go's racenotify). So a send comes before the receive of its value, and that receive before the
 * send that uses the slot next, which is the one `capacity` sends later. Two sends have no order,
 * nor have two receives. If values have no size, all operations on the channel share one clock,
 * which only grows, as in Go: that is more order than the memory model promises.
 *
 * Without a buffer, each side comes before what the other does next (Go's racesync). With one, a
 * value that is handed to a parked receiver goes through it all the same, so that the slots take
 * their turns.
 *
 * Each G that has parked has a clock, too, `raceclock`. It holds what the G had done before it
 * parked. The waker completes the operation of the parked G by a swap of that clock with the
 * slot's, which does not change its own order. When the G goes on, it acquires what is in its clock
 * by then. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_CHAN_RACE_H
#define CORE_CHAN_RACE_H

#include "core/base/race.h"
#include "core/chan/layout.h"

#ifdef HCHAN_RACE

/* How many bytes there are to be in front of a channel's buffer, zeroed, for its clocks. */
size_t raceroom(size_t elemsize, size_t capacity);

/* A send, or a receive, on the i-th slot: by the caller, before it gives the slot away; or by sg,
 * which is parked, where that is not NULL. */
void racenotify(struct hchan *c, uint64_t i, struct sudog *sg);
/* Under the lock: from now on the operations on the buffer are by sg; NULL: by the caller. */
void racefor(struct hchan *c, struct sudog *sg);
struct sudog *racepartner(const struct hchan *c);

/* A value went between the caller and sg, which is parked, without a buffer. */
void racesync(struct sudog *sg);

/* By the waiter: before it can be woken, and after it has been. */
void racepark(struct g *gp);
void racewake(struct g *gp);

/* A send that panics if the channel is closed reads it, and a close or chanfree() writes it: they
 * race unless ordered. */
void racesend(struct hchan *c);
void raceclose(struct hchan *c);
/* The caller has closed the channel on which sg waits. */
void raceclosed(struct sudog *sg);
/* The caller has found the channel closed and drained. */
void racedrained(struct hchan *c);
void racechanfree(struct hchan *c);

/* The caller reads what it sends; it writes what it has received. */
void racereadelem(const struct hchan *c, const void *elem);
void racewriteelem(const struct hchan *c, void *elem);
/* The same for a select: what all of its cases may send, by sends that panic or not; and what its
 * case `chosen` has received, where that is not negative. */
void racereadcases(const struct scase *cases, size_t ncases, bool panics);
void racewritecase(const struct scase *cases, int chosen);

#else

#define raceroom(elemsize, capacity)         ((size_t)0)
#define racenotify(c, i, sg)                 ((void)0)
#define racefor(c, sg)                       ((void)0)
#define racesync(sg)                         ((void)0)
#define racepark(gp)                         ((void)0)
#define racewake(gp)                         ((void)0)
#define racesend(c)                          ((void)0)
#define raceclose(c)                         ((void)0)
#define raceclosed(sg)                       ((void)0)
#define racedrained(c)                       ((void)0)
#define racechanfree(c)                      ((void)0)
#define racereadelem(c, elem)                ((void)0)
#define racewriteelem(c, elem)               ((void)0)
#define racereadcases(cases, ncases, panics) ((void)(panics))
#define racewritecase(cases, chosen)         ((void)0)

#endif

#endif
