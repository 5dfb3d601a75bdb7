/* A first call: hchan_once, after Go's sync.Once. The state is the once. */
/* SPDX-License-Identifier: MIT */
#include "core/base/throw.h"
#include "core/g/panic.h"
#include "core/sync/waiter.h"

static __attribute__((noinline)) void do_slow(struct hchan_once *once, void (*fn)(void *),
                                              void *arg, const void *callerpc)
{
    struct held_panic held;
    bool fine = true;
    must_have(fn, "hchan_once_do", "the function is NULL");
    mutex_lock_from(&once->mutex_, callerpc);
    if (!load_rlx(&once->done_)) { /* written under the mutex */
        fine = panic_hold(fn, arg, &held);
        racerelease(&once->done_);
        store_rel(&once->done_, 1); /* pairs with hchan_once_do() */
    }
    hchan_mutex_unlock(&once->mutex_);
    if (!fine)
        panic_let_go(&held);
}

void hchan_once_do(struct hchan_once *once, void (*fn)(void *), void *arg)
{
    must_have(once, "hchan_once_do", "the once is NULL");
    if (!load_acq(&once->done_)) /* pairs with do_slow(): what fn has written is seen */
        do_slow(once, fn, arg, __builtin_return_address(0));
    raceacquire(&once->done_);
}
