/* Go's panic, for C. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_G_PANIC_H
#define CORE_G_PANIC_H

#include <hchan/hchan.h>

/* Ends the innermost hchan_try() of this G with `message`, a static string. If there is none,
 * prints "panic: message" on standard error and ends the process with status 2, by exit(), so that
 * output that is still buffered is written. If several threads panic at once, the first one does
 * that. No lock may be held. */
_Noreturn void gopanic(const char *message);

/* For what must do something when a function has panicked, as a deferred call does, and catches
 * nothing: a panic on its way out. */
struct held_panic {
    const char *message;            /* as it was given */
    struct hchan_panicked panicked; /* what does not depend on frames that are gone */
};

/* Runs fn(arg). False if it panicked, and then the panic is held. */
bool panic_hold(void (*fn)(void *), void *arg, struct held_panic *held);

/* It goes on as if it had not been held. */
_Noreturn void panic_let_go(const struct held_panic *held);

#endif
