/* Go's channel, in C, in interchangeable variants.
 *
 * A channel is made from a variant, which determines its lock, its way to park and its fast path.
 * After that it is used through the functions below; their names and meanings are those of Go's
 * runtime:
 *
 *     hchan *c = makechan(hchan_variant_find("ticket"), sizeof(int), 4);
 *     int v = 42, w;
 *     chansend1(c, &v);                    //  c <- v
 *     chanrecv1(c, &w);                    //  w = <-c
 *     bool ok = chanrecv2(c, &w);          //  w, ok = <-c
 *     closechan(c);
 *     chanfree(c);
 *
 * Values are copied, `elemsize` bytes each. A channel of elemsize 0 carries events only, and its
 * elem pointers may be NULL; otherwise a send's elem must not be NULL. Every function except
 * chanfree() may be called by any number of threads at once.
 *
 * A panic (send on closed channel, close of closed channel, close of nil channel) prints Go's
 * message and ends the process with status 2, unless the calling thread or goroutine is inside
 * hchan_try().
 *
 * A NULL channel is Go's nil channel: blocking operations on it wait for ever, non-blocking ones
 * return false, close panics, length and capacity are 0.
 *
 * Memory is allocated by
 *   - makechan();
 *   - a thread's first operation that may park (any first operation, in a traced instance);
 *   - a thread's or goroutine's first select with more cases than any before it;
 *   - its first operation on a channel with a CLH lock;
 *   - a goroutine's wait with a deadline, when more goroutines wait than at any time before;
 *   - newproc() (hchan/sched.h); what makes timers and contexts (hchan/time.h, hchan/context.h).
 * If there is no memory, those that make something fail; the others end the process, as Go does
 * ("fatal error: out of memory").
 *
 * After fork() only the forking thread exists in the child. If it was the only thread, its channels
 * continue to work. Otherwise what the other threads waited for or had locked stays so, and the
 * child should exec(). */
#ifndef HCHAN_HCHAN_H
#define HCHAN_HCHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define HCHAN_SIZE_(n) (size_t{n})
extern "C" {
#else
#define HCHAN_SIZE_(n) ((size_t)(n))
#endif

typedef struct hchan hchan;
struct hchan_variant;

/* The limits of makechan(): Go's limit on an element, a capacity that fits the counters, and a
 * buffer of at most 4 GiB, or half the address space if that is less. */
#define HCHAN_MAX_ELEM     HCHAN_SIZE_(65535)
#define HCHAN_MAX_CAPACITY HCHAN_SIZE_(INT32_MAX)
#define HCHAN_MAX_BUFFER   HCHAN_SIZE_(SIZE_MAX > UINT32_MAX ? UINT64_C(1) << 32 : INT32_MAX)

/* Makes a channel of `capacity` elements of `elemsize` bytes; capacity 0 makes an unbuffered
 * channel. The caller owns it and frees it with chanfree(). Returns NULL with errno EINVAL if the
 * variant is NULL, E2BIG if a size exceeds the limits above, ENOMEM if memory ran out. */
hchan *makechan(const struct hchan_variant *variant, size_t elemsize, size_t capacity);

/* Frees the channel; NULL is allowed. No thread may be inside a call on it. Note that a value's
 * arrival does not imply that its sender has returned: join the threads, or let them report by
 * other means. If a thread or a goroutine is still parked on a traced channel, that is
 * reported and aborts the process. */
void chanfree(hchan *c);

/* c <- elem. Returns when a receiver has the value or the buffer holds it. Panics if the channel is
 * closed, or is closed meanwhile. */
void chansend1(hchan *c, const void *elem);

/* *elem = <-c. `elem` may be NULL: the value is dropped. */
void chanrecv1(hchan *c, void *elem);

/* *elem, ok = <-c. False if the channel is closed and drained; *elem is then zeroed. */
bool chanrecv2(hchan *c, void *elem);

/* The full form of a send. If `block` is false and nobody can take the value at once, returns false
 * and does nothing. `callerpc` is kept with a parked waiter, for reports; it may be NULL. */
bool chansend(hchan *c, const void *elem, bool block, const void *callerpc);

/* The full form of a receive. Returns false only if `block` is false and there was nothing to
 * receive; *elem is then unchanged. *received is true if a value was received, and false otherwise:
 * after a zero value from a closed channel, or if there was nothing. `received` may be NULL. */
bool chanrecv(hchan *c, void *elem, bool block, bool *received);

/* Closes the channel and wakes every waiter: receivers get the zero value and false, senders panic
 * and their values are discarded. */
void closechan(hchan *c);

/* One case of a select: `c <- *elem`, or `*elem = <-c`. A nil channel's case is never ready. */
enum scase_kind { SCASE_RECV, SCASE_SEND };

struct scase {
    enum scase_kind kind;
    hchan *c;
    void *elem; /* read by a send; written by a receive, unless it is NULL */
};

/* The limit on the cases of one select, as in Go. */
#define HCHAN_MAX_CASES HCHAN_SIZE_(65536)

/* A select over `ncases` cases. Returns the index of the case that happened: a random one of the
 * cases that are ready, each with the same chance, or else the first one that becomes ready. With
 * `block` false (a select with a default case) returns -1 if none is ready. *received (which may be
 * NULL) is true if a value was received, and false otherwise. Choosing a send on a closed channel
 * panics.
 *
 * The channels may repeat, but they must all belong to one instance of one variant, whose code runs
 * the select. Anything else panics ("select over channels of different variants"), as do more than
 * HCHAN_MAX_CASES cases and a case with an unknown kind. `cases` may be NULL if there are none. A
 * blocking select without any channel that is not nil waits for ever. */
int selectgo(const struct scase *cases, size_t ncases, bool block, bool *received);

/* A moment that never comes. */
#define HCHAN_FOREVER INT64_MAX

/* The moment `ns` nanoseconds from now, on CLOCK_MONOTONIC; 0 or less is now. */
int64_t hchan_deadline(int64_t ns);

/* selectgo() with a deadline: waits until `deadline` at the latest, then returns -1. Ready cases
 * are taken first, whatever the deadline. Either a value is handed over and the index of its case
 * returned, or the deadline passed and nothing happened; no value is lost in between. */
int selectgo_until(const struct scase *cases, size_t ncases, int64_t deadline, bool *received);

/* How a bounded operation ended. */
enum hchan_end {
    HCHAN_OK,        /* as the plain operation would have ended */
    HCHAN_TIMEDOUT,  /* nothing happened: the deadline passed */
    HCHAN_CANCELLED, /* nothing happened: `done` was closed, or had a value, which was taken */
};

/* chansend1() and chanrecv2() that may also end at a deadline, or through a cancel channel `done`
 * (of the same instance as c, or NULL for none), as in Go's `select { case c <- v: case <-done: }`.
 * If both can go on, either may. `received` may be NULL; it is written only if the end is
 * HCHAN_OK. */
enum hchan_end chansend_within(hchan *c, const void *elem, hchan *done, int64_t deadline);
enum hchan_end chanrecv_within(hchan *c, void *elem, bool *received, hchan *done, int64_t deadline);

/* The number of values in the buffer now, and the buffer's capacity. */
size_t chanlen(const hchan *c);
size_t chancap(const hchan *c);

/* The number of receivers, or senders, queued on the channel now. A select is queued once for each
 * of its cases, and for a moment after another case has happened. Takes the channel's lock. */
size_t chan_parked_receivers(hchan *c);
size_t chan_parked_senders(hchan *c);

/* Whether a receiver, or a sender, is queued at this moment: one load, without the lock. */
bool chan_has_receiver(const hchan *c);
bool chan_has_sender(const hchan *c);

/* The variant with this name, e.g. "spin-mutex"; NULL if there is none. */
const struct hchan_variant *hchan_variant_find(const char *name);

/* Iterates over the registry: the first variant for NULL, then the next; NULL after the last. */
const struct hchan_variant *hchan_variant_next(const struct hchan_variant *variant);

/* The variant's traced instance, which counts outcomes (hchan/outcome.h). The measured instance has
 * no accounting. */
const struct hchan_variant *hchan_traced(const struct hchan_variant *variant);

/* What a variant is made of. The strings are static. */
const char *hchan_variant_name(const struct hchan_variant *variant);
const char *hchan_variant_lock(const struct hchan_variant *variant);     /* e.g. "ticket" */
const char *hchan_variant_park(const struct hchan_variant *variant);     /* e.g. "futex" */
const char *hchan_variant_fastpath(const struct hchan_variant *variant); /* e.g. "none" */
const char *hchan_variant_summary(const struct hchan_variant *variant);  /* one line */
/* Whether woken waiters of its buffered channels compete again with running threads, where Go hands
 * over to the longest waiter. If so, waiters are not served first in, first out. */
bool hchan_variant_barges(const struct hchan_variant *variant);
/* Whether a parked goroutine (hchan/sched.h) leaves its P to another goroutine. */
bool hchan_variant_goroutines(const struct hchan_variant *variant);

/* Runs fn(arg). Returns true if it returned, and false if it panicked, with Go's message in
 * *message (static, e.g. "send on closed channel"; `message` may be NULL). As with Lua's pcall, the
 * frames in between are left without unwinding: what they held stays held. Calls may nest; each
 * goroutine has its own, and so has each thread. fn may leave only in these two ways, not by
 * longjmp() or pthread_exit(). In C++ a panic over frames with destructors is undefined. */
bool hchan_try(void (*fn)(void *), void *arg, const char **message);

#ifdef __cplusplus
}
#endif

#endif
