/* Trees of contexts: hchan/context.h. After Go's context package. The state is the tree.
 *
 * Invariants, whenever the tree's lock is free:
 *   - Whatever is below a cancelled context is cancelled.
 *   - A context's `done` is closed if it is cancelled, and otherwise only if the program has closed
 *     it.
 *   - A context is counted by its users and its children, and `counted` is their sum. It is linked
 * to its parent, and keeps it, until it is freed.
 *   - `timed` contexts have a call of ring() before them, but for those of a parent in the child of
 *     a fork(). An orphan is a context with a deadline whose last reference is gone after its call
 *     began: ring() frees it.
 *
 * The lock is the root's, and guards all words that are not constant. It comes before those of
 * alarms and of channels. */
/* SPDX-License-Identifier: MIT */
#include "core/base/atomic.h"
#include "core/base/futex.h"
#include "core/base/kept.h"
#include "core/base/race.h"
#include "core/base/throw.h"
#include "core/g/panic.h"
#include "core/sync/alarm.h"
#include "core/sync/waiter.h"
#include <errno.h>
#include <hchan/context.h>
#include <stdlib.h>

struct hchan_context {
    struct hchan_context *root, *parent; /* constant, as the next three */
    const struct hchan_variant *variant;
    hchan *done; /* NULL for a root */
    int64_t deadline;
    struct hchan_context *child, *next, *prev; /* the last one made; siblings */
    size_t users, counted;                     /* references; these and the children */
    uint32_t magic;                            /* LIVE, or FREED */
    _Atomic uint32_t error;                    /* enum hchan_context_error; read without the lock */
    const void *cause;
    bool timed;
    struct alarm alarm;
    struct hchan_mutex lock; /* of a root */
};

/* What `magic` says. */
enum { LIVE = 0x74787463, FREED = 0x64656566 };

/* Ends the process with a message that names `call`, unless ctx is a context. */
static inline void check(const struct hchan_context *ctx, const char *call)
{
    must_have(ctx, call, "the context is NULL");
    if (__builtin_expect(ctx->magic != LIVE, 0))
        gorefuse(call, ctx->magic == FREED ? "the context was freed" : "this is not a context");
}

/* Not inlined: a caller may have changed threads since it last used errno. */
static __attribute__((noinline)) struct hchan_context *failed(int error)
{
    errno = error;
    return NULL;
}

static struct hchan_context *make(const struct hchan_variant *variant, struct hchan_context *parent)
{
    struct hchan_context *ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        return NULL;
    *ctx = (struct hchan_context){.root = parent ? parent->root : ctx,
                                  .parent = parent,
                                  .variant = variant,
                                  .deadline = parent ? parent->deadline : HCHAN_FOREVER,
                                  .users = 1,
                                  .counted = 1,
                                  .magic = LIVE};
    if (parent)
        ctx->done = makechan(variant, 0, 0);
    if (!parent || ctx->done)
        return ctx;
    int error = errno;
    free(ctx);
    return failed(error);
}

struct hchan_context *hchan_context_background(const struct hchan_variant *variant)
{
    if (!variant)
        gorefuse_variant("hchan_context_background");
    return make(variant, NULL);
}

/* In the race build a context orders those that use it as the mutex of one of Go's does, of which
 * a root has none; the tree's lock orders nobody. The lock is held, here and below. */
static void order(struct hchan_context *ctx)
{
    if (ctx == ctx->root)
        return;
    raceacquire(&ctx->error);
    racereleasemerge(&ctx->error);
}

static void link_to_parent(struct hchan_context *ctx)
{
    struct hchan_context *parent = ctx->parent;
    order(parent);
    parent->counted++;
    ctx->next = parent->child;
    if (ctx->next)
        ctx->next->prev = ctx;
    parent->child = ctx;
}

static void unlink_from_parent(struct hchan_context *ctx)
{
    if (ctx->prev)
        ctx->prev->next = ctx->next;
    else if (ctx->parent)
        ctx->parent->child = ctx->next;
    if (ctx->next)
        ctx->next->prev = ctx->prev;
}

/* No call of ring() will begin. False if one has, and waits for the lock. */
static bool disarm(struct hchan_context *ctx)
{
    if (ctx->timed && (alarm_clear(&ctx->alarm) || alarm_is_lost(&ctx->alarm)))
        ctx->timed = false;
    return !ctx->timed;
}

static void cancel_one(struct hchan_context *ctx, enum hchan_context_error error, const void *cause)
{
    disarm(ctx);
    order(ctx);
    ctx->cause = cause;
    store_rel(&ctx->error, error); /* pairs with hchan_context_error() */
    hchan_close(ctx->done);        /* no panic with the lock held, if it was closed before */
}

static bool cancelled(const struct hchan_context *ctx)
{
    return load_rlx(&ctx->error) != HCHAN_CONTEXT_LIVES; /* under the lock */
}

/* Cancels `top` and what is below it, each before its children; without recursion, since the tree
 * may be deep and the stack small. */
static void cancel(struct hchan_context *top, enum hchan_context_error error, const void *cause)
{
    struct hchan_context *ctx = top;
    while (ctx) {
        struct hchan_context *down = NULL;
        if (!cancelled(ctx)) {
            cancel_one(ctx, error, cause);
            down = ctx->child;
        }
        while (!down && ctx != top) {
            down = ctx->next;
            ctx = ctx->parent;
        }
        ctx = down;
    }
}

/* One counts ctx no more. Returns those that must be freed once the lock is free, by next. */
static struct hchan_context *drop(struct hchan_context *ctx)
{
    struct hchan_context *gone = NULL;
    while (ctx && --ctx->counted == 0 && disarm(ctx)) {
        struct hchan_context *parent = ctx->parent;
        unlink_from_parent(ctx);
        ctx->next = gone;
        gone = ctx;
        ctx = parent;
    }
    return gone;
}

static void free_all(struct hchan_context *gone)
{
    static struct kept kept;
    while (gone) {
        struct hchan_context *next = gone->next;
        chanfree(gone->done);
        gone->magic = FREED;
        kept_free(&kept, gone, sizeof(*gone));
        gone = next;
    }
}

/* The deadline of a context has come. The caller has no reference, but the root is there as long as
 * the context is. */
static void ring(void *arg)
{
    struct hchan_context *ctx = arg, *root = ctx->root, *gone = NULL;
    mutex_lock_unordered(&root->lock);
    ctx->timed = false;
    if (ctx->counted == 0) { /* an orphan */
        ctx->counted = 1;
        gone = drop(ctx);
    } else {
        cancel(ctx, HCHAN_CONTEXT_DEADLINE_EXCEEDED, NULL);
    }
    mutex_unlock_unordered(&root->lock);
    free_all(gone);
}

/* Returns 0 or an error number. */
static int arm(struct hchan_context *ctx)
{
    ctx->alarm = (struct alarm){.fn = ring, .arg = ctx};
    int error = alarm_set(&ctx->alarm, ctx->deadline, 0);
    ctx->timed = !error;
    return error;
}

static struct hchan_context *below(struct hchan_context *parent, int64_t deadline, const char *call)
{
    if (!parent)
        return failed(EINVAL);
    check(parent, call);
    struct hchan_context *ctx = make(parent->variant, parent), *gone = NULL, *root = parent->root;
    if (!ctx)
        return NULL;
    int error = 0;
    mutex_lock_unordered(&root->lock);
    link_to_parent(ctx);
    if (cancelled(parent)) {
        cancel(ctx, load_rlx(&parent->error), parent->cause); /* under the lock */
    } else if (deadline < ctx->deadline) {
        ctx->deadline = deadline;
        if (deadline <= nanotime())
            cancel(ctx, HCHAN_CONTEXT_DEADLINE_EXCEEDED, NULL);
        else
            error = arm(ctx);
    }
    if (error)
        gone = drop(ctx);
    mutex_unlock_unordered(&root->lock);
    free_all(gone);
    return error ? failed(error) : ctx;
}

struct hchan_context *hchan_context_with_deadline(struct hchan_context *parent, int64_t deadline)
{
    return below(parent, deadline, "hchan_context_with_deadline");
}

struct hchan_context *hchan_context_with_cancel(struct hchan_context *parent)
{
    return below(parent, HCHAN_FOREVER, "hchan_context_with_cancel");
}

struct hchan_context *hchan_context_with_timeout(struct hchan_context *parent, int64_t ns)
{
    return below(parent, hchan_deadline(ns), "hchan_context_with_timeout");
}

struct hchan_context *hchan_context_retain(struct hchan_context *ctx)
{
    if (!ctx)
        return NULL;
    check(ctx, "hchan_context_retain");
    mutex_lock_unordered(&ctx->root->lock);
    ctx->users++;
    ctx->counted++;
    mutex_unlock_unordered(&ctx->root->lock);
    return ctx;
}

void hchan_context_release(struct hchan_context *ctx)
{
    if (!ctx)
        return;
    check(ctx, "hchan_context_release");
    struct hchan_context *root = ctx->root;
    mutex_lock_unordered(&root->lock);
    if (ctx->users == 0) /* its children keep it */
        gorefuse("hchan_context_release", "its references were all given back before");
    ctx->users--;
    struct hchan_context *gone = drop(ctx);
    mutex_unlock_unordered(&root->lock);
    free_all(gone);
}

static void cancel_by(struct hchan_context *ctx, const void *cause, const char *call)
{
    check(ctx, call);
    if (ctx == ctx->root)
        gopanic("cancel of a background context");
    mutex_lock_unordered(&ctx->root->lock);
    cancel(ctx, HCHAN_CONTEXT_CANCELED, cause);
    mutex_unlock_unordered(&ctx->root->lock);
}

void hchan_context_cancel_cause(struct hchan_context *ctx, const void *cause)
{
    cancel_by(ctx, cause, "hchan_context_cancel_cause");
}

void hchan_context_cancel(struct hchan_context *ctx)
{
    cancel_by(ctx, NULL, "hchan_context_cancel");
}

hchan *hchan_context_done(const struct hchan_context *ctx)
{
    check(ctx, "hchan_context_done");
    return ctx->done;
}

enum hchan_context_error hchan_context_error(const struct hchan_context *ctx)
{
    check(ctx, "hchan_context_error");
    enum hchan_context_error error = load_acq(&ctx->error); /* pairs with cancel_one() */
    if (error != HCHAN_CONTEXT_LIVES)
        raceacquire((void *)(uintptr_t)&ctx->error);
    return error;
}

const char *hchan_context_error_text(enum hchan_context_error error)
{
    switch (error) {
    case HCHAN_CONTEXT_CANCELED:
        return "context canceled";
    case HCHAN_CONTEXT_DEADLINE_EXCEEDED:
        return "context deadline exceeded";
    default:
        return NULL;
    }
}

const void *hchan_context_cause(struct hchan_context *ctx)
{
    check(ctx, "hchan_context_cause");
    mutex_lock_unordered(&ctx->root->lock);
    order(ctx);
    const void *cause = ctx->cause;
    mutex_unlock_unordered(&ctx->root->lock);
    return cause;
}

int64_t hchan_context_deadline(const struct hchan_context *ctx)
{
    check(ctx, "hchan_context_deadline");
    return ctx->deadline;
}
