/* Go's channel, in C, in interchangeable variants.
 *
 * A channel is made from a variant, which names its lock, its parking and its fast path; after that
 * it is used through the functions below, whose names and meanings are those of Go's runtime:
 *
 *     hchan *c = makechan(hchan_variant_find("ticket"), sizeof(int), 4);
 *     int v = 42, w;
 *     chansend1(c, &v);                    //  c <- v
 *     chanrecv1(c, &w);                    //  w = <-c
 *     bool ok = chanrecv2(c, &w);          //  w, ok = <-c
 *     closechan(c);
 *     chanfree(c);
 *
 * Values are copied, `elemsize` bytes each; a channel of elemsize 0 carries events only, and the
 * elem pointers may then be NULL. Elsewhere a send's elem may not. Every function but chanfree()
 * may be called by any number of threads at once.
 *
 * A panic (send on closed channel, close of closed channel, close of nil channel) prints Go's
 * message and ends the process with status 2, unless the calling thread is inside hchan_try().
 *
 * A NULL channel is Go's nil channel: blocking operations on it wait for ever, non-blocking ones
 * return false, close panics, length and capacity are 0.
 *
 * Memory is taken by makechan(), by a thread's first operation that may park (or any, in a traced
 * instance), by a G's first select of so many cases, by its first operation on a channel with a CLH
 * lock, and by a goroutine's wait with a deadline where more wait than ever did; all but the first
 * end the process where there is none, as Go does ("fatal error: out of memory").
 *
 * After fork() the child has the forking thread alone. Where that was the only one, its channels go
 * on; else what the others waited for or had locked stays so, and the child should exec(). */
#ifndef HCHAN_HCHAN_H
#define HCHAN_HCHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hchan hchan;
struct hchan_variant;

/* What makechan() accepts: Go's limit on an element, a capacity that fits the counters, and a
 * buffer of at most 4 GiB, or of half the address space where that is less. */
#define HCHAN_MAX_ELEM     ((size_t)65535)
#define HCHAN_MAX_CAPACITY ((size_t)INT32_MAX)
#define HCHAN_MAX_BUFFER   ((size_t)(SIZE_MAX > UINT32_MAX ? UINT64_C(1) << 32 : INT32_MAX))

/* Makes a channel of `capacity` elements of `elemsize` bytes; capacity 0 is an unbuffered channel.
 * The caller owns it and ends it with chanfree(). NULL with errno EINVAL where the variant is NULL,
 * E2BIG where a size exceeds the limits above, ENOMEM where memory ran out. */
hchan *makechan(const struct hchan_variant *variant, size_t elemsize, size_t capacity);

/* Frees the channel; NULL is allowed. Nobody may be inside a call on it, and a value that has
 * arrived does not say that its sender has left: join the threads, or hear from them by other ways.
 * A parked waiter found in a traced channel is reported and aborts the process. */
void chanfree(hchan *c);

/* c <- elem. Returns when a receiver has the value or the buffer holds it. Panics where the channel
 * is closed or gets closed meanwhile. */
void chansend1(hchan *c, const void *elem);

/* *elem = <-c. `elem` may be NULL: the value is dropped. */
void chanrecv1(hchan *c, void *elem);

/* *elem, ok = <-c. False where the channel is closed and drained; *elem is then zeroed. */
bool chanrecv2(hchan *c, void *elem);

/* The full form of a send. Where `block` is false and nobody could take the value at once, returns
 * false and does nothing. `callerpc` is kept with a parked waiter, for reports; NULL is allowed. */
bool chansend(hchan *c, const void *elem, bool block, const void *callerpc);

/* The full form of a receive. Returns false only where `block` is false and nothing was there;
 * *elem is then as it was. *received is true where a value came, and false otherwise: zero from a
 * closed channel, or nothing. `received` may be NULL. */
bool chanrecv(hchan *c, void *elem, bool block, bool *received);

/* Closes the channel and wakes every waiter: receivers get zero and false, senders panic and their
 * values are discarded. */
void closechan(hchan *c);

/* One case of a select: `c <- *elem`, or `*elem = <-c`. A nil channel's case is never ready. */
enum scase_kind { SCASE_RECV, SCASE_SEND };

struct scase {
    enum scase_kind kind;
    hchan *c;
    void *elem; /* read by a send; written by a receive, where NULL drops the value */
};

/* How many cases one select may have, as in Go. */
#define HCHAN_MAX_CASES ((size_t)65536)

/* A select over `ncases` cases. Returns the index of the one case that happened: of those that are
 * ready, each with the same chance; where none is, the first that becomes ready. With `block` false
 * (a select with a default case) returns -1 where none is ready. *received (which may be NULL) is
 * true where a value was received, and false otherwise. A send whose channel is closed panics when
 * it is chosen.
 *
 * The channels may repeat, but must be of one instance of one variant, whose code the select runs:
 * another is a panic ("select over channels of different variants"), as are more than
 * HCHAN_MAX_CASES cases and a case that is of no kind. `cases` may be NULL where there are none. A
 * blocking select without a live case waits for ever. */
int selectgo(const struct scase *cases, size_t ncases, bool block, bool *received);

/* A moment that never comes. */
#define HCHAN_FOREVER INT64_MAX

/* The moment `ns` nanoseconds from now, on CLOCK_MONOTONIC; 0 or less is now. */
int64_t hchan_deadline(int64_t ns);

/* selectgo() that waits until `deadline` at the latest, then returns -1. Cases that are ready are
 * looked at first, whatever the deadline. A value is either handed over, and its case's index
 * returned, or the deadline passed, and nothing happened: nothing is lost in between. */
int selectgo_until(const struct scase *cases, size_t ncases, int64_t deadline, bool *received);

/* How a bounded operation ended. */
enum hchan_end {
    HCHAN_OK,        /* as the plain operation would have */
    HCHAN_TIMEDOUT,  /* not at all: the deadline passed */
    HCHAN_CANCELLED, /* not at all: `done` was closed, or had a value, which is taken */
};

/* chansend1() and chanrecv2() that end at a deadline, or with a cancel channel `done` (of the
 * channel's instance; NULL: none), as in Go's `select { case c <- v: case <-done: }`. Where both
 * could go on, either may. `received` may be NULL, and is written where the end is HCHAN_OK. */
enum hchan_end chansend_within(hchan *c, const void *elem, hchan *done, int64_t deadline);
enum hchan_end chanrecv_within(hchan *c, void *elem, bool *received, hchan *done, int64_t deadline);

/* How many values the buffer holds now, and how many it can. */
size_t chanlen(const hchan *c);
size_t chancap(const hchan *c);

/* How many receivers, or senders, are queued on the channel now. A select is queued once for each
 * of its cases, and for a moment after another case has happened. Takes the channel's lock. */
size_t chan_parked_receivers(hchan *c);
size_t chan_parked_senders(hchan *c);

/* Whether a receiver, or a sender, is queued at this moment: one load, without the lock. */
bool chan_has_receiver(const hchan *c);
bool chan_has_sender(const hchan *c);

/* A variant by its name, e.g. "spin-mutex"; NULL where there is none. */
const struct hchan_variant *hchan_variant_find(const char *name);

/* Walks the registry: the first variant for NULL, then the next; NULL after the last. */
const struct hchan_variant *hchan_variant_next(const struct hchan_variant *variant);

/* The variant's traced instance, which counts outcomes (hchan/outcome.h); the measured one has no
 * accounting. */
const struct hchan_variant *hchan_traced(const struct hchan_variant *variant);

/* What a variant is. The strings are static. */
const char *hchan_variant_name(const struct hchan_variant *variant);
const char *hchan_variant_lock(const struct hchan_variant *variant);     /* e.g. "ticket" */
const char *hchan_variant_park(const struct hchan_variant *variant);     /* e.g. "futex" */
const char *hchan_variant_fastpath(const struct hchan_variant *variant); /* e.g. "none" */
const char *hchan_variant_summary(const struct hchan_variant *variant);  /* one line */
/* Whether a buffered channel of it has woken waiters compete again with those who run, where Go
 * hands over to who waits longest: then waiters are not served first in, first out. */
bool hchan_variant_barges(const struct hchan_variant *variant);
/* Whether a park of a goroutine (hchan/sched.h) leaves its P to another one. */
bool hchan_variant_goroutines(const struct hchan_variant *variant);

/* Runs fn(arg). Returns true where it returned; false where it panicked, with Go's message in
 * *message (static, e.g. "send on closed channel"; `message` may be NULL). As with Lua's pcall, the
 * frames between are left without unwinding: what they held stays held. Calls may nest; each thread
 * has its own. fn may leave in these two ways alone, not by longjmp() or pthread_exit(). */
bool hchan_try(void (*fn)(void *), void *arg, const char **message);

#ifdef __cplusplus
}
#endif

#endif
