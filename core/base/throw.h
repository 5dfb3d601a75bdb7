/* Go's throw, for C. */
/* SPDX-License-Identifier: MIT */
#ifndef CORE_BASE_THROW_H
#define CORE_BASE_THROW_H

#include <stddef.h>

/* Writes "what: message" and a newline on standard error, in one piece if that takes it so, and
 * otherwise as write_whole() does (core/base/write.h). Takes no lock (another
 * thread may hold the stream's for good), no memory and little stack, and may be called by a
 * signal's handler. */
void errput(const char *what, const char *message);

/* Prints "fatal error: message" on standard error and aborts, for a state that is a bug of ours, or
 * memory that ran out where no caller could be told (Go's throw). */
_Noreturn void gothrow(const char *message);

/* Prints "fatal error: call: why" and aborts, for a call that makes no sense: what the program has
 * called, and what is wrong with it. */
_Noreturn void gorefuse(const char *call, const char *why);

/* The same for a variant that is NULL. */
_Noreturn void gorefuse_variant(const char *call);

/* The same for any other pointer, if it is NULL. */
static inline void must_have(const void *p, const char *call, const char *why)
{
    if (__builtin_expect(!p, 0))
        gorefuse(call, why);
}

#endif
