/* Go's channel, in C, in interchangeable variants.
 *
 * A channel is made from a variant, which determines its lock, its way to park and its fast path.
 * After that it is used through the functions below; their names and meanings are those of Go's
 * runtime:
 *
 *     hchan *c = makechan(hchan_variant_default(), sizeof(int), 4);
 *     int v = 42, w;
 *     chansend1(c, &v);                    //  c <- v
 *     chanrecv1(c, &w);                    //  w = <-c
 *     bool ok = chanrecv2(c, &w);          //  w, ok = <-c
 *     closechan(c);
 *     chanfree(c);
 *
 * Values are copied, `elemsize` bytes each. A channel of elemsize 0 carries events only, and its
 * elem pointers may be NULL; otherwise a send's elem must not be NULL. A send reads *elem, and a
 * receive writes it, before it returns. Every function except chanfree() may be called by any
 * number of threads at once.
 *
 * A panic (send on closed channel, close of closed channel, close of nil channel, or one of the
 * program's own: hchan_panic()) prints Go's message and ends the process with status 2, unless the
 * calling thread or goroutine is inside hchan_try() or hchan_catch().
 *
 * A NULL channel is Go's nil channel: blocking operations on it wait for ever, non-blocking ones
 * return false, close panics, length and capacity are 0.
 *
 * A pointer to something else is a bug that ends the process with a fatal error where it is seen.
 * A traced instance keeps the channels that were freed last, and so sees every call on them; it
 * also sees a send whose elem is NULL. What is no channel at all is seen by select and by the calls
 * that neither send nor receive, and by all of them if HCHAN_CHECKED is defined before this header
 * is included. All this is for debugging: a pointer into memory that is not there faults.
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
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_HCHAN_H
#define HCHAN_HCHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HCHAN_NORETURN_ __attribute__((noreturn))
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
 * channel. The caller owns it and frees it with chanfree(). Returns NULL with errno E2BIG if a size
 * exceeds HCHAN_MAX_ELEM, HCHAN_MAX_CAPACITY or HCHAN_MAX_BUFFER, ENOMEM if memory ran out. A
 * variant that is NULL, such as hchan_variant_find() returns for a name with a typing error, ends
 * the process ("fatal error: makechan: ..."): a nil channel would wait for ever instead. */
hchan *makechan(const struct hchan_variant *variant, size_t elemsize, size_t capacity);

/* Frees the channel; NULL is allowed. No thread may be inside a call on it. Note that a value's
 * arrival does not imply that its sender has returned: join the threads, let them report by other
 * means, or count references by hchan_retain(). If a thread or a goroutine is still parked on a
 * traced channel, that is reported and aborts the process; so are further references. */
void chanfree(hchan *c);

/* A channel that several threads or goroutines own: makechan() returns it with one reference,
 * hchan_retain() adds one, and hchan_release() gives one back, the last time instead of chanfree().
 * So each side may be the last one out. A reply channel for each request:
 *
 *     struct request r = {question, hchan_retain(reply)}; // the server's reference goes along
 *     chansend1(requests, &r);
 *     chanrecv1(reply, &answer);                          // the server may still be in its send
 *     hchan_release(reply);                               // ours
 *
 *     chanrecv1(requests, &r);                            // and in the server:
 *     chansend1(r.reply, &answer);
 *     hchan_release(r.reply);                             // its last use of the channel
 *
 * hchan_retain() returns c. It may be called only by a holder of a reference, which it may hand to
 * another thread by any means that orders memory: as a value on a channel, or by starting the
 * thread. After hchan_release() its caller must not use c. What the holders did before they gave
 * their references back happens before the channel is freed. A channel in a variable that every
 * thread may read needs a lock around that variable instead. NULL is allowed in both. */
hchan *hchan_retain(hchan *c);
void hchan_release(hchan *c);

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

/* How an operation ended that returns this. */
enum hchan_end {
    HCHAN_OK,        /* as the plain operation would have ended */
    HCHAN_TIMEDOUT,  /* nothing happened: the deadline passed */
    HCHAN_CANCELLED, /* nothing happened: `done` was closed, or had a value, which was taken */
    HCHAN_CLOSED,    /* nothing happened: the channel is closed, where the plain form panics */
    HCHAN_BLOCKED,   /* nothing happened: it would have had to wait */
};

/* chansend1(), and chansend() that does not block, with HCHAN_CLOSED instead of a panic: for
 * senders that may outlive the interest in their values. Both end with HCHAN_OK or HCHAN_CLOSED,
 * and hchan_try_send() also with HCHAN_BLOCKED. At HCHAN_CLOSED nobody has received the value or
 * will; a sender that waits when the channel is closed is woken and ends so, too. */
enum hchan_end hchan_send(hchan *c, const void *elem);
enum hchan_end hchan_try_send(hchan *c, const void *elem);

/* closechan() that returns HCHAN_CLOSED instead of a panic if the channel was closed already: when
 * several senders may be the last one, each of them can close. Returns HCHAN_OK to the one that has
 * closed the channel. A nil channel still panics. */
enum hchan_end hchan_close(hchan *c);

/* One case of a select: `c <- *sent`, or `*elem = <-c`. A nil channel's case is never ready.
 * hchan/select.h has shorter ways to write cases and whole selects; initialized by hand a case is
 * {SCASE_RECV, c, {&v}}, or with names {.kind = SCASE_SEND, .c = c, .sent = &v}. */
enum scase_kind { SCASE_RECV, SCASE_SEND };

struct scase {
    enum scase_kind kind;
    hchan *c;
    union {
        void *elem;       /* of a receive: written only if this case is the one that happens, and
                             before the select returns; the value is dropped if it is NULL */
        const void *sent; /* of a send: read, perhaps by another thread, until the select returns,
                             whichever case happens */
    };
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

/* chansend1() and chanrecv2() that may also end at a deadline, or through a cancel channel `done`
 * (of the same instance as c, or NULL for none), as in Go's `select { case c <- v: case <-done: }`.
 * If both can go on, either may. `received` may be NULL; it is written only if the end is
 * HCHAN_OK. */
enum hchan_end chansend_within(hchan *c, const void *elem, hchan *done, int64_t deadline);
enum hchan_end chanrecv_within(hchan *c, void *elem, bool *received, hchan *done, int64_t deadline);

/* chansend_within() with HCHAN_CLOSED instead of a panic, as in hchan_send(). */
enum hchan_end hchan_send_within(hchan *c, const void *elem, hchan *done, int64_t deadline);

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

/* The variant to take unless there is a reason for another one: futex+go+check, in which goroutines
 * park without the kernel and threads spin a little before they sleep. It is Go's own design.
 * results/README.md has the figures for this choice. In a build without it: the first of the other
 * variants that park goroutines, or else the first variant. Never NULL. */
const struct hchan_variant *hchan_variant_default(void);

/* The variant with this name, e.g. "spin-mutex". If there is none, the process ends: "fatal error:
 * unknown variant "tickett": did you mean "ticket"?". */
const struct hchan_variant *hchan_variant_named(const char *name);

/* The variant with a name that a user gives; NULL if there is none. hchan_variant_nearest() is the
 * name that may have been meant, a static string; NULL if no name is near. */
const struct hchan_variant *hchan_variant_find(const char *name);
const char *hchan_variant_nearest(const char *name);

/* Iterates over the registry: the first variant for NULL, then the next; NULL after the last. */
const struct hchan_variant *hchan_variant_next(const struct hchan_variant *variant);

/* A variant has two instances. The measured one has no accounting; the functions that find a
 * variant return it. The traced one counts outcomes (hchan/outcome.h), checks the channel's
 * invariants, and keeps the memory of the last 128 channels that were freed, if they are of at most
 * 32 KiB. These return one instance for either, and say which it is. A variant that is NULL ends
 * the process, as in makechan(). */
const struct hchan_variant *hchan_traced(const struct hchan_variant *variant);
const struct hchan_variant *hchan_measured(const struct hchan_variant *variant);
bool hchan_is_traced(const struct hchan_variant *variant);

/* The instance that the channel was made from; NULL for a nil channel. */
const struct hchan_variant *hchan_variant_of(const hchan *c);

/* What a variant is made of. The strings are static. A variant that is NULL ends the process, as in
 * makechan(). */
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

/* Panics, as Go's panic(): ends the innermost hchan_try() or hchan_catch() of the calling thread or
 * goroutine. If there is none, prints "panic: message" on standard error and ends the process with
 * status 2, by exit(). The caller may hold no lock that others need afterwards. The second form
 * also has a value for hchan_catch(); what it points to must outlive the frames that the panic
 * leaves. A message that is NULL reads "nil". */
HCHAN_NORETURN_ void hchan_panic(const char *message);
HCHAN_NORETURN_ void hchan_panic_value(const char *message, void *value);

/* Runs fn(arg). Returns true if it returned, and false if it panicked, with the message in
 * *message: Go's for a channel's panic (static, e.g. "send on closed channel"), or the pointer that
 * hchan_panic() was given, so that a message in a frame that the panic has left is lost; for such
 * messages use hchan_catch(). `message` may be NULL.
 *
 * As with Lua's pcall, the frames in between are left without unwinding: what they held stays held.
 * So there is no defer: what fn takes belongs into *arg, and is released after the call, however fn
 * has ended. Calls may nest; each goroutine has its own, and so has each thread. fn may leave only
 * in these two ways, not by longjmp() or pthread_exit(). In C++ a panic over frames with
 * destructors is undefined, and an exception must not leave fn. */
bool hchan_try(void (*fn)(void *), void *arg, const char **message);

/* The longest message that hchan_catch() keeps, with those before it; the rest is cut off. */
#define HCHAN_PANIC_TEXT 256

/* A panic that was caught: Go's recover(). It belongs to the caller, and holds a copy of the
 * message, so that neither depends on frames that are gone. (Not to be copied itself: `message`
 * points into it.) */
struct hchan_panicked {
    const char *message; /* the end of `text`, which has what came before it as well */
    void *value;         /* of hchan_panic_value(); NULL for other panics */
    char text[HCHAN_PANIC_TEXT];
};

/* hchan_try() that keeps more: if fn panicked, *panicked is the panic, and otherwise it is
 * unchanged. A whole example, with what Go would do in a deferred function:
 *
 *     struct hchan_panicked p;
 *     bool fine = hchan_catch(work, &state, &p);
 *     release(&state);                               // after a panic as well
 *     if (!fine && !is_ours(p.value))
 *         hchan_repanic(&p, NULL);                   // for somebody further out */
bool hchan_catch(void (*fn)(void *), void *arg, struct hchan_panicked *panicked);

/* Panics because of a panic that was caught: with another message, or if that is NULL with the same
 * message and value. If nothing catches it, the process ends as Go's does, with both:
 *
 *     panic: first [recovered]
 *             panic: second */
HCHAN_NORETURN_ void hchan_repanic(const struct hchan_panicked *panicked, const char *message);

/* Returns c, a channel or NULL. Anything else is a fatal error that names `call`. */
hchan *hchan_checked(hchan *c, const char *call);

#ifdef HCHAN_CHECKED
#define chansend1(c, ...)      chansend1(hchan_checked(c, "chansend1"), __VA_ARGS__)
#define chansend(c, ...)       chansend(hchan_checked(c, "chansend"), __VA_ARGS__)
#define chanrecv1(c, ...)      chanrecv1(hchan_checked(c, "chanrecv1"), __VA_ARGS__)
#define chanrecv2(c, ...)      chanrecv2(hchan_checked(c, "chanrecv2"), __VA_ARGS__)
#define chanrecv(c, ...)       chanrecv(hchan_checked(c, "chanrecv"), __VA_ARGS__)
#define hchan_send(c, ...)     hchan_send(hchan_checked(c, "hchan_send"), __VA_ARGS__)
#define hchan_try_send(c, ...) hchan_try_send(hchan_checked(c, "hchan_try_send"), __VA_ARGS__)
#endif

#ifdef __cplusplus
}
#endif

#endif
