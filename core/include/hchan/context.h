/* Cancelling a tree of tasks. After Go's package context, without values.
 *
 *     struct hchan_context *all = hchan_context_background(variant);
 *     struct hchan_context *ctx = hchan_context_with_timeout(all, 1000000000);
 *     ...
 *     if (chanrecv_within(c, &v, &ok, hchan_context_done(ctx), HCHAN_FOREVER) == HCHAN_CANCELLED)
 *         fprintf(stderr, "%s\n", hchan_context_error_text(hchan_context_error(ctx)));
 *     ...
 *     hchan_context_release(ctx);
 *     hchan_context_release(all);
 *
 * A context is cancelled by hchan_context_cancel(), by its deadline, or with its parent; that
 * closes its channel `done`, on which any number of goroutines and threads may wait. To cancel a
 * child leaves its parent as it is.
 *
 * A context is counted. Who makes one has a reference to it and gives it back with
 * hchan_context_release(), in any order: a child keeps what it needs of its parent, whose deadline,
 * or an earlier ancestor's, still cancels it. Whoever uses a context or its channel must have a
 * reference meanwhile: a goroutine that gets one as an argument mostly gets one of its own, by
 * hchan_context_retain(). A context that was released and has no children is freed, whether it was
 * cancelled or not.
 *
 * The channels of a tree are of the variant that its root was made with, so that `done` can be in a
 * select with channels of that variant.
 *
 * A deadline is a timer as in hchan/time.h, whose words on the check for deadlocks hold here. In
 * the child of a fork() the parent's deadlines do not come, but its contexts can be cancelled, are
 * freed as ever, and may get children with earlier deadlines. The child must not use a tree that
 * another thread was using, or one of whose deadlines was coming at that moment.
 *
 * Every function may be called by any number of goroutines and threads at once. Those that make a
 * context return NULL with errno EINVAL if the parent is NULL, ENOMEM if memory ran out, or the
 * error number for which there is no thread for a deadline. As with makechan(), a variant that is
 * NULL ends the process. So does a context that is NULL, where it is not allowed, that was freed,
 * or that is released more often than retained: "fatal error: hchan_context_cancel: the context was
 * freed". For this the memory of the last 128 contexts that were freed is kept. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_CONTEXT_H
#define HCHAN_CONTEXT_H

#include <hchan/hchan.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hchan_context;

/* The root of a tree. It is never cancelled, has no deadline, and its `done` is a nil channel. */
struct hchan_context *hchan_context_background(const struct hchan_variant *variant);

/* A child of `parent`. If the parent is cancelled, so is the child from the beginning. */
struct hchan_context *hchan_context_with_cancel(struct hchan_context *parent);

/* A child with a deadline, a moment on CLOCK_MONOTONIC as hchan_deadline() gives it, or a timeout
 * of `ns` nanoseconds. An earlier deadline of the parent stays. */
struct hchan_context *hchan_context_with_deadline(struct hchan_context *parent, int64_t deadline);
struct hchan_context *hchan_context_with_timeout(struct hchan_context *parent, int64_t ns);

/* One more reference; returns ctx. NULL is allowed, here and below. */
struct hchan_context *hchan_context_retain(struct hchan_context *ctx);

/* Gives a reference back. It does not cancel the context: others may have it. */
void hchan_context_release(struct hchan_context *ctx);

/* Cancels ctx and all below it; does nothing to those that are cancelled already. To cancel a root
 * panics: "cancel of a background context". */
void hchan_context_cancel(struct hchan_context *ctx);

/* hchan_context_cancel() with a cause (Go's WithCancelCause), which is the caller's: any address
 * that is not NULL and stays valid for as long as somebody asks for it. */
void hchan_context_cancel_cause(struct hchan_context *ctx, const void *cause);

/* The channel that is closed when ctx is cancelled; nothing is ever sent on it. It belongs to ctx:
 * nobody else closes it. NULL, a nil channel, for a root. */
hchan *hchan_context_done(const struct hchan_context *ctx);

/* Why a context is cancelled. */
enum hchan_context_error {
    HCHAN_CONTEXT_LIVES,             /* it is not */
    HCHAN_CONTEXT_CANCELED,          /* Go's context.Canceled */
    HCHAN_CONTEXT_DEADLINE_EXCEEDED, /* Go's context.DeadlineExceeded */
};

/* Known once `done` is closed, or before. */
enum hchan_context_error hchan_context_error(const struct hchan_context *ctx);

/* "context canceled", "context deadline exceeded"; NULL for HCHAN_CONTEXT_LIVES. Static. */
const char *hchan_context_error_text(enum hchan_context_error error);

/* What the context, or the one above it that took it along, was cancelled with; NULL if there was
 * no cause, or if it lives. */
const void *hchan_context_cause(struct hchan_context *ctx);

/* Its deadline, or that of one above it if that is earlier; HCHAN_FOREVER if there is none. */
int64_t hchan_context_deadline(const struct hchan_context *ctx);

#ifdef __cplusplus
}
#endif

#endif
